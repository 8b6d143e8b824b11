#include "rule_check.h"

#include <algorithm>
#include <utility>

namespace karez {
namespace {

const Value* find_given(const NewRecord& record, std::string_view field) {
  const auto found = std::find_if(record.fields.begin(), record.fields.end(),
                                  [&](const auto& given) { return given.first == field; });
  return found == record.fields.end() || found->second.is_null() ? nullptr : &found->second;
}

/// The fields of a handover's event, wherever that stands.
using Fields = std::map<std::string, Value>;

std::string text_in(const NewRecord& record, const Fields& event, const char* field) {
  const Value* given = find_given(record, field);
  if (given == nullptr) {
    const auto inherited = event.find(field);
    if (inherited != event.end()) given = &inherited->second;
  }
  const auto* text = given == nullptr ? nullptr : std::get_if<std::string>(&given->side);
  return text == nullptr ? std::string() : *text;
}

}  // namespace

RuleSource rule_source(Replica::Impl& self) {
  RuleSource source{self.statements, self.authors, self.catalog, &self.log, self.zone_minutes, {}};
  for (const auto& row : self.authors.all()) {
    if (row->standing == Standing::not_admitted && self.is_own(*row)) source.also.insert(row->id);
  }
  return source;
}

Status RuleCheck::load() {
  if (book_) return {};
  KAREZ_ASSIGN(RuleBook book, RuleBook::load(rule_source(self_)));
  book_ = std::make_unique<RuleBook>(std::move(book));
  return {};
}

Result<std::optional<RuleFact>> RuleCheck::fact_of(const NewRecord& record,
                                                   std::span<const NewRecord> records) {
  Fields event;
  const Value* of = find_given(record, "event");
  if (const auto* id = of == nullptr ? nullptr : std::get_if<RecordId>(&of->side)) {
    if (id->author.is_zero() && id->seq == 0) {
      if (id->k == 0 || id->k > records.size()) return std::optional<RuleFact>();
      for (const auto& [name, value] : records[id->k - 1].fields) event.emplace(name, value);
    } else {
      KAREZ_ASSIGN(const auto where, self_.locate(*id));
      KAREZ_ASSIGN(const auto row, self_.tables.row(*where.first, where.second));
      for (std::size_t i = 0; row && i < row->values.size(); ++i) {
        event.emplace(where.first->fields[i].name, row->values[i]);
      }
    }
  }
  RuleFact fact;
  fact.item = text_in(record, {}, "item");
  fact.site = text_in(record, event, "site");
  fact.trade = text_in(record, event, "trade");
  fact.campaign = text_in(record, event, "campaign");
  fact.voucher = text_in(record, {}, "voucher");
  fact.party = text_in(record, event, "party");
  fact.batch = text_in(record, {}, "batch");
  fact.grant = text_in(record, event, "grant");
  fact.reason = text_in(record, {}, "reason");
  fact.to = text_in(record, {}, "to");
  const auto kind = event.find("type");
  if (kind != event.end()) fact.event_type = text_in(NewRecord{}, event, "type");
  const Value* qty = find_given(record, "qty");
  if (const auto* number = qty == nullptr ? nullptr : std::get_if<std::int64_t>(&qty->side))
    fact.qty = *number;
  const auto value = event.find("value");
  if (value != event.end() && std::holds_alternative<std::int64_t>(value->second.side)) {
    fact.value = std::get<std::int64_t>(value->second.side);
  }
  const Value* time = find_given(record, "time");
  if (time == nullptr && event.contains("time")) time = &event.at("time");
  const auto* wall = time == nullptr ? nullptr : std::get_if<WallTime>(&time->side);
  if (wall == nullptr) return std::optional<RuleFact>();  // on no day: no rule can ask for it
  fact.time = *wall;
  fact.day = book_->working_day(wall->ms, fact.site);
  return std::optional(std::move(fact));
}

Result<RuleCheck::Known*> RuleCheck::known_of(const RuleGroup& empty) {
  const auto [found, is_new] = groups_.emplace(name_of(empty), Known{empty, {}});
  Known& known = found->second;
  if (!is_new) return &known;
  KAREZ_TRY(book_->fill(known.group));
  std::vector<RuleMember>& members = known.group.members;
  for (const RuleMember& member : members) {
    const AuthorRow* row = self_.authors.find(member.log);
    if (row != nullptr && !self_.is_own(*row)) known.authors.insert(row->key);
  }
  if (members.size() > kMembersKept) members.erase(members.begin(), members.end() - kMembersKept);
  return &known;
}

Result<std::vector<RuleBreach>> RuleCheck::judge(std::size_t change, std::span<const NewRecord> records) {
  std::vector<RuleBreach> breaches;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].collection != "move") continue;
    KAREZ_TRY(load());
    if (!book_->has_limits()) return breaches;
    KAREZ_ASSIGN(const auto fact, fact_of(records[i], records));
    if (!fact) continue;
    KAREZ_ASSIGN(const auto named, book_->groups_of(*fact));
    std::vector<RuleGroup*> groups;
    bool is_blocked = false;
    for (const RuleGroup& empty : named) {
      KAREZ_ASSIGN(Known * known, known_of(empty));
      RuleGroup* group = &known->group;
      groups.push_back(group);
      // Nobody had said before that this person is entitled: now somebody does.
      const bool is_entitled = group->rule.threshold && fact->value && *fact->value > *group->rule.threshold;
      const std::int64_t quota = is_entitled ? group->rule.qty : group->quota;
      const Total total = group->total + amount_of(group->rule, *fact);
      const Total over = excess(total, quota);
      if (over == 0) continue;
      breaches.push_back({change, i, *group});
      breaches.back().group.total = total;
      breaches.back().group.over = over;
      breaches.back().group.quota = quota;
      is_blocked = is_blocked || group->rule.on_break == RuleBreak::block;
    }
    if (is_blocked) continue;
    for (RuleGroup* group : groups) group->total += amount_of(group->rule, *fact);
  }
  return breaches;
}

std::set<AuthorKey> RuleCheck::builds_on(const std::vector<RuleBreach>& breaches) const {
  std::set<AuthorKey> authors;
  for (const RuleBreach& breach : breaches) {
    const auto known = groups_.find(name_of(breach.group));
    if (known != groups_.end()) authors.insert(known->second.authors.begin(), known->second.authors.end());
  }
  return authors;
}

}  // namespace karez
