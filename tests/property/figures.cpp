// Every figure of a report is the sum of its records: computed once more here from what `list` shows, field
// by field and without the reports' code, and once more from what explains the figure.
#include <map>
#include <optional>
#include <set>

#include "karez/ledger/day_figures.h"
#include "karez/replica/reports.h"
#include "support/property.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDayLength = 24 * kHour;
constexpr std::int64_t kFirstDay = kDayMs / kDayLength - 1;
constexpr int kDays = 4;  ///< all that records may be of

using Dice = std::mt19937_64;
using Fields = std::vector<std::pair<std::string, Value>>;

template <typename... Words>
std::string one_of(Dice& dice, Words... words) {
  const std::string all[]{words...};
  return all[dice() % sizeof...(words)];
}

void maybe(Dice& dice, Fields& fields, const std::string& name, Value value, unsigned one_in = 2) {
  if (dice() % one_in == 0) fields.emplace_back(name, std::move(value));
}

RecordId create(Replica& replica, const std::string& collection, Fields fields) {
  NewRecord record{collection, std::move(fields)};
  auto ids = replica.create(std::span(&record, 1));
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  return ids->front();
}

Value any_time(Dice& dice) {
  return Value(Value::Side(WallTime{kDayMs + static_cast<std::int64_t>(dice() % (2 * 24)) * kHour, 480}));
}

std::string any_site(Dice& dice) {
  return one_of(dice, "S1", "S2", "WEST", "EAST", "NOWHERE", "unspecified");
}

void add_precision(Dice& dice, Fields& fields) {
  maybe(dice, fields, "precision", text(one_of(dice, "exact", "over", "about", "near", "plan")), 4);
}

void lists(Replica& hq, Dice& dice) {
  create(hq, "campaign", {{"code", text("C1")}});
  create(hq, "campaign", {{"code", text("C2")}, {"parent", text("C1")}});
  create(hq, "site", {{"code", text("S1")}});
  if (dice() % 3 != 0) {
    create(hq, "site", {{"code", text("WEST")}, {"zone", number(-600)}});
    const RecordId east = create(hq, "site", {{"code", text("EAST")}, {"zone", number(720)}});
    if (dice() % 4 == 0) REQUIRE(hq.void_record(east, "gone").ok());
    create(hq, "site", {{"code", text("WEST")}, {"zone", number(60)}});  // a duplicate: says nothing
  }
  create(hq, "item", {{"code", text("CASH")}, {"class", text("cash")}, {"value", number(100)}});
  create(hq, "item", {{"code", text("FEN")}, {"class", text("cash")}});
  create(hq, "item", {{"code", text("W550")}, {"class", text("water")}, {"value", number(200)}});
}

void record_something(Replica& replica, Dice& dice) {
  Fields visit{{"type", text(one_of(dice, "visit", "visit", "visit", "check"))}, {"time", any_time(dice)}};
  maybe(dice, visit, "site", text(any_site(dice)));
  maybe(dice, visit, "trade", text(one_of(dice, "rider", "san")));
  maybe(dice, visit, "person_times", number(static_cast<std::int64_t>(dice() % 50)));
  maybe(dice, visit, "persons", number(static_cast<std::int64_t>(dice() % 50)));
  maybe(dice, visit, "campaign", text(one_of(dice, "C1", "C2", "C3")));
  maybe(dice, visit, "source_key", Value(Value::Side(Bytes{static_cast<std::uint8_t>(dice() % 8)})), 8);
  add_precision(dice, visit);
  std::vector<NewRecord> records{{"event", std::move(visit)}};
  for (std::size_t i = dice() % 4; i > 0; --i) {
    Fields move{{"item", text(one_of(dice, "W550", "CASH", "FEN", "UNKNOWN"))},
                {"qty", number(static_cast<std::int64_t>(dice() % 1'000'000'000'000))},
                {"reason", text(one_of(dice, "give", "give", "give", "alloc"))}};
    if (dice() % 8 != 0) move.emplace_back("event", Value(Value::Side(RecordId{{}, 0, 1})));
    maybe(dice, move, "time", any_time(dice), 4);
    maybe(dice, move, "site", text(any_site(dice)), 4);
    maybe(dice, move, "value", number(static_cast<std::int64_t>(dice() % 1'000)), 4);
    maybe(dice, move, "campaign", text(one_of(dice, "C1", "C2", "C3")), 4);
    maybe(dice, move, "source_key", Value(Value::Side(Bytes{static_cast<std::uint8_t>(dice() % 8)})), 8);
    add_precision(dice, move);
    records.push_back({"move", std::move(move)});
  }
  auto ids = replica.create(records);
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  if (dice() % 6 == 0) REQUIRE(replica.void_record((*ids)[dice() % ids->size()], "test").ok());
}

// ---- The sums once more ----

std::optional<std::string> text_of(const RecordView& view, const std::string& field) {
  for (const FieldView& one : view.fields) {
    const auto* value = std::get_if<std::string>(&one.value.side);
    if (one.field == field && value != nullptr) return *value;
  }
  return std::nullopt;
}
template <typename Kind>
std::optional<Kind> side_of(const RecordView& view, const std::string& field) {
  for (const FieldView& one : view.fields) {
    const auto* value = std::get_if<Kind>(&one.value.side);
    if (one.field == field && value != nullptr) return *value;
  }
  return std::nullopt;
}

std::vector<RecordView> listed(Replica& replica, const std::string& what, bool with_outside) {
  std::vector<RecordView> rows;
  REQUIRE(replica
              .list({what, {}, "", with_outside, 0},
                    [&](const RecordView& view) {
                      rows.push_back(view);
                      return true;
                    })
              .ok());
  return rows;
}

/// A figure: its number, and the marks of what went into it.
struct Sum {
  Total total = 0;
  std::set<std::string> marks;
  std::size_t records = 0;

  void add(Total amount, const std::optional<std::string>& mark) {
    total += amount;
    ++records;
    if (mark && *mark != "exact") marks.insert(*mark);
  }
  /// The mark of the sum, said in words: plans above all; one mark alone; several are about.
  [[nodiscard]] std::string mark() const {
    if (marks.empty()) return "exact";
    if (marks.contains("plan")) return "plan";
    return marks.size() == 1 ? *marks.begin() : "about";
  }
};

/// By path, as `karez explain` names them; of the days' figures with "by_day.DATE." before them.
using Sums = std::map<std::string, Sum>;

class Naive {
 public:
  explicit Naive(Replica& replica) : replica_(replica) {
    for (const RecordView& site : listed(replica, "site", false)) {
      if (const auto zone = side_of<std::int64_t>(site, "zone")) zones_[*text_of(site, "code")] = *zone;
    }
    for (const RecordView& event : listed(replica, "event", true)) events_.emplace(event.id, event);
  }

  /// Of one day, or of a campaign; of all there is.
  Sums sums(std::optional<std::int64_t> day, const std::string& campaign) {
    Sums out;
    for (const RecordView& visit : listed(replica_, "visit", false)) {
      if (is_meant(visit, nullptr, day, campaign)) add_visit(out, visit);
    }
    for (const RecordView& handout : listed(replica_, "handout", false)) {
      const auto event = side_of<RecordId>(handout, "event");
      const RecordView* visit = event ? &events_.at(*event) : nullptr;
      if (is_meant(handout, visit, day, campaign)) add_handout(out, handout, visit);
    }
    return out;
  }

 private:
  static std::optional<std::string> inherited(const RecordView& row, const RecordView* visit,
                                              const std::string& field) {
    const auto own = text_of(row, field);
    return own || visit == nullptr ? own : text_of(*visit, field);
  }

  std::optional<std::int64_t> day_of_row(const RecordView& row, const RecordView* visit) {
    auto time = side_of<WallTime>(row, "time");
    if (!time && visit != nullptr) time = side_of<WallTime>(*visit, "time");
    if (!time) return std::nullopt;
    const auto zone = zones_.find(inherited(row, visit, "site").value_or(""));
    const std::int64_t local = time->ms + (zone == zones_.end() ? 480 : zone->second) * 60'000;
    return local / kDayLength;  // long after 1970
  }

  bool is_meant(const RecordView& row, const RecordView* visit, std::optional<std::int64_t> day,
                const std::string& campaign) {
    const auto own = day_of_row(row, visit);
    const std::string named = inherited(row, visit, "campaign").value_or("");
    const bool is_of_it = campaign.empty() || named == campaign || (campaign == "C1" && named == "C2");
    return own && (!day || *own == *day) && is_of_it;
  }

  static void add_visit(Sums& out, const RecordView& visit) {
    const std::string site = text_of(visit, "site").value_or("unspecified");
    const std::string trade = text_of(visit, "trade").value_or("unspecified");
    const auto mark = text_of(visit, "precision");
    out["visits"].add(1, {});
    out["by_laptop." + visit.who + ".visits"].add(1, {});
    for (const std::string measure : {"person_times", "persons"}) {
      const auto amount = side_of<std::int64_t>(visit, measure);
      if (!amount) continue;
      out[measure].add(*amount, mark);
      out["by_site." + site + "." + measure].add(*amount, mark);
      out[(measure == "persons" ? "by_trade_persons." : "by_trade.") + trade].add(*amount, mark);
      out["by_laptop." + visit.who + "." + measure].add(*amount, mark);
    }
  }

  static void add_handout(Sums& out, const RecordView& handout, const RecordView* visit) {
    const std::string site = inherited(handout, visit, "site").value_or("unspecified");
    const std::string item = *text_of(handout, "item");
    const Total quantity = *side_of<std::int64_t>(handout, "qty");
    const auto mark = text_of(handout, "precision");
    out["lines"].add(1, {});
    out["by_laptop." + handout.who + ".lines"].add(1, {});
    out["items." + item].add(quantity, mark);
    out["by_site." + site + "." + item].add(quantity, mark);
    std::optional<Total> value;
    if (const auto own = side_of<std::int64_t>(handout, "value")) value = *own;
    if (!value && item == "CASH") value = quantity * 100;
    if (!value && item == "FEN") value = quantity;
    // What adds nothing and says nothing is no part of the sum.
    if (!value || (*value == 0 && mark.value_or("exact") == "exact")) return;
    out["value_fen"].add(*value, mark);
    out["by_site." + site + ".value_fen"].add(*value, mark);
    out["by_laptop." + handout.who + ".value_fen"].add(*value, mark);
  }

  Replica& replica_;
  std::map<std::string, std::int64_t> zones_;
  std::map<RecordId, RecordView> events_;
};

/// What a day report says, by path.
std::map<std::string, Total> figures_of(const DayReport& day) {
  std::map<std::string, Total> out{{"visits", day.visits},
                                   {"lines", day.lines},
                                   {"person_times", day.person_times.total()},
                                   {"persons", day.persons.total()},
                                   {"value_fen", day.value.total()}};
  for (const auto& [item, given] : day.items) out["items." + item] = given.total();
  for (const auto& [trade, sum] : day.by_trade) out["by_trade." + trade] = sum.total();
  for (const auto& [trade, sum] : day.by_trade_persons) out["by_trade_persons." + trade] = sum.total();
  for (const auto& [site, figures] : day.by_site) {
    const std::string path = "by_site." + site + ".";
    for (const auto& [item, given] : figures.items) out[path + item] = given.total();
    out[path + "person_times"] = figures.person_times.total();
    out[path + "persons"] = figures.persons.total();
    out[path + "value_fen"] = figures.value.total();
  }
  for (const auto& [name, row] : day.by_laptop) {
    const std::string path = "by_laptop." + name + ".";
    out[path + "visits"] = row.figures.visits;
    out[path + "lines"] = row.figures.lines;
    out[path + "person_times"] = row.figures.person_times.total();
    out[path + "persons"] = row.figures.persons.total();
    out[path + "value_fen"] = row.figures.value.total();
  }
  return out;
}

/// What a campaign report says of the whole, by path.
std::map<std::string, Total> figures_of(const CampaignReport& report) {
  std::map<std::string, Total> out;
  const auto add = [&](const std::string& path, const auto& figures) {
    out[path + "visits"] = figures.visits;
    out[path + "lines"] = figures.lines;
    out[path + "person_times"] = figures.person_times.total();
    out[path + "persons"] = figures.persons.total();
    out[path + "value_fen"] = figures.value.total();
  };
  add("", report.total);
  for (const auto& [item, given] : report.total.items) out["items." + item] = given.total();
  for (const auto& [trade, sum] : report.by_trade) out["by_trade." + trade] = sum.total();
  for (const auto& [trade, sum] : report.by_trade_persons) out["by_trade_persons." + trade] = sum.total();
  for (const auto& [name, figures] : report.by_laptop) add("by_laptop." + name + ".", figures);
  return out;
}

/// Figures of nothing are left out: a report may name a site or a laptop without them.
void without_nothing(std::map<std::string, Total>& figures) {
  std::erase_if(figures, [](const auto& one) { return one.second == 0; });
}
std::map<std::string, Total> totals_of(const Sums& sums) {
  std::map<std::string, Total> out;
  for (const auto& [path, sum] : sums) out[path] = sum.total;
  return out;
}

void check_explained(Replica& replica, const ReportScope& scope, const Sums& sums) {
  for (const auto& [path, sum] : sums) {
    const auto why = explain_figure(replica, scope, path);
    REQUIRE_MESSAGE(why.ok(), (why ? "" : why.error().message));
    Total total = 0;
    for (const ExplainedRecord& record : why->records) total += record.amount;
    RC_ASSERT(total == sum.total);
    RC_ASSERT(why->total == sum.total);
    RC_ASSERT(why->records.size() == sum.records);
    RC_ASSERT(std::string(name_of(why->precision)) == sum.mark());
  }
}

}  // namespace

KAREZ_PROPERTY("Figures: a report's figures are the sums of its records, and so is what explains them", [] {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  Dice dice(seed);
  ReplicaFleet fleet(seed);
  lists(fleet.hq(), dice);
  const std::vector<std::string> names{"hq", "l.1", "stranger"};
  fleet.join("l.1");
  fleet.join("stranger", fleet.invite("coordinator"));
  for (int i = 0; i < 30; ++i) record_something(fleet[names[dice() % names.size()]], dice);
  fleet.settle(dice);

  Replica& hq = fleet.hq();
  Naive naive(hq);
  for (std::int64_t number = kFirstDay; number < kFirstDay + kDays; ++number) {
    const Sums sums = naive.sums(number, "");
    const auto day = hq.day(Day{number});
    REQUIRE_MESSAGE(day.ok(), (day ? "" : day.error().message));
    auto figures = figures_of(*day), expected = totals_of(sums);
    without_nothing(figures);
    without_nothing(expected);
    RC_ASSERT(figures == expected);
    const auto marks = marks_of(*day);
    for (const auto& [path, sum] : sums) {
      const auto mark = marks.find(path);
      RC_ASSERT((mark == marks.end() ? "exact" : std::string(name_of(mark->second))) == sum.mark());
    }
    check_explained(hq, {"", Day{number}, Day{number}}, sums);
    // What a close would keep of it is read again to the same.
    DayReport again;
    REQUIRE(read_figures(figures_json(*day), again).ok());
    RC_ASSERT(figures_json(again) == figures_json(*day));
  }
  for (const char* campaign : {"", "C1", "C2"}) {
    const Sums sums = naive.sums({}, campaign);
    const ReportScope scope{campaign, {}, {}};
    const auto report = campaign_report(hq, scope);
    REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
    auto figures = figures_of(*report), expected = totals_of(sums);
    std::erase_if(expected, [](const auto& one) { return one.first.starts_with("by_site."); });
    without_nothing(figures);
    without_nothing(expected);
    RC_ASSERT(figures == expected);
    Total lines = 0;
    for (const auto& [site, one] : report->by_site) lines += one.lines;
    RC_ASSERT(lines == report->total.lines);
    check_explained(hq, scope, sums);
  }
  // Another replica with the same changes says the same.
  REQUIRE(campaign_report(fleet["l.1"], {}).ok());
  RC_ASSERT(figures_of(*campaign_report(fleet["l.1"], {})) == figures_of(*campaign_report(hq, {})));
});
