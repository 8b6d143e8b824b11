#include "karez/replica/closes.h"

#include <algorithm>
#include <set>

#include "karez/base/limits.h"
#include "karez/ledger/day_figures.h"
#include "karez/ledger/site_zones.h"
#include "karez/ledger/vouchers.h"
#include "rehearsal.h"
#include "replica_impl.h"
#include "rule_check.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

/// Heads are told whole again after so many closes that tell only what moved: a reader goes through these.
constexpr std::uint64_t kChainOfHeads = 30;

/// A day report of more rows leaves the search for double entries to who asks for it: it takes as long again.
constexpr std::int64_t kRowsSearched = 200'000;
/// Of a close: what its day, digests, references and their names take at most.
constexpr std::size_t kSmallFieldsBytes = 2048;

constexpr auto kKnownAt = "SELECT author, max(seq) FROM known WHERE time_ms<=? GROUP BY author";
constexpr auto kConflictRecords = "SELECT DISTINCT record FROM conflict";
constexpr auto kRecordPlace =
    "SELECT time, site FROM event WHERE record=?1"
    " UNION ALL SELECT coalesce(t.time, e.time), coalesce(t.site, e.site)"
    " FROM move AS t LEFT JOIN event AS e ON e.record = t.event WHERE t.record=?1";

CloseSource source_of(Replica::Impl& self) {
  return {self.statements, self.authors, self.log, self.tables, self.catalog};
}

Value text(std::string value) { return Value::of(std::move(value)); }
Value bytes(Bytes value) { return Value(Value::Side(std::move(value))); }
Value ref(const RecordId& id) { return Value(Value::Side(id)); }

/// Laptops of which changes that would count are held and not applied.
std::vector<std::string> laptops_that_wait(Replica::Impl& self) {
  std::vector<std::string> names;
  for (const auto& row : self.authors.all()) {
    if (row->applied_seq < row->held_seq && row->applied_seq < row->counted_through)
      names.push_back(row->laptop);
  }
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

Status check_may_close(Replica::Impl& self, const CloseRequest& request, const DayReport& report,
                       const ChosenClose& before) {
  if (before.shown && !request.again) {
    return Error{ErrorCode::refused, format_day(request.day) + " is closed already by " + before.shown->who +
                                         " (" + to_text(before.shown->id) +
                                         "); nothing was recorded: close it again (--again) to replace that"};
  }
  if (const auto waiting = laptops_that_wait(self);
      !waiting.empty() && !is_mutant(Mutant::close_over_waiting)) {
    return Error{ErrorCode::refused,
                 "records of " + joined(waiting) +
                     " wait for other laptops' changes, so the figures are not those of what is "
                     "here; nothing was recorded: sync first (karez status says what they wait "
                     "for), or revoke the laptop"};
  }
  if (report.whole || request.despite_gaps) return {};
  return Error{ErrorCode::refused, "the day is not whole, it lacks " + joined(report.waiting) +
                                       "; nothing was recorded: wait for them, or close despite the gaps "
                                       "(--despite-gaps), then the close names them"};
}

OpenIssues issues_of(const DayReport& report) {
  OpenIssues issues;
  for (const auto& [name, row] : report.by_laptop) {
    if (!row.state.complete) issues.incomplete[name] = row.state.missing;
  }
  issues.waiting = report.waiting;
  return issues;
}

/// What no log says about a day, as its close says it.
void put_open_issues(const OpenIssues& issues, DayReport& report) {
  for (const auto& [name, missing] : issues.incomplete) report.by_laptop[name].state.name = name;
  for (auto& [name, row] : report.by_laptop) {
    const auto open = issues.incomplete.find(name);
    row.state.complete = open == issues.incomplete.end();
    row.state.missing = row.state.complete ? 0 : open->second;
  }
}

Result<DayClose> close_in(Replica::Impl& self, const CloseRequest& request) {
  const Collection* collection = self.catalog.collection("close");
  if (collection == nullptr)
    return Error{ErrorCode::refused, "this catalog knows no closes; nothing was recorded"};
  KAREZ_TRY(self.check_right(*collection));
  const CloseSource source = source_of(self);
  KAREZ_ASSIGN(auto before, closes_of(source, request.day));
  const ChosenClose chosen = choose_close(std::move(before));
  KAREZ_ASSIGN(const DayReport report, self.day_now(request.day));
  KAREZ_TRY(check_may_close(self, request, report, chosen));
  KAREZ_ASSIGN(const AppliedHeads now, applied_heads(self.authors, self.log));

  // Heads are told as differences from the newest close that is here, of whatever day.
  KAREZ_ASSIGN(auto all, closes_of(source, std::nullopt));
  std::erase_if(all, [](const DayClose& close) { return !close.counts; });
  std::optional<RecordId> previous;
  CloseHeads known;
  std::uint64_t depth = 0;
  if (!all.empty()) {
    previous = all.back().id;
    const auto their_depth = depth_of_close_heads(all.back().heads);
    const auto heads = heads_of(source, all.back());
    if (heads && their_depth && *their_depth < kChainOfHeads) {
      known = *heads;
      depth = *their_depth + 1;
    }
  }
  const Bytes heads = encode_close_heads(now.heads, known, depth);
  if (heads.size() > kHeadsBytes) {
    return Error{ErrorCode::too_large, "more laptops than one close can name (" +
                                           std::to_string(now.heads.size()) + "); nothing was recorded"};
  }
  const std::string figures = figures_json(report);
  KAREZ_ASSIGN(const std::string issues, to_json(issues_of(report)));
  NewRecord record{"close",
                   {{"date", text(format_day(request.day))},
                    {"semantics", Value::of(kDaySemantics)},
                    {"fingerprint", bytes({now.fingerprint.bytes().begin(), now.fingerprint.bytes().end()})},
                    {"digest", text(digest_of_figures(figures))},
                    {"open_issues", text(issues)},
                    {"state", text("closed")}}};
  for (std::size_t at = 0, part = 0; at < heads.size(); at += limits::kTextBytes, ++part) {
    const ByteView rest = ByteView(heads).subspan(at);
    const ByteView here = rest.first(std::min(rest.size(), limits::kTextBytes));
    record.fields.emplace_back(kHeadsFields[part], bytes({here.begin(), here.end()}));
  }
  // All of it is one change; the figures are what can be recomputed.
  const std::size_t others = heads.size() + issues.size() + request.note.size() + kSmallFieldsBytes;
  if (Bytes totals = pack_totals(figures);
      !totals.empty() && others + totals.size() <= limits::kChangeBytes) {
    record.fields.emplace_back("totals", bytes(std::move(totals)));
  }
  if (previous) record.fields.emplace_back("previous", ref(*previous));
  if (chosen.shown) record.fields.emplace_back("replaces", ref(chosen.shown->id));
  if (!request.note.empty()) record.fields.emplace_back("note", text(request.note));
  AuthorRow& row = self.me();
  const RecordId id{row.name_at(row.held_seq + 1), row.held_seq + 1, 1};
  KAREZ_ASSIGN(Create create, self.make_create(record, id.seq));
  KAREZ_TRY(self.append_change(*self.keys.find(row.key), row, {Operation(std::move(create))}));
  KAREZ_ASSIGN(auto made, read_close(source, id));
  if (!made)
    return Error{ErrorCode::internal, "a close cannot be read that was just made; nothing was recorded"};
  return std::move(*made);
}

Result<DayReport> rehearsed(Replica::Impl& self, const std::vector<CoveredLogs::End>& ends,
                            DayFunction function, Day day, std::uint64_t seed,
                            std::uint64_t* changes = nullptr) {
  const auto rehearsal = Rehearsal::make(self, ends, seed, [&](std::uint64_t done, std::uint64_t total) {
    if (self.options.progress) self.options.progress("replay", done, total);
  });
  if (!rehearsal) return rehearsal.error();
  if (changes != nullptr) *changes = (*rehearsal)->changes();
  return (*rehearsal)->day(function, day);
}

/// What a close covers, if all of it is here.
Result<CoveredLogs> held_by_close(Replica::Impl& self, const DayClose& close) {
  KAREZ_ASSIGN(const CloseHeads heads, heads_of(source_of(self), close));
  CoveredLogs covered(heads, self.authors, self.log);
  if (!covered.missing().empty()) {
    return Error{ErrorCode::gap, "records of " + std::to_string(covered.missing().size()) +
                                     " laptops that the close covers are not here; sync first"};
  }
  Fingerprint fingerprint;
  for (const CoveredLogs::End& end : covered.ends()) {
    const auto link = self.log.link_at(end.log, end.seq);
    if (link) fingerprint.add(self.authors.find(end.log)->key, {end.seq, *link});
  }
  if (fingerprint.bytes() != close.fingerprint) {
    return Error{ErrorCode::malformed, "the logs that are here are not those that the close was made from"};
  }
  return covered;
}

Status check_meaning(const DayClose& close) {
  if (day_function(close.semantics) != nullptr) return {};
  return Error{ErrorCode::refused,
               "the close states figures by a meaning that only a newer karez knows; update "
               "this one"};
}

Result<DayReport> figures_in(Replica::Impl& self, const DayClose& close) {
  DayReport report;
  report.day = close.day;
  report.zone_minutes = self.zone_minutes;
  KAREZ_ASSIGN(const auto totals, totals_of(close));
  if (totals) {
    KAREZ_TRY(read_figures(*totals, report));
    return report;
  }
  KAREZ_TRY(check_meaning(close));
  KAREZ_ASSIGN(const CoveredLogs covered, held_by_close(self, close));
  KAREZ_ASSIGN(report, rehearsed(self, covered.ends(), day_function(close.semantics), close.day, 0));
  put_open_issues(open_issues_of(close), report);
  return report;
}

/// Puts a close's figures in place of a report's.
void put_figures(DayReport closed, DayReport& report) {
  report.visits = closed.visits;
  report.lines = closed.lines;
  report.person_times = closed.person_times;
  report.persons = closed.persons;
  report.value = closed.value;
  report.items = std::move(closed.items);
  report.by_trade = std::move(closed.by_trade);
  report.by_trade_persons = std::move(closed.by_trade_persons);
  report.by_site = std::move(closed.by_site);
  report.by_laptop = std::move(closed.by_laptop);
}

Status add_conflict_checks(Replica::Impl& self, Day day, std::vector<Check>& checks) {
  KAREZ_ASSIGN(const SiteZones zones, SiteZones::load(self.statements, self.catalog, self.zone_minutes));
  std::vector<RecordKey> records;
  KAREZ_TRY(for_each_row(self.statements.get(kConflictRecords),
                         [&](Statement& in) { records.push_back(in.integer(0)); }));
  for (RecordKey record : records) {
    bool is_of_day = false;
    KAREZ_TRY(for_each_row(self.statements.get(kRecordPlace).bind(1, record), [&](Statement& in) {
      is_of_day = !in.is_null(0) && zones.day_of(in.integer(0), in.text(1)) == day;
    }));
    if (is_of_day) checks.push_back({"conflict", to_text(self.tables.id_of(record)), 1, ""});
  }
  return {};
}

void add_report_checks(const DayReport& report, std::vector<Check>& checks) {
  std::set<std::string> named;
  for (const auto& [name, row] : report.by_laptop) {
    if (row.state.missing == 0) continue;
    named.insert(name);
    checks.push_back({"incomplete", name, static_cast<std::int64_t>(row.state.missing), ""});
  }
  for (const std::string& name : report.waiting) {
    if (named.insert(name).second) checks.push_back({"silent", name, 0, ""});
  }
  for (const LaptopState& laptop : report.skewed) {
    checks.push_back({"skewed", laptop.name, laptop.skew_ms.value_or(0), ""});
  }
  for (const auto& [name, row] : report.not_admitted) checks.push_back({"not_admitted", name, 0, ""});
  for (const std::string& code : report.unknown_sites) checks.push_back({"unknown_site", code, 0, ""});
  for (const std::string& code : report.unknown_items) checks.push_back({"unknown_item", code, 0, ""});
  using State = RuleGroup::State;
  const auto count = [&](State state) {
    return std::count_if(report.over_quota.begin(), report.over_quota.end(),
                         [&](const RuleGroup& group) { return group.state == state; });
  };
  if (count(State::open) > 0) checks.push_back({"over_quota", "", count(State::open), ""});
  if (count(State::held) > 0) checks.push_back({"held", "", count(State::held), ""});
}

/// Sites and pairs that had to have a record on this very day and have none: an alarm, not a zero.
Status add_duty_checks(Replica::Impl& self, Day day, std::vector<Check>& checks) {
  KAREZ_ASSIGN(RuleBook book, RuleBook::load(rule_source(self)));
  KAREZ_ASSIGN(const auto duties, book.duties(day));
  for (const Duty& duty : duties) {
    const bool is_of_day = duty.rule.per == RuleWindow::day && duty.days.first == day;
    if (!is_of_day || duty.state == Duty::State::done) continue;
    checks.push_back(
        {"no_record", duty.subject, duty.due - static_cast<std::int64_t>(duty.done), duty.window});
  }
  return {};
}

/// Laptops whose covered records count only since the close, or no more: they are in the addendum, and no
/// record of theirs is late.
void add_standing_checks(const DayReport& closed, const DayReport& now, const std::vector<LateChange>& late,
                         std::vector<Check>& checks) {
  std::map<std::string, Total> late_records;
  for (const LateChange& change : late) {
    if (change.what == "visit" || change.what == "handout") late_records[change.laptop] += 1;
  }
  const auto records = [](const DayReport& report, const std::string& name) {
    const auto row = report.by_laptop.find(name);
    return row == report.by_laptop.end() ? Total{} : row->second.figures.visits + row->second.figures.lines;
  };
  std::set<std::string> names;
  for (const DayReport* report : {&closed, &now}) {
    for (const auto& [name, row] : report->by_laptop) names.insert(name);
  }
  for (const std::string& name : names) {
    const Total before = records(closed, name), after = records(now, name);
    const auto row = now.by_laptop.find(name);
    const bool is_cut = row == now.by_laptop.end() || row->second.state.cut;
    if (before == 0 && after > late_records[name])
      checks.push_back({"admitted_late", name, static_cast<std::int64_t>(after - late_records[name]), ""});
    if (after - late_records[name] < before && is_cut)
      checks.push_back(
          {"revoked_late", name, static_cast<std::int64_t>(before - after + late_records[name]), ""});
  }
}

Status add_voucher_checks(Replica::Impl& self, Day day, std::vector<Check>& checks) {
  const Collection* grant = self.catalog.collection("grant");
  if (grant == nullptr || grant->field("valid_to") == nullptr) return {};
  KAREZ_ASSIGN(const auto outside, vouchers_outside_validity(self.day_source(), day));
  for (const VoucherUse& one : outside) {
    const auto bound = [](std::optional<Day> of) { return of ? format_day(*of) : std::string(); };
    checks.push_back({"voucher_invalid", one.code, 0, bound(one.valid_from) + ".." + bound(one.valid_to)});
  }
  return {};
}

Status add_doubles(Replica::Impl& self, Day day, Total rows, DayStatement& statement) {
  // Of the present records, closed or not: what to do about them is decided now.
  statement.has_searched_doubles = rows <= kRowsSearched;
  if (!statement.has_searched_doubles) {
    statement.checks.push_back({"duplicates_not_searched", "", 0, format_day(day)});
    return {};
  }
  KAREZ_ASSIGN(statement.doubles, double_entries(self.day_source(), self.tables, day, kDoublesShown));
  if (statement.doubles.count > 0)
    statement.checks.push_back(
        {"duplicates", "", static_cast<std::int64_t>(statement.doubles.count), format_day(day)});
  return {};
}

}  // namespace

Result<DayClose> close_day(Replica& replica, const CloseRequest& request) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  KAREZ_ASSIGN(DayClose close, close_in(self, request));
  KAREZ_TRY(self.commit(transaction));
  return close;
}

Result<DayStatement> day_statement(Replica& replica, Day day) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  DayStatement statement;
  KAREZ_ASSIGN(statement.report, self.day_now(day));
  const Total rows = statement.report.visits + statement.report.lines;
  add_report_checks(statement.report, statement.checks);
  KAREZ_TRY(add_conflict_checks(self, day, statement.checks));
  KAREZ_TRY(add_duty_checks(self, day, statement.checks));
  KAREZ_TRY(add_voucher_checks(self, day, statement.checks));
  KAREZ_ASSIGN(const StockReport stock,
               stock_report({self.statements, self.authors, self.tables, self.catalog}));
  add_checks(stock, statement.checks);
  for (const std::string& name : laptops_that_wait(self))
    statement.checks.push_back({"waiting", name, 0, ""});
  if (self.catalog.collection("close") != nullptr) {
    const CloseSource source = source_of(self);
    KAREZ_ASSIGN(auto closes, closes_of(source, day));
    ChosenClose chosen = choose_close(std::move(closes));
    statement.closed = std::move(chosen.shown);
    statement.rivals = std::move(chosen.rivals);
  }
  for (const DayClose& rival : statement.rivals)
    statement.checks.push_back({"rival_close", to_text(rival.id), 0, rival.who});
  if (statement.closed) {
    KAREZ_ASSIGN(DayReport closed, figures_in(self, *statement.closed));
    KAREZ_ASSIGN(const CloseHeads heads, heads_of(source_of(self), *statement.closed));
    const CoveredLogs covered(heads, self.authors, self.log);
    if (!covered.missing().empty())
      statement.checks.push_back({"close_ahead", "", static_cast<std::int64_t>(covered.missing().size()),
                                  to_text(statement.closed->id)});
    KAREZ_ASSIGN(const auto late, late_changes(self.day_source(), self.tables, day, covered));
    for (const LateChange& change : late) {
      const AuthorRow* author = self.authors.named(change.dot.author, change.dot.seq);
      statement.late.push_back(
          {change, author == nullptr ? WallTime{} : self.wall_of(author->id, change.dot.seq)});
    }
    add_standing_checks(closed, statement.report, late, statement.checks);
    statement.addendum = addendum_of(statement.report, closed);
    put_figures(std::move(closed), statement.report);
    if (!late.empty()) statement.checks.push_back({"late", "", static_cast<std::int64_t>(late.size()), ""});
  }
  KAREZ_TRY(add_doubles(self, day, rows, statement));
  std::sort(statement.checks.begin(), statement.checks.end());
  return statement;
}

Result<std::vector<ChosenClose>> rival_closes(Replica& replica) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  std::vector<ChosenClose> out;
  if (self.catalog.collection("close") == nullptr) return out;
  KAREZ_ASSIGN(const auto all, closes_of(source_of(self), std::nullopt));
  std::map<Day, std::vector<DayClose>> by_day;
  for (const DayClose& close : all) by_day[close.day].push_back(close);
  for (auto& [day, closes] : by_day) {
    ChosenClose chosen = choose_close(std::move(closes));
    if (!chosen.rivals.empty()) out.push_back(std::move(chosen));
  }
  return out;
}

Result<DayClose> find_close(Replica& replica, const RecordId& id) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(auto close, read_close(source_of(self), id));
  if (close) return std::move(*close);
  return Error{ErrorCode::not_found, to_text(id) + " is not the close of a day"};
}

Result<DayReport> closed_figures(Replica& replica, const DayClose& close) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  return figures_in(self, close);
}

Result<DayReport> day_as_of(Replica& replica, Day day, std::int64_t time_ms) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  std::vector<CoveredLogs::End> ends;
  KAREZ_TRY(for_each_row(self.statements.get(kKnownAt).bind(1, time_ms), [&](Statement& in) {
    ends.push_back({in.integer(0), static_cast<std::uint64_t>(in.integer(1))});
  }));
  if (ends.empty()) {
    return Error{
        ErrorCode::refused,
        "what was known then is not noted here: only a coordinator's laptop keeps notes, from the time on "
        "at which it began"};
  }
  return rehearsed(self, ends, day_function(kDaySemantics), day, 0);
}

Result<Replay> replay_close(Replica& replica, const DayClose& close, std::uint64_t orders,
                            std::uint64_t seed) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_TRY(check_meaning(close));
  KAREZ_ASSIGN(const CoveredLogs covered, held_by_close(self, close));
  const OpenIssues issues = open_issues_of(close);
  Replay replay;
  replay.ok = true;
  replay.digest = close.digest;
  for (std::uint64_t i = 0; i < orders && replay.ok; ++i) {
    KAREZ_ASSIGN(replay.figures, rehearsed(self, covered.ends(), day_function(close.semantics), close.day,
                                           seed + i, &replay.changes));
    put_open_issues(issues, replay.figures);
    replay.digest = day_digest(replay.figures);
    replay.ok = replay.digest == close.digest;
    replay.orders = i + 1;
  }
  KAREZ_ASSIGN(const auto totals, totals_of(close));
  if (!totals || replay.ok) return replay;
  DayReport closed;
  KAREZ_TRY(read_figures(*totals, closed));
  replay.difference = addendum_of(replay.figures, closed);
  return replay;
}

}  // namespace karez
