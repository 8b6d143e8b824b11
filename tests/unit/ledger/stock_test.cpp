#include "karez/ledger/stock.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace karez;

namespace {

RecordId id_of(std::uint8_t author, std::uint64_t seq, std::uint32_t k = 1) {
  RecordId id{{}, seq, k};
  id.author.bytes[0] = author;
  return id;
}

StockAccount account_of(const std::string& code, const std::string& owner) {
  StockAccount account;
  account.id = id_of(200, code.size(), static_cast<std::uint32_t>(code.back()));
  account.code = code;
  account.kind = "bag";
  account.owner = account.laptop = owner;
  return account;
}

constexpr std::size_t kA = 0, kB = 1;
std::vector<StockAccount> two_accounts() { return {account_of("A", "anna"), account_of("B", "bob")}; }

StockMove move_of(RecordId id, const std::string& author, std::int64_t qty, std::optional<std::size_t> debit,
                  std::optional<std::size_t> credit) {
  StockMove move;
  move.id = id;
  move.author = move.laptop = author;
  move.item = "W550";
  move.qty = qty;
  move.debit = debit;
  move.credit = credit;
  move.counts = true;
  return move;
}

StockAcceptance acceptance_of(RecordId id, RecordId move, const std::string& author, std::int64_t qty,
                              std::size_t account) {
  StockAcceptance acceptance;
  acceptance.id = id;
  acceptance.move = move;
  acceptance.author = acceptance.laptop = author;
  acceptance.item = "W550";
  acceptance.qty = qty;
  acceptance.account = account;
  acceptance.counts = true;
  return acceptance;
}

struct Rows {
  std::vector<StockAccount> accounts = two_accounts();
  std::vector<StockAcceptance> acceptances;
  std::vector<StockMove> moves;

  [[nodiscard]] StockReport judged() const {
    StockLedger ledger(accounts);
    for (const StockAcceptance& one : acceptances) ledger.add(one);
    for (const StockMove& one : moves) ledger.add(one);
    StockReport report = ledger.report();
    // What comes in goes out, is there, or is under way: in every account and over all of them.
    for (const auto& [item, total] : report.totals)
      CHECK(total.in == total.out + total.on_hand + total.in_transit);
    return report;
  }
};

/// 100 in, 5 given to people, 10 handed over to bob, who accepted.
Rows plain_day() {
  Rows rows;
  rows.moves = {move_of(id_of(1, 2), "anna", 100, std::nullopt, kA),
                move_of(id_of(1, 3), "anna", 5, kA, std::nullopt), move_of(id_of(1, 4), "anna", 10, kA, kB)};
  rows.acceptances = {acceptance_of(id_of(2, 2), id_of(1, 4), "bob", 10, kB)};
  return rows;
}

const StockCase* case_of(const StockReport& report, StockCaseKind kind) {
  const auto found = std::find_if(report.cases.begin(), report.cases.end(),
                                  [&](const StockCase& one) { return one.kind == kind; });
  return found == report.cases.end() ? nullptr : &*found;
}

StockLine line_of(const StockReport& report, std::size_t account) {
  const auto found = report.lines.find({account, "W550"});
  return found == report.lines.end() ? StockLine{} : found->second;
}

}  // namespace

TEST_CASE("Stock: what came in was given, is there, or is under way") {
  Rows rows = plain_day();
  StockReport report = rows.judged();
  CHECK(line_of(report, kA) == StockLine{100, 15, 0, 0});
  CHECK(line_of(report, kB) == StockLine{10, 0, 0, 0});
  CHECK(report.on_hand(kA, "W550") == 85);
  CHECK(report.totals.at("W550") == StockTotal{100, 5, 95, 0});
  CHECK(report.cases.empty());
  CHECK(report.transit.empty());

  rows.acceptances.clear();
  report = rows.judged();
  CHECK(line_of(report, kA) == StockLine{100, 5, 10, 0});
  CHECK(line_of(report, kB) == StockLine{0, 0, 0, 10});
  CHECK(report.totals.at("W550") == StockTotal{100, 5, 85, 10});
  REQUIRE(report.transit.size() == 1);
  CHECK(report.transit.front().move == id_of(1, 4));
}

TEST_CASE("Stock: sums beyond 64 bits are exact") {
  Rows rows;
  constexpr std::int64_t kMost = 9'000'000'000'000'000'000;
  for (std::uint64_t i = 2; i < 12; ++i)
    rows.moves.push_back(move_of(id_of(1, i), "anna", kMost, std::nullopt, kA));
  CHECK(rows.judged().on_hand(kA, "W550") == Total{kMost} * 10);
}

TEST_CASE("Stock: what somebody else takes from an account is a case and takes nothing") {
  Rows rows = plain_day();
  rows.moves.push_back(move_of(id_of(2, 3), "bob", 50, kA, std::nullopt));
  const StockReport report = rows.judged();
  CHECK(report.on_hand(kA, "W550") == 85);
  const StockCase* found = case_of(report, StockCaseKind::foreign_debit);
  REQUIRE(found != nullptr);
  CHECK(found->laptop == "bob");
  CHECK(found->account == "A");
  CHECK(found->qty == 50);
  CHECK(found->records == std::vector<RecordId>{id_of(2, 3)});
}

TEST_CASE("Stock: who accepts for another's account credits nothing") {
  Rows rows = plain_day();
  rows.acceptances.front().author = "carl";
  const StockReport report = rows.judged();
  CHECK(line_of(report, kB).received == 0);
  CHECK(line_of(report, kA).in_transit == 10);
  CHECK(case_of(report, StockCaseKind::foreign_acceptance) != nullptr);
}

TEST_CASE("Stock: a void of what was handed over is a case and calls nothing back") {
  Rows rows = plain_day();
  rows.moves[2].is_void = rows.moves[2].is_shown_void = true;
  for (const bool is_accepted : {true, false}) {
    if (!is_accepted) rows.acceptances.clear();
    const StockReport report = rows.judged();
    CHECK(report.on_hand(kA, "W550") == 85);
    CHECK(case_of(report, StockCaseKind::void_ignored) != nullptr);
  }
}

TEST_CASE("Stock: of what was given to people the owner's own void decides, another's is a case") {
  Rows rows = plain_day();
  rows.moves[1].is_shown_void = true;
  StockReport report = rows.judged();
  CHECK(report.on_hand(kA, "W550") == 85);
  CHECK(case_of(report, StockCaseKind::void_ignored) != nullptr);
  rows.moves[1].is_void = true;
  report = rows.judged();
  CHECK(report.on_hand(kA, "W550") == 90);
  CHECK(report.cases.empty());
}

TEST_CASE("Stock: an acceptance without its move stands and is listed until the move comes") {
  Rows rows = plain_day();
  const StockMove handed = rows.moves[2];
  rows.moves.pop_back();
  StockReport report = rows.judged();
  CHECK(line_of(report, kB).received == 10);
  CHECK(case_of(report, StockCaseKind::unmatched) != nullptr);
  CHECK(report.totals.at("W550") == StockTotal{110, 5, 105, 0});
  rows.moves.push_back(handed);
  CHECK(rows.judged().cases.empty());
}

TEST_CASE("Stock: an acceptance that says otherwise than its move stands and is a case") {
  for (const std::int64_t qty : {7, 13}) {
    Rows rows = plain_day();
    rows.acceptances.front().qty = qty;
    const StockReport report = rows.judged();
    CHECK(line_of(report, kB).received == qty);
    CHECK(line_of(report, kA).in_transit == std::max<std::int64_t>(0, 10 - qty));
    CHECK(case_of(report, StockCaseKind::differs) != nullptr);
  }
  Rows rows = plain_day();
  rows.acceptances.front().item = "HAT";
  const StockReport report = rows.judged();
  CHECK(line_of(report, kA).in_transit == 10);
  CHECK(report.on_hand(kB, "HAT") == 10);
}

TEST_CASE("Stock: two branches that accept one hand-over credit it once, whichever comes first") {
  Rows rows = plain_day();
  rows.acceptances.push_back(acceptance_of(id_of(3, 2), id_of(1, 4), "bob", 10, kB));
  const StockReport report = rows.judged();
  CHECK(line_of(report, kB).received == 10);
  const StockCase* twice = case_of(report, StockCaseKind::accepted_twice);
  REQUIRE(twice != nullptr);
  std::swap(rows.acceptances[0], rows.acceptances[1]);
  CHECK(rows.judged().cases == report.cases);
}

TEST_CASE("Stock: two branches that spend the same goods overdraw, by name") {
  Rows rows = plain_day();
  rows.accounts[kA].owner_is_forked = true;
  rows.moves.push_back(move_of(id_of(4, 5), "anna", 60, kA, std::nullopt));
  rows.moves.push_back(move_of(id_of(5, 5), "anna", 60, kA, std::nullopt));
  const StockReport report = rows.judged();
  CHECK(report.on_hand(kA, "W550") == -35);
  const StockCase* found = case_of(report, StockCaseKind::overdrawn);
  REQUIRE(found != nullptr);
  CHECK(found->account == "A");
  CHECK(found->item == "W550");
  CHECK(found->qty == 35);
  CHECK(found->laptop == "anna");
  CHECK(found->why == "fork");
}

TEST_CASE("Stock: what was accepted from a revoked giver left him, and what that overdraws is named") {
  Rows rows;
  rows.accounts[kA].owner_is_revoked = true;
  rows.moves = {move_of(id_of(1, 2), "anna", 20, std::nullopt, kA), move_of(id_of(1, 3), "anna", 30, kA, kB)};
  rows.moves[1].counts = false;  // above the cut
  CHECK(rows.judged().on_hand(kA, "W550") == 20);
  rows.acceptances = {acceptance_of(id_of(2, 2), id_of(1, 3), "bob", 30, kB)};
  const StockReport report = rows.judged();
  CHECK(report.on_hand(kA, "W550") == -10);
  CHECK(report.on_hand(kB, "W550") == 30);
  CHECK(case_of(report, StockCaseKind::accepted_uncounted) != nullptr);
  REQUIRE(case_of(report, StockCaseKind::overdrawn) != nullptr);
  CHECK(case_of(report, StockCaseKind::overdrawn)->why == "revoked");
}

TEST_CASE("Stock: what comes from outside to another's account is under way until it is accepted") {
  Rows rows;
  rows.moves = {move_of(id_of(9, 2), "hq", 40, std::nullopt, kB)};
  CHECK(rows.judged().totals.at("W550") == StockTotal{40, 0, 0, 40});
  rows.moves[0].is_shown_void = true;  // called back in time
  CHECK(rows.judged().totals["W550"] == StockTotal{});
  rows.acceptances = {acceptance_of(id_of(2, 2), id_of(9, 2), "bob", 40, kB)};
  const StockReport report = rows.judged();
  CHECK(report.totals.at("W550") == StockTotal{40, 0, 40, 0});
  CHECK(case_of(report, StockCaseKind::void_ignored) != nullptr);
}

TEST_CASE("Stock: rows in any order give one report") {
  Rows rows = plain_day();
  rows.moves.push_back(move_of(id_of(2, 3), "bob", 50, kA, std::nullopt));
  rows.moves.push_back(move_of(id_of(2, 4), "bob", 3, kB, kA));
  rows.moves.push_back(move_of(id_of(9, 2), "hq", 40, std::nullopt, kB));
  rows.moves[1].is_shown_void = true;
  rows.acceptances.push_back(acceptance_of(id_of(1, 9), id_of(2, 4), "anna", 2, kA));
  rows.acceptances.push_back(acceptance_of(id_of(1, 10), id_of(2, 4), "anna", 3, kA));
  rows.acceptances.push_back(acceptance_of(id_of(1, 11), id_of(2, 99), "anna", 3, kA));
  const StockReport expected = rows.judged();
  std::mt19937_64 dice(7);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(rows.moves.begin(), rows.moves.end(), dice);
    std::shuffle(rows.acceptances.begin(), rows.acceptances.end(), dice);
    const StockReport report = rows.judged();
    CHECK(report.lines == expected.lines);
    CHECK(report.totals == expected.totals);
    CHECK(report.cases == expected.cases);
    CHECK(report.transit == expected.transit);
  }
}
