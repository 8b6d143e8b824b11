#include "karez/ledger/day_figures.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "karez/base/bytes.h"

namespace karez {
namespace {

using nlohmann::json;

/// A number; a text where a reader with 64 bits would get it wrong.
json number(Total total) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (total < Limits::min() || total > Limits::max()) return to_text(total);
  return static_cast<std::int64_t>(total);
}

json totals(const std::map<std::string, Total>& all) {
  json out = json::object();
  for (const auto& [name, total] : all) out[name] = number(total);
  return out;
}

json site(const DayReport::SiteFigures& figures) {
  json out = totals(figures.items);
  // An item may not hide the person-times: its code would have to be this word.
  out["person_times"] = number(figures.person_times);
  return out;
}

json laptop(const DayReport::LaptopRow& row) {
  json out = {{"visits", number(row.figures.visits)},
              {"lines", number(row.figures.lines)},
              {"person_times", number(row.figures.person_times)},
              {"complete", row.state.complete}};
  if (!row.state.complete && row.state.missing > 0) out["missing"] = row.state.missing;
  return out;
}

/// What somebody's JSON says, taken apart with a note of whether all of it was there.
class FiguresReader {
 public:
  explicit FiguresReader(const json& figures) : figures_(figures) {}

  bool read(DayReport& report) {
    report.visits = total(figures_, "visits");
    report.person_times = total(figures_, "person_times");
    report.items = all(child(figures_, "items"));
    report.by_trade = all(child(figures_, "by_trade"));
    report.by_site.clear();
    for (const auto& [code, figures] : child(figures_, "by_site").items()) {
      DayReport::SiteFigures& out = report.by_site[code];
      out.items = all(figures);
      out.items.erase("person_times");
      out.person_times = total(figures, "person_times");
    }
    report.by_laptop.clear();
    report.lines = 0;
    for (const auto& [name, figures] : child(figures_, "by_laptop").items()) {
      DayReport::LaptopRow& out = report.by_laptop[name];
      out.figures = {total(figures, "visits"), total(figures, "lines"), total(figures, "person_times")};
      out.state.name = name;
      const json& complete = child(figures, "complete", json::value_t::boolean);
      out.state.complete = complete.is_boolean() && complete.get<bool>();
      if (figures.is_object() && figures.contains("missing"))
        out.state.missing = static_cast<std::uint64_t>(total(figures, "missing"));
      report.lines += out.figures.lines;
    }
    return is_whole_;
  }

 private:
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
    is_whole_ = false;  // the report refuses what leaves 64 bits, so no close has it
    return 0;
  }
  Total total(const json& of, const char* name) {
    const auto found = of.is_object() ? of.find(name) : of.end();
    is_whole_ = is_whole_ && of.is_object() && found != of.end();
    return of.is_object() && found != of.end() ? number_in(*found) : 0;
  }
  std::map<std::string, Total> all(const json& of) {
    std::map<std::string, Total> out;
    is_whole_ = is_whole_ && of.is_object();
    if (!of.is_object()) return out;
    for (const auto& [name, value] : of.items()) out[name] = number_in(value);
    return out;
  }

  const json& figures_;
  bool is_whole_ = true;
};

}  // namespace

std::string figures_json(const DayReport& report) {
  json out = {{"visits", number(report.visits)}, {"person_times", number(report.person_times)},
              {"items", totals(report.items)},   {"by_trade", totals(report.by_trade)},
              {"by_site", json::object()},       {"by_laptop", json::object()}};
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
