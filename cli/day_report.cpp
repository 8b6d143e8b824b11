#include "cli/day_report.h"

#include <algorithm>

#include "cli/measure_text.h"
#include "cli/records.h"
#include "cli/rule_report.h"
#include "cli/texts_figures.h"
#include "cli/texts_rules.h"
#include "karez/ledger/day_figures.h"

namespace karez::cli {
namespace {

constexpr std::size_t kLabelColumns = 30;

/// Persons and yuan of a part of the day stand there where there are any.
template <typename Figures>
void add_if_any(Document& out, const Figures& figures) {
  if (figures.persons.total() != 0) out.set("persons", Document::of_total(figures.persons.total()));
  if (figures.value.total() != 0) out.set("value_fen", Document::of_total(figures.value.total()));
}

Document site_document(const DayReport::SiteFigures& figures) {
  Document out = Document::object();
  for (const auto& [item, total] : figures.items) {
    if (!is_site_figure(item)) out.set(item, Document::of_total(total.total()));
  }
  out.set("person_times", Document::of_total(figures.person_times.total()));
  add_if_any(out, figures);
  return out;
}

Document figures_document(const LaptopFigures& figures) {
  Document out = Document::object();
  out.set("visits", Document::of_total(figures.visits)).set("lines", Document::of_total(figures.lines));
  out.set("person_times", Document::of_total(figures.person_times.total()));
  add_if_any(out, figures);
  return out;
}

/// What the digest covers (karez/ledger/day_figures.h), key by key.
struct Figures {
  Document visits, person_times, items, by_trade, by_site, by_laptop;
};

Figures figures_of(const DayReport& report) {
  Figures out{Document::of_total(report.visits),
              Document::of_total(report.person_times.total()),
              totals_document(report.items),
              totals_document(report.by_trade),
              Document::object(),
              Document::object()};
  for (const auto& [site, figures] : report.by_site) out.by_site.set(site, site_document(figures));
  for (const auto& [name, row] : report.by_laptop) {
    Document laptop = figures_document(row.figures);
    laptop.set("complete", row.state.complete);
    if (!row.state.complete && row.state.missing > 0) laptop.set("missing", row.state.missing);
    out.by_laptop.set(name, std::move(laptop));
  }
  return out;
}

// ---- For people ----

/// "W550  瓶装水 550ml": the code and, in a cell of its own, the name if it is known.
std::vector<std::string> named(const std::string& code, const std::map<std::string, std::string>& names) {
  const auto known = names.find(code);
  return {one_line(code), known == names.end() ? "" : shortened(one_line(known->second), kLabelColumns)};
}

std::string totals_text(const Context& context, const DayReport& report, const DayNames& names) {
  Table table;
  table.indent = 2;
  table.is_number = {false, true};
  table.rows.push_back({context.say(say::kVisits), to_text(report.visits)});
  table.rows.push_back({context.say(say::kPersonTimes), cell_text(context.language, report.person_times)});
  if (report.persons != Persons{})
    table.rows.push_back({context.say(say::kPersons), cell_text(context.language, report.persons)});
  table.rows.push_back({context.say(say::kHandouts), to_text(report.lines)});
  if (report.value != Fen{})
    table.rows.push_back({context.say(say::kYuan), cell_text(context.language, report.value)});
  std::string text = layout(table);
  if (report.items.empty()) return text;
  Table items;
  items.indent = 2;
  items.is_number = {false, false, true};
  for (const auto& [item, total] : report.items) {
    items.rows.push_back(named(item, names.items));
    items.rows.back().push_back(cell_text(context.language, total));
  }
  return text + "\n\n" + context.say(say::kTitleItems) + "\n" + layout(items);
}

template <typename Measured>
std::string trades_text(const Context& context, const std::map<std::string, Measured>& by_trade) {
  const Field* trade = field_of(context.catalog(), "event", "trade");
  Table table;
  table.indent = 2;
  table.is_number = {false, true};
  for (const auto& [code, total] : by_trade) {
    const std::string label =
        code.empty() ? context.say(say::kNoTrade) : value_text(context, trade, Value::of(code));
    table.rows.push_back({one_line(label), cell_text(context.language, total)});
  }
  return layout(table);
}

std::string sites_text(const Context& context, const DayReport& report, const DayNames& names) {
  Table table;
  table.indent = 2;
  table.header = {context.say(say::kColumnSite), "", context.say(say::kPersonTimes)};
  table.is_number = {false, false, true};
  for (const auto& item : report.items) {
    table.header.push_back(one_line(item.first));
    table.is_number.push_back(true);
  }
  for (const auto& [site, figures] : report.by_site) {
    table.rows.push_back(named(site.empty() ? context.say(say::kNoSite) : site, names.sites));
    std::vector<std::string>& row = table.rows.back();
    row.push_back(cell_text(context.language, figures.person_times));
    for (const auto& item : report.items) {
      const auto given = figures.items.find(item.first);
      row.push_back(given == figures.items.end() ? "-" : cell_text(context.language, given->second));
    }
  }
  return layout(table);
}

std::string completeness_text(const Context& context, const DayReport::LaptopRow& row, int zone) {
  const LaptopState& state = row.state;
  if (state.missing > 0) return context.say(say::kMissing, {std::to_string(state.missing)});
  if (!state.complete) return context.say(say::kNotHeard);
  if (state.announced_relay_ms == 0) return context.say(say::kComplete);
  return context.say(say::kCompleteAt, {when_text({state.announced_relay_ms, zone})});
}

std::string laptops_text(const Context& context, const std::map<std::string, DayReport::LaptopRow>& laptops,
                         int zone) {
  Table table;
  table.indent = 2;
  table.header = {context.say(say::kColumnLaptop), context.say(say::kVisits), context.say(say::kHandouts),
                  context.say(say::kPersonTimes), context.say(say::kColumnLog)};
  table.is_number = {false, true, true, true, false};
  for (const auto& [name, row] : laptops) {
    table.rows.push_back({one_line(name), to_text(row.figures.visits), to_text(row.figures.lines),
                          cell_text(context.language, row.figures.person_times),
                          completeness_text(context, row, zone)});
  }
  return layout(table);
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + one_line(name);
  return out;
}

/// What the totals leave out or rest on, one sentence each.
std::string remarks_text(const Context& context, const DayReport& report) {
  std::string out;
  const auto add = [&](const std::string& line) { out += "  " + line + "\n"; };
  for (const LaptopState& laptop : report.skewed) add(skew_text(context, laptop));
  std::string zones;
  for (const auto& [site, minutes] : report.site_zones) {
    zones += (zones.empty() ? "" : ", ") + one_line(site) + " " + format_offset(minutes);
  }
  if (!zones.empty()) add(context.say(say::kOtherZones, {zones}));
  if (!report.unknown_sites.empty()) add(context.say(say::kUnknownSites, {joined(report.unknown_sites)}));
  if (!report.unknown_items.empty()) add(context.say(say::kUnknownItems, {joined(report.unknown_items)}));
  if (report.duplicate_records > 0)
    add(context.say(say::kDuplicates, {std::to_string(report.duplicate_records)}));
  if (report.voided > 0) add(context.say(say::kVoidedRecords, {std::to_string(report.voided)}));
  if (report.uncounted > 0) add(context.say(say::kUncounted, {std::to_string(report.uncounted)}));
  return out;
}

}  // namespace

Document day_document(const DayReport& report) {
  Figures figures = figures_of(report);
  const std::string digest = day_digest(report);
  Document not_admitted = Document::object();
  for (const auto& [name, row] : report.not_admitted) not_admitted.set(name, figures_document(row.figures));
  Document out = Document::object();
  out.set("date", format_day(report.day)).set("zone", format_offset(report.zone_minutes));
  out.set("visits", std::move(figures.visits)).set("lines", Document::of_total(report.lines));
  out.set("person_times", std::move(figures.person_times));
  out.set("persons", Document::of_total(report.persons.total()));
  out.set("value_fen", Document::of_total(report.value.total())).set("items", std::move(figures.items));
  out.set("by_trade", std::move(figures.by_trade));
  out.set("by_trade_persons", totals_document(report.by_trade_persons));
  out.set("by_site", std::move(figures.by_site));
  out.set("by_laptop", std::move(figures.by_laptop)).set("whole", report.whole);
  out.set("waiting", Document::list_of(report.waiting)).set("not_admitted", std::move(not_admitted));
  out.set("skewed", skewed_document(report.skewed));
  out.set("unknown_sites", Document::list_of(report.unknown_sites));
  out.set("unknown_items", Document::list_of(report.unknown_items));
  out.set("duplicate_records", report.duplicate_records).set("voided", report.voided);
  out.set("uncounted", report.uncounted).set("over_quota", over_quota_document(report.over_quota));
  Document precision = Document::object(), zones = Document::object();
  for (const auto& [path, mark] : marks_of(report)) precision.set(path, std::string(name_of(mark)));
  for (const auto& [site, minutes] : report.site_zones) zones.set(site, format_offset(minutes));
  out.set("precision", std::move(precision)).set("site_zones", std::move(zones));
  return out.set("digest", digest);
}

std::string day_text(const Context& context, const DayReport& report, const DayNames& names) {
  const Console& console = context.console;
  const auto title = [&](const Text& text) {
    return "\n\n" + console.painted(Colour::bold, context.say(text)) + "\n";
  };
  std::string out = console.painted(
      Colour::bold,
      context.say(say::kTitleDay, {format_day(report.day), format_offset(report.zone_minutes)}));
  out += "\n" + totals_text(context, report, names);
  if (!report.by_trade.empty()) out += title(say::kTitleTrades) + trades_text(context, report.by_trade);
  if (!report.by_trade_persons.empty())
    out += title(say::kTitleTradePersons) + trades_text(context, report.by_trade_persons);
  if (!report.by_site.empty()) out += title(say::kTitleSites) + sites_text(context, report, names);
  if (!report.by_laptop.empty()) {
    out += title(say::kTitleLaptops) + laptops_text(context, report.by_laptop, report.zone_minutes);
  }
  if (!report.not_admitted.empty()) {
    out += title(say::kTitleNotAdmitted) + laptops_text(context, report.not_admitted, report.zone_minutes);
  }
  const std::string over_quota = over_quota_text(context, report.over_quota);
  if (!over_quota.empty()) {
    out += title(say::kTitleOverQuota) + over_quota;
    out.pop_back();
  }
  const std::string remarks = remarks_text(context, report);
  if (!remarks.empty()) {
    out += title(say::kTitleRemarks) + remarks;
    out.pop_back();
  }
  out += "\n\n";
  if (report.whole) {
    out += console.painted(Colour::green, context.say(say::kDayWhole));
  } else {
    const std::string who = report.waiting.empty() ? "-" : joined(report.waiting);
    out += console.painted(Colour::yellow, context.say(say::kDayNotWhole, {who}));
  }
  return out + "\n" + console.painted(Colour::dim, context.say(say::kDigest, {day_digest(report)}));
}

}  // namespace karez::cli
