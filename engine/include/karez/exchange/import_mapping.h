// How the columns of a table from elsewhere become the fields of our records: by their headings alone, or by
// a mapping file (schema/import-mapping.md). One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "karez/model/catalog.h"
#include "karez/replica/import.h"

namespace karez {

struct ImportMapping {
  std::string collection;        ///< as --as: "handout" or a collection; may be empty
  std::string source;            ///< names the form, so that exports under any file name are one source
  std::string sheet;             ///< of a workbook
  std::uint64_t header_row = 0;  ///< 0: the first that is not empty
  std::string key, parent;       ///< columns: see ImportOptions
  bool ignores_others = false;   ///< columns that the mapping does not name are left out
  struct ColumnMap {
    std::string column, field;
    std::map<std::string, std::string> values;  ///< what a cell says: what the field takes
    std::string split;                          ///< parts several choices in one cell; empty: ';' and '|'
  };
  std::vector<ColumnMap> columns;
  struct Choices {
    std::string field;
    std::map<std::string, std::string> columns;  ///< a 0/1 column: the choice that it stands for
  };
  std::vector<Choices> choices;                  ///< select_multiple, split into columns
  std::map<std::string, std::string> constants;  ///< field: what all rows say

  /// Errors: malformed (no JSON object, a key that is not known, a value of another type: says where).
  static Result<ImportMapping> parse(std::string_view json);
};

/// What a column of the file becomes.
struct ColumnUse {
  std::string column;  ///< as the file heads it
  enum class Use { field, key, parent, ignored, unknown } use = Use::unknown;
  std::string field;  ///< the catalog's name
};

class MappedRows final : public RowSource {
 public:
  /// `collection`: a collection or "handout". Lifetime: `rows` and `catalog` outlive it.
  /// Errors: refused (the mapping names columns or fields that are not there: nothing was imported).
  static Result<std::unique_ptr<MappedRows>> make(const Catalog& catalog, const std::string& collection,
                                                  const ImportMapping& mapping, RowSource& rows);

  /// Fields by the catalog's names, then the key's and the parent's column; unknown columns under their own
  /// headings, so that an import names them.
  [[nodiscard]] const std::vector<std::string>& header() const override { return header_; }
  Result<std::optional<SourceRow>> next() override;
  Status rewind() override { return rows_.rewind(); }
  [[nodiscard]] const std::vector<ColumnUse>& uses() const { return uses_; }
  /// The column of record ids, if the table came out of an export; else empty.
  [[nodiscard]] const std::string& id_column() const { return id_column_; }

 private:
  struct Output {
    std::string name;              ///< as header() says it
    const Field* field = nullptr;  ///< null for a key, the parent, a visit's number, an unknown column
    std::size_t column = 0;        ///< in the file
    bool is_yuan = false;          ///< the file has yuan, the field fen
    const ImportMapping::ColumnMap* map = nullptr;
    std::vector<std::pair<std::size_t, std::string>> choices;  ///< columns whose 1 adds a choice
    std::optional<std::string> constant;
  };
  MappedRows(const Catalog& catalog, const ImportMapping& mapping, RowSource& rows)
      : catalog_(catalog), mapping_(mapping), rows_(rows) {}
  Status bind(const std::string& collection);
  Status check_mapping() const;
  Status bind_column(std::size_t column);
  [[nodiscard]] Status check_column(const std::string& column) const;
  [[nodiscard]] Result<const Field*> field_named(const std::string& name) const;
  /// The field that a heading means; `is_yuan`: it says so.
  [[nodiscard]] const Field* recognised(const std::string& heading, bool& is_yuan) const;
  void add(Output output, ColumnUse::Use use);
  [[nodiscard]] std::string cell_of(const Output& output, const SourceRow& row, std::string& problem) const;

  const Catalog& catalog_;
  ImportMapping mapping_;
  RowSource& rows_;
  std::vector<const Collection*> collections_;
  bool is_field_day_ = false;
  std::vector<std::string> header_;
  std::vector<Output> outputs_;
  std::vector<std::size_t> untitled_;  ///< columns without a heading: nothing may stand in them
  std::string id_column_;
  std::vector<ColumnUse> uses_;  ///< by the file's columns
};

/// A heading or a label in the form in which it is compared: half-width, without spaces, lower case.
[[nodiscard]] std::string folded(std::string_view heading);

/// A cell as the field's type writes it: full-width digits, thousands' commas, "2022/7/14 8:30",
/// "2022年7月14日", English labels of choices; what is not recognised stays as it stands. Pure.
[[nodiscard]] std::string plain_cell(const Catalog& catalog, const Field& field, std::string_view cell);

}  // namespace karez
