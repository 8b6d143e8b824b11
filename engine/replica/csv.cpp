#include <optional>
#include <utility>

#include "karez/base/text.h"
#include "karez/replica/import.h"
#include "karez/replica/row_source.h"

namespace karez {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct RawRow {
  std::uint64_t line = 0;
  std::vector<std::string> cells;
  std::string problem;    ///< why the row cannot be read; empty if it can
  bool is_blank = false;  ///< an empty line
};

/// Walks over the text once; gives rows as they stand, the header among them.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text, char separator = ',') : text_(text), separator_(separator) {
    if (text_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
  }

  /// Nothing at the end of the text. Errors: malformed, an unclosed quote.
  Result<std::optional<RawRow>> next() {
    if (position_ >= text_.size()) return std::optional<RawRow>{};
    RawRow row;
    row.line = line_;
    const std::size_t start = position_;
    for (;;) {
      row.cells.emplace_back();
      if (!read_cell(row)) return Error{ErrorCode::malformed, ""};
      if (position_ < text_.size() && text_[position_] == separator_) {
        ++position_;
        continue;
      }
      break;
    }
    row.is_blank = position_ == start;
    skip_line_end();
    return std::optional(std::move(row));
  }

 private:
  [[nodiscard]] bool at_line_end() const {
    if (position_ >= text_.size() || text_[position_] == '\n') return true;
    return text_.substr(position_, 2) == "\r\n" ||
           (text_[position_] == '\r' && position_ + 1 == text_.size());
  }

  void skip_line_end() {
    if (position_ < text_.size() && text_[position_] == '\r') ++position_;
    if (position_ < text_.size() && text_[position_] == '\n') ++position_;
    ++line_;
  }

  /// Reads up to the separator or line end behind the cell. False: a quote never closes.
  bool read_cell(RawRow& row) {
    std::string& cell = row.cells.back();
    if (position_ < text_.size() && text_[position_] == '"') {
      if (!read_quoted(cell)) return false;
      if (!at_line_end() && text_[position_] != separator_) {
        row.problem = "text stands after a closing quote (a quote inside a cell is written twice)";
      }
    }
    while (!at_line_end() && text_[position_] != separator_) cell.push_back(text_[position_++]);
    return true;
  }

  bool read_quoted(std::string& cell) {
    for (++position_; position_ < text_.size(); ++position_) {
      const char c = text_[position_];
      if (c == '"') {
        const bool is_doubled = position_ + 1 < text_.size() && text_[position_ + 1] == '"';
        if (!is_doubled) {
          ++position_;
          return true;
        }
        ++position_;
      }
      if (c == '\n') ++line_;
      cell.push_back(c);
    }
    return false;
  }

  std::string_view text_;
  char separator_;
  std::size_t position_ = 0;
  std::uint64_t line_ = 1;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Error malformed(std::string what) {
  return {ErrorCode::malformed,
          "this is not a usable CSV file: " + std::move(what) + "; nothing was imported"};
}

Result<std::vector<std::string>> read_header(RawRow row) {
  if (!row.problem.empty()) return malformed("in the header, " + row.problem);
  for (std::string& name : row.cells) {
    if (!is_utf8(name) || name.find('\0') != std::string::npos) {
      return malformed("the header is not UTF-8 text (save the file as \"CSV UTF-8\")");
    }
    name = std::string(trimmed(name));
  }
  return std::move(row.cells);
}

/// Why a data row is refused; empty if it is not.
std::string refusal(const RawRow& row, std::size_t columns) {
  if (!row.problem.empty()) return row.problem;
  for (const std::string& cell : row.cells) {
    if (!is_utf8(cell)) return "the text is not valid UTF-8 (save the file as \"CSV UTF-8\")";
    if (cell.find('\0') != std::string::npos) return "a cell holds a zero byte";
  }
  if (row.cells.size() != columns) {
    return "the row has " + std::to_string(row.cells.size()) + " cells, the header " +
           std::to_string(columns);
  }
  return {};
}

class CsvRows final : public RowSource {
 public:
  CsvRows(std::string_view text, char separator)
      : text_(text), separator_(separator), reader_(text, separator) {}

  [[nodiscard]] const std::vector<std::string>& header() const override { return header_; }

  Result<std::optional<SourceRow>> next() override {
    for (;;) {
      KAREZ_ASSIGN(auto row, next_raw());
      if (!row) return std::optional<SourceRow>();
      if (row->is_blank) continue;
      line_ = row->line;
      std::string why = refusal(*row, header_.size());
      return std::optional(SourceRow{++number_, std::move(row->cells), std::move(why)});
    }
  }

  Status rewind() override {
    reader_ = CsvReader(text_, separator_);
    number_ = 0;
    header_.clear();
    has_header_ = false;
    for (;;) {
      KAREZ_ASSIGN(auto row, next_raw());
      if (!row) return malformed("it has no header");
      if (row->is_blank) continue;
      KAREZ_ASSIGN(header_, read_header(std::move(*row)));
      has_header_ = true;
      return {};
    }
  }

  /// Of the row given last.
  [[nodiscard]] std::uint64_t line() const { return line_; }

 private:
  Result<std::optional<RawRow>> next_raw() {
    auto row = reader_.next();
    if (row) return row;
    const std::string where = has_header_ ? "in data row " + std::to_string(number_ + 1) : "in the header";
    return malformed("a quote that opens " + where + " never closes");
  }

  std::string_view text_;
  char separator_;
  CsvReader reader_;
  std::vector<std::string> header_;
  bool has_header_ = false;
  std::uint64_t number_ = 0, line_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowSource>> csv_rows(std::string_view text, char separator) {
  auto rows = std::make_unique<CsvRows>(text, separator);
  KAREZ_TRY(rows->rewind());
  return std::unique_ptr<RowSource>(std::move(rows));
}

Result<CsvTable> parse_csv(std::string_view text) {
  CsvRows rows(text, ',');
  KAREZ_TRY(rows.rewind());
  CsvTable table;
  table.header = rows.header();
  for (;;) {
    KAREZ_ASSIGN(auto row, rows.next());
    if (!row) return table;
    if (row->problem.empty()) {
      table.rows.push_back({rows.line(), row->number, std::move(row->cells)});
    } else {
      table.bad_rows.push_back({row->number, std::move(row->problem)});
    }
  }
}

}  // namespace karez
