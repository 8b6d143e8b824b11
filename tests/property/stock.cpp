// Twenty whole replicas that meet only now and then, and whoever is at them gives, hands over, accepts, voids
// and makes mistakes: no opened account is below zero on any replica at any time, what came in was given, is
// there or is under way, and at the end all say the same.
#include <doctest/doctest.h>

#include <cstdlib>

#include "karez/replica/stock.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

constexpr int kLaptops = 19;  // and headquarters

int acts() {
  const char* said = std::getenv("KAREZ_STOCK_ACTS");
  return said != nullptr ? std::atoi(said) : KAREZ_STOCK_ACTS;
}

class Fleet {
 public:
  explicit Fleet(std::uint64_t seed) : dice_(seed), fleet_(seed) {
    names_.push_back("hq");
    for (int i = 0; i < kLaptops; ++i) {
      names_.push_back("l" + std::to_string(i));
      fleet_.join(names_.back());
    }
    for (const std::string& name : names_) meet(name, "hq");
    for (std::size_t i = 0; i < names_.size(); ++i) {
      // One laptop has no account, one has two, headquarters has the depot.
      if (i == 1) continue;
      open(names_[i], "A" + std::to_string(i));
      if (i == 2) open(names_[i], "B" + std::to_string(i));
    }
    for (const std::string& name : names_) meet("hq", name);
  }

  void act() {
    const std::string& who = names_[dice_() % names_.size()];
    fleet_.clock(who).advance(static_cast<std::int64_t>(dice_() % 60'000));
    Replica& replica = fleet_[who];
    switch (dice_() % 16) {
      case 0:
      case 1:
        move(replica, "", own_account(who), 60);
        break;
      case 2:
      case 3:
      case 4:
      case 5:
        move(replica, own_account(who), "", 10);
        break;
      case 6:  // also from accounts that are not one's own
        move(replica, any_account(), dice_() % 2 == 0 ? any_account() : "somebody", 10);
        break;
      case 7:
      case 8:
      case 9: {
        const auto handed =
            hand_over(replica, {{{item(), quantity(20)}}, own_account(who), any_account(), "alloc", "", {}});
        note(handed.ok());
        if (handed) codes_.emplace_back(handed->code, owners_.at(handed->to));
        break;
      }
      case 10:
      case 11:
        if (codes_.empty()) break;
        // Mostly it is shown to whom it is for, and at once; now and then to anybody, or a second time.
        if (dice_() % 4 == 0) {
          note(accept_code(replica, codes_[dice_() % codes_.size()].first).ok());
        } else {
          const auto& [code, receiver] = codes_.back();
          note(accept_code(fleet_[receiver], code).ok());
          if (dice_() % 4 != 0) codes_.pop_back();
        }
        break;
      case 12: {
        const auto waiting = waiting_here(replica);
        REQUIRE(waiting.ok());
        std::vector<RecordId> moves;
        for (const StockTransit& one : *waiting) moves.push_back(one.move);
        if (moves.size() > 3) moves.resize(3);
        if (!moves.empty()) note(accept_moves(replica, moves).ok());
        break;
      }
      case 13:
      case 14:
        if (made_.empty()) break;
        if (dice_() % 3 == 0) {
          const FieldSetting unset{"void", FieldSetting::Kind::set, Value{}};
          note(replica.edit(made_[dice_() % made_.size()], {&unset, 1}).ok());
        } else {
          note(replica.void_record(made_[dice_() % made_.size()], "wrong").ok());
        }
        break;
      default:
        meet(who, names_[dice_() % names_.size()]);
    }
    // A report reads everything, so not after every act.
    if (dice_() % 16 == 0) look_at(who);
  }

  /// Everybody meets everybody, over headquarters.
  void settle() {
    for (int round = 0; round < 2; ++round) {
      for (const std::string& name : names_) meet(name, "hq");
      for (const std::string& name : names_) meet("hq", name);
    }
  }

  /// What must hold on every replica at any time.
  StockReport look_at(const std::string& name) {
    auto report = stock(fleet_[name]);
    REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
    std::map<std::string, StockTotal> sums;
    for (const auto& entry : report->lines) {
      const auto& place = entry.first;  // by name: CHECK_MESSAGE captures, which clang 14 denies to bindings
      const auto& line = entry.second;
      CHECK_MESSAGE(line.on_hand() >= 0, name << ": " << report->accounts[place.first].code << " "
                                              << place.second << " " << to_text(line.on_hand()));
      CHECK(line.in_transit >= 0);
      CHECK(line.received == line.given + line.in_transit + line.on_hand());
      sums[place.second].on_hand += line.on_hand();
    }
    for (const auto& [item, total] : report->totals) {
      CHECK(total.in == total.out + total.on_hand + total.in_transit);
      CHECK(total.on_hand == sums[item].on_hand);
    }
    for (const StockCase& one : report->cases) CHECK(one.kind != StockCaseKind::overdrawn);
    return std::move(*report);
  }

  void check_end() {
    const StockReport expected = look_at("hq");
    const std::string dump = fleet_.dump("hq");
    for (const std::string& name : names_) {
      const StockReport report = look_at(name);
      CHECK(report.lines == expected.lines);
      CHECK(report.totals == expected.totals);
      CHECK(report.transit == expected.transit);
      CHECK(report.cases == expected.cases);
      CHECK(fleet_.dump(name) == dump);
    }
    // Everything has met: nothing is accepted whose move is not there, and whatever was taken was sent.
    for (const StockCase& one : expected.cases) {
      CHECK(one.kind == StockCaseKind::void_ignored);
    }
    Total moved = 0;
    for (const auto& [item, total] : expected.totals) moved += total.in;
    CHECK(moved > 0);
    auto verified = fleet_.hq().verify();
    REQUIRE(verified.ok());
    CHECK(verified->ok);
  }

  int done = 0, refused = 0;

 private:
  void open(const std::string& laptop, const std::string& code) {
    const auto opened = open_account(fleet_.hq(), {code, laptop, "bag", "", ""});
    REQUIRE_MESSAGE(opened.ok(), (opened ? "" : opened.error().message));
    codes_of_[laptop].push_back(code);
    accounts_.push_back(code);
    owners_[code] = laptop;
  }
  void meet(const std::string& from, const std::string& to) {
    if (from != to) fleet_.deliver(from, to, dice_);
  }
  std::string item() { return dice_() % 4 == 0 ? "HXZQ" : "W550"; }
  std::int64_t quantity(std::uint64_t most) { return static_cast<std::int64_t>(dice_() % (most + 1)); }
  std::string any_account() { return accounts_[dice_() % accounts_.size()]; }
  std::string own_account(const std::string& name) {
    const auto own = codes_of_.find(name);
    return own == codes_of_.end() ? "" : own->second[dice_() % own->second.size()];
  }
  void move(Replica& replica, const std::string& from, const std::string& to, std::uint64_t most) {
    const auto moved = move_stock(replica, {{{item(), quantity(most)}}, from, to, "fix", "", {}});
    note(moved.ok());
    if (moved) made_.insert(made_.end(), moved->begin(), moved->end());
  }
  /// Refusals are part of the game; what they must not do is leave a trace.
  void note(bool is_done) { ++(is_done ? done : refused); }

  std::mt19937_64 dice_;
  ReplicaFleet fleet_;
  std::vector<std::string> names_, accounts_;
  std::vector<std::pair<std::string, std::string>> codes_;    ///< with the laptops that they are for
  std::map<std::string, std::string> owners_;                 ///< by account
  std::map<std::string, std::vector<std::string>> codes_of_;  ///< accounts by laptop
  std::vector<RecordId> made_;
};

}  // namespace

TEST_CASE("Stock: twenty replicas offline in any order keep every account at or above zero") {
  Fleet fleet(20'220'714);
  for (int i = 0; i < acts(); ++i) fleet.act();
  fleet.settle();
  fleet.check_end();
  MESSAGE(fleet.done << " acts done, " << fleet.refused << " refused");
  CHECK(fleet.done > acts() / 4);
  CHECK(fleet.refused > 0);
}
