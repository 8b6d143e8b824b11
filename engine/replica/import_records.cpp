// One row a record: reference lists, known by their codes, and events and moves, known by where they came
// from.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "import_cells.h"
#include "karez/replica/import.h"
#include "karez/replica/sealing.h"

namespace karez {
namespace {

constexpr std::size_t kRecordsPerChange = 100;
constexpr std::size_t kRowBytes = 40 * 1024;  // one record always fits a change
constexpr std::size_t kChangesPerCommit = 50;
constexpr std::string_view kCode = "code";
constexpr std::string_view kSourceKey = "source_key";

/// What a row is known by: its code, or the key of where it came from; null if rows of this kind are not
/// known again.
const Field* key_of_rows(const Collection& collection) {
  const Field* code = collection.field(kCode);
  return code != nullptr ? code : collection.field(kSourceKey);
}

/// A reference list names no records; what happened may (by record id).
Result<std::vector<const Field*>> bind_columns(const Collection& collection,
                                               const std::vector<std::string>& header) {
  const bool is_list = collection.field(kCode) != nullptr;
  std::vector<const Field*> columns;
  std::set<std::string> seen;
  std::optional<Error> problem;
  for (const std::string& name : header) {
    const Field* field = collection.field(name);
    if (field == nullptr || field->internal || (is_list && field->type == FieldType::ref)) {
      problem = column_error("is not known", name);
      continue;
    }
    if (!seen.insert(field->name).second) problem = column_error("stands twice", name);
    columns.push_back(field);
  }
  // What is missing is said first: a misspelt column is both.
  for (const Field& field : collection.fields) {
    const bool is_needed = (field.required && !field.internal) || field.name == kCode;
    if (is_needed && !seen.contains(field.name)) return column_error("is missing", field.name);
  }
  if (problem) return *problem;
  return columns;
}

/// A set's elements in one order, so that equal sets are equal values.
Value in_order(Value value) {
  if (auto* list = std::get_if<Value::List>(&value.side)) std::sort(list->begin(), list->end());
  return value;
}

/// The settings that turn what a record shows into what its row says; an empty cell says nothing.
std::vector<FieldSetting> differences(const RecordView& view, const Collection& collection,
                                      const std::vector<std::pair<std::string, Value>>& fields) {
  std::vector<FieldSetting> settings;
  for (const auto& [name, value] : fields) {
    if (collection.field(name)->merge == MergeKind::counter) continue;
    const Value* shown = find_value(view, name);
    if (shown == nullptr || in_order(*shown) != in_order(value)) {
      settings.push_back({name, FieldSetting::Kind::set, value});
    }
  }
  return settings;
}

/// Records that are to be made, some hundred a change.
class Plan {
 public:
  Plan(Replica& replica, ImportReport& report) : replica_(replica), report_(report) {}

  /// `row`: where it stands in its file.
  Status add(NewRecord record, std::size_t bytes, std::uint64_t row) {
    // Personal fields are erased with their change, so each record that has some is a change of its own.
    const bool is_alone = seals_something(replica_.catalog(), record);
    if (change_.size() >= kRecordsPerChange ||
        (!change_.empty() && (is_alone || change_bytes_ + bytes > kChangeBytesAimed))) {
      end_change();
    }
    change_.push_back(std::move(record));
    change_rows_.push_back(row);
    change_bytes_ += bytes;
    if (is_alone) end_change();
    return changes_.size() >= kChangesPerCommit ? flush() : Status();
  }

  Status flush() {
    if (!change_.empty()) end_change();
    if (changes_.empty()) return {};
    KAREZ_ASSIGN(const JudgedRecords judged, create_unblocked(replica_, changes_));
    for (const auto& ids : judged.ids) {
      report_.records += static_cast<std::uint64_t>(
          std::count_if(ids.begin(), ids.end(), [](const auto& id) { return id.has_value(); }));
    }
    add_breaches(judged, rows_, report_);
    changes_.clear();
    rows_.clear();
    return {};
  }

 private:
  void end_change() {
    changes_.push_back(std::exchange(change_, {}));
    rows_.push_back(std::exchange(change_rows_, {}));
    change_bytes_ = 0;
  }

  Replica& replica_;
  ImportReport& report_;
  std::vector<NewRecord> change_;
  std::vector<std::uint64_t> change_rows_;
  std::size_t change_bytes_ = 0;
  std::vector<std::vector<NewRecord>> changes_;
  std::vector<std::vector<std::uint64_t>> rows_;
};

class RowImporter {
 public:
  RowImporter(Replica& replica, const Collection& collection, std::vector<const Field*> columns,
              const std::string& source)
      : replica_(replica),
        collection_(collection),
        columns_(std::move(columns)),
        source_(source),
        plan_(replica, report_) {}

  Status add(const CsvRow& row) {
    NewRecord record{collection_.name, {}};
    std::string code;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Field& field = *columns_[i];
      auto value = parse(field, row.cells[i]);
      if (!value) return refuse(row, value.error().message);
      bytes += row.cells[i].size() + 24;
      if (value->is_null() && (field.required || field.name == kCode))
        return refuse(row, field.name + ": missing");
      if (field.name == kCode) code = row.cells[i];
      if (!value->is_null()) record.fields.emplace_back(field.name, std::move(*value));
    }
    if (bytes > kRowBytes)
      return refuse(row, "the row is longer than " + std::to_string(kRowBytes) + " bytes");
    if (collection_.field(kCode) == nullptr) return add_happened(row, std::move(record), bytes);
    const auto [before, is_first] = rows_.emplace(code, row);
    if (!is_first) return repeat(row, before->second);
    KAREZ_ASSIGN(const auto known, replica_.find_by_key(collection_.name, Value::of(code)));
    return known ? update(*known, record) : plan_.add(std::move(record), bytes, row.number);
  }

  Status flush() { return plan_.flush(); }
  ImportReport& report() { return report_; }

 private:
  Result<Value> parse(const Field& field, const std::string& cell) {
    if (field.type == FieldType::ref) return replica_.parse(collection_.name, field.name, cell);
    return parse_cell(replica_.catalog(), field, cell, replica_.zone_minutes());
  }

  Status refuse(const CsvRow& row, std::string why) {
    report_.refused.push_back({row.number, std::move(why)});
    return {};
  }

  Status repeat(const CsvRow& row, const CsvRow& before) {
    if (row.cells != before.cells) {
      return refuse(row, std::string(kCode) + ": stands already in row " + std::to_string(before.number));
    }
    ++report_.repeated;
    return {};
  }

  Status update(const RecordId& id, const NewRecord& record) {
    KAREZ_ASSIGN(RecordView view, replica_.show(id));
    // Who cannot read what is sealed cannot tell whether the row says the same: it is sealed again, so
    // nothing is lost.
    if (seals_something(replica_.catalog(), record)) {
      if (!unsealer_) unsealer_.emplace(Unsealer::open(replica_));
      if (*unsealer_) KAREZ_TRY((*unsealer_)->open_fields(view));
    }
    const auto settings = differences(view, collection_, record.fields);
    if (settings.empty()) {
      ++report_.repeated;
      return {};
    }
    KAREZ_TRY(replica_.edit(id, settings));
    ++report_.updated;
    return {};
  }

  /// What happened twice in one way happened twice: equal rows are told apart by their order.
  Status add_happened(const CsvRow& row, NewRecord record, std::size_t bytes) {
    const std::string kind = "row/" + collection_.name;
    const std::uint64_t ordinal = seen_[source_key(source_, kind, row, 0)]++;
    Value key(Value::Side(source_key(source_, kind, row, ordinal)));
    KAREZ_ASSIGN(const auto known, replica_.find_by_key(collection_.name, key));
    if (known) {
      ++report_.repeated;
      return {};
    }
    record.fields.emplace_back(std::string(kSourceKey), std::move(key));
    return plan_.add(std::move(record), bytes, row.number);
  }

  Replica& replica_;
  const Collection& collection_;
  std::vector<const Field*> columns_;
  const std::string& source_;
  std::map<std::string, CsvRow> rows_;   ///< by code
  std::map<Bytes, std::uint64_t> seen_;  ///< how often a row stood before
  ImportReport report_;
  Plan plan_;
  std::optional<Result<Unsealer>> unsealer_;  ///< once it is needed
};

}  // namespace

Result<ImportReport> import_records(Replica& replica, const std::string& collection, std::string_view csv,
                                    const std::string& source, const ImportProgress& progress) {
  const Collection* known = replica.catalog().collection(collection);
  if (known == nullptr || key_of_rows(*known) == nullptr) {
    return Error{ErrorCode::usage, "\"" + collection + "\" cannot be imported: its rows have no key"};
  }
  KAREZ_ASSIGN(const CsvTable table, parse_csv(csv));
  KAREZ_ASSIGN(auto columns, bind_columns(*known, table.header));
  RowImporter importer(replica, *known, std::move(columns), source);
  for (const auto& bad : table.bad_rows) importer.report().refused.push_back({bad.number, bad.reason});
  for (const CsvRow& row : table.rows) {
    const bool is_empty =
        std::all_of(row.cells.begin(), row.cells.end(), [](const auto& cell) { return cell.empty(); });
    if (!is_empty) KAREZ_TRY(importer.add(row));
    if (progress) progress(row.number, table.rows.size());
  }
  KAREZ_TRY(importer.flush());
  ImportReport report = std::move(importer.report());
  std::sort(report.refused.begin(), report.refused.end(),
            [](const auto& a, const auto& b) { return a.row < b.row; });
  return report;
}

}  // namespace karez
