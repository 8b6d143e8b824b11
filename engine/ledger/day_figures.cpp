#include "karez/ledger/day_figures.h"

#include <nlohmann/json.hpp>

#include "karez/base/bytes.h"

namespace karez {
namespace {

using nlohmann::json;

/// A number; a text where a reader with 64 bits would get it wrong.
json number(Total total) {
  if (is_beyond_64_bits(total)) return to_text(total);
  return static_cast<std::int64_t>(total);
}

template <typename Measured>
json totals(const std::map<std::string, Measured>& all) {
  json out = json::object();
  for (const auto& [name, measure] : all) out[name] = number(measure.total());
  return out;
}

/// What days before these figures had not is not there: their digests stand.
template <typename Figures>
void add_if_any(json& out, const Figures& figures) {
  if (figures.persons.total() != 0) out["persons"] = number(figures.persons.total());
  if (figures.value.total() != 0) out["value_fen"] = number(figures.value.total());
}

json site(const DayReport::SiteFigures& figures) {
  json out = json::object();
  for (const auto& [item, given] : figures.items) {
    if (!is_site_figure(item)) out[item] = number(given.total());
  }
  out["person_times"] = number(figures.person_times.total());
  add_if_any(out, figures);
  return out;
}

json laptop(const DayReport::LaptopRow& row) {
  json out = {{"visits", number(row.figures.visits)},
              {"lines", number(row.figures.lines)},
              {"person_times", number(row.figures.person_times.total())},
              {"complete", row.state.complete}};
  add_if_any(out, row.figures);
  if (!row.state.complete && row.state.missing > 0) out["missing"] = row.state.missing;
  return out;
}

/// Calls `cell(path, measure)` for every figure of a report that may have a mark.
template <typename Report, typename F>
void each_cell(Report& report, F&& cell) {
  cell("person_times", report.person_times);
  cell("persons", report.persons);
  cell("value_fen", report.value);
  for (auto& [item, given] : report.items) cell("items." + item, given);
  for (auto& [trade, measure] : report.by_trade) cell("by_trade." + trade, measure);
  for (auto& [trade, measure] : report.by_trade_persons) cell("by_trade_persons." + trade, measure);
  for (auto& [site, figures] : report.by_site) {
    const std::string path = "by_site." + site + ".";
    cell(path + "person_times", figures.person_times);
    cell(path + "persons", figures.persons);
    cell(path + "value_fen", figures.value);
    for (auto& [item, given] : figures.items) {
      if (!is_site_figure(item)) cell(path + item, given);
    }
  }
  for (auto& [name, row] : report.by_laptop) {
    const std::string path = "by_laptop." + name + ".";
    cell(path + "person_times", row.figures.person_times);
    cell(path + "persons", row.figures.persons);
    cell(path + "value_fen", row.figures.value);
  }
}

/// What somebody's JSON says, taken apart with a note of whether all of it was there.
class FiguresReader {
 public:
  explicit FiguresReader(const json& figures) : figures_(figures) {}

  bool read(DayReport& report) {
    report.visits = total(figures_, "visits");
    report.person_times = PersonTimes{total(figures_, "person_times")};
    report.persons = Persons{total_if_any(figures_, "persons")};
    report.value = Fen{total_if_any(figures_, "value_fen")};
    report.items = all<Pieces>(child(figures_, "items"));
    report.by_trade = all<PersonTimes>(child(figures_, "by_trade"));
    report.by_trade_persons.clear();
    if (figures_.contains("by_trade_persons"))
      report.by_trade_persons = all<Persons>(child(figures_, "by_trade_persons"));
    report.by_site.clear();
    for (const auto& [code, figures] : child(figures_, "by_site").items()) {
      DayReport::SiteFigures& out = report.by_site[code];
      out.items = all<Pieces>(figures);
      std::erase_if(out.items, [](const auto& one) { return is_site_figure(one.first); });
      out.person_times = PersonTimes{total(figures, "person_times")};
      out.persons = Persons{total_if_any(figures, "persons")};
      out.value = Fen{total_if_any(figures, "value_fen")};
    }
    report.by_laptop.clear();
    report.lines = 0;
    for (const auto& [name, figures] : child(figures_, "by_laptop").items()) {
      DayReport::LaptopRow& out = report.by_laptop[name];
      out.figures = {total(figures, "visits"), total(figures, "lines"),
                     PersonTimes{total(figures, "person_times")}, Persons{total_if_any(figures, "persons")},
                     Fen{total_if_any(figures, "value_fen")}};
      out.state.name = name;
      const json& complete = child(figures, "complete", json::value_t::boolean);
      out.state.complete = complete.is_boolean() && complete.get<bool>();
      if (figures.is_object() && figures.contains("missing"))
        out.state.missing = static_cast<std::uint64_t>(total(figures, "missing"));
      report.lines += out.figures.lines;
    }
    read_marks(report);
    return is_whole_;
  }

 private:
  void read_marks(DayReport& report) {
    if (!figures_.contains("precision")) return;
    const json& marks = child(figures_, "precision");
    each_cell(report, [&](const std::string& path, auto& measure) {
      const auto mark = marks.find(path);
      if (mark == marks.end()) return;
      is_whole_ = is_whole_ && mark->is_string();
      if (!mark->is_string()) return;
      measure = std::decay_t<decltype(measure)>{measure.total(), precision_of(mark->get<std::string>())};
    });
  }

  const json& child(const json& of, const char* name, json::value_t type = json::value_t::object) {
    static const json kNothing = json::object();
    const auto found = of.is_object() ? of.find(name) : of.end();
    const bool is_there = of.is_object() && found != of.end() && found->type() == type;
    is_whole_ = is_whole_ && is_there;
    return is_there ? *found : kNothing;
  }

  Total number_in(const json& value) {
    if (value.is_number_integer()) {
      return value.is_number_unsigned() ? Total{value.get<std::uint64_t>()}
                                        : Total{value.get<std::int64_t>()};
    }
    const auto total = value.is_string() ? parse_total(value.get<std::string>()) : std::nullopt;
    is_whole_ = is_whole_ && total;
    return total.value_or(0);
  }
  Total total_if_any(const json& of, const char* name) {
    return of.is_object() && of.contains(name) ? number_in(of.at(name)) : 0;
  }
  Total total(const json& of, const char* name) {
    is_whole_ = is_whole_ && of.is_object() && of.contains(name);
    return total_if_any(of, name);
  }
  template <typename Measured>
  std::map<std::string, Measured> all(const json& of) {
    std::map<std::string, Measured> out;
    is_whole_ = is_whole_ && of.is_object();
    if (!of.is_object()) return out;
    for (const auto& [name, value] : of.items()) out[name] = Measured{number_in(value)};
    return out;
  }

  const json& figures_;
  bool is_whole_ = true;
};

}  // namespace

bool is_site_figure(std::string_view name) {
  return name == "person_times" || name == "persons" || name == "value_fen";
}

std::map<std::string, Precision> marks_of(const DayReport& report) {
  std::map<std::string, Precision> marks;
  each_cell(report, [&](const std::string& path, const auto& measure) {
    if (measure.precision() != Precision::exact) marks[path] = measure.precision();
  });
  return marks;
}

std::string figures_json(const DayReport& report) {
  json out = {{"visits", number(report.visits)}, {"person_times", number(report.person_times.total())},
              {"items", totals(report.items)},   {"by_trade", totals(report.by_trade)},
              {"by_site", json::object()},       {"by_laptop", json::object()}};
  add_if_any(out, report);
  if (!report.by_trade_persons.empty()) out["by_trade_persons"] = totals(report.by_trade_persons);
  for (const auto& [path, mark] : marks_of(report)) out["precision"][path] = name_of(mark);
  for (const auto& [code, figures] : report.by_site) out["by_site"][code] = site(figures);
  for (const auto& [name, row] : report.by_laptop) out["by_laptop"][name] = laptop(row);
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string digest_of_figures(std::string_view text) { return to_hex(blake2b({view_of(text)})); }

std::string day_digest(const DayReport& report) { return digest_of_figures(figures_json(report)); }

Status read_figures(std::string_view text, DayReport& report) {
  const json figures = json::parse(text, nullptr, false);
  if (figures.is_object() && FiguresReader(figures).read(report)) return {};
  return Error{ErrorCode::malformed, "the figures of a closed day cannot be read"};
}

}  // namespace karez
