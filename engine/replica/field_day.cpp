#include "field_day.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "import_cells.h"

namespace karez {
namespace {

constexpr std::size_t kDayRowBytes = 20 * 1024;  // a visit and one line of it always fit one change

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

/// Where a column's cells go; nothing if neither visits nor handouts have such a field.
std::optional<Column> bind_column(const Collection& event, const Collection& move, const std::string& name) {
  const auto usable = [](const Field* field) {
    return field != nullptr && !field->internal && field->type != FieldType::ref ? field : nullptr;
  };
  const Field* of_visit = usable(event.field(name));
  const Field* of_line = usable(move.field(name));
  if (name == "visit") return Column{Part::number, nullptr};
  // Own fields of one name on either side are two fields: the visit's is meant.
  if (of_visit != nullptr && of_line != nullptr && of_visit->is_own()) {
    return Column{Part::visit, of_visit};
  }
  if (of_visit == nullptr && of_line == nullptr) return std::nullopt;
  if (of_line == nullptr) return Column{Part::visit, of_visit};
  if (of_visit == nullptr) return Column{Part::line, of_line};
  const bool is_place = of_visit->name == "time" || of_visit->name == "site";
  return Column{is_place ? Part::place : Part::both, of_visit};
}

Result<std::vector<Column>> bind_columns(const Catalog& catalog, const std::vector<std::string>& header) {
  std::vector<Column> columns;
  std::set<std::string> seen;
  std::optional<Error> problem;
  for (const std::string& name : header) {
    const auto column = bind_column(*catalog.collection("event"), *catalog.collection("move"), name);
    if (!column) {
      problem = column_error("is not known", name);
      continue;
    }
    if (!seen.insert(column->field == nullptr ? name : column->field->name).second) {
      problem = column_error("stands twice", name);
    }
    columns.push_back(*column);
  }
  // What is missing is said first: a misspelt column is both.
  for (const char* needed : {"visit", "time", "site", "trade", "person_times", "item", "qty"}) {
    if (!seen.contains(needed)) return column_error("is missing", needed);
  }
  if (problem) return *problem;
  return columns;
}

class FieldDayReader {
 public:
  FieldDayReader(const Catalog& catalog, std::vector<Column> columns, const std::string& source,
                 int zone_minutes)
      : catalog_(catalog), columns_(std::move(columns)), source_(source), zone_minutes_(zone_minutes) {}

  void read(const SourceRow& row) {
    const bool is_empty = row.problem.empty() && std::all_of(row.cells.begin(), row.cells.end(),
                                                             [](const auto& cell) { return cell.empty(); });
    if (is_empty) return;
    const std::uint64_t ordinal = seen_[source_key(source_, "", row.cells, 0)]++;
    std::string why = row.problem.empty() ? accept(row, ordinal) : row.problem;
    if (!why.empty()) day_.refused.push_back({row.number, std::move(why)});
  }

  FieldDay take() {
    std::erase_if(day_.visits, [](const Visit& v) { return v.lines.empty() && v.plain_rows.empty(); });
    return std::move(day_);
  }

 private:
  struct Parts {
    std::string number;
    Settings place, both, visit, line;
    std::string visit_problem, line_problem;
  };

  Parts parse(const SourceRow& row) const {
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
    if (bytes > kDayRowBytes)
      parts.visit_problem = "the row is longer than " + std::to_string(kDayRowBytes) + " bytes";
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
  std::string accept(const SourceRow& row, std::uint64_t ordinal) {
    Parts parts = parse(row);
    if (!parts.visit_problem.empty()) return parts.visit_problem;
    const auto known = numbers_.find(parts.number);
    if (known == numbers_.end()) {
      if (!parts.place.contains("time")) return "time: missing";
      numbers_.emplace(parts.number, day_.visits.size());
      Visit visit;
      visit.key = source_key(source_, "event", row.cells, ordinal);
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
    visit.lines.push_back(
        {row.number, source_key(source_, "move", row.cells, ordinal), std::move(parts.line)});
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

}  // namespace

Result<FieldDay> read_field_day(const Catalog& catalog, RowSource& rows, const std::string& source,
                                int zone_minutes) {
  KAREZ_ASSIGN(auto columns, bind_columns(catalog, rows.header()));
  FieldDayReader reader(catalog, std::move(columns), source, zone_minutes);
  for (;;) {
    KAREZ_ASSIGN(const auto row, rows.next());
    if (!row) return reader.take();
    reader.read(*row);
  }
}

}  // namespace karez
