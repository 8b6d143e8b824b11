#include "import_cells.h"

#include <algorithm>
#include <set>
#include <utility>

#include "karez/base/hash.h"
#include "karez/base/text.h"
#include "replica_impl.h"
#include "stock_guard.h"

namespace karez {
namespace {

constexpr std::size_t kTokenBytes = 5;  // ten hexadecimal digits: short enough to read out

}  // namespace

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

Bytes source_key(const std::string& source, std::string_view kind, const std::vector<std::string>& cells,
                 std::uint64_t ordinal) {
  Writer writer;
  writer.text("karez/source/1");
  writer.text(source);
  writer.text(kind);
  writer.varint(cells.size());
  for (const std::string& cell : cells) writer.text(cell);
  writer.varint(ordinal);
  const auto hash = blake2b_128({writer.bytes()});
  return {hash.begin(), hash.end()};
}

Bytes keyed_source_key(const std::string& source, std::string_view kind, std::string_view key) {
  Writer writer;
  writer.text("karez/source-id/1");
  writer.text(source);
  writer.text(kind);
  writer.text(key);
  const auto hash = blake2b_128({writer.bytes()});
  return {hash.begin(), hash.end()};
}

ImportBatch new_import(Replica& replica, const ImportOptions& options, const std::string& of) {
  const AuthorRow& me = replica.impl().me();
  // Other imports begin at another change of this author: no randomness is needed.
  Writer writer;
  writer.text("karez/import/1");
  writer.raw(me.key.bytes);
  writer.varint(me.held_seq);
  writer.varint(static_cast<std::uint64_t>(std::max<std::int64_t>(replica.now_ms(), 0)));
  writer.text(options.source);
  const auto hash = blake2b_128({writer.bytes()});
  std::string source = options.source;
  // The note of an import is no place for a text that does not fit a field.
  if (source.size() > limits::kNameBytes || !is_utf8(source) || source.find('\0') != std::string::npos) {
    source.clear();
  }
  return {to_hex(ByteView(hash).first(kTokenBytes)), source, of, options.is_preview};
}

Result<std::uint64_t> count_rows(RowSource& rows) {
  std::uint64_t count = 0;
  for (;;) {
    KAREZ_ASSIGN(const auto row, rows.next());
    if (!row) break;
    ++count;
  }
  KAREZ_TRY(rows.rewind());
  return count;
}

Result<JudgedRecords> record_batch(Replica& replica, const std::vector<std::vector<NewRecord>>& changes,
                                   const std::set<std::size_t>& keep_first, const ImportBatch& import) {
  StockGuard stock(replica.impl());
  return replica.impl().create_all(changes, true, keep_first, stock, &import);
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
  for (const JudgedRecords::Refused& one : judged.refused) {
    report.refused.push_back({rows[one.change][one.record], one.reason});
  }
  return refused.size() + judged.refused.size();
}

}  // namespace karez
