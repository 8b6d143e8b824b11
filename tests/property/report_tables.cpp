// The reports in sections against the same figures out of `list`, field by field and without the reports'
// SQL; and that no changed part of them goes unnoticed.
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "karez/replica/reports.h"
#include "support/property.h"
#include "support/replica_fleet.h"

namespace karez::testing::tables {
namespace {

using Dice = std::mt19937_64;
using Fields = std::vector<std::pair<std::string, Value>>;

constexpr std::int64_t kHour = 3'600'000;
constexpr Day kToday{kDayMs / (24 * kHour)};

std::string one_of(Dice& dice, const std::vector<std::string>& words) { return words[dice() % words.size()]; }
void maybe(Dice& dice, Fields& fields, const std::string& name, Value value) {
  if (dice() % 2 == 0) fields.emplace_back(name, std::move(value));
}

RecordId create(Replica& replica, const std::string& collection, Fields fields) {
  NewRecord record{collection, std::move(fields)};
  auto ids = replica.create(std::span(&record, 1));
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  return ids->front();
}

Value time_of(Dice& dice) {
  // Within the hours around the fleet's clock, over five quarters of a year: some shifts are measured.
  const auto hours = static_cast<std::int64_t>(dice() % 6) - (dice() % 3 == 0 ? std::int64_t{24} * 91 : 0);
  return Value(Value::Side(WallTime{kDayMs + hours * kHour / 2, 480}));
}

const std::vector<std::string> kSites{"S1", "S2", "S3", "DEPOT"};

void make_lists(Replica& hq) {
  create(hq, "campaign", {{"code", text("C1")}});
  create(hq, "campaign", {{"code", text("C2")}, {"parent", text("C1")}});
  create(hq, "item", {{"code", text("CASH")}, {"class", text("cash")}, {"value", number(100)}});
  create(hq, "item", {{"code", text("W550")}, {"class", text("water")}});
  for (const std::string& site : kSites) create(hq, "site", {{"code", text(site)}});
  create(hq, "grant",
         {{"code", text("PLAN")},
          {"type", text("plan")},
          {"campaign", text("C1")},
          {"item", text("W550")},
          {"qty", number(300)}});
  for (const auto& [code, qty] : std::map<std::string, int>{{"B1", 100}, {"B2", 200}}) {
    create(hq, "grant",
           {{"code", text(code)},
            {"type", text("batch")},
            {"parent", text("PLAN")},
            {"campaign", text("C1")},
            {"item", text("W550")},
            {"batch", text(code == "B1" ? "1" : "2")},
            {"qty", number(qty)}});
  }
  create(hq, "grant",
         {{"code", text("B1-S1")},
          {"type", text("share")},
          {"parent", text("B1")},
          {"campaign", text("C1")},
          {"item", text("W550")},
          {"site", text("S1")},
          {"qty", number(60)}});
}

void record_move(Replica& replica, Dice& dice) {
  Fields move{{"item", text(one_of(dice, {"W550", "W550", "CASH", "NEW"}))},
              {"qty", number(static_cast<std::int64_t>(dice() % 1'000'000'000'000))},
              {"reason",
               text(one_of(dice, {"alloc", "arrive", "give", "give", "use", "back", "lost", "gift", "pay"}))},
              {"time", time_of(dice)}};
  maybe(dice, move, "site", text(one_of(dice, kSites)));
  maybe(dice, move, "batch", text(one_of(dice, {"1", "2", "loose"})));
  if (dice() % 4 == 0) move.emplace_back("grant", text(one_of(dice, {"B1", "B1-S1", "B2", "PLAN"})));
  maybe(dice, move, "campaign", text(one_of(dice, {"C1", "C2", "C3"})));
  maybe(dice, move, "from", text(one_of(dice, {"D1", "D2", "FUND"})));
  maybe(dice, move, "to", text(one_of(dice, {"FUND", "S2", "FUND2"})));
  maybe(dice, move, "party", text(one_of(dice, {"D1", "D2", "H1", "H2"})));
  maybe(dice, move, "trade", text(one_of(dice, {"rider", "san"})));
  if (dice() % 4 == 0) move.emplace_back("value", number(static_cast<std::int64_t>(dice() % 1'000)));
  if (dice() % 4 == 0) move.emplace_back("precision", text(one_of(dice, {"over", "about", "near", "plan"})));
  const RecordId id = create(replica, "move", std::move(move));
  if (dice() % 8 == 0) REQUIRE(replica.void_record(id, "test").ok());
}

void record_event(Replica& replica, Dice& dice) {
  Fields event{{"type", text(one_of(dice, {"visit", "visit", "check"}))}, {"time", time_of(dice)}};
  maybe(dice, event, "support", text(one_of(dice, {"med", "living"})));
  maybe(dice, event, "party", text(one_of(dice, {"H1", "H2", "H3"})));
  maybe(dice, event, "value", number(static_cast<std::int64_t>(dice() % 1'000'000)));
  maybe(dice, event, "person_times", number(static_cast<std::int64_t>(dice() % 50)));
  maybe(dice, event, "site", text(one_of(dice, kSites)));
  maybe(dice, event, "trade", text(one_of(dice, {"rider", "san"})));
  maybe(dice, event, "campaign", text(one_of(dice, {"C1", "C2", "C3"})));
  const RecordId id = create(replica, "event", std::move(event));
  if (dice() % 8 == 0) REQUIRE(replica.void_record(id, "test").ok());
}

void record_shift(Replica& replica, Dice& dice) {
  Fields begin{{"type", text("shift")}, {"time", time_of(dice)}};
  maybe(dice, begin, "site", text(one_of(dice, kSites)));
  maybe(dice, begin, "party", text(one_of(dice, {"V1", "V2"})));
  maybe(dice, begin, "unit", text(one_of(dice, {"T1", "T2"})));
  const RecordId begun = create(replica, "event", std::move(begin));
  for (std::size_t ends = dice() % 3; ends > 0; --ends) {
    create(replica, "event",
           {{"type", text("shift")}, {"time", time_of(dice)}, {"reply_to", Value(Value::Side(begun))}});
  }
}

// ---- The same once more, out of `list` ----

template <typename Kind>
std::optional<Kind> side_of(const RecordView& view, const std::string& field) {
  for (const FieldView& one : view.fields) {
    const auto* value = std::get_if<Kind>(&one.value.side);
    if (one.field == field && value != nullptr) return *value;
  }
  return std::nullopt;
}
std::string word(const RecordView& view, const std::string& field) {
  return side_of<std::string>(view, field).value_or("");
}
Total count_of(const RecordView& view, const std::string& field) {
  return side_of<std::int64_t>(view, field).value_or(0);
}
std::string or_none(const std::string& code) { return code.empty() ? "unspecified" : code; }

std::vector<RecordView> listed(Replica& replica, const std::string& collection) {
  std::vector<RecordView> rows;
  const auto keep = [&](const RecordView& view) {
    rows.push_back(view);
    return true;
  };
  REQUIRE(replica.list({collection, {}, "", false, 0}, keep).ok());
  return rows;
}

/// A section's cell by the words of its first columns and the column's key; of the sum row by no words.
using Place = std::tuple<std::string, std::string, std::string, std::string>;  // section, about, row, column
using Sums = std::map<Place, Total>;

Total total_in(const ReportCell& cell) {
  return std::visit(
      [](const auto& one) -> Total {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, std::monostate> || std::is_same_v<Kind, std::string> ||
                      std::is_same_v<Kind, Day>) {
          return 0;
        } else {
          return one.total();
        }
      },
      cell);
}

/// The figures that are not zero of the sections with these keys.
Sums figures_of(const Report& report, const std::set<std::string>& keys,
                const std::set<std::string>& columns) {
  Sums out;
  for (const ReportSection& section : report.sections) {
    if (!keys.contains(section.key)) continue;
    std::string about;
    for (const std::string& one : section.about) about += (about.empty() ? "" : " ") + one;
    const auto add = [&](const ReportRow& row, const std::string& name) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const Total total = total_in(row[i]);
        if (total != 0 && columns.contains(section.columns[i].key))
          out[{section.key, about, name, section.columns[i].key}] = total;
      }
    };
    for (const ReportRow& row : section.rows) {
      const auto* name = std::get_if<std::string>(&row.front());
      REQUIRE(name != nullptr);
      add(row, *name);
    }
    REQUIRE(section.sum.has_value());
    add(*section.sum, "");
  }
  return out;
}

void without_nothing(Sums& sums) {
  std::erase_if(sums, [](const auto& one) { return one.second == 0; });
}

Sums batches(Replica& replica) {
  const std::map<std::string, std::string> grants{{"B1", "1"}, {"B1-S1", "1"}, {"B2", "2"}};
  const std::map<std::string, std::string> steps{{"alloc", "sent"}, {"arrive", "arrived"}, {"give", "given"},
                                                 {"use", "given"},  {"back", "returned"},  {"lost", "lost"}};
  Sums out;
  for (const RecordView& move : listed(replica, "move")) {
    const auto step = steps.find(word(move, "reason"));
    if (step == steps.end()) continue;
    const auto granted = grants.find(word(move, "grant"));
    const std::string batch = granted == grants.end() ? or_none(word(move, "batch")) : granted->second;
    const std::string item = word(move, "item");
    std::string site = word(move, "site");
    if (site.empty() && (step->second == "sent" || step->second == "arrived")) site = word(move, "to");
    const Total qty = count_of(move, "qty");
    const Total left = step->second == "sent" ? 0 : step->second == "arrived" ? qty : -qty;
    for (const auto& [column, amount] :
         {std::pair(step->second, qty), std::pair(std::string("left"), left)}) {
      for (const std::string& row : {batch, std::string()}) out[{"batches", item, row, column}] += amount;
      for (const std::string& row : {or_none(site), std::string()})
        out[{"by_site", batch + " " + item, row, column}] += amount;
    }
  }
  without_nothing(out);
  return out;
}

std::string quarter_of(const WallTime& time) {
  const std::string day = format_day(day_of(time.ms, 480));
  return day.substr(0, 4) + "-Q" + std::to_string((std::atoi(day.substr(5, 2).c_str()) + 2) / 3);
}

Sums households(Replica& replica) {
  std::map<Place, std::set<std::string>> parties;
  Sums out;
  for (const RecordView& event : listed(replica, "event")) {
    const std::string party = word(event, "party"), kind = word(event, "support");
    if (party.empty() || (kind.empty() && !side_of<std::int64_t>(event, "value"))) continue;
    const std::string quarter = quarter_of(*side_of<WallTime>(event, "time"));
    for (const auto& [section, row] :
         {std::pair("by_kind", or_none(kind)), std::pair("by_kind", std::string()),
          std::pair("by_quarter", quarter), std::pair("by_quarter", std::string())}) {
      parties[{section, "", row, "households"}].insert(party);
      out[{section, "", row, "records"}] += 1;
      out[{section, "", row, "value"}] += count_of(event, "value");
    }
  }
  for (const auto& [place, all] : parties) out[place] = static_cast<std::int64_t>(all.size());
  without_nothing(out);
  return out;
}

Sums donors(Replica& replica) {
  Sums out;
  std::set<std::string> funds;
  const std::vector<RecordView> moves = listed(replica, "move");
  for (const RecordView& move : moves) {
    if (word(move, "reason") != "gift") continue;
    const bool is_cash = word(move, "item") == "CASH";
    if (is_cash && !word(move, "to").empty()) funds.insert(word(move, "to"));
    const std::string donor =
        !word(move, "party").empty() ? word(move, "party") : or_none(word(move, "from"));
    const auto value = side_of<std::int64_t>(move, "value");
    const Total worth = value ? Total{*value} : is_cash ? count_of(move, "qty") * 100 : 0;
    for (const std::string& row : {donor, std::string()}) {
      out[{"donors", "", row, "gifts"}] += 1;
      out[{"donors", "", row, is_cash ? "cash" : "in_kind"}] += worth;
    }
  }
  for (const RecordView& move : moves) {
    if (word(move, "item") != "CASH" || word(move, "from") == word(move, "to")) continue;
    for (const std::string& fund : funds) {
      const Total sign = word(move, "to") == fund ? 1 : word(move, "from") == fund ? -1 : 0;
      for (const std::string& row : {fund, std::string()})
        out[{"funds", "", row, "balance"}] += sign * count_of(move, "qty") * 100;
    }
  }
  without_nothing(out);
  return out;
}

Sums hours(Replica& replica) {
  std::map<RecordId, RecordView> shifts;
  for (const RecordView& event : listed(replica, "event")) {
    if (word(event, "type") == "shift") shifts.emplace(event.id, event);
  }
  const auto ms_of = [](const RecordView& shift) { return side_of<WallTime>(shift, "time")->ms; };
  const auto is_there_and_then = [&](const RecordView& shift) {
    return std::abs(shift.recorded.ms - ms_of(shift)) <= kHour;
  };
  Sums out;
  for (const auto& [id, begin] : shifts) {
    if (side_of<RecordId>(begin, "reply_to")) continue;
    // Where several end at one instant they are measured or made up alike: all were recorded now.
    const RecordView* end = nullptr;
    for (const auto& [other, shift] : shifts) {
      if (side_of<RecordId>(shift, "reply_to") != id) continue;
      const std::int64_t took = ms_of(shift) - ms_of(begin);
      if (took >= 0 && took <= 24 * kHour && (end == nullptr || ms_of(shift) < ms_of(*end))) end = &shift;
    }
    const std::string person = word(begin, "party").empty() ? begin.who : word(begin, "party");
    const Total minutes = end == nullptr ? 0 : (ms_of(*end) - ms_of(begin)) / 60'000;
    const bool is_measured = end != nullptr && is_there_and_then(begin) && is_there_and_then(*end);
    for (const auto& [section, row] :
         {std::pair("by_person", person), std::pair("by_site", or_none(word(begin, "site"))),
          std::pair("by_team", or_none(word(begin, "unit"))), std::pair("by_person", std::string()),
          std::pair("by_site", std::string()), std::pair("by_team", std::string())}) {
      out[{section, "", row, "shifts"}] += 1;
      out[{section, "", row, "open"}] += end == nullptr ? 1 : 0;
      out[{section, "", row, is_measured ? "measured" : "made_up"}] += minutes;
      out[{section, "", row, "total"}] += minutes;
    }
  }
  without_nothing(out);
  return out;
}

/// Money that donors gave and that is in no fund, or at another worth there.
bool is_money_astray(Replica& replica) {
  Total given = 0, received = 0;
  bool has_fund = false;
  std::set<std::string> funds;
  std::vector<RecordView> moves = listed(replica, "move");
  std::erase_if(moves, [](const RecordView& move) { return word(move, "item") != "CASH"; });
  for (const RecordView& move : moves) {
    if (word(move, "reason") != "gift") continue;
    const Total worth = count_of(move, "qty") * 100;
    const auto value = side_of<std::int64_t>(move, "value");
    given += value ? Total{*value} : worth;
    if (word(move, "to").empty()) continue;
    funds.insert(word(move, "to"));
    if (word(move, "to") != word(move, "from")) received += worth;
  }
  for (const RecordView& move : moves) {
    const bool is_of_fund = funds.contains(word(move, "to")) || funds.contains(word(move, "from"));
    has_fund = has_fund || (is_of_fund && word(move, "to") != word(move, "from"));
  }
  return has_fund && given != received;
}

Report made(Replica& replica, ReportKind kind, const ReportQuery& query = {}) {
  auto out = report(replica, kind, query, kToday);
  REQUIRE_MESSAGE(out.ok(), (out ? "" : out.error().message));
  return std::move(*out);
}

/// One more than a cell says, of the same kind; nothing of words.
std::optional<ReportCell> one_more(const ReportCell& cell) {
  return std::visit(
      [](const auto& one) -> std::optional<ReportCell> {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, std::monostate> || std::is_same_v<Kind, std::string> ||
                      std::is_same_v<Kind, Day>) {
          return std::nullopt;
        } else {
          return Kind{one.total() + 1, one.precision()};
        }
      },
      cell);
}

/// Any part of any sum that adds up, changed by one, is flagged at that sum; as it stands nothing is.
void check_parts_are_watched(Report report, Dice& dice) {
  // What donors say that came into the funds has a check of its own.
  for (ReportSection& section : report.sections) section.statements.clear();
  std::erase_if(report.flags, [](const ReportFlag& flag) { return flag.source == "donors"; });
  RC_ASSERT(report.flags.empty());
  for (std::size_t s = 0; s < report.sections.size(); ++s) {
    const ReportSection& section = report.sections[s];
    if (section.rows.empty() || !section.sum) continue;
    for (std::size_t column = 0; column < section.columns.size(); ++column) {
      if (section.columns[column].adding != Adding::all) continue;
      Report changed = report;
      ReportCell& cell = changed.sections[s].rows[dice() % section.rows.size()][column];
      const auto more = one_more(cell);
      if (!more) continue;
      cell = *more;
      check(changed);
      RC_ASSERT(changed.flags.size() == 1);
      RC_ASSERT(changed.flags.front().section == section.key);
      RC_ASSERT(changed.flags.front().column == section.columns[column].key);
      RC_ASSERT(total_in(changed.flags.front().given) == total_in(changed.flags.front().stated) + 1);
    }
  }
}

}  // namespace

KAREZ_PROPERTY(
    "Report tables: their figures are those of the listed records, and no changed part is missed", [] {
      const auto seed = *rc::gen::arbitrary<std::uint64_t>();
      Dice dice(seed);
      ReplicaFleet fleet(seed);
      make_lists(fleet.hq());
      fleet.join("l.1");
      for (int i = 0; i < 10; ++i) {
        Replica& replica = fleet[dice() % 2 == 0 ? "hq" : "l.1"];
        record_move(replica, dice);
        record_event(replica, dice);
        record_shift(replica, dice);
      }
      fleet.settle(dice);
      Replica& hq = fleet.hq();

      const Report batch = made(hq, ReportKind::batch), house = made(hq, ReportKind::households);
      const Report donor = made(hq, ReportKind::donors), hour = made(hq, ReportKind::hours);
      const std::set<std::string> steps{"sent", "arrived", "given", "returned", "lost", "left"};
      RC_ASSERT(figures_of(batch, {"batches", "by_site"}, steps) == batches(hq));
      RC_ASSERT(figures_of(house, {"by_kind", "by_quarter"}, {"households", "records", "value"}) ==
                households(hq));
      Sums gifts = figures_of(donor, {"donors"}, {"gifts", "cash", "in_kind"});
      gifts.merge(figures_of(donor, {"funds"}, {"balance"}));
      RC_ASSERT(gifts == donors(hq));
      RC_ASSERT(figures_of(hour, {"by_person", "by_site", "by_team"},
                           {"shifts", "open", "measured", "made_up", "total"}) == hours(hq));

      RC_ASSERT(is_money_astray(hq) == !donor.flags.empty());

      // Of a site the rows come from the views and the sum from the pass of the campaign report.
      for (const Report& one : {batch, house, donor, hour, made(hq, ReportKind::site, {{}, "S1", ""})})
        check_parts_are_watched(one, dice);
      const auto whole = campaign_report(hq, {});
      REQUIRE(whole.ok());
      const auto campaign = report(hq, *whole);
      REQUIRE(campaign.ok());
      check_parts_are_watched(*campaign, dice);

      // Another replica with the same changes says the same.
      RC_ASSERT(figures_of(made(fleet["l.1"], ReportKind::batch), {"batches", "by_site"}, steps) ==
                figures_of(batch, {"batches", "by_site"}, steps));

      // A batch more makes the batches more than the plan; a share more does no harm until they are too much.
      create(hq, "grant",
             {{"code", text("B3")},
              {"type", text("batch")},
              {"parent", text("PLAN")},
              {"campaign", text("C1")},
              {"item", text("W550")},
              {"batch", text("3")},
              {"qty", number(1)}});
      const Report again = made(hq, ReportKind::batch);
      RC_ASSERT(again.flags.size() == 1);
      RC_ASSERT(again.flags.front().source == "grant PLAN");
      RC_ASSERT(total_in(again.flags.front().stated) == 300);
      RC_ASSERT(total_in(again.flags.front().given) == 301);
    });

}  // namespace karez::testing::tables
