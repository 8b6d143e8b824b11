#include "import_cells.h"

#include <algorithm>
#include <set>
#include <utility>

#include "karez/base/hash.h"

namespace karez {

Result<Value> parse_cell(const Catalog& catalog, const Field& field, std::string_view cell,
                         int zone_minutes) {
  if (field.merge != MergeKind::set || cell.empty()) return parse_value(catalog, field, cell, zone_minutes);
  Value::List list;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find_first_of(";|"), cell.size());
    KAREZ_ASSIGN(Value element, parse_value(catalog, field, cell.substr(0, end), zone_minutes));
    if (!element.is_null()) list.push_back(std::move(element));
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list.empty() ? Value() : Value(Value::Side(std::move(list)));
}

Bytes source_key(const std::string& source, std::string_view kind, const CsvRow& row, std::uint64_t ordinal) {
  Writer writer;
  writer.text("karez/source/1");
  writer.text(source);
  writer.text(kind);
  writer.varint(row.cells.size());
  for (const std::string& cell : row.cells) writer.text(cell);
  writer.varint(ordinal);
  const auto hash = blake2b_128({writer.bytes()});
  return {hash.begin(), hash.end()};
}

Error column_error(const char* what, const std::string& column) {
  return {ErrorCode::refused, "the column \"" + column + "\" " + what + "; nothing was imported"};
}

const Value* find_value(const RecordView& view, std::string_view field) {
  const auto found = std::find_if(view.fields.begin(), view.fields.end(),
                                  [&](const FieldView& candidate) { return candidate.field == field; });
  return found == view.fields.end() || found->value.is_null() ? nullptr : &found->value;
}

std::uint64_t add_breaches(const JudgedRecords& judged, const std::vector<std::vector<std::uint64_t>>& rows,
                           ImportReport& report) {
  std::set<std::pair<std::size_t, std::size_t>> refused;
  for (const RuleBreach& breach : judged.breaches) {
    if (judged.ids[breach.change][breach.record]) {
      report.breaches.push_back(breach);
    } else if (breach.group.rule.on_break == RuleBreak::block &&
               refused.emplace(breach.change, breach.record).second) {
      report.refused.push_back({rows[breach.change][breach.record], to_text(breach)});
    }
  }
  return refused.size();
}

}  // namespace karez
