// How a report's keys and cells read: titles, headings, cells as table and sentence, what does not add up.
// The one home of that for the text, the workbook and the page. Pure functions over a report.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/texts_reports.h"
#include "karez/ledger/report_table.h"

namespace karez::cli {

class ReportWords {
 public:
  ReportWords(const Catalog& catalog, const Report& report, Language language)
      : catalog_(catalog), report_(report), language_(language) {}

  [[nodiscard]] std::string say(const Text& text, const std::vector<std::string>& values = {}) const {
    return fill(text, language_, values);
  }
  [[nodiscard]] std::string title() const;
  [[nodiscard]] std::string title(const ReportSection& section) const;
  [[nodiscard]] std::string heading(const ReportColumn& column) const;
  /// Digits as they stand in a table, or the words of a code; empty for an empty cell, or one that is not
  /// there.
  [[nodiscard]] std::string cell(const ReportSection& section, const ReportRow& row,
                                 std::size_t column) const;
  /// What the lists call the code in a cell; empty where they say nothing.
  [[nodiscard]] std::string name(const ReportColumn& column, const ReportCell& cell) const;
  [[nodiscard]] std::string flag(const ReportFlag& flag) const;
  /// The report in a sentence to paste, as the papers write: marks kept, and that records are missing.
  [[nodiscard]] std::string paragraph() const;
  /// What the reader must know: gaps, records outside of totals; whether all adds up.
  [[nodiscard]] std::vector<std::string> gaps() const;
  [[nodiscard]] std::vector<std::string> remarks() const;
  [[nodiscard]] std::vector<std::string> proofs() const;
  [[nodiscard]] Language language() const { return language_; }

 private:
  [[nodiscard]] std::string key(const say::KeyText* begin, const say::KeyText* end,
                                std::string_view key) const;
  [[nodiscard]] std::string about(const std::vector<std::string>& codes) const;
  [[nodiscard]] std::string phrase_of(const ReportCell& cell, const std::string& item) const;
  [[nodiscard]] std::string code_word(const std::string& list, const std::string& code) const;

  const Catalog& catalog_;
  const Report& report_;
  Language language_;
};

/// Whether a section's sum row is flagged.
[[nodiscard]] bool is_flagged(const Report& report, const ReportSection& section);

}  // namespace karez::cli
