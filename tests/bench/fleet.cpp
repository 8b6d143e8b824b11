#include "bench/fleet.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "karez/base/limits.h"
#include "karez/log/pack.h"

namespace karez::bench {
namespace {

constexpr int kZoneMinutes = 480;
constexpr std::array<const char*, kCategories.size()> kTrades{"san",     "build", "rider",
                                                              "courier", "taxi",  "truck"};
constexpr std::size_t kImportChanges = 1000;
constexpr int kSpareCodes = 32;
constexpr auto kSums =
    "SELECT item, sum(qty) FROM move WHERE reason='give' AND counted=1 AND void IS NULL AND duplicate_of IS "
    "NULL"
    " GROUP BY item";

Value text(const std::string& value) { return Value::of(value); }

const char* trade_of(const std::string& category) {
  for (std::size_t i = 0; i < kCategories.size(); ++i) {
    if (category == kCategories[i]) return kTrades[i];
  }
  return "other";
}

FieldSetting setting_of(const Action& action) {
  switch (action.column) {
    case Column::note:
      return {"note", FieldSetting::Kind::set, text(action.text)};
    case Column::people:
      return {"result", FieldSetting::Kind::set, text(action.text)};
    case Column::site:
      return {"site", FieldSetting::Kind::set, text(action.text)};
    case Column::quantity:
      return {"qty", FieldSetting::Kind::set, Value::of(action.quantity)};
    case Column::category:
      return {"trade", FieldSetting::Kind::set, text(trade_of(action.text))};
  }
  return {};
}

void deliver(Replica& from, Replica& to, const AuthorKey& author, std::uint64_t after) {
  store_packs(to, packs_of(from, author, after));
}

AuthorKey key_at(Replica& replica) { return replica.sync_store().key_pair().author; }

}  // namespace

void must(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "karez-bench: %s\n", status.error().message.c_str());
  std::exit(1);
}

NewRecord to_record(const Visit& visit) {
  return {"event",
          {{"type", text("visit")},
           {"time", Value(Value::Side(WallTime{visit.started_ms, kZoneMinutes}))},
           {"site", text(visit.site)},
           {"party", text(visit.volunteer)},
           {"result", text(visit.people)},
           {"note", text(visit.note)}}};
}

NewRecord to_record(const Handout& handout, const RecordId& visit) {
  NewRecord record{"move",
                   {{"event", Value(Value::Side(visit))},
                    {"item", text(handout.item)},
                    {"qty", Value::of(handout.quantity)},
                    {"reason", text("give")},
                    {"trade", text(trade_of(handout.category))}}};
  if (!handout.voucher.empty()) record.fields.emplace_back("voucher", text(handout.voucher));
  return record;
}

void Player::play(const Action& action) {
  const RecordId& id = records_[action.row];
  switch (action.kind) {
    case ActionKind::visit:
    case ActionKind::handout: {
      const NewRecord record = action.kind == ActionKind::visit
                                   ? to_record(action.visit)
                                   : to_record(action.handout, records_[action.handout.visit]);
      records_[action.row] = must(replica_.create(std::span(&record, 1))).front();
      return;
    }
    case ActionKind::edit: {
      const FieldSetting setting = setting_of(action);
      return must(replica_.edit(id, std::span(&setting, 1)));
    }
    case ActionKind::voiding:
      return must(replica_.void_record(id, "entered twice"));
  }
}

void Player::import(std::span<const Action> actions, const AuthorKey& author, std::uint64_t first_seq) {
  std::vector<std::vector<NewRecord>> changes;
  changes.reserve(actions.size());
  for (const Action& action : actions) {
    const RecordId visit{author, first_seq + action.handout.visit, 1};
    changes.push_back(
        {action.kind == ActionKind::visit ? to_record(action.visit) : to_record(action.handout, visit)});
  }
  const auto ids = must(replica_.create_all(changes));
  for (std::size_t i = 0; i < ids.size(); ++i) records_[actions[i].row] = ids[i].front();
}

ReplicaOptions Seat::options(const Clock& clock, Random& random) const {
  ReplicaOptions options;
  options.home = home();
  options.state_folder = root + "/state";
  options.clock = &clock;
  options.random = &random;
  return options;
}

Packs packs_of(Replica& replica, const AuthorKey& author, std::uint64_t after) {
  Packs packs;
  for (;;) {
    auto pack = must(replica.sync_store().next_pack(author, after));
    if (!pack) return packs;
    after = pack->reached;
    packs.push_back(std::move(pack->bytes));
  }
}

void store_packs(Replica& replica, const Packs& packs) {
  std::vector<ReplicaStore::Incoming> batch;
  std::size_t bytes = 0;
  const auto store = [&] {
    for (const auto& stored : must(replica.sync_store().store(std::move(batch), false))) {
      if (stored.outcome == PackOutcome::refused) must(Status(stored.error));
    }
    batch.clear();
    bytes = 0;
  };
  for (const Bytes& pack : packs) {
    bytes += pack.size();
    batch.push_back({0, pack});
    if (bytes >= SyncLimits{}.store_bytes) store();
  }
  if (!batch.empty()) store();
}

void write_packs(const std::string& path, const std::vector<Packs>& all) {
  std::ofstream file(path, std::ios::binary);
  for (const Packs& packs : all) {
    for (const Bytes& pack : packs) {
      const auto size = static_cast<std::uint32_t>(pack.size());
      file.write(reinterpret_cast<const char*>(&size), sizeof size);
      file.write(reinterpret_cast<const char*>(pack.data()), static_cast<std::streamsize>(pack.size()));
    }
  }
  ENSURE(file.good());
}

RecordedFleet::RecordedFleet(const std::string& folder, const Workload& workload, bool is_bulk)
    : random(workload.rows), folder_(folder) {
  std::filesystem::create_directories(folder);
  std::string recovery_file;
  Replica headquarters =
      must(Replica::init(hq().options(clock, random), {"bench", "hq", "", kZoneMinutes}, recovery_file));
  const auto invite_one = [&] {
    return to_text(must(headquarters.invite("volunteer", "", kSetupMs + limits::kInvitationMs)));
  };
  for (int i = 0; i < kSpareCodes; ++i) codes_.push_back(invite_one());
  for (std::size_t n = 0; n < workload.laptops.size(); ++n) {
    clock.set(kSetupMs);
    const std::string code = invite_one();
    Replica replica =
        must(Replica::join(laptop(n).options(clock, random), code, "laptop-" + std::to_string(n)));
    deliver(replica, headquarters, key_at(replica), 0);
    const std::size_t rows = workload.laptops[n].ids.size();
    const std::vector<Action> actions = effective_actions(workload.laptops[n]);
    Player player(replica, rows);
    std::size_t next = 0;
    for (std::size_t count; is_bulk && next < rows; next += count) {
      count = std::min(kImportChanges, rows - next);
      clock.set(actions[next].at_ms);
      player.import(std::span(actions).subspan(next, count), key_at(replica), 2);
    }
    for (; next < actions.size(); ++next) {
      clock.set(actions[next].at_ms);
      player.play(actions[next]);
    }
    packs_.push_back(packs_of(replica, key_at(replica), 1));
  }
  clock.set(kEveningMs);
}

Packs RecordedFleet::record_delta(const Laptop& delta) {
  Replica replica = must(Replica::open(laptop(0).options(clock, random)));
  const std::uint64_t before = must(replica.status()).own_seq;
  Player player(replica, delta.ids.size());
  for (const Action& action : delta.actions) {
    clock.set(action.at_ms);
    player.play(action);
  }
  clock.set(kEveningMs);
  return packs_of(replica, key_at(replica), before);
}

std::string RecordedFleet::invite() {
  ENSURE(!codes_.empty());
  std::string code = std::move(codes_.back());
  codes_.pop_back();
  return code;
}

void RecordedFleet::introduce(Replica& newcomer) {
  Replica headquarters = must(Replica::open(hq().options(clock, random)));
  deliver(newcomer, headquarters, key_at(newcomer), 0);
  deliver(headquarters, newcomer, key_at(headquarters), 0);
}

std::map<std::string, std::int64_t> sums_at(Replica& replica) {
  std::map<std::string, std::int64_t> out;
  must(replica.query(
      kSums, [](const auto&) {},
      [&](const std::vector<Replica::QueryCell>& cells) {
        out[cells[0].text] = cells[1].integer;
        return true;
      }));
  return out;
}

std::map<std::string, std::int64_t> sums_of(const Workload& workload) {
  std::map<std::string, std::int64_t> out;
  for (const Laptop& laptop : workload.laptops) {
    for (const FinalRow& row : final_rows(laptop)) {
      if (row.is_handout && !row.is_void) out[row.handout.item] += row.handout.quantity;
    }
  }
  return out;
}

}  // namespace karez::bench
