// Verdicts that two records are one: which of them stays in totals, and which leave as its duplicates. A
// function of the verdicts and records that count, whatever order they came in: every component that anything
// touches is weighed again as a whole.
#include <algorithm>
#include <set>

#include "karez/base/mutants.h"
#include "karez/storage/schema.h"
#include "karez/storage/tables.h"

namespace karez {
namespace {

constexpr auto kKeep = "INSERT OR REPLACE INTO same_verdict (verdict, about, same_as) VALUES (?, ?, ?)";
constexpr auto kEndsOf = "SELECT about, same_as FROM same_verdict WHERE verdict=?";
constexpr auto kAllEnds = "SELECT about, same_as FROM same_verdict ORDER BY verdict";
constexpr auto kTouching =
    "SELECT s.about, s.same_as, v.counted=1 AND v.void IS NULL FROM same_verdict AS s"
    " JOIN verdict AS v ON v.record = s.verdict WHERE s.about=?1 OR s.same_as=?1";
constexpr auto kMovesOf = "SELECT record FROM move WHERE event=?";
/// A visit that left totals by a verdict, and not as a row that was imported twice: its handouts leave with
/// it.
constexpr auto kLeftWith =
    "SELECT e.duplicate_of FROM move AS t JOIN event AS e ON e.record = t.event"
    " WHERE t.record=? AND e.duplicate_of IS NOT NULL AND NOT coalesce(e.source_key ="
    " (SELECT d.source_key FROM event AS d WHERE d.record = e.duplicate_of), 0)";

/// What happened, and not what codes stand for: a record that is voided there keeps its source key.
bool has_doubles(const Collection& collection) {
  return !collection.keys.empty() && collection.keys.front().voided_keeps;
}

struct Member {
  RecordKey key = 0;
  bool counts = false;         ///< counted and not void
  RecordKey duplicate_of = 0;  ///< 0: of none
  RecordKey root = 0;          ///< the record that an imported row resolves to
};

}  // namespace

Result<bool> Tables::has_same() {
  if (!has_same_) {
    bool has_row = false;
    KAREZ_TRY(for_each_row(statements_.get("SELECT 1 FROM same_verdict LIMIT 1"),
                           [&](Statement&) { has_row = true; }));
    has_same_ = has_row;
  }
  return *has_same_;
}

Status Tables::keep_same(const Creation& creation) {
  const Collection& collection = *creation.collection;
  const auto given = [&](std::string_view name) -> const Value* {
    const Field* field = collection.field(name);
    if (field == nullptr) return nullptr;
    for (const FieldValue& one : creation.create->fields) {
      if (one.field == FieldName::catalog(field->number)) return &one.value;
    }
    return nullptr;
  };
  const Value *action = given("action"), *about = given("about"), *same_as = given("same_as");
  if (action == nullptr || about == nullptr || same_as == nullptr) return {};
  const auto* word = std::get_if<std::string>(&action->side);
  const auto* left = std::get_if<RecordId>(&about->side);
  const auto* right = std::get_if<RecordId>(&same_as->side);
  if (word == nullptr || *word != "same" || left == nullptr || right == nullptr) return {};
  KAREZ_ASSIGN(const AuthorRow* left_author, authors_.ensure(left->author, left->seq));
  KAREZ_ASSIGN(const AuthorRow* right_author, authors_.ensure(right->author, right->seq));
  Statement& keep = statements_.get(kKeep).bind(1, creation.key);
  keep.bind(2, record_key(left_author->id, left->seq, left->k));
  KAREZ_TRY(keep.bind(3, record_key(right_author->id, right->seq, right->k)).run());
  has_same_ = true;
  return {};
}

Status Tables::refresh_same_ends(Statement& ends) {
  std::set<RecordKey> keys;
  KAREZ_TRY(for_each_row(ends, [&](Statement& in) {
    keys.insert(in.integer(0));
    keys.insert(in.integer(1));
  }));
  for (RecordKey key : keys) {
    const Collection* collection = collection_of(key);
    if (collection != nullptr) KAREZ_TRY(refresh_same(*collection, key));
  }
  return {};
}

Status Tables::refresh_same_of(const Collection& collection, RecordKey key) {
  KAREZ_ASSIGN(const bool has_any, has_same());
  if (!has_any) return {};
  if (collection.name == "verdict") return refresh_same_ends(statements_.get(kEndsOf).bind(1, key));
  return refresh_same(collection, key);
}

Status Tables::refresh_all_same() {
  KAREZ_ASSIGN(const bool has_any, has_same());
  return has_any ? refresh_same_ends(statements_.get(kAllEnds)) : Status();
}

Status Tables::refresh_same(const Collection& collection, RecordKey key) {
  if (!has_doubles(collection)) return {};
  const std::string table = quoted(collection.name);
  const std::string source = quoted(collection.keys.front().field);
  const std::string members_sql =
      "SELECT m.record, m.counted=1 AND m.void IS NULL, m.duplicate_of,"
      " coalesce(m." +
      source + " = (SELECT d." + source + " FROM " + table +
      " AS d WHERE d.record = m.duplicate_of), 0) FROM " + table +
      " AS m WHERE m.record=?1"
      " OR m." +
      source + " = (SELECT o." + source + " FROM " + table + " AS o WHERE o.record=?1)";
  std::map<RecordKey, Member> members;
  std::set<std::pair<RecordKey, RecordKey>> edges;
  bool is_touched = false;
  std::vector<RecordKey> open{key};
  std::set<RecordKey> seen{key};
  const auto reach = [&](RecordKey next) {
    if (seen.insert(next).second) open.push_back(next);
  };
  while (!open.empty()) {
    const RecordKey next = open.back();
    open.pop_back();
    KAREZ_TRY(for_each_row(statements_.get(members_sql).bind(1, next), [&](Statement& in) {
      Member member{in.integer(0), in.integer(1) != 0, in.is_null(2) ? 0 : in.integer(2), in.integer(0)};
      if (in.integer(3) != 0) member.root = in.integer(2);
      members[member.key] = member;
      reach(member.key);
    }));
    KAREZ_TRY(for_each_row(statements_.get(kTouching).bind(1, next), [&](Statement& in) {
      is_touched = true;
      if (in.integer(2) == 0 || in.integer(0) == in.integer(1)) return;
      edges.emplace(in.integer(0), in.integer(1));
      reach(in.integer(0));
      reach(in.integer(1));
    }));
  }
  const auto root_of = [&](RecordKey of) {
    const auto found = members.find(of);
    return found == members.end() ? of : found->second.root;
  };
  // Who is said to be the same as another that counts leaves rather than that one. Two that are the same as a
  // voided one are the same.
  std::set<RecordKey> leaving;
  bool has_edges = false;
  for (const auto& [about, same_as] : edges) {
    const RecordKey from = root_of(about), to = root_of(same_as);
    const auto stayer = members.find(to);
    if (from == to || !members.contains(from) || stayer == members.end()) continue;
    has_edges = true;
    if (stayer->second.counts) leaving.insert(from);
  }
  std::map<RecordKey, RecordKey> left_with;  ///< handouts whose visit left
  if (collection.name == "move") {
    for (const auto& one : members) {
      KAREZ_TRY(for_each_row(statements_.get(kLeftWith).bind(1, one.first),
                             [&](Statement& in) { left_with[one.first] = in.integer(0); }));
    }
  }
  struct Rank {
    bool leaves;
    HybridTime time;
    RecordId id;
    auto operator<=>(const Rank&) const = default;
  };
  std::optional<Rank> lowest;
  RecordKey stays = 0;
  for (const auto& [of, member] : members) {
    if (!has_edges || member.root != of || !member.counts || left_with.contains(of)) continue;
    const Rank rank{leaving.contains(of), log_.time_at(author_of(of), seq_of(of)).value_or(HybridTime{}),
                    id_of(of)};
    if (lowest && !(rank < *lowest)) continue;
    lowest = rank;
    stays = of;
  }
  for (const auto& [of, member] : members) {
    if (member.root != of) continue;
    RecordKey duplicate_of = 0;
    if (member.counts && has_edges && of != stays) duplicate_of = stays;
    if (member.counts && left_with.contains(of)) duplicate_of = left_with[of];
    if (is_mutant(Mutant::ignore_same)) duplicate_of = 0;
    if (duplicate_of == member.duplicate_of) continue;
    Statement& update = statements_.get("UPDATE " + table + " SET duplicate_of=? WHERE record=?");
    if (duplicate_of != 0) update.bind(1, duplicate_of);
    KAREZ_TRY(update.bind(2, of).run());
  }
  if (collection.name != "event" || !is_touched) return {};
  // Handouts leave, and come back, with their visit.
  std::vector<RecordKey> moves;
  for (const auto& one : members) {
    KAREZ_TRY(for_each_row(statements_.get(kMovesOf).bind(1, one.first),
                           [&](Statement& in) { moves.push_back(in.integer(0)); }));
  }
  const Collection* move = catalog_.collection("move");
  for (RecordKey of : moves) KAREZ_TRY(refresh_same(*move, of));
  return {};
}

}  // namespace karez
