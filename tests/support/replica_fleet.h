// Real replicas in a temporary folder, with clocks and randomness in the test's hand, that hand packs to each
// other directly: everything but the network.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "karez/replica/replica.h"
#include "support/clock.h"
#include "support/temporary_folder.h"

namespace karez::testing {

inline constexpr std::int64_t kDayMs = 1'657'756'800'000;  ///< 2022-07-14T00:00Z

class ReplicaFleet {
 public:
  explicit ReplicaFleet(std::uint64_t seed = 1) : random_(seed) {
    std::string recovery_file;
    InitRequest request{"test", "hq", "", 480};
    auto replica = Replica::init(options_for("hq"), request, recovery_file);
    REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
    replicas_.emplace("hq", std::make_unique<Replica>(std::move(*replica)));
    recovery_file_ = recovery_file;
  }

  Replica& operator[](const std::string& name) { return *replicas_.at(name); }
  Replica& hq() { return *replicas_.at("hq"); }
  HandClock& clock(const std::string& name) { return *clocks_.at(name); }
  [[nodiscard]] const std::string& recovery_file() const { return recovery_file_; }
  std::string home(const std::string& name) const { return folder_.path() + "/" + name; }

  std::string invite(const std::string& role = "volunteer", const std::string& by = "hq") {
    auto code = replicas_.at(by)->invite(role, "", kDayMs + limits_week_);
    REQUIRE_MESSAGE(code.ok(), (code ? "" : code.error().message));
    return to_text(*code);
  }

  Replica& join(const std::string& name, const std::string& code) {
    auto replica = Replica::join(options_for(name), code, name);
    REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
    return *(replicas_[name] = std::make_unique<Replica>(std::move(*replica)));
  }
  Replica& join(const std::string& name) { return join(name, invite()); }

  Result<Replica> open(const std::string& name, const std::string& catalog = {}) {
    ReplicaOptions options = options_for(name);
    options.catalog_json = catalog;
    return Replica::open(options);
  }
  Replica& reopen(const std::string& name, const std::string& catalog = {}) {
    replicas_.erase(name);
    auto replica = open(name, catalog);
    REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
    return *(replicas_[name] = std::make_unique<Replica>(std::move(*replica)));
  }

  /// Makes `copy` of a whole machine: database, keys and what lies outside of the home, so that neither of
  /// the two can tell that there is another.
  Replica& clone(const std::string& name, const std::string& copy) {
    replicas_.erase(name);
    std::filesystem::copy(home(name), home(copy), std::filesystem::copy_options::recursive);
    std::filesystem::copy(state_of(name), folder_.path() + "/state of " + copy,
                          std::filesystem::copy_options::recursive);
    states_[copy] = folder_.path() + "/state of " + copy;
    clocks_[copy] = std::make_unique<HandClock>(clock(name).now_ms());
    reopen(name);
    return reopen(copy);
  }

  /// Opens it anew with somebody who is told of its progress.
  void watch(const std::string& name, decltype(ReplicaOptions::progress) watcher) {
    watchers_[name] = std::move(watcher);
    reopen(name);
  }

  /// Hands everything that `to` lacks of what `from` holds, a log at a time, in an order that `order`
  /// shuffles.
  void deliver(const std::string& from, const std::string& to, std::mt19937_64& order, bool repeat = false) {
    std::vector<AuthorKey> authors;
    for (const auto& [author, head] : (*this)[from].sync_store().heads()) authors.push_back(author);
    std::shuffle(authors.begin(), authors.end(), order);
    for (const AuthorKey& author : authors) deliver_author(from, to, author, repeat);
  }

  void deliver_author(const std::string& from, const std::string& to, const AuthorKey& author,
                      bool repeat = false) {
    ReplicaStore& source = (*this)[from].sync_store();
    ReplicaStore& target = (*this)[to].sync_store();
    const Heads heads = target.heads();
    const auto held = heads.find(author);
    std::uint64_t after = repeat || held == heads.end() ? 0 : held->second.seq;
    // Two that have not met the other's branch call both by one name.
    if (after > 0) {
      const Head has = source.heads().at(author);
      const bool is_same = after <= has.seq ? source.link_at(author, after) == held->second.link
                                            : target.link_at(author, has.seq) == has.link;
      if (!is_same) after = 0;
    }
    for (;;) {
      auto pack = source.next_pack(author, after);
      REQUIRE_MESSAGE(pack.ok(), (pack ? "" : pack.error().message));
      if (!*pack) return;
      auto stored = target.store({{0, (*pack)->bytes}}, false);
      REQUIRE_MESSAGE(stored.ok(), (stored ? "" : stored.error().message));
      REQUIRE_MESSAGE(stored->front().outcome != PackOutcome::refused, stored->front().error.message);
      after = (*pack)->reached;
    }
  }

  /// Everybody gets everything, until nothing moves.
  void settle(std::mt19937_64& order) {
    for (int round = 0; round < 4; ++round) {
      std::vector<std::pair<std::string, std::string>> pairs;
      for (const auto& [from, one] : replicas_) {
        for (const auto& [to, other] : replicas_) {
          if (from != to) pairs.emplace_back(from, to);
        }
      }
      std::shuffle(pairs.begin(), pairs.end(), order);
      for (const auto& [from, to] : pairs) deliver(from, to, order);
    }
  }

  std::string dump(const std::string& name) {
    std::string text;
    const Status status = (*this)[name].dump([&](std::string_view line) { text.append(line).append("\n"); });
    REQUIRE_MESSAGE(status.ok(), (status ? "" : status.error().message));
    return text;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, replica] : replicas_) names.push_back(name);
    return names;
  }

  ReplicaOptions options_for(const std::string& name) {
    if (clocks_.count(name) == 0) clocks_[name] = std::make_unique<HandClock>(kDayMs + 3'600'000);
    ReplicaOptions options;
    options.home = home(name);
    options.state_folder = state_of(name);
    options.clock = clocks_.at(name).get();
    options.random = &random_;
    if (const auto watcher = watchers_.find(name); watcher != watchers_.end())
      options.progress = watcher->second;
    return options;
  }

 private:
  std::string state_of(const std::string& name) const {
    const auto own = states_.find(name);
    return own == states_.end() ? folder_.path() + "/state" : own->second;
  }

  static constexpr std::int64_t limits_week_ = std::int64_t{7} * 24 * 3600 * 1000;
  TemporaryFolder folder_;
  SeededRandom random_;
  std::map<std::string, std::unique_ptr<HandClock>> clocks_;
  std::map<std::string, std::string> states_;  ///< of clones: what lies outside of their homes
  std::map<std::string, decltype(ReplicaOptions::progress)> watchers_;
  std::map<std::string, std::unique_ptr<Replica>> replicas_;
  std::string recovery_file_;
};

inline Value text(const std::string& value) { return Value::of(value); }
inline Value number(std::int64_t value) { return Value::of(value); }

/// A visit at a site with its handouts, as `karez visit` records it.
inline RecordId record_visit(Replica& replica, const std::string& site, std::int64_t person_times,
                             std::vector<std::pair<std::string, std::int64_t>> gives,
                             std::int64_t at_ms = kDayMs) {
  std::vector<NewRecord> records;
  records.push_back({"event",
                     {{"type", Value::of(std::string("visit"))},
                      {"time", Value(Value::Side(WallTime{at_ms, 480}))},
                      {"site", Value::of(site)},
                      {"trade", Value::of(std::string("rider"))},
                      {"person_times", Value::of(person_times)}}});
  for (const auto& [item, quantity] : gives) {
    records.push_back({"move",
                       {{"event", Value(Value::Side(RecordId{{}, 0, 1}))},
                        {"item", Value::of(item)},
                        {"qty", Value::of(quantity)},
                        {"reason", Value::of(std::string("give"))}}});
  }
  auto ids = replica.create(records);
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  return ids->front();
}

inline Status set_field(Replica& replica, const RecordId& id, const std::string& field, Value value,
                        FieldSetting::Kind kind = FieldSetting::Kind::set) {
  const FieldSetting setting{field, kind, std::move(value)};
  return replica.edit(id, std::span(&setting, 1));
}

/// The tables are those that the log gives, and the log holds what it claims.
inline bool is_proven(Replica& replica) {
  auto report = replica.verify();
  REQUIRE(report.ok());
  for (const VerifyFinding& finding : report->where) MESSAGE(finding.where << ": " << finding.message);
  return report->ok;
}

}  // namespace karez::testing
