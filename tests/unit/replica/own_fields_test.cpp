#include "karez/replica/own_fields.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "karez/model/embedded.h"
#include "support/fleet.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

constexpr std::uint32_t kEvent = 5, kFieldCollection = 15;

std::string shown(Replica& replica, const RecordId& id, const std::string& name) {
  auto view = replica.show(id);
  REQUIRE_MESSAGE(view.ok(), (view ? "" : view.error().message));
  for (const FieldView& field : view->fields) {
    if (field.field == name) return format_value(Field{}, field.value);
  }
  return "-";
}

RecordId define(Replica& replica, const std::string& name, const std::string& type = "text",
                const std::vector<EnumValue>& choices = {}) {
  auto id = add_own_field(replica, {"event", name, type, "", "", choices});
  REQUIRE_MESSAGE(id.ok(), (id ? "" : id.error().message));
  return *id;
}

std::string records_of(Replica& replica) {
  std::string lines;
  REQUIRE(replica
              .dump([&](std::string_view line) {
                if (line.find("karez_dump") == std::string_view::npos) lines.append(line).append("\n");
              })
              .ok());
  return lines;
}

/// The values in the view that reporting tools read.
std::string reported(Replica& replica) {
  std::string all;
  const auto row = [&](const std::vector<Replica::QueryCell>& cells) {
    const bool is_number = cells[0].kind == Replica::QueryCell::Kind::integer;
    all += (is_number ? std::to_string(cells[0].integer) : cells[0].text) + ";";
    return true;
  };
  const auto ignore = [](const std::vector<std::string>&) {};
  REQUIRE(replica.query("SELECT value FROM own_value ORDER BY id", ignore, row).ok());
  return all;
}

/// The built-in catalog as it was before it knew own fields.
std::string older_catalog() {
  auto catalog = nlohmann::json::parse(embedded_catalog());
  auto& collections = catalog["collections"];
  for (auto one = collections.begin(); one != collections.end();) {
    const bool is_newer = (*one)["name"] == "field" || (*one)["name"] == "choice";
    one = is_newer ? collections.erase(one) : one + 1;
  }
  for (auto& role : catalog["roles"]) {
    auto& writes = role["writes"];
    for (auto one = writes.begin(); one != writes.end();) {
      one = *one == "field" || *one == "choice" ? writes.erase(one) : one + 1;
    }
  }
  return catalog.dump();
}

/// A laptop in a workspace of people whose logs the test writes itself: other software's, without pins.
class Laptop {
 public:
  Laptop(Fleet& fleet, const std::string& name) : clock_(kStartMs + 3'600'000), replica_(join(fleet, name)) {}
  Replica& operator*() { return replica_; }
  void take(const Person& person) {
    auto stored = replica_.sync_store().store({{0, person.pack()}}, false);
    REQUIRE_MESSAGE(stored.ok(), (stored ? "" : stored.error().message));
    REQUIRE_MESSAGE(stored->front().outcome != PackOutcome::refused, stored->front().error.message);
  }

 private:
  Replica join(Fleet& fleet, const std::string& name) {
    ReplicaOptions options;
    options.home = folder_.path() + "/" + name;
    options.state_folder = folder_.path() + "/state";
    options.clock = &clock_;
    options.random = &random_;
    auto joined = Replica::join(options, to_text(fleet.invite(fleet.founder())), name);
    REQUIRE_MESSAGE(joined.ok(), (joined ? "" : joined.error().message));
    return std::move(*joined);
  }

  TemporaryFolder folder_;
  SeededRandom random_{7};
  HandClock clock_;
  Replica replica_;
};

Create definition(const std::string& name, const std::string& type) {
  return {kFieldCollection,
          {{FieldName::catalog(1), text("event")},
           {FieldName::catalog(2), text(name)},
           {FieldName::catalog(3), text(type)}}};
}

Create visit(const std::vector<FieldValue>& own) {
  Create create{kEvent,
                {{FieldName::catalog(1), text("visit")},
                 {FieldName::catalog(2), Value(Value::Side(WallTime{kStartMs, 480}))}}};
  create.fields.insert(create.fields.end(), own.begin(), own.end());
  return create;
}

}  // namespace

TEST_CASE(
    "OwnFields: a value that came before its definition shows once that is there, as the other way round") {
  Fleet fleet;
  Person& hq = fleet.founder();
  Person& amina = fleet.volunteer("amina");
  Laptop first(fleet, "l1"), last(fleet, "l2");
  // The definition's place is known before it is made: other software may name what it has not seen.
  const RecordId mood{hq.author(), hq.seq() + 1, 1};
  const RecordId made{amina.author(), amina.seq() + 1, 1};
  amina.add({visit({{FieldName{0, mood}, text("tired")}})});
  amina.add({visit({})});
  amina.add({Write{{amina.author(), amina.seq(), 1}, FieldName{0, mood}, text("glad"), {amina.last()}}});
  for (Laptop* laptop : {&first, &last}) laptop->take(hq);
  first.take(amina);
  CHECK(shown(*first, made, "mood") == "-");
  hq.add({definition("mood", "text")});
  last.take(hq);
  last.take(amina);
  first.take(hq);
  CHECK(shown(*first, made, "mood") == "tired");
  CHECK(shown(*last, made, "mood") == "tired");
  CHECK(records_of(*first) == records_of(*last));
  CHECK(records_of(*first).find("\"own\":{\"" + to_text(mood) + "\":\"glad\"}") != std::string::npos);
  CHECK(is_proven(*first));
  CHECK(is_proven(*last));
  REQUIRE((*first).rebuild().ok());
  CHECK(records_of(*first) == records_of(*last));
}

TEST_CASE("OwnFields: a volunteer's definition adds nothing, and what is written under it stays in the log") {
  Fleet fleet;
  Person& amina = fleet.volunteer("amina");
  const RecordId mood{amina.author(), amina.seq() + 1, 1};
  amina.add({definition("mood", "text")});
  amina.add({visit({{FieldName{0, mood}, text("tired")}})});
  const RecordId made{amina.author(), amina.seq(), 1};
  Laptop laptop(fleet, "l1");
  laptop.take(fleet.founder());
  laptop.take(amina);
  CHECK(shown(*laptop, made, "type") == "visit");
  CHECK(shown(*laptop, made, "mood") == "-");
  CHECK((*laptop).catalog().additions() == CatalogAdditions{});
  CHECK(is_proven(*laptop));

  ReplicaFleet real;
  std::mt19937_64 order(1);
  real.join("l1");
  real.settle(order);
  const auto refused = add_own_field(real["l1"], {"event", "mood", "text", "", "", {}});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::refused);
}

TEST_CASE("OwnFields: a value of another type than the field's is kept and not shown") {
  Fleet fleet;
  Person& hq = fleet.founder();
  Person& amina = fleet.volunteer("amina");
  const RecordId heat{hq.author(), hq.seq() + 1, 1};
  hq.add({definition("heat", "count")});
  std::vector<RecordId> made;
  for (const Value& value : {text("hot"), Value::of(std::int64_t{-4}), Value::of(std::int64_t{38}),
                             Value(Value::Side(WallTime{kStartMs, 480})), Value(Value::Side(Bytes{1})),
                             Value(Value::Side(Value::List{text("a")}))}) {
    amina.add({visit({{FieldName{0, heat}, value}})});
    made.push_back({amina.author(), amina.seq(), 1});
  }
  Laptop laptop(fleet, "l1");
  laptop.take(hq);
  laptop.take(amina);
  for (std::size_t i = 0; i < made.size(); ++i) {
    CAPTURE(i);
    CHECK(shown(*laptop, made[i], "heat") == (i == 2 ? "38" : "-"));
  }
  CHECK(reported(*laptop) == "38;");
  // The coordinator says that it is a text after all.
  hq.add({Write{heat, FieldName::catalog(3), text("text"), {heat.dot()}}});
  laptop.take(hq);
  CHECK(shown(*laptop, made[0], "heat") == "hot");
  CHECK(shown(*laptop, made[2], "heat") == "-");
  CHECK(reported(*laptop) == "hot;");
  hq.add({Write{heat, FieldName::catalog(kVoidField), text("not needed"), {heat.dot()}}});
  laptop.take(hq);
  CHECK(reported(*laptop).empty());
  CHECK(is_proven(*laptop));
}

TEST_CASE("OwnFields: two values of one own field are a conflict, listed everywhere and settled by a word") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.join("l2");
  const RecordId mood =
      define(fleet.hq(), "mood", "enumeration", {{"good", "好", "good"}, {"bad", "差", "bad"}});
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {});
  fleet.settle(order);
  REQUIRE(set_field(fleet["l1"], id, "mood", text("good")).ok());
  REQUIRE(set_field(fleet["l2"], id, "mood", text("bad")).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CAPTURE(name);
    auto open = fleet[name].conflicts();
    REQUIRE(open.ok());
    REQUIRE(open->size() == 1);
    CHECK(open->front().field == "mood");
    CHECK(open->front().siblings.size() == 2);
    CHECK(fleet[name].status()->conflicts == 1);
    CHECK(fleet.dump(name) == fleet.dump("hq"));
  }
  CHECK(fleet.dump("hq").find("\"field\":\"" + to_text(mood) + "\"") != std::string::npos);
  REQUIRE(fleet["l1"].resolve(id, "mood", text("good")).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(fleet[name].conflicts()->empty());
    CHECK(shown(fleet[name], id, "mood") == "good");
    CHECK(is_proven(fleet[name]));
  }
  std::size_t told = 0;
  const auto history = fleet.hq().history(id);
  REQUIRE(history.ok());
  for (const HistoryEntry& entry : *history) {
    if (entry.field == "mood") ++told;
  }
  CHECK(told == 3);
}

TEST_CASE("OwnFields: an edit of an own field that meets an unaware void is listed") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  define(fleet.hq(), "mood");
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {});
  fleet.settle(order);
  REQUIRE(set_field(fleet["l1"], id, "mood", text("tired")).ok());
  REQUIRE(fleet.hq().void_record(id, "twice").ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    auto open = fleet[name].conflicts();
    REQUIRE(open.ok());
    REQUIRE(open->size() == 1);
    CHECK(open->front().field == "void");
    CHECK(open->front().siblings.size() == 2);
  }
  CHECK(fleet.dump("l1") == fleet.dump("hq"));
}

TEST_CASE(
    "OwnFields: an older replica carries definitions and values untouched, and shows them once it is newer") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("old");
  fleet.join("l1");
  fleet.settle(order);
  fleet.reopen("old", older_catalog());
  define(fleet.hq(), "mood");
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {});
  fleet.deliver("hq", "l1", order);
  REQUIRE(set_field(fleet["l1"], id, "mood", text("tired")).ok());
  fleet.deliver("l1", "old", order);
  fleet.deliver("hq", "old", order);
  CHECK(shown(fleet["old"], id, "mood") == "-");
  REQUIRE(set_field(fleet["old"], id, "note", text("seen")).ok());
  // What it carries reaches others whole.
  fleet.join("far");
  fleet.deliver("old", "far", order);
  CHECK(shown(fleet["far"], id, "mood") == "tired");
  CHECK(shown(fleet["far"], id, "note") == "seen");
  fleet.reopen("old");
  CHECK(shown(fleet["old"], id, "mood") == "tired");
  fleet.settle(order);
  CHECK(fleet.dump("old") == fleet.dump("hq"));
  CHECK(is_proven(fleet["old"]));
}

TEST_CASE("OwnFields: a retired field goes out of sight with its conflicts, and comes back with its values") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  const RecordId mood = define(fleet.hq(), "mood");
  const RecordId id = record_visit(fleet.hq(), "S001", 12, {});
  fleet.settle(order);
  REQUIRE(set_field(fleet.hq(), id, "mood", text("glad")).ok());
  REQUIRE(set_field(fleet["l1"], id, "mood", text("tired")).ok());
  REQUIRE(fleet.hq().void_record(mood, "not needed").ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(shown(fleet[name], id, "mood") == "-");
    CHECK(fleet[name].conflicts()->empty());
    CHECK(fleet[name].status()->conflicts == 0);
    CHECK_FALSE(set_field(fleet[name], id, "mood", text("sad")).ok());
  }
  REQUIRE(set_field(fleet.hq(), mood, "void", Value{}).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(fleet[name].conflicts()->size() == 1);
    CHECK(shown(fleet[name], id, "mood") != "-");
    CHECK(fleet.dump(name) == fleet.dump("hq"));
  }
}

TEST_CASE("OwnFields: two coordinators name two fields alike, and both are kept apart everywhere") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("hq2", fleet.invite("coordinator"));
  fleet.settle(order);
  REQUIRE(fleet.hq().admit("hq2").ok());
  fleet.settle(order);
  fleet.clock("hq2").set(kDayMs + 7'200'000);
  define(fleet.hq(), "mood");
  define(fleet["hq2"], "mood", "integer");
  const RecordId id = record_visit(fleet["hq2"], "S001", 12, {});
  REQUIRE(set_field(fleet["hq2"], id, "mood", Value::of(std::int64_t{3})).ok());
  CHECK(shown(fleet["hq2"], id, "mood") == "3");
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(shown(fleet[name], id, "mood") == "-");
    CHECK(shown(fleet[name], id, "mood#2") == "3");
    CHECK(fleet.dump(name) == fleet.dump("hq"));
  }
  REQUIRE(set_field(fleet.hq(), id, "mood", text("glad")).ok());
  CHECK(shown(fleet.hq(), id, "mood#2") == "3");
}

TEST_CASE(
    "OwnFields: a new trade is a choice everywhere, and a code that is none yet is shown as it stands") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.settle(order);
  REQUIRE(add_own_choice(fleet.hq(), "event.trade", {"guard", "保安", "guard"}).ok());
  CHECK_FALSE(add_own_choice(fleet.hq(), "trade", {"guard", "", ""}).ok());
  CHECK_FALSE(add_own_choice(fleet.hq(), "trade", {"san", "", ""}).ok());
  CHECK_FALSE(add_own_choice(fleet.hq(), "trade", {"Not A Code", "", ""}).ok());
  CHECK(add_own_choice(fleet.hq(), "dragon", {"red", "", ""}).error().code == ErrorCode::not_found);
  const RecordId id = record_visit(fleet.hq(), "S001", 12, {});
  auto guard = fleet.hq().parse("event", "trade", "保安");
  REQUIRE(guard.ok());
  REQUIRE(set_field(fleet.hq(), id, "trade", *guard).ok());
  CHECK_FALSE(fleet["l1"].parse("event", "trade", "guard").ok());
  fleet.settle(order);
  CHECK(shown(fleet["l1"], id, "trade") == "guard");
  CHECK(fleet["l1"].parse("event", "trade", "guard").ok());
  CHECK(own_fields(fleet["l1"])->choices.size() == 1);
  CHECK(fleet.dump("l1") == fleet.dump("hq"));
}

TEST_CASE("OwnFields: a record waits for the definition that it names and for nothing more of that log") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.join("l2");
  fleet.settle(order);
  define(fleet.hq(), "mood");
  fleet.deliver("hq", "l2", order);
  const RecordId site = fleet.hq().create(std::vector<NewRecord>{{"site", {{"code", text("S9")}}}})->front();
  fleet.deliver("hq", "l1", order);
  CHECK(shown(fleet["l1"], site, "code") == "S9");
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {});
  REQUIRE(set_field(fleet["l1"], id, "mood", text("glad")).ok());
  AuthorKey l1 = fleet["l1"].status()->author;
  fleet.deliver_author("l1", "l2", l1);
  CHECK(shown(fleet["l2"], id, "mood") == "glad");
  CHECK(fleet["l2"].status()->waiting.empty());
}

TEST_CASE(
    "OwnFields: definitions that two copies of headquarters made under one number are two fields "
    "everywhere") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.join("l2");
  fleet.settle(order);
  fleet.clone("hq", "copy");
  CHECK(define(fleet.hq(), "mood") == define(fleet["copy"], "heat", "integer"));
  fleet.deliver("hq", "l1", order);
  fleet.deliver("copy", "l2", order);
  const RecordId first = record_visit(fleet["l1"], "S001", 12, {});
  REQUIRE(set_field(fleet["l1"], first, "mood", text("glad")).ok());
  const RecordId second = record_visit(fleet["l2"], "S002", 12, {});
  REQUIRE(set_field(fleet["l2"], second, "heat", Value::of(std::int64_t{38})).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CAPTURE(name);
    CHECK(shown(fleet[name], first, "mood") == "glad");
    CHECK(shown(fleet[name], first, "heat") == "-");
    CHECK(shown(fleet[name], second, "heat") == "38");
    CHECK(fleet.dump(name) == fleet.dump("hq"));
    CHECK(is_proven(fleet[name]));
  }
  // Both may be filled in by everybody now, in one record.
  REQUIRE(set_field(fleet["l1"], second, "mood", text("tired")).ok());
  REQUIRE(set_field(fleet["l1"], second, "heat", Value::of(std::int64_t{39})).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(shown(fleet[name], second, "mood") == "tired");
    CHECK(shown(fleet[name], second, "heat") == "39");
    CHECK(is_proven(fleet[name]));
  }
}

TEST_CASE("OwnFields: names and choices that cannot be are refused in words, and nothing is recorded") {
  ReplicaFleet fleet;
  Replica& hq = fleet.hq();
  const std::uint64_t before = hq.status()->own_seq;
  const std::vector<EnumValue> twice{{"a", "", ""}, {"a", "", ""}};
  for (const NewOwnField& field :
       std::vector<NewOwnField>{{"event", "note", "text", "", "", {}},
                                {"event", "a=b", "text", "", "", {}},
                                {"event", "mood", "dragon", "", "", {}},
                                {"dragon", "mood", "text", "", "", {}},
                                {"field", "mood", "text", "", "", {}},
                                {"event", "mood", "text", "", "", {{"a", "", ""}}},
                                {"event", "mood", "enumeration", "", "", twice},
                                {"event", "mood", "enumeration", "", "", {{"A", "", ""}}}}) {
    CAPTURE(field.name);
    CHECK_FALSE(add_own_field(hq, field).ok());
  }
  CHECK(hq.status()->own_seq == before);
  define(hq, "mood");
  CHECK(add_own_field(hq, {"event", "mood", "text", "", "", {}}).error().code == ErrorCode::refused);
  CHECK(add_own_field(hq, {"site", "mood", "text", "", "", {}}).ok());
}
