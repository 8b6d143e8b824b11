#include "people.h"

#include <array>

#include "wire.h"

namespace karez::sim {
namespace {

constexpr std::size_t kRemembered = 64;
constexpr std::array<const char*, 5> kTrades{"rider", "san", "build", "courier", "truck"};
constexpr std::array<const char*, 4> kItems{"W550", "HX", "KIT", "ICE"};

template <typename T, std::size_t N>
const char* one_of(Dice& dice, const std::array<T, N>& all) {
  return all[dice.below(N)];
}

/// After a call that writes: what it means for the person, the wire and the figures. True: saved.
template <typename R>
bool done(Laptop& laptop, const char* what, const R& result) {
  Figures& figures = laptop.setting().figures;
  if (!result) check_refusal(laptop, what, result.error());
  const bool saved = result.ok();
  if (!laptop.settle(saved)) return false;
  if (!saved) {
    ++figures.refusals;
    return false;
  }
  if (const auto wire = laptop.wire()) wire->local_change();
  return true;
}

std::uint64_t visit(Laptop& laptop, SharedMemory& memory) {
  Dice& dice = laptop.dice();
  const std::int64_t now = laptop.clock().now_ms();
  std::vector<NewRecord> records;
  NewRecord event;
  event.collection = "event";
  event.fields = {{"type", Value::of(std::string("visit"))},
                  {"time", Value(Value::Side(WallTime{now, 480}))},
                  {"site", Value::of("S" + std::to_string(dice.below(12)))},
                  {"trade", Value::of(std::string(one_of(dice, kTrades)))},
                  {"person_times", Value::of(static_cast<std::int64_t>(dice.below(60)))}};
  if (dice.chance(0.3))
    event.fields.emplace_back("note", Value::of("note " + std::to_string(dice.below(1000))));
  records.push_back(std::move(event));
  for (std::uint64_t gives = dice.below(4); gives-- > 0;) {
    NewRecord move;
    move.collection = "move";
    move.fields = {{"event", Value(Value::Side(RecordId{{}, 0, 1}))},
                   {"item", Value::of(std::string(one_of(dice, kItems)))},
                   {"qty", Value::of(static_cast<std::int64_t>(1 + dice.below(48)))},
                   {"reason", Value::of(std::string("give"))}};
    records.push_back(std::move(move));
  }
  const auto ids = laptop.replica().create(records);
  if (!done(laptop, "create", ids)) return 0;
  for (const RecordId& id : *ids) {
    laptop.own_records.push_back(id);
    if (laptop.own_records.size() > kRemembered) laptop.own_records.erase(laptop.own_records.begin());
  }
  memory.records.push_back(ids->front());
  if (memory.hot.size() < 4 || dice.chance(0.01)) memory.hot.push_back(ids->front());
  if (memory.hot.size() > 8) memory.hot.erase(memory.hot.begin());
  laptop.setting().figures.records += ids->size();
  return ids->size();
}

/// A field setting that may fit an event or a move; the engine says no where it does not.
FieldSetting some_setting(Dice& dice) {
  using Kind = FieldSetting::Kind;
  switch (dice.below(7)) {
    case 0:
      return {"note", Kind::set, Value::of("note " + std::to_string(dice.below(20)))};
    case 1:
      return {"person_times", Kind::set, Value::of(static_cast<std::int64_t>(dice.below(9)))};
    case 2:
      return {"tally", Kind::add, Value::of(static_cast<std::int64_t>(dice.below(9)) - 4)};
    case 3:
      return {"tags", Kind::put, Value::of("t" + std::to_string(dice.below(4)))};
    case 4:
      return {"tags", Kind::drop, Value::of("t" + std::to_string(dice.below(4)))};
    case 5:
      return {"qty", Kind::set, Value::of(static_cast<std::int64_t>(1 + dice.below(9)))};
    default:
      return {"note", Kind::set, Value{}};
  }
}

void edited(Laptop& laptop, const char* what, const Status& status) {
  if (done(laptop, what, status)) ++laptop.setting().figures.edits;
}

void edit(Laptop& laptop, const RecordId& id) {
  std::vector<FieldSetting> settings{some_setting(laptop.dice())};
  if (laptop.dice().chance(0.2)) settings.push_back(some_setting(laptop.dice()));
  edited(laptop, "edit", laptop.replica().edit(id, settings));
}

void resolve(Laptop& laptop) {
  const auto open = laptop.replica().conflicts();
  if (!open) {
    check_refusal(laptop, "conflicts", open.error());
    (void)laptop.settle(false);
    return;
  }
  if (open->empty()) return;
  const Conflict& one = laptop.dice().one_of(*open);
  const Value keep =
      one.field == "void" && laptop.dice().chance(0.5) ? Value{} : laptop.dice().one_of(one.siblings).value;
  edited(laptop, "resolve", laptop.replica().resolve(one.id, one.field, keep));
}

}  // namespace

void check_refusal(const Laptop& laptop, const std::string& what, const Error& error) {
  switch (error.code) {
    case ErrorCode::refused:
    case ErrorCode::not_found:
    case ErrorCode::usage:
    case ErrorCode::io:
    case ErrorCode::busy:
      return;
    default:
      throw Violation("engine", laptop.name() + ": " + what + ": " + std::string(name_of(error.code)) + ": " +
                                    error.message);
  }
}

std::uint64_t act(Laptop& laptop, SharedMemory& memory) {
  if (!laptop.is_on() || laptop.is_suspended()) return 0;
  Dice& dice = laptop.dice();
  const double roll = dice.unit();
  if (roll < 0.70 || memory.records.empty()) return visit(laptop, memory);
  if (roll < 0.95) {
    const double whose = dice.unit();
    const bool own = whose < 0.5 && !laptop.own_records.empty();
    edit(laptop,
         own ? dice.one_of(laptop.own_records) : dice.one_of(whose < 0.8 ? memory.hot : memory.records));
  } else if (roll < 0.98) {
    const RecordId id =
        laptop.own_records.empty() ? dice.one_of(memory.records) : dice.one_of(laptop.own_records);
    edited(laptop, "void", laptop.replica().void_record(id, "reason " + std::to_string(dice.below(3))));
  } else {
    resolve(laptop);
  }
  return 0;
}

void list_references(Laptop& laptop, SharedMemory& memory) {
  if (!laptop.is_on()) return;
  for (int i = 0; i < 3 && laptop.is_on(); ++i) {
    Dice& dice = laptop.dice();
    NewRecord site;
    site.collection = dice.chance(0.7) ? "site" : "item";
    site.fields = {{"code", Value::of("S" + std::to_string(dice.below(12)))},
                   {"name_zh", Value::of("站 " + std::to_string(++memory.next_code))}};
    const auto ids = laptop.replica().create(std::span(&site, 1));
    if (!done(laptop, "create site", ids)) continue;
    laptop.own_records.push_back(ids->front());
    laptop.setting().figures.records += 1;
  }
}

}  // namespace karez::sim
