#include "bench/workload.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

namespace karez::bench {
namespace {

constexpr std::int64_t kDayMs = 1'732'147'200'000;  // 2024-11-21T00:00Z
constexpr std::int64_t kEditPauseMs = 20'000;  // what the generator leaves open: edits follow one another

constexpr std::array<std::string_view, 62> kWords{
    "老人", "独居", "需要", "轮椅", "血压", "偏高", "已",   "登记", "下周", "再来", "孩子", "发烧", "送医",
    "米面", "不够", "缺水", "停电", "屋顶", "漏雨", "邻居", "代领", "证件", "丢失", "行动", "不便", "怀孕",
    "六月", "新来", "三口", "之家", "借住", "亲戚", "家",   "药品", "已发", "棉被", "两床", "奶粉", "尿布",
    "手机", "没电", "联系", "村长", "转告", "山路", "难走", "明早", "复查", "情绪", "稳定", "想",   "回家",
    "拒绝", "入户", "门锁", "无人", "应答", "改天", "拜访", "热水", "帐篷", "潮湿"};

constexpr std::array<const char*, 8> kItems{"rice-5kg",       "water-6x1L", "blanket",    "hygiene-kit",
                                            "infant-formula", "tarp",       "ors-sachet", "soap"};
constexpr std::uint32_t kItemCount = 40;

/// The generator's source of numbers ("mulberry32") and what it draws from it. The order of draws is the
/// format.
class Draws {
 public:
  explicit Draws(std::uint32_t seed) : state_(seed) {}

  std::uint32_t below(std::uint32_t n) { return next() % n; }
  std::string hex(std::size_t digits) {
    std::string out;
    while (out.size() < digits) {
      char part[9];
      std::snprintf(part, sizeof part, "%08x", next());
      out += part;
    }
    out.resize(digits);
    return out;
  }
  std::string id(std::int64_t ms) {
    char time[17];
    std::snprintf(time, sizeof time, "%012llx", static_cast<unsigned long long>(ms));
    std::string out = std::string(time) + "7";
    out += hex(3);
    const std::uint32_t variant = 8 + below(4);
    out += "89ab"[variant - 8];
    return out + hex(15);
  }
  std::string note() {
    std::string out;
    const std::uint32_t least = 30 + below(21);
    while (out.size() < least) out += kWords[below(kWords.size())];
    return out;
  }
  std::string people() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> counts;
    const std::uint32_t kinds = 1 + below(4);
    for (std::uint32_t i = 0; i < kinds; ++i) {
      const std::uint32_t category = below(kCategories.size());
      const std::uint32_t count = 1 + below(6);
      const auto known =
          std::find_if(counts.begin(), counts.end(), [&](const auto& one) { return one.first == category; });
      if (known == counts.end()) {
        counts.emplace_back(category, count);
      } else {
        known->second = count;
      }
    }
    std::string out;
    for (const auto& [category, count] : counts) {
      out +=
          (out.empty() ? "{\"" : ",\"") + std::string(kCategories[category]) + "\":" + std::to_string(count);
    }
    return out + "}";
  }
  std::string site() {
    char text[8];
    std::snprintf(text, sizeof text, "S%03u", below(60));
    return text;
  }
  std::string item() {
    const std::uint32_t i = below(kItemCount);
    return std::string(kItems[i % 8]) + (i < 8 ? "" : "-" + std::to_string(i >> 3));
  }
  std::string category() { return kCategories[below(kCategories.size())]; }

 private:
  std::uint32_t next() {
    state_ += 0x6D2B79F5u;
    std::uint32_t t = state_;
    t = (t ^ (t >> 15)) * (t | 1);
    t ^= t + (t ^ (t >> 7)) * (t | 61);
    return t ^ (t >> 14);
  }
  std::uint32_t state_;
};

void add_visit(Draws& draws, std::uint32_t laptop, std::uint32_t handouts, std::int64_t at_ms, Laptop& out) {
  Action visit;
  visit.row = out.ids.size();
  visit.at_ms = visit.visit.started_ms = at_ms;
  out.ids.push_back(draws.id(at_ms));
  visit.visit.site = draws.site();
  char volunteer[16];
  std::snprintf(volunteer, sizeof volunteer, "V%04u", laptop);
  visit.visit.volunteer = volunteer;
  visit.visit.people = draws.people();
  visit.visit.note = draws.note();
  const std::size_t row = visit.row;
  out.actions.push_back(std::move(visit));
  for (std::uint32_t h = 0; h < handouts; ++h) {
    Action action;
    action.kind = ActionKind::handout;
    action.is_handout = true;
    action.row = out.ids.size();
    action.at_ms = at_ms + 5000 * (std::int64_t{h} + 1) + draws.below(3000);
    out.ids.push_back(draws.id(action.at_ms));
    action.handout.visit = row;
    action.handout.item = draws.item();
    action.handout.quantity = 1 + draws.below(12);
    action.handout.category = draws.category();
    if (draws.below(10) < 3) {
      std::string code = draws.hex(7);
      std::transform(code.begin(), code.end(), code.begin(),
                     [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
      action.handout.voucher = "VC-" + code;
    }
    out.actions.push_back(std::move(action));
  }
}

Action make_edit(Draws& draws, std::size_t row, bool is_handout) {
  Action action;
  action.kind = ActionKind::edit;
  action.row = row;
  action.is_handout = is_handout;
  if (is_handout) {
    const bool is_category = draws.below(2) == 1;
    action.column = is_category ? Column::category : Column::quantity;
    if (is_category) {
      action.text = draws.category();
    } else {
      action.quantity = 1 + draws.below(12);
    }
    return action;
  }
  action.column = std::array{Column::note, Column::people, Column::site}[draws.below(3)];
  action.text = action.column == Column::note     ? draws.note()
                : action.column == Column::people ? draws.people()
                                                  : draws.site();
  return action;
}

const char* name_of(Column column) {
  switch (column) {
    case Column::note:
      return "note";
    case Column::people:
      return "people";
    case Column::site:
      return "site";
    case Column::quantity:
      return "qty";
    case Column::category:
      return "category";
  }
  return "";
}

template <typename T>
bool replaced(T& value, const T& by) {
  if (value == by) return false;
  value = by;
  return true;
}

/// Plays an action on its row; false if the row was so already.
bool change_row(FinalRow& row, const Action& action) {
  row.is_handout = action.is_handout;
  switch (action.kind) {
    case ActionKind::visit:
      row.visit = action.visit;
      return true;
    case ActionKind::handout:
      row.handout = action.handout;
      return true;
    case ActionKind::voiding:
      return replaced(row.is_void, true);
    case ActionKind::edit:
      break;
  }
  switch (action.column) {
    case Column::note:
      return replaced(row.visit.note, action.text);
    case Column::people:
      return replaced(row.visit.people, action.text);
    case Column::site:
      return replaced(row.visit.site, action.text);
    case Column::quantity:
      return replaced(row.handout.quantity, action.quantity);
    case Column::category:
      return replaced(row.handout.category, action.text);
  }
  return false;
}

}  // namespace

Workload make_workload(const WorkloadSize& size, std::uint32_t seed) {
  Draws draws(seed);
  Workload out;
  const std::uint32_t step = std::max(40u, 8u * 3'600'000u / size.visits);
  for (std::uint32_t r = 0; r < size.laptops; ++r) {
    Laptop& laptop = out.laptops.emplace_back();
    for (std::uint32_t v = 0; v < size.visits; ++v) {
      const std::int64_t start = kDayMs + std::int64_t{v} * step + draws.below(step);
      add_visit(draws, r, size.handouts, start, laptop);
    }
    const auto rows = static_cast<std::uint32_t>(laptop.ids.size());
    const auto edits = static_cast<std::uint32_t>(std::floor(rows * 0.1 + 0.5));
    const auto voids = static_cast<std::uint32_t>(std::floor(rows * 0.01 + 0.5));
    std::vector<bool> is_handout(rows);
    for (const Action& action : laptop.actions) is_handout[action.row] = action.is_handout;
    std::int64_t at_ms = laptop.actions.back().at_ms;
    for (std::uint32_t i = 0; i < edits + voids; ++i) {
      const std::size_t row = draws.below(rows);
      Action action;
      if (i < edits) action = make_edit(draws, row, is_handout[row]);
      if (i >= edits) action.kind = ActionKind::voiding;
      action.row = row;
      action.is_handout = is_handout[row];
      action.at_ms = at_ms += kEditPauseMs;
      laptop.actions.push_back(std::move(action));
    }
    out.rows += rows;
    out.actions += laptop.actions.size();
  }
  for (std::uint32_t v = 0; v < 25; ++v) {
    add_visit(draws, 0, size.handouts, kDayMs + 86'400'000 + std::int64_t{v} * 60'000, out.delta);
  }
  return out;
}

std::string line(const Laptop& laptop, const Action& action) {
  const std::string& id = laptop.ids[action.row];
  const std::string kind = action.is_handout ? "h" : "v";
  switch (action.kind) {
    case ActionKind::visit: {
      const Visit& visit = action.visit;
      return "I\tv\t" + id + "\t" + visit.site + "\t" + visit.volunteer + "\t" +
             std::to_string(visit.started_ms) + "\t" + visit.people + "\t" + visit.note;
    }
    case ActionKind::handout: {
      const Handout& handout = action.handout;
      return "I\th\t" + id + "\t" + laptop.ids[handout.visit] + "\t" + handout.item + "\t" +
             std::to_string(handout.quantity) + "\t" + handout.category + "\t" + handout.voucher;
    }
    case ActionKind::edit:
      return "U\t" + kind + "\t" + id + "\t" + name_of(action.column) + "\t" +
             (action.column == Column::quantity ? std::to_string(action.quantity) : action.text);
    case ActionKind::voiding:
      return "U\t" + kind + "\t" + id + "\tvoided\t1";
  }
  return {};
}

std::vector<FinalRow> final_rows(const Laptop& laptop) {
  std::vector<FinalRow> rows(laptop.ids.size());
  for (const Action& action : laptop.actions) (void)change_row(rows[action.row], action);
  return rows;
}

std::vector<Action> effective_actions(const Laptop& laptop) {
  std::vector<FinalRow> rows(laptop.ids.size());
  std::vector<Action> out;
  for (const Action& action : laptop.actions) {
    if (change_row(rows[action.row], action)) out.push_back(action);
  }
  return out;
}

}  // namespace karez::bench
