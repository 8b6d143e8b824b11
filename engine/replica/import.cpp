// Recording a field day: what is here already, what is new, visit by visit.
#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "field_day.h"
#include "import_cells.h"
#include "karez/replica/import.h"

namespace karez {
namespace {

constexpr std::size_t kVisitsPerCommit = 500;  // a kill in the middle keeps the commits before it
constexpr std::size_t kRecordsAimed = 400;

std::size_t size_of(const Settings& fields) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) {
    const auto* text = std::get_if<std::string>(&value.side);
    bytes += 48 + (text != nullptr ? text->size() : 0);
  }
  return bytes;
}

NewRecord record_of(const char* collection, Settings fields, Bytes key) {
  NewRecord record{collection, {}};
  for (auto& [name, value] : fields) record.fields.emplace_back(name, std::move(value));
  record.fields.emplace_back("source_key", Value(Value::Side(std::move(key))));
  return record;
}

class Recorder {
 public:
  Recorder(Replica& replica, ImportReport& report, const ImportOptions& options)
      : replica_(replica),
        report_(report),
        samples_(options.samples),
        import_(new_import(replica, options, "handout")) {}

  Status add(Visit visit) {
    KAREZ_ASSIGN(const auto known_move, drop_known_lines(visit));
    if (known_move && visit.lines.empty() && visit.plain_rows.empty()) return {};
    KAREZ_ASSIGN(const auto event, find_event(visit, known_move));
    if (!event) {
      begin(std::move(visit));
    } else {
      report_.repeated += visit.plain_rows.size();
      KAREZ_TRY(complete(*event, visit));
      if (!visit.lines.empty()) plan(std::move(visit.lines), *event, {});
    }
    return changes_.size() >= kVisitsPerCommit ? flush() : Status();
  }

  /// Commits what is planned; the rest of a visit too large for one change follows, under the visit's real
  /// id.
  Status flush() {
    while (!changes_.empty()) {
      // A visit of which a part follows in another change is needed whatever becomes of its first part.
      std::set<std::size_t> needed = std::move(plain_);
      for (const Rest& rest : rests_) needed.insert(rest.change);
      KAREZ_ASSIGN(const JudgedRecords judged, record_batch(replica_, changes_, needed, import_));
      note_breaches(judged);
      if (!import_.is_preview && has_made(judged)) report_.token = import_.token;
      std::vector<Rest> rests = std::move(rests_);
      // What a preview made is gone: nothing can refer to it.
      if (import_.is_preview) rests.clear();
      changes_.clear();
      rows_.clear();
      rests_.clear();
      plain_.clear();
      for (Rest& rest : rests) {
        const RecordId event = rest.event ? *rest.event : judged.ids.at(rest.change).at(0).value();
        plan(std::move(rest.lines), event, {});
      }
    }
    return {};
  }

 private:
  /// Lines that did not fit change number `change` of the plan, which makes their visit if `event` is not
  /// known.
  struct Rest {
    std::size_t change = 0;
    std::optional<RecordId> event;
    std::vector<Line> lines;
  };

  /// Keeps the lines that are not recorded yet; gives one of those that are.
  Result<std::optional<RecordId>> drop_known_lines(Visit& visit) {
    std::optional<RecordId> known;
    std::vector<Line> fresh;
    for (Line& line : visit.lines) {
      KAREZ_ASSIGN(const auto move, replica_.find_by_key("move", Value(Value::Side(line.key))));
      if (move) {
        known = move;
        ++report_.repeated;
      } else {
        fresh.push_back(std::move(line));
      }
    }
    visit.lines = std::move(fresh);
    return known;
  }

  /// The visit's record, if there is one: that of a recorded line, else the one with its own key.
  Result<std::optional<RecordId>> find_event(const Visit& visit, const std::optional<RecordId>& known_move) {
    if (known_move) {
      KAREZ_ASSIGN(const RecordView view, replica_.show(*known_move));
      const Value* event = find_value(view, "event");
      if (event != nullptr && std::holds_alternative<RecordId>(event->side)) {
        return std::optional(std::get<RecordId>(event->side));
      }
    }
    return replica_.find_by_key("event", Value(Value::Side(visit.key)));
  }

  /// A file that has grown may say of a recorded visit what was not said before; nothing that was said is
  /// changed.
  Status complete(const RecordId& event, const Visit& visit) {
    KAREZ_ASSIGN(const RecordView view, replica_.show(event));
    const Value* key = find_value(view, "source_key");
    const bool is_told = key != nullptr && *key == Value(Value::Side(visit.key)) && visit.lines.empty();
    if (is_told || view.void_reason) return {};
    std::vector<FieldSetting> settings;
    for (const auto& [name, value] : visit.fields) {
      const Field* field = replica_.catalog().collection("event")->field(name);
      if (field->merge != MergeKind::reg || find_value(view, name) != nullptr) continue;
      settings.push_back({name, FieldSetting::Kind::set, value});
    }
    return settings.empty() || import_.is_preview ? Status() : replica_.edit(event, settings);
  }

  void begin(Visit visit) {
    ++report_.visits;
    visit.fields.emplace("type", Value::of(std::string("visit")));
    const std::size_t bytes = size_of(visit.fields);
    std::vector<NewRecord> change;
    change.push_back(record_of("event", std::move(visit.fields), std::move(visit.key)));
    note_sample(change.back());
    if (!visit.plain_rows.empty()) plain_.insert(changes_.size());
    plan(std::move(visit.lines), std::nullopt, std::move(change), bytes);
  }

  /// One change: `change` as begun, and as many lines as fit; the rest is put off.
  void plan(std::vector<Line> lines, const std::optional<RecordId>& event, std::vector<NewRecord> change,
            std::size_t bytes = 0) {
    const RecordId first_of_change{{}, 0, 1};
    std::size_t taken = 0;
    std::vector<std::uint64_t> rows(change.size(), 0);
    for (Line& line : lines) {
      bytes += size_of(line.fields) + 64;
      if (!change.empty() && (bytes > kChangeBytesAimed || change.size() >= kRecordsAimed)) break;
      line.fields.emplace("reason", Value::of(std::string("give")));
      line.fields.emplace("event", Value(Value::Side(event ? *event : first_of_change)));
      change.push_back(record_of("move", std::move(line.fields), std::move(line.key)));
      note_sample(change.back());
      rows.push_back(line.row);
      ++report_.lines;
      ++taken;
    }
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(taken));
    if (!lines.empty()) rests_.push_back({changes_.size(), event, std::move(lines)});
    changes_.push_back(std::move(change));
    rows_.push_back(std::move(rows));
  }

  static bool has_made(const JudgedRecords& judged) {
    return std::any_of(judged.ids.begin(), judged.ids.end(), [](const auto& ids) {
      return std::any_of(ids.begin(), ids.end(), [](const auto& id) { return id.has_value(); });
    });
  }

  void note_sample(const NewRecord& record) {
    if (report_.samples.size() < samples_) report_.samples.push_back(record);
  }

  void note_breaches(const JudgedRecords& judged) {
    report_.lines -= add_breaches(judged, rows_, report_);
    for (std::size_t i = 0; i < judged.ids.size(); ++i) {
      const bool is_visit = rows_[i].front() == 0;
      if (is_visit && !judged.ids[i].front()) --report_.visits;
    }
  }

  Replica& replica_;
  ImportReport& report_;
  std::size_t samples_;
  ImportBatch import_;
  std::vector<std::vector<NewRecord>> changes_;   ///< planned, not committed
  std::vector<std::vector<std::uint64_t>> rows_;  ///< of each planned record, 0 for a visit
  std::set<std::size_t> plain_;                   ///< planned visits with rows without a handout
  std::vector<Rest> rests_;
};

}  // namespace

Result<ImportReport> import_handouts(Replica& replica, RowSource& rows, const ImportOptions& options) {
  KAREZ_ASSIGN(FieldDay day, read_field_day(replica.catalog(), rows, options.source, replica.zone_minutes()));
  ImportReport report;
  Recorder recorder(replica, report, options);
  std::uint64_t done = 0;
  for (Visit& visit : day.visits) {
    KAREZ_TRY(recorder.add(std::move(visit)));
    if (options.progress) options.progress(++done, day.visits.size());
  }
  KAREZ_TRY(recorder.flush());
  report.refused.insert(report.refused.end(), std::make_move_iterator(day.refused.begin()),
                        std::make_move_iterator(day.refused.end()));
  std::sort(report.refused.begin(), report.refused.end(),
            [](const auto& a, const auto& b) { return a.row < b.row; });
  return report;
}

Result<ImportReport> import_handouts(Replica& replica, std::string_view csv, const std::string& source,
                                     const ImportProgress& progress) {
  KAREZ_ASSIGN(const auto rows, csv_rows(csv));
  ImportOptions options;
  options.source = source;
  options.progress = progress;
  return import_handouts(replica, *rows, options);
}

}  // namespace karez
