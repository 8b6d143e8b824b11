// A collection's records as columns of a sheet: what stands where, and the cell of a row. Private to
// exchange. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "karez/exchange/sheet.h"
#include "karez/replica/record_rows.h"

namespace karez {

/// Record ids as text; an author's public name is made once.
class IdTexts {
 public:
  [[nodiscard]] std::string text_of(const RecordId& id);

 private:
  std::map<AuthorKey, std::string> names_;
};

/// Whether a field may leave by an export: people type it, and it is of a kind that we know to be open.
[[nodiscard]] bool may_leave(const Field& field);

struct SheetChoice {
  Headings headings = Headings::en;
  bool include_outside = false;
  /// A spreadsheet's times have no offset: they are shown by the clocks of the record's site.
  bool has_offsets = true;
};

class RecordColumns {
 public:
  /// `name`: the collection's, or "visit", "handout". Fields that no row has are left out.
  RecordColumns(const Catalog& catalog, const Collection& collection, const std::string& name,
                const std::vector<bool>& used, const SheetChoice& choice);

  [[nodiscard]] const Sheet& sheet() const { return sheet_; }
  /// Lifetime: until the next call.
  [[nodiscard]] std::span<const Cell> cells(const RecordRow& row);

 private:
  enum class Source { id, field, own, day, site, laptop, outside, void_reason };
  struct Place {
    Source source;
    std::size_t index = 0;
    const Field* field = nullptr;
  };
  void add(Source source, Column column, std::size_t index = 0, const Field* field = nullptr);
  void add_field(Source source, const Field& field, std::size_t index);
  void make_headings_unique();
  [[nodiscard]] Cell cell(const Place& place, const RecordRow& row);
  [[nodiscard]] Cell value_cell(const Field& field, const Value& value, const RecordRow& row);
  [[nodiscard]] std::string choice_text(const Field& field, const std::string& code) const;
  [[nodiscard]] bool has_labels() const { return choice_.headings != Headings::names; }

  const Catalog& catalog_;
  SheetChoice choice_;
  Sheet sheet_;
  std::vector<Place> places_;
  std::vector<Cell> cells_;
  IdTexts ids_;
};

}  // namespace karez
