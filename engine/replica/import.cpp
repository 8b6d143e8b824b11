// Field days: rows become visits and handouts. Reading a file (which rows are good, which visit they belong
// to) comes first and knows no replica; recording (what is there already, what is new) follows group by
// group.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "import_cells.h"
#include "karez/base/hash.h"
#include "karez/replica/import.h"

namespace karez {
namespace {

constexpr std::size_t kVisitsPerCommit = 500;  // a kill in the middle keeps the commits before it
constexpr std::size_t kChangeBytesAimed =
    32 * 1024;  // half of limits::kChangeBytes: sizes here are estimates
constexpr std::size_t kRecordsAimed = 400;
constexpr std::size_t kRowBytes = 20 * 1024;  // a visit and one line of it always fit one change

using Settings = std::map<std::string, Value>;

/// Where the cells of a column go.
enum class Part {
  number,  ///< the visit's number: groups rows
  place,   ///< the visit's time and site: equal in all its rows
  both,    ///< trade, note: the visit's from its first row; a later row that differs keeps it on its handout
  visit,   ///< person-times and the like: once for the visit
  line,    ///< the handout's own
};

struct Column {
  Part part = Part::line;
  const Field* field = nullptr;  ///< null for the number
};

struct Line {
  std::uint64_t row = 0;
  Bytes key;
  Settings fields;
};

struct Visit {
  Bytes key;
  Settings fields;
  std::vector<Line> lines;
  std::vector<std::uint64_t> plain_rows;  ///< accepted rows without a handout
};

struct FieldDay {
  std::vector<Visit> visits;  ///< in the order of their first rows
  std::vector<ImportReport::Refused> refused;
};

std::size_t size_of(const Settings& fields) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) {
    const auto* text = std::get_if<std::string>(&value.side);
    bytes += 48 + (text != nullptr ? text->size() : 0);
  }
  return bytes;
}

// ---- Reading
// --------------------------------------------------------------------------------------------------------

Result<std::vector<Column>> bind_columns(const Catalog& catalog, const std::vector<std::string>& header) {
  const Collection& event = *catalog.collection("event");
  const Collection& move = *catalog.collection("move");
  const auto usable = [](const Field* field) {
    return field != nullptr && !field->internal && field->type != FieldType::ref ? field : nullptr;
  };
  std::vector<Column> columns;
  std::set<std::string> seen;
  for (const std::string& name : header) {
    const Field* of_visit = usable(event.field(name));
    const Field* of_line = usable(move.field(name));
    const std::string& known = of_visit != nullptr  ? of_visit->name
                               : of_line != nullptr ? of_line->name
                                                    : name;
    if (!seen.insert(known).second) {
      return Error{ErrorCode::refused, "the column \"" + name + "\" stands twice; nothing was imported"};
    }
    if (name == "visit") {
      columns.push_back({Part::number, nullptr});
    } else if (of_visit == nullptr && of_line == nullptr) {
      return Error{ErrorCode::refused, "the column \"" + name + "\" is not known; nothing was imported"};
    } else if (of_line == nullptr) {
      columns.push_back({Part::visit, of_visit});
    } else if (of_visit == nullptr) {
      columns.push_back({Part::line, of_line});
    } else {
      const bool is_place = known == "time" || known == "site";
      columns.push_back({is_place ? Part::place : Part::both, of_visit});
    }
  }
  for (const char* needed : {"visit", "time", "site", "trade", "person_times", "item", "qty"}) {
    if (seen.contains(needed)) continue;
    return Error{ErrorCode::refused,
                 "the column \"" + std::string(needed) + "\" is missing; nothing was imported"};
  }
  return columns;
}

/// Source key of a row, so that it is recognised whenever its file comes again. `kind` is "event" or "move";
/// `ordinal` counts the rows before it that are equal byte for byte.
Bytes source_key(const std::string& source, const char* kind, const CsvRow& row, std::uint64_t ordinal) {
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

class FieldDayReader {
 public:
  FieldDayReader(const Catalog& catalog, std::vector<Column> columns, const std::string& source,
                 int zone_minutes)
      : catalog_(catalog), columns_(std::move(columns)), source_(source), zone_minutes_(zone_minutes) {}

  void read(const CsvRow& row) {
    if (std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.empty(); }))
      return;
    const std::uint64_t ordinal = seen_[source_key(source_, "", row, 0)]++;
    std::string why = accept(row, ordinal);
    if (!why.empty()) day_.refused.push_back({row.number, std::move(why)});
  }

  FieldDay take() {
    std::erase_if(day_.visits, [](const Visit& v) { return v.lines.empty() && v.plain_rows.empty(); });
    return std::move(day_);
  }

  std::vector<ImportReport::Refused>& refused() { return day_.refused; }

 private:
  struct Parts {
    std::string number;
    Settings place, both, visit, line;
    std::string visit_problem, line_problem;
  };

  Parts parse(const CsvRow& row) const {
    Parts parts;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      bytes += row.cells[i].size();
      if (column.part == Part::number) {
        parts.number = row.cells[i];
        continue;
      }
      const bool is_line = column.part == Part::line;
      std::string& problem = is_line ? parts.line_problem : parts.visit_problem;
      auto value = parse_cell(catalog_, *column.field, row.cells[i], zone_minutes_);
      if (!value) {
        if (problem.empty()) problem = value.error().message;
      } else if (!value->is_null()) {
        Settings& part = is_line                      ? parts.line
                         : column.part == Part::place ? parts.place
                         : column.part == Part::both  ? parts.both
                                                      : parts.visit;
        part[column.field->name] = std::move(*value);
      }
    }
    if (parts.number.empty()) parts.visit_problem = "visit: the number is missing";
    if (bytes > kRowBytes)
      parts.visit_problem = "the row is longer than " + std::to_string(kRowBytes) + " bytes";
    if (!parts.line.empty()) require_line(parts);
    return parts;
  }

  static void require_line(Parts& parts) {
    for (const char* needed : {"item", "qty"}) {
      if (parts.line_problem.empty() && !parts.line.contains(needed)) {
        parts.line_problem = std::string(needed) + ": missing";
      }
    }
  }

  /// Why the row is refused; empty if it was taken.
  std::string accept(const CsvRow& row, std::uint64_t ordinal) {
    Parts parts = parse(row);
    if (!parts.visit_problem.empty()) return parts.visit_problem;
    const auto known = numbers_.find(parts.number);
    if (known == numbers_.end()) {
      if (!parts.place.contains("time")) return "time: missing";
      numbers_.emplace(parts.number, day_.visits.size());
      Visit visit;
      visit.key = source_key(source_, "event", row, ordinal);
      visit.fields = parts.place;
      visit.fields.insert(parts.both.begin(), parts.both.end());
      visit.fields.insert(parts.visit.begin(), parts.visit.end());
      day_.visits.push_back(std::move(visit));
    } else {
      std::string why = contradiction(day_.visits[known->second].fields, parts);
      if (!why.empty()) return why;
    }
    // What the row says about its visit stands even if its handout is refused.
    Visit& visit = day_.visits[numbers_.at(parts.number)];
    visit.fields.insert(parts.visit.begin(), parts.visit.end());
    if (!parts.line_problem.empty()) return parts.line_problem;
    if (parts.line.empty()) {
      visit.plain_rows.push_back(row.number);
      return {};
    }
    for (auto& [name, value] : parts.both) {
      const auto own = visit.fields.find(name);
      if (own == visit.fields.end() || own->second != value) parts.line.emplace(name, std::move(value));
    }
    visit.lines.push_back({row.number, source_key(source_, "move", row, ordinal), std::move(parts.line)});
    return {};
  }

  static std::string contradiction(const Settings& visit, const Parts& parts) {
    for (const auto& [name, value] : parts.place) {
      const auto own = visit.find(name);
      if (own == visit.end() || own->second != value) {
        return name + ": differs from the first row of visit " + parts.number;
      }
    }
    for (const auto& [name, value] : parts.visit) {
      const auto own = visit.find(name);
      if (own != visit.end() && own->second != value) {
        return name + ": visit " + parts.number + " has another value already (change it with karez edit)";
      }
    }
    return {};
  }

  const Catalog& catalog_;
  std::vector<Column> columns_;
  const std::string& source_;
  int zone_minutes_;
  std::map<Bytes, std::uint64_t> seen_;         ///< how often a row stood before
  std::map<std::string, std::size_t> numbers_;  ///< visit number: index in day_.visits
  FieldDay day_;
};

Result<FieldDay> read_field_day(const Replica& replica, std::string_view csv, const std::string& source) {
  KAREZ_ASSIGN(const CsvTable table, parse_csv(csv));
  KAREZ_ASSIGN(auto columns, bind_columns(replica.catalog(), table.header));
  FieldDayReader reader(replica.catalog(), std::move(columns), source, replica.zone_minutes());
  for (const auto& bad : table.bad_rows) reader.refused().push_back({bad.number, bad.reason});
  for (const CsvRow& row : table.rows) reader.read(row);
  return reader.take();
}

// ---- Recording
// ------------------------------------------------------------------------------------------------------

NewRecord record_of(const char* collection, Settings fields, Bytes key) {
  NewRecord record{collection, {}};
  for (auto& [name, value] : fields) record.fields.emplace_back(name, std::move(value));
  record.fields.emplace_back("source_key", Value(Value::Side(std::move(key))));
  return record;
}

class Recorder {
 public:
  Recorder(Replica& replica, ImportReport& report) : replica_(replica), report_(report) {}

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
      KAREZ_ASSIGN(const auto ids, replica_.create_all(changes_));
      std::vector<Rest> rests = std::move(rests_);
      changes_.clear();
      rests_.clear();
      for (Rest& rest : rests) {
        const RecordId event = rest.event ? *rest.event : ids.at(rest.change).at(0);
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
    return settings.empty() ? Status() : replica_.edit(event, settings);
  }

  void begin(Visit visit) {
    ++report_.visits;
    visit.fields.emplace("type", Value::of(std::string("visit")));
    const std::size_t bytes = size_of(visit.fields);
    std::vector<NewRecord> change;
    change.push_back(record_of("event", std::move(visit.fields), std::move(visit.key)));
    plan(std::move(visit.lines), std::nullopt, std::move(change), bytes);
  }

  /// One change: `change` as begun, and as many lines as fit; the rest is put off.
  void plan(std::vector<Line> lines, const std::optional<RecordId>& event, std::vector<NewRecord> change,
            std::size_t bytes = 0) {
    const RecordId first_of_change{{}, 0, 1};
    std::size_t taken = 0;
    for (Line& line : lines) {
      bytes += size_of(line.fields) + 64;
      if (!change.empty() && (bytes > kChangeBytesAimed || change.size() >= kRecordsAimed)) break;
      line.fields.emplace("reason", Value::of(std::string("give")));
      line.fields.emplace("event", Value(Value::Side(event ? *event : first_of_change)));
      change.push_back(record_of("move", std::move(line.fields), std::move(line.key)));
      ++report_.lines;
      ++taken;
    }
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(taken));
    if (!lines.empty()) rests_.push_back({changes_.size(), event, std::move(lines)});
    changes_.push_back(std::move(change));
  }

  Replica& replica_;
  ImportReport& report_;
  std::vector<std::vector<NewRecord>> changes_;  ///< planned, not committed
  std::vector<Rest> rests_;
};

}  // namespace

Result<ImportReport> import_handouts(Replica& replica, std::string_view csv, const std::string& source) {
  KAREZ_ASSIGN(FieldDay day, read_field_day(replica, csv, source));
  ImportReport report;
  Recorder recorder(replica, report);
  for (Visit& visit : day.visits) KAREZ_TRY(recorder.add(std::move(visit)));
  KAREZ_TRY(recorder.flush());
  report.refused = std::move(day.refused);
  std::sort(report.refused.begin(), report.refused.end(),
            [](const auto& a, const auto& b) { return a.row < b.row; });
  return report;
}

}  // namespace karez
