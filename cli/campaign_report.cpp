#include "cli/campaign_report.h"

#include <set>

#include "cli/measure_text.h"
#include "cli/records.h"
#include "cli/texts_figures.h"

namespace karez::cli {
namespace {

Document day_or_null(const std::optional<Day>& day) { return day ? Document(format_day(*day)) : Document(); }

template <typename Measured>
Document measures_document(const std::map<std::string, Measured>& measures) {
  Document out = Document::object();
  for (const auto& [name, measure] : measures) out.set(name, Document::of_total(measure.total()));
  return out;
}

/// What a laptop's and a period's figures have in common.
template <typename Figures>
void add_figures(Document& out, const Figures& figures) {
  out.set("visits", Document::of_total(figures.visits)).set("lines", Document::of_total(figures.lines));
  out.set("person_times", Document::of_total(figures.person_times.total()));
  out.set("persons", Document::of_total(figures.persons.total()));
  out.set("value_fen", Document::of_total(figures.value.total()));
}

Document period_document(const PeriodFigures& figures) {
  Document out = Document::object();
  add_figures(out, figures);
  out.set("items", measures_document(figures.items));
  return out;
}

Document laptops_document(const std::map<std::string, LaptopFigures>& laptops) {
  Document out = Document::object();
  for (const auto& [name, figures] : laptops) {
    Document one = Document::object();
    add_figures(one, figures);
    out.set(name, std::move(one));
  }
  return out;
}

Document text_or_null(const std::string& text) { return text.empty() ? Document() : Document(text); }

Document target_document(const CampaignTarget& target) {
  Document out = Document::object();
  out.set("grant", target.grant).set("type", target.type);
  out.set("measure", std::string(name_of(target.measure)));
  out.set("item", text_or_null(target.item)).set("site", text_or_null(target.site));
  out.set("trade", text_or_null(target.trade)).set("batch", text_or_null(target.batch));
  out.set("planned", Document::of_total(target.planned));
  out.set("precision", std::string(name_of(target.precision)));
  out.set("done", Document::of_total(target.done));
  out.set("left", Document::of_total(target.planned - target.done));
  out.set("reached", day_or_null(target.reached));
  Document days = Document::object();
  for (const auto& [day, part] : target.by_day) days.set(format_day(day), Document::of_total(part));
  return out.set("by_day", std::move(days));
}

// ---- For people ----

/// Rows of a table with a column for each item.
template <typename Key, typename NameOf>
std::string periods_text(const Context& context, const std::map<Key, PeriodFigures>& periods,
                         const Text& first_column, NameOf&& name_of_key) {
  std::set<std::string> items;
  bool has_persons = false, has_value = false;
  for (const auto& [key, figures] : periods) {
    for (const auto& one : figures.items) items.insert(one.first);
    has_persons = has_persons || figures.persons.total() != 0;
    has_value = has_value || figures.value.total() != 0;
  }
  Table table;
  table.indent = 2;
  table.header = {context.say(first_column), context.say(say::kVisits), context.say(say::kPersonTimes)};
  if (has_persons) table.header.push_back(context.say(say::kPersons));
  if (has_value) table.header.push_back(context.say(say::kYuan));
  for (const std::string& item : items) table.header.push_back(one_line(item));
  table.is_number.assign(table.header.size(), true);
  table.is_number.front() = false;
  for (const auto& [key, figures] : periods) {
    std::vector<std::string> row{one_line(name_of_key(key)), to_text(figures.visits),
                                 cell_text(context.language, figures.person_times)};
    if (has_persons) row.push_back(cell_text(context.language, figures.persons));
    if (has_value) row.push_back(cell_text(context.language, figures.value));
    for (const std::string& item : items) {
      const auto given = figures.items.find(item);
      row.push_back(given == figures.items.end() ? "-" : cell_text(context.language, given->second));
    }
    table.rows.push_back(std::move(row));
  }
  return layout(table);
}

/// A number of a target in the unit of its measure.
std::string target_number(const Context& context, const CampaignTarget& target, Total total,
                          Precision precision) {
  switch (target.measure) {
    case CampaignTarget::Measured::person_times:
      return phrase(context.language, PersonTimes{total, precision});
    case CampaignTarget::Measured::persons:
      return phrase(context.language, Persons{total, precision});
    case CampaignTarget::Measured::value:
      return phrase(context.language, Fen{total, precision});
    case CampaignTarget::Measured::items:
      return phrase(context.language, Pieces{total, precision});
    case CampaignTarget::Measured::records:
      break;
  }
  return number_phrase(context.language, total, precision);
}

std::string targets_text(const Context& context, const std::vector<CampaignTarget>& targets) {
  Table table;
  table.indent = 2;
  table.header = {context.say(say::kColumnTarget), context.say(say::kColumnPlanned),
                  context.say(say::kColumnAchieved), context.say(say::kColumnReached)};
  for (const CampaignTarget& target : targets) {
    std::string what = one_line(target.grant);
    for (const std::string* part : {&target.item, &target.site, &target.trade, &target.batch}) {
      if (!part->empty()) what += " " + one_line(*part);
    }
    table.rows.push_back({std::move(what), target_number(context, target, target.planned, target.precision),
                          target_number(context, target, target.done, target.done_precision),
                          target.reached ? format_day(*target.reached) : "-"});
  }
  return layout(table);
}

/// The report in one sentence, as a paper would have it.
std::string headline(const Context& context, const PeriodFigures& total, const ItemNames& items) {
  const auto known = [](const std::map<std::string, std::string>& texts, const std::string& code,
                        const std::string& otherwise) {
    const auto found = texts.find(code);
    return one_line(found == texts.end() ? otherwise : found->second);
  };
  const Language language = context.language;
  std::string parts;
  const auto add = [&](const std::string& part) {
    parts += (parts.empty() ? "" : context.say(say::kListComma)) + part;
  };
  if (total.person_times != PersonTimes{}) add(phrase(language, total.person_times));
  if (total.persons != Persons{}) add(phrase(language, total.persons));
  for (const auto& [item, given] : total.items) {
    add(known(items.names, item, item) + " " + phrase(language, given, known(items.units, item, "")));
  }
  if (total.value != Fen{}) add(phrase(language, total.value));
  return context.say(say::kHeadline, {number_phrase(language, total.visits, Precision::exact), parts});
}

}  // namespace

Document campaign_document(const CampaignReport& report) {
  Document out = Document::object();
  out.set("campaign", text_or_null(report.scope.campaign));
  out.set("campaigns", Document::list_of(report.campaigns));
  out.set("from", day_or_null(report.scope.first)).set("to", day_or_null(report.scope.last));
  out.set("zone", format_offset(report.zone_minutes));
  add_figures(out, report.total);
  out.set("items", measures_document(report.total.items));
  out.set("by_trade", measures_document(report.by_trade));
  out.set("by_trade_persons", measures_document(report.by_trade_persons));
  Document days = Document::object(), sites = Document::object(), targets = Document::list(),
           precision = Document::object();
  for (const auto& [day, figures] : report.by_day) days.set(format_day(day), period_document(figures));
  for (const auto& [site, figures] : report.by_site) sites.set(site, period_document(figures));
  for (const CampaignTarget& target : report.targets) targets.add(target_document(target));
  for (const auto& [path, mark] : marks_of(report)) precision.set(path, std::string(name_of(mark)));
  out.set("by_day", std::move(days)).set("by_site", std::move(sites));
  out.set("by_laptop", laptops_document(report.by_laptop));
  out.set("not_admitted", laptops_document(report.not_admitted));
  out.set("targets", std::move(targets));
  out.set("duplicate_records", report.duplicate_records).set("voided", report.voided);
  return out.set("uncounted", report.uncounted).set("precision", std::move(precision));
}

std::string campaign_text(const Context& context, const CampaignReport& report, const ItemNames& items) {
  const auto title = [&](const Text& text) {
    return "\n\n" + context.console.painted(Colour::bold, context.say(text)) + "\n";
  };
  const auto day_text = [&](const std::optional<Day>& day) { return day ? format_day(*day) : "…"; };
  std::string out = context.console.painted(
      Colour::bold, context.say(report.scope.campaign.empty() ? say::kTitlePeriod : say::kTitleCampaign,
                                {one_line(report.scope.campaign), day_text(report.scope.first),
                                 day_text(report.scope.last)}));
  out += "\n  " + headline(context, report.total, items);
  if (!report.targets.empty()) out += title(say::kTitleTargets) + targets_text(context, report.targets);
  if (!report.by_day.empty()) {
    out += title(say::kTitleDays) +
           periods_text(context, report.by_day, say::kColumnDay, [](Day day) { return format_day(day); });
  }
  if (!report.by_site.empty()) {
    out += title(say::kTitleSites) + periods_text(context, report.by_site, say::kColumnSite,
                                                  [](const std::string& site) { return site; });
  }
  std::string remarks;
  const auto remark = [&](std::uint64_t count, const Text& text) {
    if (count > 0) remarks += "\n  " + context.say(text, {std::to_string(count)});
  };
  remark(report.duplicate_records, say::kDuplicates);
  remark(report.voided, say::kVoidedRecords);
  remark(report.uncounted, say::kUncounted);
  for (const auto& [name, figures] : report.not_admitted) {
    remarks += "\n  " + context.say(say::kNotAdmittedPart,
                                    {one_line(name), to_text(figures.visits), to_text(figures.lines)});
  }
  if (!remarks.empty())
    out += "\n\n" + context.console.painted(Colour::bold, context.say(say::kTitleRemarks)) + remarks;
  return out;
}

Document explanation_document(const Explanation& explanation, const std::string& figure) {
  Document records = Document::list();
  for (const ExplainedRecord& record : explanation.records) {
    Document one = Document::object();
    one.set("id", to_text(record.id)).set("what", record.is_visit ? "visit" : "handout");
    one.set("laptop", record.who)
        .set("day", format_day(record.day))
        .set("time", format_wall_time(record.time));
    one.set("site", text_or_null(record.site)).set("item", text_or_null(record.item));
    one.set("amount", Document::of_total(record.amount));
    one.set("precision", std::string(name_of(record.precision)));
    records.add(std::move(one));
  }
  Document out = Document::object();
  out.set("figure", figure).set("measure", explanation.measure);
  out.set("total", Document::of_total(explanation.total));
  out.set("precision", std::string(name_of(explanation.precision)));
  return out.set("records", std::move(records));
}

std::string explanation_text(const Context& context, const Explanation& explanation,
                             const std::string& figure) {
  const bool is_money = explanation.measure == "value";
  const auto amount_text = [&](Total amount, Precision precision) {
    return is_money ? cell_text(context.language, Fen{amount, precision})
                    : cell_text(context.language, Pieces{amount, precision});
  };
  Table table;
  table.header = {context.say(say::kColumnId),   context.say(say::kColumnLaptop),
                  context.say(say::kColumnTime), context.say(say::kColumnSite),
                  context.say(say::kColumnItem), context.say(is_money ? say::kYuan : say::kColumnAmount)};
  table.is_number = {false, false, false, false, false, true};
  for (const ExplainedRecord& record : explanation.records) {
    table.rows.push_back({short_id(record.id), one_line(record.who), when_text(record.time),
                          one_line(record.site), one_line(record.item),
                          amount_text(record.amount, record.precision)});
  }
  const std::string sum =
      context.say(say::kFigureIs, {one_line(figure), amount_text(explanation.total, explanation.precision),
                                   std::to_string(explanation.records.size())});
  return explanation.records.empty() ? sum : layout(table) + "\n" + sum;
}

}  // namespace karez::cli
