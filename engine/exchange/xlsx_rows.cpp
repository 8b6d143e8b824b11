// The rows of one sheet, a few thousand bytes of XML at a time. Cells wait in the form in which they came: a
// row with one cell far to the right takes no more memory than any other.
#include <charconv>
#include <deque>

#include "karez/base/table_limits.h"
#include "xlsx_book.h"
#include "xml_stream.h"

namespace karez {
namespace {

/// "BC" of column 54, counted from 0.
std::string column_name(std::size_t column) {
  std::string name;
  for (++column; column > 0; column = (column - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + (column - 1) % 26));
  }
  return name;
}

struct SparseRow {
  std::uint64_t number = 0;
  std::vector<std::pair<std::size_t, std::string>> cells;  ///< by column, ascending, none empty
  std::string problem;
};

/// Turns the events of a sheet's part into rows.
class SheetReader final : public XmlHandler {
 public:
  SheetReader(const XlsxBook& book, TableNotes& notes) : book_(book), notes_(notes) {}

  void begin(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "row") {
      begin_row(attributes);
    } else if (name == "c") {
      begin_cell(attributes);
    } else if (name == "v" || (name == "t" && reading_aids_ == 0)) {
      takes_text_ = is_cell_;
    } else if (name == "f") {
      has_formula_ = true;
    } else if (name == "rPh") {
      ++reading_aids_;
    } else if (name == "col" && attributes.is_true("hidden")) {
      const std::uint64_t from = attributes.number("min").value_or(0),
                          to = attributes.number("max").value_or(0);
      notes_.hidden_columns += to >= from && to <= limits::kSheetColumns ? to - from + 1 : 1;
    } else if (name == "mergeCell") {
      ++notes_.merged_cells;
    }
  }

  void end(std::string_view name) override {
    if (name == "v" || name == "t") takes_text_ = false;
    if (name == "rPh") --reading_aids_;
    if (name == "c") end_cell();
    if (name == "row" && is_row_) {
      is_row_ = false;
      if (!row_.cells.empty() || !row_.problem.empty()) ready.push_back(std::move(row_));
    }
  }

  void text(std::string_view part) override {
    if (!takes_text_) return;
    if (text_.size() + part.size() > limits::kCellBytes) {
      is_long_ = true;
    } else {
      text_ += part;
    }
  }

  std::deque<SparseRow> ready;
  XmlStream* stream = nullptr;

 private:
  void begin_row(const XmlAttributes& attributes) {
    const std::uint64_t number = attributes.number("r").value_or(last_row_ + 1);
    if (number <= last_row_) return stream->fail(bad_workbook("its rows are not in order"));
    if (number > limits::kSheetRows) {
      return stream->fail(large_workbook("it has more than " + std::to_string(limits::kSheetRows) + " rows"));
    }
    last_row_ = number;
    next_column_ = 0;
    row_ = {number, {}, {}};
    is_row_ = true;
    if (attributes.is_true("hidden")) ++notes_.hidden_rows;
  }

  void begin_cell(const XmlAttributes& attributes) {
    if (!is_row_) return;
    std::size_t column = next_column_;
    const std::string_view place = attributes.text("r");
    if (!place.empty()) {
      column = 0;
      std::size_t i = 0;
      for (; i < place.size() && i < 4 && place[i] >= 'A' && place[i] <= 'Z'; ++i) {
        column = column * 26 + static_cast<std::size_t>(place[i] - 'A') + 1;
      }
      if (column == 0) return stream->fail(bad_workbook("a cell says no place"));
      --column;
    }
    if (column < next_column_) return stream->fail(bad_workbook("its cells are not in order"));
    if (column >= limits::kSheetColumns) {
      return stream->fail(
          large_workbook("it has more than " + std::to_string(limits::kSheetColumns) + " columns"));
    }
    column_ = column;
    next_column_ = column + 1;
    type_ = attributes.text("t");
    style_ = attributes.number("s").value_or(0);
    text_.clear();
    is_cell_ = true;
    is_long_ = has_formula_ = false;
  }

  void refuse(const std::string& why) {
    if (row_.problem.empty()) row_.problem = column_name(column_) + std::to_string(row_.number) + ": " + why;
  }

  void end_cell() {
    if (!is_cell_) return;
    is_cell_ = false;
    std::string value = value_of_cell();
    if (is_long_ || value.size() > limits::kCellBytes) refuse("the cell is longer than a spreadsheet allows");
    if (!value.empty()) row_.cells.emplace_back(column_, std::move(value));
  }

  std::string value_of_cell() {
    if (type_ == "s") return shared_text();
    if (type_ == "inlineStr" || type_ == "str") return without_escapes(text_);
    if (type_ == "b") return text_ == "1" || text_ == "true" ? "1" : "0";
    if (type_ == "d") return text_;
    if (type_ == "e") {
      refuse("the cell holds the error " + text_);
      return text_;
    }
    if (text_.empty()) {
      if (has_formula_) refuse("the cell holds a formula without a result: open the file and save it once");
      return {};
    }
    return number_of_cell();
  }

  std::string shared_text() {
    std::uint64_t index = 0;
    const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), index);
    const bool is_number = read.ec == std::errc() && read.ptr == text_.data() + text_.size();
    const auto found = is_number ? book_.text(index) : std::nullopt;
    if (found) return std::string(*found);
    stream->fail(bad_workbook("a cell names a text that is not there"));
    return {};
  }

  std::string number_of_cell() {
    double number = 0;
    const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (read.ec != std::errc() || read.ptr != text_.data() + text_.size()) {
      refuse("\"" + text_.substr(0, 40) + "\" is not a number");
      return text_;
    }
    const NumberKind kind = book_.kind(style_);
    if (kind != NumberKind::plain) {
      const auto day = serial_text(number, kind, book_.is_1904);
      if (day) return *day;
      refuse("the number " + text_ + " is shown as a date and is none");
      return text_;
    }
    const auto plain = number_text(number);
    if (plain) return *plain;
    refuse(
        "a number of more than 15 digits: spreadsheets lose the rest; format the column as text and type it "
        "anew");
    return text_;
  }

  const XlsxBook& book_;
  TableNotes& notes_;
  SparseRow row_;
  bool is_row_ = false, is_cell_ = false, takes_text_ = false, has_formula_ = false, is_long_ = false;
  int reading_aids_ = 0;
  std::uint64_t last_row_ = 0, style_ = 0;
  std::size_t next_column_ = 0, column_ = 0;
  std::string type_, text_;
};

class XlsxRows final : public RowSource {
 public:
  XlsxRows(const ZipArchive& archive, const XlsxBook& book, std::string part, std::uint64_t header_row,
           TableNotes& notes)
      : archive_(archive), book_(book), part_(std::move(part)), header_row_(header_row), notes_(notes) {}

  [[nodiscard]] const std::vector<std::string>& header() const override { return header_; }

  Status rewind() override {
    notes_.hidden_rows = notes_.hidden_columns = notes_.merged_cells = 0;
    reader_ = std::make_unique<SheetReader>(book_, notes_);
    KAREZ_ASSIGN(stream_, XmlStream::open(archive_, part_, limits::kSheetBytes, *reader_));
    reader_->stream = stream_.get();
    is_at_end_ = false;
    header_.clear();
    for (;;) {
      KAREZ_ASSIGN(auto row, next_sparse());
      if (!row) return bad_workbook("the sheet has no heading");
      if (row->cells.empty() || row->number < header_row_) continue;
      header_.resize(row->cells.back().first + 1);
      for (auto& [column, text] : row->cells) header_[column] = std::move(text);
      for (std::string& name : header_) trim(name);
      return {};
    }
  }

  Result<std::optional<SourceRow>> next() override {
    KAREZ_ASSIGN(auto sparse, next_sparse());
    if (!sparse) return std::optional<SourceRow>();
    SourceRow row{sparse->number, std::vector<std::string>(header_.size()), std::move(sparse->problem)};
    for (auto& [column, text] : sparse->cells) {
      if (column < header_.size()) {
        row.cells[column] = std::move(text);
      } else if (row.problem.empty()) {
        row.problem = column_name(column) + std::to_string(row.number) + ": the column has no heading";
      }
    }
    return std::optional(std::move(row));
  }

 private:
  static void trim(std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return text.clear();
    text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  }

  Result<std::optional<SparseRow>> next_sparse() {
    while (reader_->ready.empty() && !is_at_end_) {
      KAREZ_ASSIGN(const bool goes_on, stream_->step());
      is_at_end_ = !goes_on;
    }
    if (reader_->ready.empty()) return std::optional<SparseRow>();
    std::optional<SparseRow> row(std::move(reader_->ready.front()));
    reader_->ready.pop_front();
    return row;
  }

  const ZipArchive& archive_;
  const XlsxBook& book_;
  std::string part_;
  std::uint64_t header_row_;
  TableNotes& notes_;
  std::unique_ptr<SheetReader> reader_;
  std::unique_ptr<XmlStream> stream_;
  bool is_at_end_ = false;
  std::vector<std::string> header_;
};

}  // namespace

Result<std::unique_ptr<RowSource>> xlsx_rows(const ZipArchive& archive, const XlsxBook& book,
                                             const XlsxBook::SheetPart& sheet, std::uint64_t header_row,
                                             TableNotes& notes) {
  auto rows = std::make_unique<XlsxRows>(archive, book, sheet.part, header_row, notes);
  KAREZ_TRY(rows->rewind());
  return std::unique_ptr<RowSource>(std::move(rows));
}

}  // namespace karez
