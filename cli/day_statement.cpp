#include "cli/day_statement.h"

#include <algorithm>

#include "cli/records.h"
#include "cli/texts_close.h"
#include "cli/texts_figures.h"
#include "karez/ledger/day_figures.h"

namespace karez::cli {
namespace {

/// A page is read aloud; the document has everything.
constexpr std::size_t kLinesShown = 40;

struct Sentence {
  std::string_view kind;
  Text text;
};

constexpr Sentence kLateKinds[] = {{"visit", say::kLateVisit},     {"event", say::kLateEvent},
                                   {"handout", say::kLateHandout}, {"move", say::kLateMove},
                                   {"edit", say::kLateEdit},       {"void", say::kLateVoid},
                                   {"unvoid", say::kLateUnvoid},   {"verdict", say::kLateVerdict}};

constexpr Sentence kCheckKinds[] = {
    {"incomplete", say::kCheckIncomplete},
    {"silent", say::kCheckSilent},
    {"skewed", say::kCheckSkewed},
    {"not_admitted", say::kCheckNotAdmitted},
    {"conflict", say::kCheckConflict},
    {"unknown_site", say::kCheckUnknownSite},
    {"unknown_item", say::kCheckUnknownItem},
    {"waiting", say::kCheckWaiting},
    {"rival_close", say::kCheckRival},
    {"close_ahead", say::kCheckCloseAhead},
    {"late", say::kCheckLate},
    {"duplicates", say::kCheckDuplicates},
    {"over_quota", say::kCheckOverQuota},
    {"held", say::kCheckHeld},
    {"no_record", say::kCheckNoRecord},
    {"admitted_late", say::kCheckAdmittedLate},
    {"revoked_late", say::kCheckRevokedLate},
    {"voucher_invalid", say::kCheckVoucherInvalid},
    {"stock_overdrawn", say::kCheckStockOverdrawn},
    {"stock_case", say::kCheckStockCase},
    {"duplicates_not_searched", say::kCheckNotSearched},
};

template <std::size_t N>
const Text* text_for(const Sentence (&sentences)[N], std::string_view kind) {
  const auto* found = std::find_if(std::begin(sentences), std::end(sentences),
                                   [&](const Sentence& one) { return one.kind == kind; });
  return found == std::end(sentences) ? nullptr : &found->text;
}

template <typename Figures>
void add_measures(Document& out, const Figures& figures) {
  out.set("person_times", Document::of_total(figures.person_times.total()));
  out.set("persons", Document::of_total(figures.persons.total()));
  out.set("value_fen", Document::of_total(figures.value.total()));
}

Document late_document(const LateEntry& late) {
  Document out = Document::object();
  out.set("id", to_text(late.change.id)).set("laptop", late.change.laptop).set("site", late.change.site);
  out.set("time", late.change.time ? Document(format_wall_time(*late.change.time)) : Document());
  return out.set("what", late.change.what).set("made", format_wall_time(late.made));
}

Document check_document(const Context& context, const Check& check) {
  Document out = Document::object();
  out.set("kind", check.kind).set("subject", check.subject).set("count", check.count);
  return out.set("detail", check.detail).set("text", check_text(context, check));
}

std::string signed_text(Total total) { return (total > 0 ? "+" : "") + to_text(total); }

std::string addendum_text(const Context& context, const DayReport& addendum) {
  Table table;
  table.indent = 2;
  table.is_number = {false, true};
  const auto add = [&](const std::string& name, Total total) {
    if (total != 0) table.rows.push_back({name, signed_text(total)});
  };
  add(context.say(say::kVisits), addendum.visits);
  add(context.say(say::kPersonTimes), addendum.person_times.total());
  add(context.say(say::kPersons), addendum.persons.total());
  add(context.say(say::kHandouts), addendum.lines);
  for (const auto& [item, given] : addendum.items) add(one_line(item), given.total());
  for (const auto& [site, figures] : addendum.by_site) {
    const std::string name = site.empty() ? context.say(say::kNoSite) : one_line(site);
    add(name + " " + context.say(say::kPersonTimes), figures.person_times.total());
    for (const auto& [item, given] : figures.items) add(name + " " + one_line(item), given.total());
  }
  return table.rows.empty() ? "" : layout(table);
}

std::string late_text(const Context& context, const std::vector<LateEntry>& late) {
  Table table;
  table.indent = 2;
  table.header = {context.say(say::kColumnWhat), context.say(say::kColumnSite),
                  context.say(say::kColumnLaptop), "", ""};
  for (const LateEntry& entry : late) {
    if (table.rows.size() == kLinesShown) break;
    const Text* what = text_for(kLateKinds, entry.change.what);
    table.rows.push_back({what == nullptr ? entry.change.what : context.say(*what),
                          one_line(entry.change.site), one_line(entry.change.laptop),
                          entry.change.time ? when_text(*entry.change.time) : "", short_id(entry.change.id)});
  }
  std::string out = layout(table);
  if (late.size() > kLinesShown)
    out += "\n" + context.say(say::kAndMore, {std::to_string(late.size() - kLinesShown)});
  return out;
}

}  // namespace

Document close_document(const DayClose& close) {
  Document out = Document::object();
  out.set("id", to_text(close.id)).set("day", format_day(close.day)).set("by", close.who);
  out.set("at", format_wall_time(close.at)).set("digest", close.digest).set("semantics", close.semantics);
  out.set("fingerprint", to_hex(close.fingerprint));
  out.set("replaces", close.replaces ? Document(to_text(*close.replaces)) : Document());
  const OpenIssues issues = open_issues_of(close);
  Document incomplete = Document::object();
  for (const auto& [name, missing] : issues.incomplete) incomplete.set(name, missing);
  out.set("missing", Document::list_of(issues.waiting)).set("incomplete", std::move(incomplete));
  return out.set("note", close.note);
}

Document difference_document(const DayReport& difference) {
  Document out = Document::object();
  out.set("visits", Document::of_total(difference.visits)).set("lines", Document::of_total(difference.lines));
  add_measures(out, difference);
  out.set("items", totals_document(difference.items)).set("by_trade", totals_document(difference.by_trade));
  out.set("by_trade_persons", totals_document(difference.by_trade_persons));
  Document sites = Document::object();
  for (const auto& [site, figures] : difference.by_site) {
    Document one = Document::object();
    for (const auto& [item, given] : figures.items) {
      if (!is_site_figure(item)) one.set(item, Document::of_total(given.total()));
    }
    if (figures.person_times.total() != 0)
      one.set("person_times", Document::of_total(figures.person_times.total()));
    if (figures.persons.total() != 0) one.set("persons", Document::of_total(figures.persons.total()));
    if (figures.value.total() != 0) one.set("value_fen", Document::of_total(figures.value.total()));
    sites.set(site, std::move(one));
  }
  Document laptops = Document::object();
  for (const auto& [name, row] : difference.by_laptop) {
    Document one = Document::object();
    one.set("visits", Document::of_total(row.figures.visits))
        .set("lines", Document::of_total(row.figures.lines));
    add_measures(one, row.figures);
    laptops.set(name, std::move(one));
  }
  return out.set("by_site", std::move(sites)).set("by_laptop", std::move(laptops));
}

Document doubles_document(const std::vector<DoubleEntry>& doubles, int zone_minutes) {
  Document out = Document::list();
  for (const DoubleEntry& entry : doubles) {
    std::vector<std::string> ids;
    for (const RecordId& id : entry.ids) ids.push_back(to_text(id));
    Document one = Document::object();
    one.set("ids", Document::list_of(ids)).set("reasons", Document::list_of(entry.reasons));
    one.set("site", entry.site).set("time", format_wall_time({entry.minute_ms, zone_minutes}));
    out.add(one.set("collection", entry.collection == "event" ? "visit" : "handout"));
  }
  return out;
}

Document statement_document(const Context& context, const DayStatement& statement) {
  Document out = day_document(statement.report);
  out.set("closed", statement.closed ? close_document(*statement.closed) : Document());
  Document rivals = Document::list();
  for (const DayClose& rival : statement.rivals) rivals.add(close_document(rival));
  out.set("rivals", std::move(rivals));
  out.set("addendum", statement.closed ? difference_document(statement.addendum) : Document());
  Document late = Document::list();
  for (const LateEntry& entry : statement.late) late.add(late_document(entry));
  out.set("late", std::move(late));
  out.set("duplicates", doubles_document(statement.doubles.shown, statement.report.zone_minutes));
  out.set("duplicates_count", statement.doubles.count);
  Document checks = Document::list();
  for (const Check& check : statement.checks) checks.add(check_document(context, check));
  return out.set("checks", std::move(checks));
}

std::string check_text(const Context& context, const Check& check) {
  const Text* text = text_for(kCheckKinds, check.kind);
  return context.say(
      text == nullptr ? say::kCheckOther : *text,
      {one_line(check.subject), std::to_string(check.count), one_line(check.detail), check.kind});
}

std::string statement_text(const Context& context, const DayStatement& statement) {
  std::string out;
  const auto title = [&](const std::string& text) {
    out += (out.empty() ? "" : "\n\n") + context.console.painted(Colour::bold, text) + "\n";
  };
  if (statement.closed) {
    const DayClose& close = *statement.closed;
    out += context.console.painted(
        Colour::green,
        context.say(say::kClosedBy, {one_line(close.who), when_text(close.at), short_id(close.id)}));
    const OpenIssues issues = open_issues_of(close);
    std::string missing;
    for (const std::string& name : issues.waiting) missing += (missing.empty() ? "" : ", ") + one_line(name);
    if (!missing.empty()) out += "\n" + context.say(say::kDayClosedLacks, {missing});
    const std::string addendum = addendum_text(context, statement.addendum);
    if (!addendum.empty()) {
      title(context.say(say::kTitleAddendum));
      out += addendum;
    }
    if (!statement.late.empty()) {
      title(context.say(say::kTitleLate, {std::to_string(statement.late.size())}));
      out += late_text(context, statement.late);
    }
  }
  if (statement.checks.empty()) return out;
  title(context.say(say::kTitleChecks));
  std::size_t shown = 0;
  for (const Check& check : statement.checks) {
    if (shown == kLinesShown) break;
    out += (shown++ == 0 ? "  " : "\n  ") + check_text(context, check);
  }
  if (statement.checks.size() > shown)
    out += "\n" + context.say(say::kAndMore, {std::to_string(statement.checks.size() - shown)});
  return out;
}

}  // namespace karez::cli
