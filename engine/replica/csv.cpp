#include <optional>
#include <utility>

#include "karez/base/text.h"
#include "karez/replica/import.h"

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
  explicit CsvReader(std::string_view text) : text_(text) {
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
      if (position_ < text_.size() && text_[position_] == ',') {
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

  /// Reads up to the comma or line end behind the cell. False: a quote never closes.
  bool read_cell(RawRow& row) {
    std::string& cell = row.cells.back();
    if (position_ < text_.size() && text_[position_] == '"') {
      if (!read_quoted(cell)) return false;
      if (!at_line_end() && text_[position_] != ',') {
        row.problem = "text stands after a closing quote (a quote inside a cell is written twice)";
      }
    }
    while (!at_line_end() && text_[position_] != ',') cell.push_back(text_[position_++]);
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

}  // namespace

Result<CsvTable> parse_csv(std::string_view text) {
  CsvReader reader(text);
  CsvTable table;
  bool has_header = false;
  std::uint64_t number = 0;
  for (;;) {
    auto next = reader.next();
    if (!next) {
      const std::string where = has_header ? "in data row " + std::to_string(number + 1) : "in the header";
      return malformed("a quote that opens " + where + " never closes");
    }
    if (!next->has_value()) break;
    RawRow row = std::move(**next);
    if (row.is_blank) continue;
    if (!has_header) {
      KAREZ_ASSIGN(table.header, read_header(std::move(row)));
      has_header = true;
      continue;
    }
    ++number;
    std::string why = refusal(row, table.header.size());
    if (why.empty()) {
      table.rows.push_back({row.line, number, std::move(row.cells)});
    } else {
      table.bad_rows.push_back({number, std::move(why)});
    }
  }
  if (!has_header) return malformed("it has no header");
  return table;
}

}  // namespace karez
