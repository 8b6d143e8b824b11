#include "karez/exchange/table_file.h"

#include <algorithm>

#include "karez/base/table_limits.h"
#include "karez/exchange/formula.h"
#include "xlsx_book.h"

namespace karez {
namespace {

constexpr std::string_view kZipStart = "PK\x03\x04";
constexpr std::string_view kOleStart = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// CSV cells as the records said them: what was escaped against formulas on its way out comes back.
class UnescapedRows final : public RowSource {
 public:
  explicit UnescapedRows(std::unique_ptr<RowSource> rows) : rows_(std::move(rows)) {}
  [[nodiscard]] const std::vector<std::string>& header() const override { return rows_->header(); }
  Status rewind() override { return rows_->rewind(); }
  Result<std::optional<SourceRow>> next() override {
    KAREZ_ASSIGN(auto row, rows_->next());
    if (row) {
      for (std::string& cell : row->cells) {
        if (cell.starts_with('\'')) cell = unescape_formula(cell);
      }
    }
    return row;
  }

 private:
  std::unique_ptr<RowSource> rows_;
};

/// The text behind its first `lines` line ends; for tables under a title.
std::string_view skip_lines(std::string_view text, std::uint64_t lines) {
  for (; lines > 0 && !text.empty(); --lines) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return text;
}

class CsvFile final : public TableFile {
 public:
  static Result<std::unique_ptr<TableFile>> open(std::string bytes, const TableRequest& request) {
    if (!request.sheet.empty())
      return Error{ErrorCode::usage, "a CSV file has no sheets; nothing was imported: leave --sheet out"};
    auto file = std::make_unique<CsvFile>();
    KAREZ_ASSIGN(file->text_, decode_text(std::move(bytes), file->notes_.encoding));
    const std::string_view text =
        skip_lines(file->text_, request.header_row > 0 ? request.header_row - 1 : 0);
    file->notes_.separator = separator_of(text);
    KAREZ_ASSIGN(auto rows, csv_rows(text, file->notes_.separator));
    file->rows_ = std::make_unique<UnescapedRows>(std::move(rows));
    return std::unique_ptr<TableFile>(std::move(file));
  }
  [[nodiscard]] RowSource& rows() override { return *rows_; }
  [[nodiscard]] const TableNotes& notes() const override { return notes_; }

 private:
  std::string text_;
  TableNotes notes_;
  std::unique_ptr<RowSource> rows_;
};

class XlsxFile final : public TableFile {
 public:
  static Result<std::unique_ptr<TableFile>> open(std::string bytes, const TableRequest& request) {
    auto file = std::make_unique<XlsxFile>();
    file->bytes_ = std::move(bytes);
    KAREZ_ASSIGN(file->archive_, ZipArchive::open(file->bytes_));
    KAREZ_ASSIGN(file->book_, XlsxBook::read(*file->archive_));
    file->notes_.format = TableNotes::Format::xlsx;
    KAREZ_TRY(file->choose(request));
    return std::unique_ptr<TableFile>(std::move(file));
  }
  [[nodiscard]] RowSource& rows() override { return *rows_; }
  [[nodiscard]] const TableNotes& notes() const override { return notes_; }

 private:
  Status choose(const TableRequest& request) {
    std::string names;
    std::optional<Error> empty;
    for (const XlsxBook::SheetPart& sheet : book_.sheets) {
      names += (names.empty() ? "" : ", ") + sheet.name;
      const bool is_wanted = request.sheet.empty() ? !sheet.is_hidden : sheet.name == request.sheet;
      if (rows_ != nullptr || !is_wanted) {
        notes_.other_sheets.push_back(sheet.name);
        continue;
      }
      auto rows = xlsx_rows(*archive_, book_, sheet, request.header_row, notes_);
      bool has_rows = rows.ok();
      if (has_rows && request.sheet.empty()) {
        KAREZ_ASSIGN(const auto first, (*rows)->next());
        KAREZ_TRY((*rows)->rewind());
        has_rows = first.has_value();
      }
      if (has_rows) {
        rows_ = std::move(*rows);
        notes_.sheet = sheet.name;
        notes_.is_hidden = sheet.is_hidden;
        continue;
      }
      if (!rows && rows.error().code != ErrorCode::malformed) return rows.error();
      if (!rows && !request.sheet.empty()) return rows.error();
      if (!rows && !empty) empty = rows.error();
      notes_.other_sheets.push_back(sheet.name);
    }
    if (rows_ != nullptr) return {};
    if (!request.sheet.empty()) {
      return Error{ErrorCode::not_found, "the workbook has no sheet \"" + request.sheet +
                                             "\"; nothing was imported: it has " + names};
    }
    return empty ? *empty : bad_workbook("no sheet has rows");
  }

  std::string bytes_;
  std::unique_ptr<ZipArchive> archive_;
  XlsxBook book_;
  TableNotes notes_;
  std::unique_ptr<RowSource> rows_;  // after what it reads
};

}  // namespace

Result<std::unique_ptr<TableFile>> TableFile::open(std::string bytes, const TableRequest& request) {
  if (bytes.size() > limits::kTableBytes) {
    return Error{ErrorCode::too_large, "the file has more than " + std::to_string(limits::kTableBytes >> 20) +
                                           " MiB; nothing was imported: split it"};
  }
  if (bytes.starts_with(kZipStart)) return XlsxFile::open(std::move(bytes), request);
  if (bytes.starts_with(kOleStart)) {
    return Error{
        ErrorCode::refused,
        "this is an old .xls file or a workbook with a password; nothing was imported: open it and save "
        "it as .xlsx without a password"};
  }
  return CsvFile::open(std::move(bytes), request);
}

}  // namespace karez
