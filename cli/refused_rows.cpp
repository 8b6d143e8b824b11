#include "cli/refused_rows.h"

#include "cli/import_reasons.h"
#include "cli/texts_import.h"
#include "karez/exchange/sheet.h"

namespace karez::cli {
namespace {

/// What stands between the two parts of a text around {0}; nothing if `heading` is not such a text.
std::optional<std::string> source_in(const char* form, const std::string& heading) {
  const std::string_view text(form);
  const std::size_t place = text.find("{0}");
  const std::string_view before = text.substr(0, place), behind = text.substr(place + 3);
  if (heading.size() < before.size() + behind.size() || !heading.starts_with(before) ||
      !heading.ends_with(behind))
    return std::nullopt;
  return heading.substr(before.size(), heading.size() - before.size() - behind.size());
}

class MendedRows final : public RowSource {
 public:
  explicit MendedRows(RowSource& rows) : rows_(rows), header_(rows.header()) {
    header_.resize(header_.size() - 2);
  }
  [[nodiscard]] const std::vector<std::string>& header() const override { return header_; }
  Status rewind() override { return rows_.rewind(); }
  Result<std::optional<SourceRow>> next() override {
    KAREZ_ASSIGN(auto row, rows_.next());
    if (row && row->cells.size() == header_.size() + 2) row->cells.resize(header_.size());
    return row;
  }

 private:
  RowSource& rows_;
  std::vector<std::string> header_;
};

}  // namespace

Status write_refused(const Context& context, const std::string& path, const std::string& source,
                     RowSource& rows, const ImportReport& report) {
  KAREZ_TRY(rows.rewind());
  Sheet sheet{"refused", "", "", {}};
  for (const std::string& heading : rows.header()) sheet.columns.push_back({heading, heading, heading});
  const std::size_t columns = sheet.columns.size();
  const std::string number = context.say(say::kRefusedNumber, {source});
  const std::string reason = context.say(say::kRefusedReason);
  sheet.columns.push_back({number, number, number, CellType::integer});
  sheet.columns.push_back({reason, reason, reason});
  KAREZ_ASSIGN(const auto writer, write_csv(path, {Headings::zh}));
  KAREZ_TRY(writer->begin_sheet(sheet));
  auto refused = report.refused.begin();
  while (refused != report.refused.end()) {
    KAREZ_ASSIGN(auto row, rows.next());
    if (!row) break;
    if (row->number != refused->row) continue;
    std::vector<Cell> cells(columns);
    for (std::size_t i = 0; i < columns && i < row->cells.size(); ++i) {
      if (!row->cells[i].empty()) cells[i] = std::move(row->cells[i]);
    }
    cells.emplace_back(static_cast<std::int64_t>(row->number));
    cells.emplace_back(reason_in(context.language, refused->reason));
    KAREZ_TRY(writer->row(cells));
    while (refused != report.refused.end() && refused->row == row->number) ++refused;
  }
  KAREZ_TRY_IGNORING_VALUE(writer->finish());
  return {};
}

std::unique_ptr<RowSource> mended_rows(RowSource& rows, std::string& source) {
  const auto& header = rows.header();
  if (header.size() < 3) return nullptr;
  for (const char* form : {say::kRefusedNumber.zh, say::kRefusedNumber.en}) {
    const auto named = source_in(form, header[header.size() - 2]);
    if (!named) continue;
    source = *named;
    return std::make_unique<MendedRows>(rows);
  }
  return nullptr;
}

}  // namespace karez::cli
