// A record's history: who changed what and when, in an order that no wrong clock turns around.
#include <map>
#include <set>

#include "replica_impl.h"

namespace karez {
namespace {

/// One change that touched the record, and what its author had seen of the others.
struct Touch {
  Dot dot;
  HybridTime time;
  std::vector<Dot> seen;  ///< changes, up to and including these
  std::vector<HistoryEntry> entries;
};

void add_seen(const Operation& op, const RecordId& id, std::vector<Dot>& seen) {
  const auto add = [&](const RecordId& record, const std::vector<Dot>& dots) {
    if (record == id) seen.insert(seen.end(), dots.begin(), dots.end());
  };
  if (const auto* write = std::get_if<Write>(&op)) add(write->record, write->replaces);
  if (const auto* drop = std::get_if<Drop>(&op)) add(drop->record, drop->seen);
}

/// By hybrid time, but never a change before one that it saw: a clock set back cannot hide who came later.
std::vector<HistoryEntry> in_order(std::vector<Touch> touches) {
  std::map<AuthorKey, std::map<std::uint64_t, std::size_t>> by_author;
  for (std::size_t i = 0; i < touches.size(); ++i) by_author[touches[i].dot.author][touches[i].dot.seq] = i;
  std::vector<std::vector<std::size_t>> followers(touches.size());
  std::vector<std::size_t> open(touches.size());  // how many must come before it
  const auto follows = [&](std::size_t i, const AuthorKey& author, std::uint64_t seq) {
    const auto of_author = by_author.find(author);
    if (of_author == by_author.end()) return;
    const auto above = of_author->second.upper_bound(seq);
    if (above == of_author->second.begin() || std::prev(above)->second == i) return;
    followers[std::prev(above)->second].push_back(i);
    ++open[i];
  };
  for (std::size_t i = 0; i < touches.size(); ++i) {
    follows(i, touches[i].dot.author, touches[i].dot.seq - 1);
    for (const Dot& dot : touches[i].seen) follows(i, dot.author, dot.seq);
  }
  const auto earlier = [&](std::size_t a, std::size_t b) {
    return std::tie(touches[a].time, touches[a].dot) < std::tie(touches[b].time, touches[b].dot);
  };
  std::set<std::size_t, decltype(earlier)> ready(earlier);
  std::set<std::size_t, decltype(earlier)> waiting(earlier);
  for (std::size_t i = 0; i < touches.size(); ++i) (open[i] == 0 ? ready : waiting).insert(i);
  std::vector<HistoryEntry> out;
  while (!ready.empty() || !waiting.empty()) {
    // Changes made to have seen each other in a circle: the earliest of them goes first.
    auto& from = ready.empty() ? waiting : ready;
    const std::size_t next = *from.begin();
    from.erase(from.begin());
    for (HistoryEntry& entry : touches[next].entries) out.push_back(std::move(entry));
    for (std::size_t follower : followers[next]) {
      if (--open[follower] == 0 && waiting.erase(follower) > 0) ready.insert(follower);
    }
  }
  return out;
}

}  // namespace

Result<std::vector<HistoryEntry>> Replica::history(const RecordId& id) {
  Impl& self = *impl_;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(const auto where, self.locate(id));
  const Collection& collection = *where.first;
  // Who touched the record, in the tables; what exactly, in the log.
  std::set<std::pair<AuthorId, std::uint64_t>> dots{{author_of(where.second), id.seq}};
  for (const char* table : {"field_write", "counter_add", "set_operation"}) {
    KAREZ_TRY(for_each_row(
        self.statements.get(std::string("SELECT author, seq FROM ") + table + " WHERE record=?")
            .bind(1, where.second),
        [&](Statement& in) { dots.emplace(in.integer(0), static_cast<std::uint64_t>(in.integer(1))); }));
  }
  std::vector<Touch> touches;
  for (const auto& [author_id, seq] : dots) {
    const AuthorRow* known = self.authors.find(author_id);
    if (known == nullptr) {
      return Error{ErrorCode::corrupt,
                   "the tables name an author that is not here; nothing was changed: run karez verify"};
    }
    const AuthorRow& author = *known;
    // With names of streams where authors forked; pins keep their keys.
    KAREZ_ASSIGN(const Change change, self.tables.change_at(author_id, seq));
    Touch touch{{author.name_at(seq), seq}, change.time, {}, {}};
    for (const Pin& pin : change.pins) {
      const AuthorRow* branch =
          self.authors.has_forks() ? self.tables.names().branch_with(pin.author, pin.seq, pin.link) : nullptr;
      touch.seen.push_back({branch == nullptr ? pin.author : branch->name_at(pin.seq), pin.seq});
    }
    HistoryEntry base;
    base.dot = touch.dot;
    base.who = author.laptop;
    base.when = change.wall;
    base.counts = self.tables.counts(author, seq, collection.number);
    base.state = self.state_of(author, seq);
    const auto add = [&](const char* what, const FieldName& name, const Value& value) {
      HistoryEntry entry = base;
      entry.what = what;
      const bool is_void = name.is_catalog() && name.number == kVoidField;
      const auto key = self.tables.find_field(name);
      const Field* field = key ? self.field_at(collection, *key) : nullptr;
      if (field == nullptr && name.is_catalog() && !is_void) return;
      if (field != nullptr && field->internal) return;
      entry.field = is_void ? "void" : field == nullptr ? to_text(name.definition) : field->name;
      if (is_void) entry.what = value.is_null() ? "unvoid" : "void";
      entry.value = value;
      touch.entries.push_back(std::move(entry));
    };
    std::uint32_t k = 0;
    for (const Operation& op : change.operations) {
      add_seen(op, id, touch.seen);
      if (const auto* create = std::get_if<Create>(&op)) {
        if (++k != id.k || !(base.dot == id.dot())) continue;
        for (const FieldValue& given : create->fields) add("create", given.field, given.value);
      } else if (const auto* write = std::get_if<Write>(&op)) {
        if (write->record == id) add("set", write->field, write->value);
      } else if (const auto* delta = std::get_if<Add>(&op)) {
        if (delta->record == id) add("add", delta->field, Value::of(delta->delta));
      } else if (const auto* put = std::get_if<Put>(&op)) {
        if (put->record == id) add("put", put->field, put->value);
      } else if (const auto* drop = std::get_if<Drop>(&op)) {
        if (drop->record == id) add("drop", drop->field, drop->value);
      }
    }
    touches.push_back(std::move(touch));
  }
  return in_order(std::move(touches));
}

}  // namespace karez
