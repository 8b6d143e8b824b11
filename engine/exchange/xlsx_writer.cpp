#include <xlsxwriter.h>

#include <array>
#include <cerrno>
#include <cmath>

#include "karez/base/files.h"
#include "karez/exchange/new_file.h"
#include "karez/exchange/sheet.h"
#include "sheet_texts.h"
#include "xlsx_check.h"
#include "xlsx_texts.h"

namespace karez {
namespace {

/// Days from 1899-12-30, Excel's day 0, to 1970-01-01.
constexpr std::int64_t kEpochSerial = 25'569;
/// 1900-03-01: before it Excel counts a 29 February 1900 that never was.
constexpr std::int64_t kFirstSerial = 61;
constexpr std::int64_t kLastSerial = 2'958'465;  // 9999-12-31
constexpr double kDayMilliseconds = 24.0 * 60 * 60 * 1000;
constexpr std::size_t kTypes = 8;

const char* number_format(CellType type) {
  switch (type) {
    case CellType::integer:
      return "0";
    case CellType::decimal:
      return "0.######";
    case CellType::percent:
      return "0.0%";
    case CellType::yuan:
      return "0.00";
    case CellType::degrees:
      return "0.0000000";
    case CellType::date:
      return "yyyy-mm-dd";
    case CellType::datetime:
      return "yyyy-mm-dd hh:mm:ss";
    case CellType::text:
      break;
  }
  return "@";
}

double width_of(CellType type) {
  switch (type) {
    case CellType::datetime:
      return 19;
    case CellType::text:
      return 16;
    default:
      return 12;
  }
}

class XlsxWorkbook final : public WorkbookWriter {
 public:
  XlsxWorkbook(std::string path, const WorkbookOptions& options)
      : path_(std::move(path)), options_(options) {}
  XlsxWorkbook(const XlsxWorkbook&) = delete;
  XlsxWorkbook& operator=(const XlsxWorkbook&) = delete;
  ~XlsxWorkbook() override {
    if (book_ != nullptr) lxw_workbook_free(book_);
  }

  Status open() {
    KAREZ_ASSIGN(file_, NewFile::create(path_));
    std::string folder = folder_of(path_);
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = folder.data();
    options.use_zip64 = LXW_TRUE;  // decides only what a file beyond 4 GB looks like
    book_ = workbook_new_opt(file_->temporary_path().c_str(), &options);
    return book_ == nullptr ? Status(NewFile::cannot_write(path_, ENOMEM)) : Status();
  }

  Status begin_sheet(const Sheet& sheet) override {
    sheet_ = sheet;
    return add_sheet();
  }

  Status row(std::span<const Cell> cells, RowStyle style) override {
    ENSURE(worksheet_ != nullptr && cells.size() <= sheet_.columns.size());
    if (next_row_ >= options_.xlsx_rows) KAREZ_TRY(add_sheet());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      write_cell(static_cast<lxw_col_t>(i), cells[i], sheet_.columns[i].type, style);
    }
    ++next_row_;
    ++summary_.rows;
    if (!is_well_) return NewFile::cannot_write(path_, ENOMEM);
    return has_room() ? Status() : Status(NewFile::cannot_write(path_, ENOSPC));
  }

  Result<WorkbookSummary> finish() override {
    if (summary_.rows == 0 && worksheet_ == nullptr) KAREZ_TRY(add_sheet());  // a workbook has a sheet
    if (!has_room()) return NewFile::cannot_write(path_, ENOSPC);
    errno = 0;
    const lxw_error error = workbook_close(std::exchange(book_, nullptr));
    if (error != LXW_NO_ERROR) return NewFile::cannot_write(path_, errno == 0 ? EIO : errno);
    KAREZ_TRY(check_xlsx(file_->temporary_path()));
    KAREZ_ASSIGN(const std::uint64_t bytes, file_->finish());
    summary_.files.push_back({path_, bytes});
    return summary_;
  }

 private:
  Status add_sheet() {
    const std::string name = xlsx_sheet_name(title_of(sheet_, options_.headings), names_);
    worksheet_ = workbook_add_worksheet(book_, name.c_str());
    if (worksheet_ == nullptr) return NewFile::cannot_write(path_, errno == 0 ? EIO : errno);
    for (std::size_t i = 0; i < sheet_.columns.size(); ++i) {
      const auto column = static_cast<lxw_col_t>(i);
      worksheet_set_column(worksheet_, column, column, width_of(sheet_.columns[i].type), nullptr);
    }
    worksheet_freeze_panes(worksheet_, 1, 0);
    next_row_ = 0;
    for (std::size_t i = 0; i < sheet_.columns.size(); ++i) {
      write_text(static_cast<lxw_col_t>(i), heading_of(sheet_.columns[i], options_.headings), heading());
    }
    next_row_ = 1;
    return {};
  }

  /// Whether the rows so far stand in their temporary file: the library writes them without looking.
  bool has_room() const {
    return worksheet_->optimize_tmpfile == nullptr || ferror(worksheet_->optimize_tmpfile) == 0;
  }

  lxw_format* heading() {
    if (heading_ == nullptr) {
      heading_ = workbook_add_format(book_);
      format_set_bold(heading_);
      format_set_bg_color(heading_, 0xE7E6E6);
      format_set_bottom(heading_, LXW_BORDER_THIN);
      format_set_num_format(heading_, "@");
    }
    return heading_;
  }

  lxw_format* format_of(CellType type, RowStyle style) {
    lxw_format*& format = formats_[static_cast<std::size_t>(style) * kTypes + static_cast<std::size_t>(type)];
    if (format != nullptr) return format;
    format = workbook_add_format(book_);
    format_set_num_format(format, number_format(type));
    if (style != RowStyle::plain) format_set_bold(format);
    if (style == RowStyle::flagged) {
      format_set_italic(format);
      format_set_border(format, LXW_BORDER_THIN);
    }
    return format;
  }

  void write_text(lxw_col_t column, const std::string& text, lxw_format* format) {
    bool is_shortened = false;
    const std::string written = xlsx_cell_text(text, is_shortened);
    if (is_shortened) ++summary_.shortened;
    note(worksheet_write_string(worksheet_, next_row_, column, written.c_str(), format));
  }

  void write_number(lxw_col_t column, double number, lxw_format* format) {
    note(worksheet_write_number(worksheet_, next_row_, column, number, format));
  }

  void write_cell(lxw_col_t column, const Cell& cell, CellType type, RowStyle style) {
    const auto as_text = [&](const std::string& text) {
      write_text(column, text, format_of(CellType::text, style));
    };
    if (const auto* text = std::get_if<std::string>(&cell)) {
      if (!text->empty()) as_text(*text);
    } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
      write_integer(column, *number, type, style);
    } else if (const auto* real = std::get_if<double>(&cell)) {
      const CellType shown = type == CellType::percent ? type : CellType::decimal;
      if (std::isfinite(*real)) write_number(column, *real, format_of(shown, style));
    } else if (const auto* day = std::get_if<Day>(&cell)) {
      const std::int64_t serial = day->number + kEpochSerial;
      if (serial < kFirstSerial || serial > kLastSerial) return as_text(format_day(*day));
      write_number(column, static_cast<double>(serial), format_of(CellType::date, style));
    } else if (const auto* time = std::get_if<WallTime>(&cell)) {
      const std::int64_t local_ms = time->ms + std::int64_t{time->offset_minutes} * 60'000;
      const double serial =
          static_cast<double>(local_ms) / kDayMilliseconds + static_cast<double>(kEpochSerial);
      if (serial < static_cast<double>(kFirstSerial) || serial >= static_cast<double>(kLastSerial + 1)) {
        return as_text(format_wall_time(*time));
      }
      write_number(column, serial, format_of(CellType::datetime, style));
    }
  }

  void write_integer(lxw_col_t column, std::int64_t number, CellType type, RowStyle style) {
    const int decimals = type == CellType::yuan ? 2 : type == CellType::degrees ? 7 : 0;
    if (!is_exact_number(number)) {
      const std::string text = decimals == 0 ? std::to_string(number) : scaled_text(number, decimals);
      return write_text(column, text, format_of(CellType::text, style));
    }
    const CellType shown = decimals == 0 ? CellType::integer : type;
    const double unit = decimals == 0 ? 1 : decimals == 2 ? 100 : 1e7;
    write_number(column, static_cast<double>(number) / unit, format_of(shown, style));
  }

  void note(lxw_error error) { is_well_ = is_well_ && error == LXW_NO_ERROR; }

  std::string path_;
  WorkbookOptions options_;
  std::unique_ptr<NewFile> file_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* worksheet_ = nullptr;
  lxw_format* heading_ = nullptr;
  std::array<lxw_format*, 3 * kTypes> formats_{};
  Sheet sheet_;
  std::set<std::string> names_;
  lxw_row_t next_row_ = 0;
  bool is_well_ = true;
  WorkbookSummary summary_;
};

}  // namespace

Result<std::unique_ptr<WorkbookWriter>> write_xlsx(const std::string& path, const WorkbookOptions& options) {
  auto writer = std::make_unique<XlsxWorkbook>(path, options);
  KAREZ_TRY(writer->open());
  return std::unique_ptr<WorkbookWriter>(std::move(writer));
}

}  // namespace karez
