// Opened accounts on replicas: what is refused before it is saved, and what passes without signal.
#include "karez/replica/stock.h"

#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

using Kind = StockRefusal::Kind;

/// Headquarters and two laptops, each with an account of its own that all of them know.
struct Depot {
  Depot() {
    for (const std::string name : {"a", "b"}) fleet.join(name);
    meet();
    for (const std::string name : {"a", "b"}) {
      const auto opened = open_account(fleet.hq(), {"BAG-" + name, name, "bag", "", ""});
      REQUIRE_MESSAGE(opened.ok(), (opened ? "" : opened.error().message));
    }
    meet();
  }
  void meet() {
    for (const std::string name : {"a", "b"}) fleet.deliver(name, "hq", order);
    for (const std::string name : {"a", "b"}) fleet.deliver("hq", name, order);
  }
  RecordId take_in(const std::string& name, std::int64_t qty) {
    const auto made = move_stock(fleet[name], {{{"W550", qty}}, "", "BAG-" + name, "buy", "", {}});
    REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
    return made->front();
  }
  Result<std::vector<RecordId>> give(const std::string& name, std::int64_t qty, const std::string& from) {
    return move_stock(fleet[name], {{{"W550", qty}}, from, "", "give", "", {}});
  }
  HandOver hand(const std::string& from, const std::string& to, std::int64_t qty) {
    auto handed = hand_over(fleet[from], {{{"W550", qty}}, "", to, "alloc", "", {}});
    REQUIRE_MESSAGE(handed.ok(), (handed ? "" : handed.error().message));
    return std::move(*handed);
  }
  StockReport at(const std::string& name) {
    auto report = stock(fleet[name]);
    REQUIRE(report.ok());
    return std::move(*report);
  }
  Total on_hand(const std::string& name, const std::string& code) {
    const StockReport report = at(name);
    for (std::size_t i = 0; i < report.accounts.size(); ++i) {
      if (report.accounts[i].code == code) return report.on_hand(i, "W550");
    }
    FAIL("no account");
    return 0;
  }
  ReplicaFleet fleet;
  std::mt19937_64 order{1};
};

template <typename T>
void check_refused(Depot& depot, const std::string& name, const Result<T>& result, Kind kind) {
  REQUIRE(!result.ok());
  CHECK(result.error().code == ErrorCode::refused);
  CHECK(result.error().message.find("nothing was") != std::string::npos);
  REQUIRE(last_stock_refusal(depot.fleet[name]).has_value());
  CHECK(last_stock_refusal(depot.fleet[name])->kind == kind);
}

Result<int> as_result(const Status& status) {
  if (status) return 0;
  return status.error();
}

std::uint64_t own_seq(Replica& replica) { return replica.status()->own_seq; }

}  // namespace

TEST_CASE("Stock: an account gives what it has and no more") {
  Depot depot;
  depot.take_in("a", 10);
  CHECK(depot.give("a", 7, "BAG-a").ok());
  const std::uint64_t before = own_seq(depot.fleet["a"]);
  check_refused(depot, "a", depot.give("a", 4, "BAG-a"), Kind::overdraws);
  CHECK(last_stock_refusal(depot.fleet["a"])->has == 3);
  CHECK(last_stock_refusal(depot.fleet["a"])->wants == 4);
  CHECK(own_seq(depot.fleet["a"]) == before);
  CHECK(depot.give("a", 3, "BAG-a").ok());
  CHECK(depot.give("a", 1'000, "").ok());  // from outside
  CHECK(depot.on_hand("a", "BAG-a") == 0);
  // Several lines of one visit count together, and several changes of one import one by one.
  depot.take_in("a", 5);
  check_refused(depot, "a",
                move_stock(depot.fleet["a"], {{{"W550", 3}, {"W550", 3}}, "BAG-a", "", "give", "", {}}),
                Kind::overdraws);
  CHECK(depot.on_hand("a", "BAG-a") == 5);
}

TEST_CASE("Stock: each change of an import must hold by itself, since a log may be cut behind any") {
  Depot depot;
  const auto move = [](std::int64_t qty, const char* place) {
    return std::vector<NewRecord>{{"move",
                                   {{"item", Value::of(std::string("W550"))},
                                    {"qty", Value::of(qty)},
                                    {"reason", Value::of(std::string("fix"))},
                                    {place, Value::of(std::string("BAG-a"))}}}};
  };
  const std::vector<std::vector<NewRecord>> too_early{move(5, "from"), move(5, "to")};
  check_refused(depot, "a", depot.fleet["a"].create_all(too_early), Kind::overdraws);
  const std::vector<std::vector<NewRecord>> in_time{move(5, "to"), move(5, "from")};
  CHECK(depot.fleet["a"].create_all(in_time).ok());
}

TEST_CASE("Stock: nobody gives from another's account") {
  Depot depot;
  depot.take_in("a", 10);
  depot.meet();
  check_refused(depot, "b", depot.give("b", 1, "BAG-a"), Kind::not_yours);
  CHECK(last_stock_refusal(depot.fleet["b"])->laptop == "a");
  check_refused(depot, "hq", depot.give("hq", 1, "BAG-a"), Kind::not_yours);
  check_refused(depot, "hq", open_account(depot.fleet["hq"], {"BAG-a", "b", "bag", "", ""}), Kind::taken);
}

TEST_CASE("Stock: goods change hands by a code before any log has arrived") {
  Depot depot;
  depot.take_in("a", 10);
  const HandOver handed = depot.hand("a", "b", 4);
  CHECK(handed.to == "BAG-b");
  CHECK(handed.code.size() < 600);
  const auto accepted = accept_code(depot.fleet["b"], handed.code);
  REQUIRE_MESSAGE(accepted.ok(), (accepted ? "" : accepted.error().message));
  CHECK(accepted->front().qty == 4);
  CHECK(depot.give("b", 3, "BAG-b").ok());
  check_refused(depot, "b", depot.give("b", 2, "BAG-b"), Kind::overdraws);
  CHECK(depot.at("b").cases.front().kind == StockCaseKind::unmatched);
  depot.meet();
  depot.meet();
  for (const std::string name : {"hq", "a", "b"}) {
    CHECK(depot.on_hand(name, "BAG-a") == 6);
    CHECK(depot.on_hand(name, "BAG-b") == 1);
    CHECK(depot.at(name).cases.empty());
    CHECK(depot.fleet[name].verify()->ok);
  }
}

TEST_CASE("Stock: a code is accepted once, by the laptop that it is for") {
  Depot depot;
  depot.take_in("a", 10);
  const HandOver handed = depot.hand("a", "b", 4);
  check_refused(depot, "hq", accept_code(depot.fleet["hq"], handed.code), Kind::not_for_here);
  CHECK(accept_code(depot.fleet["b"], handed.code).ok());
  check_refused(depot, "b", accept_code(depot.fleet["b"], handed.code), Kind::accepted_already);
  depot.meet();
  depot.meet();
  check_refused(depot, "b", accept_code(depot.fleet["b"], handed.code), Kind::accepted_already);
  CHECK(waiting_here(depot.fleet["b"])->empty());
  CHECK(depot.on_hand("hq", "BAG-b") == 4);
}

TEST_CASE("Stock: a code cut short, bent or of another workspace is refused in words") {
  Depot depot;
  depot.take_in("a", 10);
  const std::string code = depot.hand("a", "b", 4).code;
  const std::uint64_t before = own_seq(depot.fleet["b"]);
  for (const std::size_t size : {std::size_t{0}, std::size_t{4}, code.size() / 2, code.size() - 1}) {
    CHECK(accept_code(depot.fleet["b"], code.substr(0, size)).error().code == ErrorCode::malformed);
  }
  ReplicaFleet elsewhere(99);
  CHECK(accept_code(elsewhere.hq(), code).error().code == ErrorCode::wrong_workspace);
  CHECK(own_seq(depot.fleet["b"]) == before);
  std::string spaced;
  for (char letter : code) spaced += std::string(1, letter) + " \n";
  CHECK(accept_code(depot.fleet["b"], spaced).ok());
}

TEST_CASE("Stock: what waits is accepted as it was sent, and found by its receiver alone") {
  Depot depot;
  depot.take_in("a", 10);
  const HandOver handed = depot.hand("a", "BAG-b", 4);
  const auto sent = move_stock(depot.fleet["hq"], {{{"W550", 50}}, "", "BAG-b", "alloc", "", {}});
  REQUIRE(sent.ok());
  depot.meet();
  depot.meet();
  CHECK(waiting_here(depot.fleet["a"])->empty());
  REQUIRE(waiting_here(depot.fleet["b"])->size() == 2);
  CHECK(depot.on_hand("b", "BAG-b") == 0);
  check_refused(depot, "b", depot.give("b", 1, "BAG-b"), Kind::overdraws);
  const auto record = [&](const RecordId& move, std::int64_t qty) {
    return NewRecord{"acceptance",
                     {{"move", Value(Value::Side(move))},
                      {"account", Value::of(std::string("BAG-b"))},
                      {"item", Value::of(std::string("W550"))},
                      {"qty", Value::of(qty)}}};
  };
  const NewRecord more = record(handed.moves.front(), 40);
  check_refused(depot, "b", depot.fleet["b"].create({&more, 1}), Kind::differs);
  const NewRecord foreign = record(handed.moves.front(), 4);
  check_refused(depot, "hq", depot.fleet.hq().create({&foreign, 1}), Kind::not_for_here);
  CHECK(accept_moves(depot.fleet["b"], handed.moves).ok());
  CHECK(!accept_moves(depot.fleet["b"], handed.moves).ok());
  CHECK(accept_moves(depot.fleet["b"], *sent).ok());
  CHECK(depot.on_hand("b", "BAG-b") == 54);
}

TEST_CASE("Stock: item, quantity, from and to of a move stand as they were recorded") {
  Depot depot;
  const RecordId id = record_visit(depot.fleet["b"], "S001", 1, {{"W550", 3}});
  const RecordId move{id.author, id.seq, 2};
  for (const auto& [field, value] :
       std::vector<std::pair<std::string, Value>>{{"item", Value::of(std::string("HAT"))},
                                                  {"qty", Value::of(std::int64_t{9})},
                                                  {"from", Value::of(std::string("BAG-b"))},
                                                  {"to", Value::of(std::string("X"))}}) {
    check_refused(depot, "b", as_result(set_field(depot.fleet["b"], move, field, value)), Kind::fixed_field);
  }
  CHECK(set_field(depot.fleet["b"], move, "qty", Value::of(std::int64_t{3})).ok());  // says so already
  CHECK(set_field(depot.fleet["b"], move, "note", Value::of(std::string("n"))).ok());
}

TEST_CASE("Stock: what was handed over or accepted cannot be voided, what was given to people can") {
  Depot depot;
  const RecordId bought = depot.take_in("a", 10);
  const RecordId given = depot.give("a", 2, "BAG-a")->front();
  const HandOver handed = depot.hand("a", "b", 4);
  Replica& a = depot.fleet["a"];
  check_refused(depot, "a", as_result(a.void_record(handed.moves.front(), "wrong")), Kind::handed_over);
  check_refused(depot, "a", as_result(a.void_record(bought, "wrong")), Kind::void_overdraws);
  CHECK(a.void_record(given, "wrong").ok());
  CHECK(depot.on_hand("a", "BAG-a") == 6);
  CHECK(depot.give("a", 6, "BAG-a").ok());
  // To take the void back would give the goods once more.
  check_refused(depot, "a", as_result(set_field(a, given, "void", Value{})), Kind::void_overdraws);
  const auto accepted = accept_code(depot.fleet["b"], handed.code);
  REQUIRE(accepted.ok());
  check_refused(depot, "b", as_result(depot.fleet["b"].void_record(accepted->front().acceptance, "wrong")),
                Kind::acceptance_stands);
  depot.meet();
  depot.meet();
  check_refused(depot, "hq", as_result(depot.fleet.hq().void_record(handed.moves.front(), "wrong")),
                Kind::was_accepted);
}

TEST_CASE(
    "Stock: a voided visit gives its goods back to the owner who voided it, and to nobody else's word") {
  Depot depot;
  depot.take_in("a", 10);
  std::vector<NewRecord> records{
      {"event",
       {{"type", Value::of(std::string("visit"))}, {"time", Value(Value::Side(WallTime{kDayMs, 480}))}}},
      {"move",
       {{"event", Value(Value::Side(RecordId{{}, 0, 1}))},
        {"item", Value::of(std::string("W550"))},
        {"qty", Value::of(std::int64_t{6})},
        {"from", Value::of(std::string("BAG-a"))},
        {"reason", Value::of(std::string("give"))}}}};
  const auto mine = depot.fleet["a"].create(records);
  REQUIRE(mine.ok());
  CHECK(depot.on_hand("a", "BAG-a") == 4);
  depot.meet();
  CHECK(depot.fleet.hq().void_record(mine->front(), "by hq").ok());
  depot.meet();
  for (const std::string name : {"hq", "a"}) {
    CHECK(depot.on_hand(name, "BAG-a") == 4);
    REQUIRE(depot.at(name).cases.size() == 1);
    CHECK(depot.at(name).cases.front().kind == StockCaseKind::void_ignored);
  }
  CHECK(set_field(depot.fleet["a"], mine->front(), "void", Value{}).ok());
  CHECK(depot.fleet["a"].void_record(mine->front(), "by its author").ok());
  depot.meet();
  CHECK(depot.on_hand("hq", "BAG-a") == 10);
  CHECK(depot.at("hq").cases.empty());
}

TEST_CASE("Stock: what a revoked laptop gave away and another took is named") {
  Depot depot;
  depot.take_in("a", 5);
  depot.meet();
  REQUIRE(depot.fleet.hq().revoke("a", std::nullopt, "lost").ok());
  depot.take_in("a", 20);  // it does not know yet
  const HandOver handed = depot.hand("a", "b", 15);
  REQUIRE(accept_code(depot.fleet["b"], handed.code).ok());
  depot.meet();
  depot.meet();
  const StockReport report = depot.at("hq");
  CHECK(depot.on_hand("hq", "BAG-a") == -10);
  CHECK(depot.on_hand("hq", "BAG-b") == 15);
  std::vector<std::string> whys;
  for (const StockCase& one : report.cases) whys.push_back(std::string(name_of(one.kind)) + ":" + one.why);
  CHECK(whys == std::vector<std::string>{"overdrawn:revoked", "accepted_uncounted:"});
  CHECK(depot.at("b").cases == report.cases);
  // What it gives now is refused by whoever knows of the cut.
  depot.take_in("b", 1);
  const HandOver late = depot.hand("a", "b", 1);
  check_refused(depot, "b", accept_code(depot.fleet["b"], late.code), Kind::giver_outside);
}

TEST_CASE("Stock: a copied laptop spends its goods twice, and that is named") {
  Depot depot;
  depot.take_in("a", 10);
  depot.meet();
  depot.fleet.clone("a", "c");
  CHECK(depot.give("a", 8, "BAG-a").ok());
  depot.fleet.clock("c").advance(1000);
  CHECK(depot.give("c", 7, "BAG-a").ok());
  depot.fleet.deliver("a", "hq", depot.order);
  depot.fleet.deliver("c", "hq", depot.order);
  CHECK(depot.on_hand("hq", "BAG-a") == -5);
  const StockReport report = depot.at("hq");
  REQUIRE(report.cases.size() == 1);
  CHECK(report.cases.front().kind == StockCaseKind::overdrawn);
  CHECK(report.cases.front().why == "fork");
  CHECK(report.cases.front().qty == 5);
}

TEST_CASE("Stock: what was given under a code before it was opened is listed and takes nothing") {
  Depot depot;
  CHECK(depot.give("b", 9, "BAG-new").ok());  // a name like any other
  REQUIRE(open_account(depot.fleet.hq(), {"BAG-new", "b", "bag", "", ""}).ok());
  depot.meet();
  const StockReport report = depot.at("hq");
  CHECK(depot.on_hand("hq", "BAG-new") == 0);
  REQUIRE(report.cases.size() == 1);
  CHECK(report.cases.front().kind == StockCaseKind::unopened_debit);
  CHECK(report.cases.front().qty == 9);
  check_refused(depot, "b", depot.give("b", 1, "BAG-new"), Kind::overdraws);
}

TEST_CASE("Stock: without opened accounts nothing is bounded and nothing is named") {
  ReplicaFleet fleet;
  const NewRecord move{"move",
                       {{"item", Value::of(std::string("W550"))},
                        {"qty", Value::of(std::int64_t{1'000'000})},
                        {"reason", Value::of(std::string("give"))},
                        {"from", Value::of(std::string("DEPOT"))},
                        {"to", Value::of(std::string("S001"))}}};
  const auto made = fleet.hq().create({&move, 1});
  REQUIRE(made.ok());
  const auto view = fleet.hq().show(made->front());
  for (const FieldView& field : view->fields) CHECK((field.field != "debit" && field.field != "credit"));
  CHECK(stock(fleet.hq())->cases.empty());
  CHECK(fleet.hq().void_record(made->front(), "wrong").ok());
}

TEST_CASE("Stock: a give over a rule's limit that the ledger refuses leaves no pin for the next change") {
  Depot depot;
  ReplicaFleet& fleet = depot.fleet;
  const NewRecord rule{"rule",
                       {{"scope", text("person")},
                        {"item", text("W550")},
                        {"limit", text("max")},
                        {"qty", number(1)},
                        {"per", text("day")},
                        {"on_break", text("warn")}}};
  REQUIRE(fleet.hq().create({&rule, 1}).ok());
  Replica& third = fleet.join("c");
  depot.meet();
  fleet.deliver("hq", "c", depot.order);
  const auto handout = [&](const char* from) {
    return NewRecord{"move",
                     {{"item", text("W550")},
                      {"qty", number(1)},
                      {"reason", text("give")},
                      {"voucher", text("V1")},
                      {"from", text(from)},
                      {"time", Value(Value::Side(WallTime{kDayMs, 480}))}}};
  };
  const NewRecord known = handout("outside"), refused = handout("BAG-a");
  REQUIRE(fleet["b"].create({&known, 1}).ok());
  fleet.deliver("b", "a", depot.order);
  const RecordId visit = record_visit(fleet["a"], "S001", 1, {});
  check_refused(depot, "a", fleet["a"].create({&refused, 1}), Kind::overdraws);
  REQUIRE(set_field(fleet["a"], visit, "person_times", Value::of(std::int64_t{2})).ok());
  // Who has nothing of the other handout applies the visit and its edit at once.
  fleet.deliver_author("a", "c", visit.author);
  CHECK(third.status()->waiting.empty());
  CHECK(third.show(visit).ok());
}
