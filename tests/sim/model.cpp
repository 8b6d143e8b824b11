#include "model.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "karez/model/embedded.h"
#include "model_lines.h"
#include "reading.h"

namespace karez::sim {
namespace {

using nlohmann::json;
constexpr std::uint64_t kEnd = ~std::uint64_t{0};

/// A change that was applied: what it says, with streams' names, and where it stands.
struct Applied : Step {
  AuthorKey author;  ///< who signs; `dot` has the stream's name
  std::size_t log = 0;
};

/// Section 7: who counts, with which role, and the cuts that count.
struct Person {
  std::uint64_t rank = kEnd, role = 0;
  bool counts = false, is_founder = false, has_all_rights = false;
  std::vector<const Op*> cuts;
  Op enrol;
};

struct Written {
  Dot dot;
  Time time;
  Plain value;
  std::set<Dot> replaces;
  bool counts = false;
};

/// One record and everything that was done to it.
struct Thing {
  const Applied* step = nullptr;
  const Op* create = nullptr;
  std::vector<std::pair<const Applied*, const Op*>> ops;
  json out;
  bool counts = false, is_void = false;
  std::map<std::uint64_t, std::vector<Written>> shown;  ///< the visible writes of its registers
  std::set<std::uint64_t> edited;
};

/// The visible writes, the shown one first.
std::vector<Written> visible(const std::vector<Written>& all) {
  std::set<Dot> hidden;
  std::vector<Dot> open;
  const auto follow = [&](const Written& one) {
    open.insert(open.end(), one.replaces.begin(), one.replaces.end());
  };
  for (const Written& one : all) {
    if (one.counts) follow(one);
  }
  while (!open.empty()) {
    const Dot dot = open.back();
    open.pop_back();
    if (!hidden.insert(dot).second) continue;
    for (const Written& one : all) {
      if (one.dot == dot) follow(one);
    }
  }
  std::vector<Written> out;
  std::copy_if(all.begin(), all.end(), std::back_inserter(out),
               [&](const Written& one) { return one.counts && !hidden.contains(one.dot); });
  std::sort(out.begin(), out.end(), [](const Written& a, const Written& b) {
    return std::tie(a.time, a.dot) > std::tie(b.time, b.dot);
  });
  return out;
}

bool differ(const std::vector<Written>& all) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Written& one) { return one.value != all.front().value; });
}
json shown(const Plain& value) { return value.tag == 'i' ? json(std::stoll(value.text)) : json(value.text); }
json sibling(const Written& one) {
  return {{"author", public_name(one.dot.author)}, {"seq", one.dot.seq}, {"value", shown(one.value)}};
}

struct Model {
  const std::vector<ModelLog>& logs;
  json catalog = json::parse(embedded_catalog());
  std::deque<Applied> steps{};
  std::map<AuthorKey, Person> people{};

  const json* named(const char* list, std::uint64_t number) const {
    for (const json& one : catalog[list]) {
      if (one["number"] == number) return &one;
    }
    return nullptr;
  }
  bool may(const Person& person, const char* list, const json& what) const {
    const json* role = named("roles", person.role);
    return role != nullptr && std::count((*role)[list].begin(), (*role)[list].end(), what) > 0;
  }
  bool has_at(std::size_t log, std::uint64_t seq, const Hash& link) const {
    return seq > 0 && seq <= logs[log].links.size() && logs[log].links[seq - 1] == link;
  }
  /// Section 7: whether a change stands within every cut of its author that counts.
  bool is_within(const Person& person, const AuthorKey& author, std::uint64_t seq, const Hash& link) const {
    return std::all_of(person.cuts.begin(), person.cuts.end(), [&](const Op* cut) {
      bool is_held = false, leads_there = false, is_shared = true;
      for (std::size_t i = 0; i < logs.size(); ++i) {
        if (logs[i].author != author) continue;
        const bool has_cut = has_at(i, cut->seq, cut->link), has_it = has_at(i, seq, link);
        is_held = is_held || has_cut;
        leads_there = leads_there || (has_cut && has_it);
        is_shared = is_shared && has_it;
      }
      return seq <= cut->seq && (is_held ? leads_there : is_shared);
    });
  }
  bool acts(const AuthorKey& author, std::uint64_t seq, const Hash& link, const char* what) const {
    const Person& person = people.at(author);
    return person.counts && is_within(person, author, seq, link) &&
           (person.has_all_rights || may(person, "authority", what));
  }
  bool counted(const Applied& step, std::uint64_t collection) const {
    const auto person = people.find(step.author);
    const json* of = named("collections", collection);
    return person != people.end() && person->second.counts && of != nullptr &&
           is_within(person->second, step.author, step.dot.seq, logs[step.log].links[step.dot.seq - 1]) &&
           may(person->second, "writes", (*of)["name"]);
  }

  AuthorKey name_at(std::size_t log, std::uint64_t seq) const;
  void take();
  void name_all(Applied& step, const std::map<AuthorKey, std::size_t>& branches) const;
  void judge();
  void judge_one(const AuthorKey& key, const std::vector<std::pair<const Applied*, const Op*>>& words);
  void work_out_registers(Thing& thing) const;
  void work_out_sums(Thing& thing, const json& field) const;
  void work_out(Thing& thing, const RecordId& id, std::vector<std::string>& out) const;
  std::vector<std::string> lines() const;
};

/// Section 9: the name of a change of a log, from the last divergence at or below it.
AuthorKey Model::name_at(std::size_t log, std::uint64_t seq) const {
  const std::vector<Hash>& links = logs[log].links;
  std::uint64_t split = 0;
  for (const ModelLog& other : logs) {
    if (other.author != logs[log].author || &other == &logs[log]) continue;
    const auto ends = std::mismatch(links.begin(), links.end(), other.links.begin(), other.links.end());
    const auto at = static_cast<std::uint64_t>(ends.first - links.begin()) + 1;
    if (at <= seq) split = std::max(split, at);
  }
  if (split == 0) return logs[log].author;
  return {blake2b({view_of("karez/stream/1"), logs[log].author.bytes, links[split - 1]})};
}

/// Section 9: in a change's own log a dot of its author means that log, and ahead of the change nothing of
/// another stream; of another author, the branch to which its newest pin leads; without one, what all
/// branches share, and else nothing.
void Model::name_all(Applied& step, const std::map<AuthorKey, std::size_t>& branches) const {
  const auto name = [&](AuthorKey& author, std::uint64_t seq) {
    if (author == step.author) {
      const AuthorKey there = name_at(step.log, seq);
      const bool is_one = seq <= step.dot.seq || there == name_at(step.log, step.dot.seq);
      return void(author = is_one ? there : AuthorKey{});
    }
    const auto branch = branches.find(author);
    if (branch != branches.end()) return void(author = name_at(branch->second, seq));
    for (std::size_t i = 0; i < logs.size(); ++i) {
      if (logs[i].author == author && name_at(i, seq) != author) return void(author = {});
    }
  };
  const auto name_value = [&](auto&& self, Plain& value) -> void {
    if (value.record) {
      name(value.record->author, value.record->seq);
      value.text = to_text(*value.record);
    }
    for (Plain& one : value.list) self(self, one);
  };
  for (Op& op : step.ops) {
    std::set<Dot> dots;
    for (Dot dot : op.dots) {
      name(dot.author, dot.seq);
      dots.insert(dot);
    }
    op.dots = std::move(dots);
    if (op.kind >= 2 && op.kind <= 5) name(op.record.author, op.record.seq);
    name_value(name_value, op.value);
    for (auto& [field, value] : op.fields) name_value(name_value, value);
  }
  step.dot.author = name_at(step.log, step.dot.seq);
}

/// Section 8, first rule: what waits for a pin does not take part. What branches share is taken once.
void Model::take() {
  std::vector<std::size_t> done(logs.size());
  std::vector<std::map<AuthorKey, std::size_t>> branches(logs.size());
  std::set<Hash> applied;
  for (bool moved = true; std::exchange(moved, false);) {
    for (std::size_t i = 0; i < logs.size(); ++i) {
      for (; done[i] < logs[i].contents.size(); ++done[i], moved = true) {
        Applied step{read_change(logs[i].contents[done[i]]), logs[i].author, i};
        const auto is_met = [&](const auto& pin) { return applied.contains(std::get<Hash>(pin)); };
        if (!std::all_of(step.pins.begin(), step.pins.end(), is_met)) break;
        for (const auto& [other, seq, link] : step.pins) {
          for (std::size_t j = 0; j < logs.size(); ++j) {
            if (logs[j].author == other && has_at(j, seq, link)) branches[i][other] = j;
          }
        }
        if (!applied.insert(logs[i].links[done[i]]).second) continue;
        name_all(step, branches[i]);
        steps.push_back(std::move(step));
      }
    }
  }
}

void Model::judge() {
  std::map<AuthorKey, std::vector<std::pair<std::uint64_t, AuthorKey>>> children;
  std::vector<AuthorKey> order;
  std::vector<std::pair<const Applied*, const Op*>> words;  ///< admissions and revocations
  for (const Applied& step : steps) {
    for (const Op& op : step.ops) {
      if (op.kind == 19 || op.kind == 20) words.emplace_back(&step, &op);
      if (op.kind != 16 && op.kind != 17) continue;
      Person& person = people[step.author];
      person.enrol = op;
      person.role = op.role;
      person.is_founder = op.kind == 16;
    }
  }
  for (const auto& [key, person] : people) {
    if (person.is_founder) order.push_back(key);
    if (!person.is_founder) children[person.enrol.author].emplace_back(person.enrol.seq, key);
  }
  // Breadth-first: parents stand in `order` by rank, so their children follow in the right order.
  for (std::size_t i = 0; i < order.size(); ++i) {
    people[order[i]].rank = i;
    auto& own = children[order[i]];
    std::sort(own.begin(), own.end());
    for (const auto& child : own) order.push_back(child.second);
  }
  std::stable_sort(words.begin(), words.end(), [&](const auto& a, const auto& b) {
    return std::pair(people[a.first->author].rank, a.first->dot.seq) <
           std::pair(people[b.first->author].rank, b.first->dot.seq);
  });
  for (const AuthorKey& key : order) judge_one(key, words);
}

/// Everything that decides about this author was said by seniors, who were judged before.
void Model::judge_one(const AuthorKey& key, const std::vector<std::pair<const Applied*, const Op*>>& words) {
  Person& person = people[key];
  const Op& enrol = person.enrol;
  const Person& before = people[enrol.author];
  const auto link_of = [&](const Applied& step) { return logs[step.log].links[step.dot.seq - 1]; };
  if (person.is_founder) {
    person.counts = person.has_all_rights = true;
    person.role = 2;
  } else if (enrol.basis == 2) {
    person.counts = before.counts && before.cuts.empty();
    person.has_all_rights = before.has_all_rights;
    if (person.has_all_rights) person.role = before.role;
  } else if (acts(enrol.author, enrol.seq, enrol.link, "invite")) {
    const auto claims = [&](const AuthorKey& who) {
      const auto claimant = people.find(who);
      return claimant != people.end() && claimant->second.enrol.basis == 1 &&
             claimant->second.enrol.author == enrol.author && claimant->second.enrol.seq == enrol.seq &&
             claimant->second.enrol.link == enrol.link;
    };
    for (const auto& [step, op] : words) {
      const bool is_about_it = op->kind == 19 && op->invitation == Dot{enrol.author, enrol.seq};
      if (!is_about_it || people[step->author].rank > before.rank || !claims(op->author)) continue;
      if (!acts(step->author, step->dot.seq, link_of(*step), "admit")) continue;
      person.counts = op->author == key;
      break;
    }
  }
  for (const auto& [step, op] : words) {
    if (op->kind != 20 || op->author != key || people[step->author].rank >= person.rank) continue;
    if (acts(step->author, step->dot.seq, link_of(*step), "revoke")) person.cuts.push_back(op);
  }
}

void Model::work_out_registers(Thing& thing) const {
  std::map<std::uint64_t, std::vector<Written>> registers;
  for (const auto& [number, value] : thing.create->fields) {
    registers[number].push_back({thing.step->dot, thing.step->time, value, {}, true});
  }
  for (const auto& [step, op] : thing.ops) {
    if (op->kind != 2) continue;
    auto& all = registers[op->field];
    if (all.empty()) all.push_back({thing.step->dot, thing.step->time, {}, {}, true});
    const bool counts = !thing.counts || counted(*step, thing.create->collection);
    all.push_back({step->dot, step->time, op->value, op->dots, counts});
    thing.edited.insert(op->field);
  }
  for (const auto& [number, all] : registers) thing.shown[number] = visible(all);
}

void Model::work_out_sums(Thing& thing, const json& field) const {
  std::int64_t sum = 0;
  bool has_sum = false;
  std::map<std::string, std::set<Dot>> there, gone;
  const auto initial = thing.create->fields.find(field["number"]);
  if (initial != thing.create->fields.end()) {
    if (initial->second.tag == 'i') sum = std::stoll(initial->second.text), has_sum = true;
    for (const Plain& one : initial->second.list) there[one.text].insert(thing.step->dot);
  }
  for (const auto& [step, op] : thing.ops) {
    if (field["number"] != op->field) continue;
    has_sum = has_sum || op->kind == 3;  // shown from the first addition on, whether or not that counts
    if (thing.counts && !counted(*step, thing.create->collection)) continue;
    if (op->kind == 3) sum += op->delta;
    if (op->kind == 4) there[op->value.text].insert(step->dot);
    if (op->kind == 5) gone[op->value.text].insert(op->dots.begin(), op->dots.end());
  }
  json list = json::array();
  for (const auto& [element, additions] : there) {
    const auto& seen = gone[element];
    if (!std::includes(seen.begin(), seen.end(), additions.begin(), additions.end())) list.push_back(element);
  }
  if (!list.empty()) thing.out["fields"][field["name"]] = list;
  if (has_sum) thing.out["fields"][field["name"]] = sum;
}

void Model::work_out(Thing& thing, const RecordId& id, std::vector<std::string>& out) const {
  const json& of = *named("collections", thing.create->collection);
  thing.counts = counted(*thing.step, thing.create->collection);
  thing.out = {{"collection", of["name"]}, {"id", to_text(id)}, {"counted", thing.counts}};
  work_out_registers(thing);
  for (const json& field : of["fields"]) {
    if (field["merge"] != "register") {
      work_out_sums(thing, field);
      continue;
    }
    const auto& now = thing.shown[field["number"]];
    if (!now.empty() && now.front().value.tag != 'n')
      thing.out["fields"][field["name"]] = shown(now.front().value);
    if (!thing.edited.contains(field["number"]) || !differ(now)) continue;
    std::vector<json> values;
    for (const Written& one : now) values.push_back(sibling(one));
    out.push_back(conflict_line(thing.out["id"], field["name"], values));
  }
  // Voids, and the edits that they did not know of.
  const auto& voids = thing.shown[0];
  thing.is_void = !voids.empty() && voids.front().value.tag == 't';
  if (thing.is_void) thing.out["void"] = voids.front().value.text;
  std::set<Dot> named_dots;
  std::vector<json> values;
  bool has_reason = false;
  for (const Written& one : voids) {
    named_dots.insert(one.replaces.begin(), one.replaces.end());
    named_dots.insert(one.dot);
    has_reason = has_reason || one.value.tag == 't';
    values.push_back(sibling(one));
  }
  const std::size_t known = values.size();
  for (const std::uint64_t number : thing.edited) {
    for (const Written& one : thing.shown[number]) {
      const bool is_edit = number != 0 && one.dot != thing.step->dot;
      if (is_edit && !named_dots.contains(one.dot)) values.push_back(sibling(one));
    }
  }
  if (!voids.empty() && (differ(voids) || (has_reason && values.size() > known))) {
    out.push_back(conflict_line(thing.out["id"], "void", values));
  }
}

std::vector<std::string> Model::lines() const {
  std::map<RecordId, Thing> things;
  for (const Applied& step : steps) {
    std::uint32_t k = 0;
    for (const Op& op : step.ops) {
      if (op.kind == 1) {
        Thing& thing = things[{step.dot.author, step.dot.seq, ++k}];
        thing.step = &step;
        thing.create = &op;
      } else if (op.kind >= 2 && op.kind <= 5) {
        things[op.record].ops.emplace_back(&step, &op);
      }
    }
  }
  std::erase_if(things, [&](const auto& entry) {
    return entry.second.create == nullptr || named("collections", entry.second.create->collection) == nullptr;
  });
  std::vector<std::string> out;
  std::map<std::string, std::vector<std::pair<std::tuple<Time, RecordId>, Thing*>>> holders;
  for (auto& [id, thing] : things) {
    work_out(thing, id, out);
    const json& of = *named("collections", thing.create->collection);
    const auto& code = thing.shown[1];
    const bool has_key = of["keys"][0]["field"] == "code" && !code.empty() && code.front().value.tag == 't';
    if (!has_key || !thing.counts || thing.is_void) continue;
    const std::string key = of["name"].get<std::string>() + "/" + code.front().value.text;
    holders[key].push_back({{thing.step->time, id}, &thing});
  }
  for (auto& [key, all] : holders) {
    std::sort(all.begin(), all.end());
    for (std::size_t i = 1; i < all.size(); ++i)
      all[i].second->out["duplicate_of"] = all[0].second->out["id"];
  }
  for (const auto& [id, thing] : things) out.push_back(thing.out.dump());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::vector<std::string> model_state(const std::vector<ModelLog>& logs) {
  Model model{logs};
  model.take();
  model.judge();
  return model.lines();
}

}  // namespace karez::sim
