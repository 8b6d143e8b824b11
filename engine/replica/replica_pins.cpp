// Which authors' logs a change pins: those that it builds on.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "replica_impl.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr auto kPinnedAt = "SELECT seq FROM pinned WHERE author=? AND other=?";

/// The definitions of the own fields that an operation names.
void name_definitions(const Operation& op, std::map<AuthorKey, std::uint64_t>& through) {
  const auto add = [&](const FieldName& name) {
    if (name.is_catalog()) return;
    std::uint64_t& seq = through[name.definition.author];
    seq = std::max(seq, name.definition.seq);
  };
  if (const auto* write = std::get_if<Write>(&op)) add(write->field);
  const auto* create = std::get_if<Create>(&op);
  if (create == nullptr) return;
  for (auto given = create->fields.rbegin(); given != create->fields.rend(); ++given) {
    if (given->field.is_catalog()) break;  // own fields stand last
    add(given->field);
  }
}

/// Authors on whose records an operation builds; these are pinned.
void touch(const Operation& op, std::set<AuthorKey>& touched) {
  const auto add_dots = [&](const std::vector<Dot>& dots) {
    for (const Dot& dot : dots) touched.insert(dot.author);
  };
  if (const auto* create = std::get_if<Create>(&op)) {
    for (const FieldValue& given : create->fields) {
      if (const auto* id = std::get_if<RecordId>(&given.value.side)) touched.insert(id->author);
    }
  } else if (const auto* write = std::get_if<Write>(&op)) {
    touched.insert(write->record.author);
    add_dots(write->replaces);
    if (const auto* id = std::get_if<RecordId>(&write->value.side)) touched.insert(id->author);
  } else if (const auto* add = std::get_if<Add>(&op)) {
    touched.insert(add->record.author);
  } else if (const auto* put = std::get_if<Put>(&op)) {
    touched.insert(put->record.author);
  } else if (const auto* drop = std::get_if<Drop>(&op)) {
    touched.insert(drop->record.author);
    add_dots(drop->seen);
  } else if (const auto* admit = std::get_if<Admit>(&op)) {
    touched.insert(admit->claimant);
    touched.insert(admit->invitation.author);
  } else if (const auto* revoke = std::get_if<Revoke>(&op)) {
    touched.insert(revoke->author);
  }
}

}  // namespace

Status Replica::Impl::add_pins(const AuthorRow& row, Change& change, const StreamNames::Meant& meant,
                               const std::set<AuthorKey>& builds_on,
                               std::vector<std::pair<AuthorId, std::uint64_t>>& pinned) {
  std::set<AuthorKey> touched;
  // What an own field means rests on its definition alone: a handout waits nowhere for more of headquarters'
  // log.
  std::map<AuthorKey, std::uint64_t> through;
  for (const Operation& op : change.operations) {
    touch(op, touched);
    name_definitions(op, through);
  }
  // What was known when a rule was broken is said in the very change that breaks it.
  touched.insert(builds_on.begin(), builds_on.end());
  for (const AuthorKey& key : touched) through[key] = limits::kSeq;
  for (const auto& [key, last] : through) {
    const auto branch = meant.find(key);
    const AuthorRow* other = branch != meant.end() ? branch->second : authors.find(key);
    if (other == nullptr || key == row.key || other->applied_seq == 0) continue;
    if (is_mutant(Mutant::forget_pin)) continue;
    std::uint64_t before = 0;
    (void)for_each_row(statements.get(kPinnedAt).bind(1, row.id).bind(2, other->id), [&](Statement& in) {
      before = static_cast<std::uint64_t>(in.integer(0));
    }).ok();
    // Of an author that forked the newest pin says which branch is meant, so it must lead there.
    bool is_meant = branch == meant.end();
    if (!is_meant) {
      KAREZ_ASSIGN(const auto newest, tables.names().newest_pin(row, row.held_seq, key));
      is_meant =
          newest && newest->seq >= before && tables.names().has_link(*other, newest->seq, newest->link);
    }
    const std::uint64_t seq = is_meant ? std::min(last, other->applied_seq) : other->applied_seq;
    const bool is_said = before >= seq && !builds_on.contains(key);
    if (is_said && (is_meant || is_mutant(Mutant::forget_pin_of_branch))) continue;
    const auto link = log.link_at(other->id, seq);
    if (!link) continue;
    change.pins.push_back({key, seq, *link});
    pinned.emplace_back(other->id, seq);
  }
  return {};
}

}  // namespace karez
