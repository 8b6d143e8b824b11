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

/// A reference list names no records; what happened may (by record id). The columns that tell who the row is
/// and whose it is have no field.
Result<std::vector<const Field*>> bind_columns(const Collection& collection,
                                               const std::vector<std::string>& header,
                                               const ImportOptions& options) {
  const bool is_list = collection.field(kCode) != nullptr;
  std::vector<const Field*> columns;
  std::set<std::string> seen;
  std::optional<Error> problem;
  for (const std::string& name : header) {
    if (!name.empty() &&
        (name == options.key_column || name == options.parent_column || name == options.id_column)) {
      if (!seen.insert(name).second) problem = column_error("stands twice", name);
      columns.push_back(nullptr);
      continue;
    }
    const Field* field = collection.field(name);
    if (field == nullptr || field->internal || (is_list && field->type == FieldType::ref)) {
      problem = column_error("is not known", name);
      continue;
    }
    if (!seen.insert(field->name).second) problem = column_error("stands twice", name);
    columns.push_back(field);
  }
  // What is missing is said first: a misspelt column is both.
  for (const std::string& name : {options.key_column, options.parent_column, options.id_column}) {
    if (!name.empty() && !seen.contains(name)) return column_error("is missing", name);
  }
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

/// A time that a spreadsheet shows has neither an offset nor parts of a second.
bool says_the_same(const Value& shown, const Value& told) {
  const auto* a = std::get_if<WallTime>(&shown.side);
  const auto* b = std::get_if<WallTime>(&told.side);
  const auto seconds = [](const WallTime& time) {
    return time.ms / 1000 + std::int64_t{time.offset_minutes} * 60;
  };
  if (a != nullptr && b != nullptr) return seconds(*a) == seconds(*b);
  return in_order(shown) == in_order(told);
}

/// The settings that turn what a record shows into what its row says; an empty cell says nothing.
std::vector<FieldSetting> differences(const RecordView& view, const Collection& collection,
                                      const std::vector<std::pair<std::string, Value>>& fields) {
  std::vector<FieldSetting> settings;
  for (const auto& [name, value] : fields) {
    if (collection.field(name)->merge == MergeKind::counter) continue;
    const Value* shown = find_value(view, name);
    if (shown == nullptr || !says_the_same(*shown, value)) {
      settings.push_back({name, FieldSetting::Kind::set, value});
    }
  }
  return settings;
}

/// Records that are to be made, some hundred a change.
class Plan {
 public:
  Plan(Replica& replica, ImportReport& report, ImportBatch import)
      : replica_(replica), report_(report), import_(std::move(import)) {}

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
    KAREZ_ASSIGN(const JudgedRecords judged, record_batch(replica_, changes_, {}, import_));
    const std::uint64_t before = report_.records;
    for (const auto& ids : judged.ids) {
      report_.records += static_cast<std::uint64_t>(
          std::count_if(ids.begin(), ids.end(), [](const auto& id) { return id.has_value(); }));
    }
    if (report_.records > before && !import_.is_preview) report_.token = import_.token;
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
  ImportBatch import_;
  std::vector<NewRecord> change_;
  std::vector<std::uint64_t> change_rows_;
  std::size_t change_bytes_ = 0;
  std::vector<std::vector<NewRecord>> changes_;
  std::vector<std::vector<std::uint64_t>> rows_;
};

class RowImporter {
 public:
  RowImporter(Replica& replica, const Collection& collection, std::vector<const Field*> columns,
              const RowSource& rows, const ImportOptions& options)
      : replica_(replica),
        collection_(collection),
        columns_(std::move(columns)),
        options_(options),
        key_place_(place_of(rows, options.key_column)),
        parent_place_(place_of(rows, options.parent_column)),
        id_place_(place_of(rows, options.id_column)),
        plan_(replica, report_, new_import(replica, options, collection.name)) {}

  Status add(const SourceRow& row) {
    if (!row.problem.empty()) return refuse(row, row.problem);
    NewRecord record{collection_.name, {}};
    std::string code;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      bytes += row.cells[i].size() + 24;
      if (columns_[i] == nullptr) continue;
      const Field& field = *columns_[i];
      auto value = parse(field, row.cells[i]);
      if (!value) return refuse(row, value.error().message);
      if (value->is_null() && (field.required || field.name == kCode))
        return refuse(row, field.name + ": missing");
      if (field.name == kCode) code = row.cells[i];
      if (!value->is_null()) record.fields.emplace_back(field.name, std::move(*value));
    }
    if (bytes > kRowBytes)
      return refuse(row, "the row is longer than " + std::to_string(kRowBytes) + " bytes");
    if (id_place_ && !row.cells[*id_place_].empty()) return add_named(row, record);
    if (collection_.field(kCode) == nullptr) return add_happened(row, std::move(record), bytes);
    const SeenRow seen{row.number, source_key("", "", row.cells, 0)};
    const auto before = rows_.emplace(code, seen);
    if (!before.second) return repeat(row, before.first->second, seen);
    KAREZ_ASSIGN(const auto known, replica_.find_by_key(collection_.name, Value::of(code)));
    return known ? update(row, *known, record) : make(std::move(record), bytes, row.number);
  }

  Status flush() { return plan_.flush(); }
  ImportReport& report() { return report_; }

 private:
  Result<Value> parse(const Field& field, const std::string& cell) {
    if (field.type == FieldType::ref) return replica_.parse(collection_.name, field.name, cell);
    return parse_cell(replica_.catalog(), field, cell, replica_.zone_minutes());
  }

  Status refuse(const SourceRow& row, std::string why) {
    report_.refused.push_back({row.number, std::move(why)});
    return {};
  }

  /// What is kept of a row with a code: a million of them may come.
  struct SeenRow {
    std::uint64_t number = 0;
    Bytes digest;
  };

  static std::optional<std::size_t> place_of(const RowSource& rows, const std::string& column) {
    const auto found = std::find(rows.header().begin(), rows.header().end(), column);
    if (column.empty() || found == rows.header().end()) return std::nullopt;
    return static_cast<std::size_t>(found - rows.header().begin());
  }

  Status make(NewRecord record, std::size_t bytes, std::uint64_t row) {
    if (report_.samples.size() < options_.samples) report_.samples.push_back(record);
    return plan_.add(std::move(record), bytes, row);
  }

  Status repeat(const SourceRow& row, const SeenRow& before, const SeenRow& now) {
    if (now.digest != before.digest) {
      return refuse(row, std::string(kCode) + ": stands already in row " + std::to_string(before.number));
    }
    ++report_.repeated;
    return {};
  }

  /// A row that says which record it is, as an export wrote it.
  Status add_named(const SourceRow& row, const NewRecord& record) {
    const auto id = replica_.find(row.cells[*id_place_]);
    if (!id && id.error().code != ErrorCode::not_found && id.error().code != ErrorCode::usage)
      return id.error();
    if (!id) return refuse(row, options_.id_column + ": " + id.error().message);
    return update(row, *id, record);
  }

  Status update(const SourceRow& row, const RecordId& id, const NewRecord& record) {
    KAREZ_ASSIGN(RecordView view, replica_.show(id));
    if (view.collection != collection_.name) return refuse(row, to_text(id) + " is no " + collection_.name);
    // What was voided stays so, whatever its row says.
    if (view.void_reason) {
      ++report_.repeated;
      return {};
    }
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
    const Status edited = options_.is_preview ? Status() : replica_.edit(id, settings);
    if (!edited) {
      return edited.error().code == ErrorCode::refused ? refuse(row, edited.error().message) : edited;
    }
    ++report_.updated;
    return {};
  }

  /// What happened twice in one way happened twice: equal rows are told apart by their order. A row with a
  /// key of its own is told apart by it.
  Status add_happened(const SourceRow& row, NewRecord record, std::size_t bytes) {
    const std::string kind = "row/" + collection_.name;
    Bytes key;
    if (key_place_) {
      const std::string& text = row.cells[*key_place_];
      if (text.empty()) return refuse(row, options_.key_column + ": missing");
      key = keyed_source_key(options_.source, kind, text);
      if (seen_[key]++ > 0) return refuse(row, options_.key_column + ": stands already in an earlier row");
    } else {
      const std::uint64_t ordinal = seen_[source_key(options_.source, kind, row.cells, 0)]++;
      key = source_key(options_.source, kind, row.cells, ordinal);
    }
    const Value key_value(Value::Side(std::move(key)));
    KAREZ_ASSIGN(const auto known, replica_.find_by_key(collection_.name, key_value));
    if (known) {
      ++report_.repeated;
      return {};
    }
    if (parent_place_) {
      const Bytes parent = keyed_source_key(options_.source, "row/event", row.cells[*parent_place_]);
      KAREZ_ASSIGN(const auto event, replica_.find_by_key("event", Value(Value::Side(parent))));
      if (!event) {
        return refuse(row, options_.parent_column + ": no record \"" + row.cells[*parent_place_] +
                               "\" was imported before");
      }
      record.fields.emplace_back("event", Value(Value::Side(*event)));
    }
    record.fields.emplace_back(std::string(kSourceKey), key_value);
    return make(std::move(record), bytes, row.number);
  }

  Replica& replica_;
  const Collection& collection_;
  std::vector<const Field*> columns_;
  const ImportOptions& options_;
  std::optional<std::size_t> key_place_, parent_place_, id_place_;
  std::map<std::string, SeenRow> rows_;  ///< by code
  std::map<Bytes, std::uint64_t> seen_;  ///< how often a row stood before
  ImportReport report_;
  Plan plan_;
  std::optional<Result<Unsealer>> unsealer_;  ///< once it is needed
};

}  // namespace

Result<ImportReport> import_records(Replica& replica, const std::string& collection, RowSource& rows,
                                    const ImportOptions& options) {
  const Collection* known = replica.catalog().collection(collection);
  if (known == nullptr || key_of_rows(*known) == nullptr) {
    return Error{ErrorCode::usage, "\"" + collection + "\" cannot be imported: its rows have no key"};
  }
  KAREZ_ASSIGN(auto columns, bind_columns(*known, rows.header(), options));
  KAREZ_ASSIGN(const std::uint64_t count, count_rows(rows));
  RowImporter importer(replica, *known, std::move(columns), rows, options);
  for (std::uint64_t done = 1;; ++done) {
    KAREZ_ASSIGN(const auto row, rows.next());
    if (!row) break;
    const bool is_empty = row->problem.empty() && std::all_of(row->cells.begin(), row->cells.end(),
                                                              [](const auto& cell) { return cell.empty(); });
    if (!is_empty) KAREZ_TRY(importer.add(*row));
    if (options.progress) options.progress(done, count);
  }
  KAREZ_TRY(importer.flush());
  ImportReport report = std::move(importer.report());
  std::sort(report.refused.begin(), report.refused.end(),
            [](const auto& a, const auto& b) { return a.row < b.row; });
  return report;
}

Result<ImportReport> import_records(Replica& replica, const std::string& collection, std::string_view csv,
                                    const std::string& source, const ImportProgress& progress) {
  KAREZ_ASSIGN(const auto rows, csv_rows(csv));
  ImportOptions options;
  options.source = source;
  options.progress = progress;
  return import_records(replica, collection, *rows, options);
}

}  // namespace karez
