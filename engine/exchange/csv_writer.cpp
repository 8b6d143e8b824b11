#include <charconv>

#include "karez/exchange/formula.h"
#include "karez/exchange/new_file.h"
#include "karez/exchange/sheet.h"
#include "sheet_texts.h"

namespace karez {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// RFC 4180: quoted where a comma, a quote or a line break asks for it.
void append_quoted(std::string& line, std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += cell;
    return;
  }
  line += '"';
  for (const char c : cell) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

void append_double(std::string& line, double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  line.append(digits, end.ptr);
}

void append_cell(std::string& line, const Cell& cell, CellType type) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    append_quoted(line, escape_formula(without_bad_bytes(*text)));
  } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    line += type == CellType::yuan      ? scaled_text(*number, 2)
            : type == CellType::degrees ? scaled_text(*number, 7)
                                        : std::to_string(*number);
  } else if (const auto* real = std::get_if<double>(&cell)) {
    append_double(line, *real);
  } else if (const auto* day = std::get_if<Day>(&cell)) {
    line += format_day(*day);
  } else if (const auto* time = std::get_if<WallTime>(&cell)) {
    line += format_wall_time(*time);
  }
}

class CsvWorkbook final : public WorkbookWriter {
 public:
  CsvWorkbook(std::string path, const WorkbookOptions& options, std::unique_ptr<NewFile> first)
      : path_(std::move(path)), options_(options), stem_(path_), first_(std::move(first)) {
    if (stem_.ends_with(".csv")) stem_.resize(stem_.size() - 4);
  }

  Status begin_sheet(const Sheet& sheet) override {
    Part part;
    part.path = stem_ + "-" + sheet.name + ".csv";
    if (first_) {
      part.file = std::move(first_);
    } else {
      KAREZ_ASSIGN(part.file, NewFile::create(part.path));
    }
    types_.clear();
    std::string line(kByteOrderMark);
    for (const Column& column : sheet.columns) {
      if (!types_.empty()) line += ',';
      types_.push_back(column.type);
      append_quoted(line, escape_formula(heading_of(column, options_.headings)));
    }
    parts_.push_back(std::move(part));
    return parts_.back().file->write(line + "\r\n");
  }

  Status row(std::span<const Cell> cells, RowStyle) override {
    ENSURE(!parts_.empty() && cells.size() <= types_.size());
    line_.clear();
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (i > 0) line_ += ',';
      if (i < cells.size()) append_cell(line_, cells[i], types_[i]);
    }
    // A lone empty cell would be an empty line, which readers pass over.
    if (line_.empty()) line_ = "\"\"";
    line_ += "\r\n";
    ++summary_.rows;
    return parts_.back().file->write(line_);
  }

  Result<WorkbookSummary> finish() override {
    const bool is_one = parts_.size() == 1;
    for (Part& part : parts_) {
      const std::string& path = is_one ? path_ : part.path;
      KAREZ_ASSIGN(const std::uint64_t bytes, part.file->finish_as(path));
      summary_.files.push_back({path, bytes});
    }
    return summary_;
  }

 private:
  struct Part {
    std::string path;
    std::unique_ptr<NewFile> file;
  };
  std::string path_;
  WorkbookOptions options_;
  std::string stem_;
  std::unique_ptr<NewFile> first_;  ///< until the first sheet begins
  std::vector<Part> parts_;
  std::vector<CellType> types_;
  std::string line_;
  WorkbookSummary summary_;
};

}  // namespace

Result<std::unique_ptr<WorkbookWriter>> write_csv(const std::string& path, const WorkbookOptions& options) {
  // Whoever names a folder that is not there hears of it before the work begins.
  KAREZ_ASSIGN(auto first, NewFile::create(path));
  return std::unique_ptr<WorkbookWriter>(std::make_unique<CsvWorkbook>(path, options, std::move(first)));
}

}  // namespace karez
