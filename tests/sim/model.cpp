#include "model.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "karez/model/embedded.h"
#include "reading.h"

namespace karez::sim {
namespace {

using nlohmann::json;
constexpr std::uint64_t kEnd = ~std::uint64_t{0};

json shown(const Plain& value) { return value.tag == 'i' ? json(std::stoll(value.text)) : json(value.text); }

/// Section 7: who counts, up to where, with which role.
struct Person {
  std::uint64_t rank = kEnd, role = 0, cut = kEnd;
  bool counts = false, is_founder = false, has_all_rights = false;
  Op enrol;
};

struct Model {
  json catalog = json::parse(embedded_catalog());
  std::vector<Step> steps;
  std::map<AuthorKey, Person> people;

  bool may(const Person& person, const char* what) const {
    if (person.has_all_rights) return true;
    for (const json& role : catalog["roles"]) {
      if (role["number"] != person.role) continue;
      return std::count(role["authority"].begin(), role["authority"].end(), what) > 0;
    }
    return false;
  }
  const json* collection(std::uint64_t number) const {
    for (const json& one : catalog["collections"]) {
      if (one["number"] == number) return &one;
    }
    return nullptr;
  }
  bool counted(const Dot& dot, std::uint64_t of) const {
    const auto person = people.find(dot.author);
    if (person == people.end() || !person->second.counts || dot.seq > person->second.cut) return false;
    for (const json& role : catalog["roles"]) {
      if (role["number"] != person->second.role) continue;
      const json& writes = role["writes"];
      const json* name = collection(of);
      return name != nullptr && std::count(writes.begin(), writes.end(), (*name)["name"]) > 0;
    }
    return false;
  }

  void take(const std::map<AuthorKey, ModelLog>& logs);
  void judge();
  std::vector<std::string> lines() const;
};

/// Section 8, first rule: what waits for a pin does not take part.
void Model::take(const std::map<AuthorKey, ModelLog>& logs) {
  std::map<AuthorKey, std::vector<Step>> all;
  std::map<AuthorKey, std::uint64_t> applied;
  for (const auto& [author, log] : logs) {
    for (const Bytes& content : log.contents) all[author].push_back(read_change(content));
  }
  const auto is_met = [&](const auto& pin) {
    const auto& [other, seq, link] = pin;
    return applied[other] >= seq && logs.at(other).links[seq - 1] == link;
  };
  for (bool moved = true; std::exchange(moved, false);) {
    for (auto& [author, changes] : all) {
      std::uint64_t& done = applied[author];
      while (done < changes.size() &&
             std::all_of(changes[done].pins.begin(), changes[done].pins.end(), is_met)) {
        steps.push_back(changes[done++]);
        moved = true;
      }
    }
  }
}

void Model::judge() {
  std::map<AuthorKey, std::vector<std::tuple<std::uint64_t, std::uint64_t, AuthorKey>>> children;
  std::vector<AuthorKey> order;
  for (const Step& step : steps) {
    for (const Op& op : step.ops) {
      if (op.kind != 16 && op.kind != 17) continue;
      Person& person = people[step.dot.author];
      person.enrol = op;
      person.role = op.role;
      person.is_founder = op.kind == 16;
      if (person.is_founder) order.push_back(step.dot.author);
    }
  }
  for (const auto& [key, person] : people) {
    if (!person.is_founder) children[person.enrol.author].emplace_back(0, person.enrol.seq, key);
  }
  // Breadth-first: parents stand in `order` by rank, so their children follow in the right order.
  for (std::size_t i = 0; i < order.size(); ++i) {
    people[order[i]].rank = i;
    auto& own = children[order[i]];
    std::sort(own.begin(), own.end());
    for (const auto& child : own) order.push_back(std::get<2>(child));
  }
  // What seniors said, in the order of (rank, seq).
  std::vector<std::pair<const Step*, const Op*>> words;
  for (const Step& step : steps) {
    for (const Op& op : step.ops) {
      if (op.kind == 19 || op.kind == 20) words.emplace_back(&step, &op);
    }
  }
  std::stable_sort(words.begin(), words.end(), [&](const auto& a, const auto& b) {
    return std::pair(people[a.first->dot.author].rank, a.first->dot.seq) <
           std::pair(people[b.first->dot.author].rank, b.first->dot.seq);
  });
  const auto acts = [&](const Person& person, std::uint64_t seq, const char* what) {
    return person.counts && seq <= person.cut && may(person, what);
  };
  for (const AuthorKey& key : order) {
    Person& person = people[key];
    const Person& before = people[person.enrol.author];
    if (person.is_founder) {
      person.counts = person.has_all_rights = true;
      person.role = 2;
    } else if (person.enrol.basis == 2) {
      person.counts = before.counts && before.cut == kEnd;
      person.has_all_rights = before.has_all_rights;
      if (person.has_all_rights) person.role = before.role;
    } else if (acts(before, person.enrol.seq, "invite")) {
      const Dot invitation{person.enrol.author, person.enrol.seq};
      for (const auto& [step, op] : words) {
        const Person& admitter = people[step->dot.author];
        if (op->kind != 19 || op->invitation != invitation || admitter.rank > before.rank) continue;
        const auto claimant = people.find(op->author);
        const bool is_claim = claimant != people.end() && claimant->second.enrol.basis == 1 &&
                              Dot{claimant->second.enrol.author, claimant->second.enrol.seq} == invitation;
        if (!is_claim || !acts(admitter, step->dot.seq, "admit")) continue;
        person.counts = op->author == key;
        break;
      }
    }
    for (const auto& [step, op] : words) {
      const Person& senior = people[step->dot.author];
      if (op->kind != 20 || op->author != key || senior.rank >= person.rank) continue;
      if (acts(senior, step->dot.seq, "revoke")) person.cut = std::min(person.cut, op->seq);
    }
  }
}

struct Written {
  Dot dot;
  Time time;
  Plain value;
  std::set<Dot> replaces;
  bool counts = false;
};

/// The visible writes, the shown one first.
std::vector<Written> visible(const std::vector<Written>& all) {
  std::set<Dot> hidden;
  std::vector<Dot> open;
  for (const Written& one : all) {
    if (one.counts) open.insert(open.end(), one.replaces.begin(), one.replaces.end());
  }
  while (!open.empty()) {
    const Dot dot = open.back();
    open.pop_back();
    if (!hidden.insert(dot).second) continue;
    for (const Written& one : all) {
      if (one.dot == dot) open.insert(open.end(), one.replaces.begin(), one.replaces.end());
    }
  }
  std::vector<Written> out;
  for (const Written& one : all) {
    if (one.counts && !hidden.contains(one.dot)) out.push_back(one);
  }
  std::sort(out.begin(), out.end(), [](const Written& a, const Written& b) {
    return std::tie(a.time, a.dot) > std::tie(b.time, b.dot);
  });
  return out;
}

/// One record and everything that was done to it.
struct Thing {
  const Step* step = nullptr;
  const Op* create = nullptr;
  std::vector<std::pair<const Step*, const Op*>> ops;
  json out;
  bool counts = false;
  bool is_void = false;
  std::map<std::uint64_t, std::vector<Written>> shown;  ///< the visible writes of its registers
};

json sibling(const Written& one) {
  return {{"author", public_name(one.dot.author)}, {"seq", one.dot.seq}, {"value", shown(one.value)}};
}

/// A conflict's line: the shown one first, the others in an order of our own.
std::string conflict_line(const json& id, const json& field, std::vector<json> values) {
  std::sort(values.begin() + 1, values.end());
  return json{{"conflict", id}, {"field", field}, {"values", values}}.dump();
}

bool differ(const std::vector<Written>& all) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Written& one) { return one.value != all.front().value; });
}

void work_out_registers(const Model& model, Thing& thing, std::set<std::uint64_t>& edited) {
  std::map<std::uint64_t, std::vector<Written>> registers;
  const auto counts = [&](const Step& by) {
    return !thing.counts || model.counted(by.dot, thing.create->collection);
  };
  for (const auto& [number, value] : thing.create->fields) {
    registers[number].push_back({thing.step->dot, thing.step->time, value, {}, true});
  }
  for (const auto& [step, op] : thing.ops) {
    if (op->kind != 2) continue;
    auto& all = registers[op->field];
    if (all.empty()) all.push_back({thing.step->dot, thing.step->time, {}, {}, true});
    all.push_back({step->dot, step->time, op->value, op->dots, counts(*step)});
    edited.insert(op->field);
  }
  for (const auto& [number, all] : registers) thing.shown[number] = visible(all);
}

void work_out_sums(const Model& model, Thing& thing, const json& field) {
  const std::uint64_t number = field["number"];
  const auto counts = [&](const Step& by) {
    return !thing.counts || model.counted(by.dot, thing.create->collection);
  };
  const auto initial = thing.create->fields.find(number);
  std::int64_t sum = 0;
  bool has_sum = false;
  std::map<std::string, std::set<Dot>> there;
  std::map<std::string, std::set<Dot>> gone;
  if (initial != thing.create->fields.end()) {
    if (initial->second.tag == 'i') sum = std::stoll(initial->second.text), has_sum = true;
    for (const Plain& one : initial->second.list) there[one.text].insert(thing.step->dot);
  }
  for (const auto& [step, op] : thing.ops) {
    if (op->field != number) continue;
    has_sum = has_sum || op->kind == 3;  // shown from the first addition on, whether or not that counts
    if (!counts(*step)) continue;
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

std::vector<std::string> Model::lines() const {
  std::map<RecordId, Thing> things;
  for (const Step& step : steps) {
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
  std::vector<std::string> out;
  std::map<std::string, std::vector<std::pair<std::tuple<Time, RecordId>, Thing*>>> holders;
  for (auto& [id, thing] : things) {
    const json* of = thing.create == nullptr ? nullptr : collection(thing.create->collection);
    if (of == nullptr) continue;
    thing.counts = counted(thing.step->dot, thing.create->collection);
    thing.out = {{"collection", (*of)["name"]}, {"id", to_text(id)}, {"counted", thing.counts}};
    std::set<std::uint64_t> edited;
    work_out_registers(*this, thing, edited);
    for (const json& field : (*of)["fields"]) {
      if (field["merge"] != "register") {
        work_out_sums(*this, thing, field);
        continue;
      }
      const auto& now = thing.shown[field["number"]];
      if (!now.empty() && now.front().value.tag != 'n')
        thing.out["fields"][field["name"]] = shown(now.front().value);
      if (!edited.contains(field["number"]) || !differ(now)) continue;
      std::vector<json> values;
      for (const Written& one : now) values.push_back(sibling(one));
      out.push_back(conflict_line(thing.out["id"], field["name"], values));
    }
    // Voids, and the edits that they did not know of.
    const auto& voids = thing.shown[0];
    if (!voids.empty() && voids.front().value.tag == 't') {
      thing.is_void = true;
      thing.out["void"] = voids.front().value.text;
    }
    std::set<Dot> named;
    bool has_reason = false;
    std::vector<json> values;
    for (const Written& one : voids) {
      named.insert(one.replaces.begin(), one.replaces.end());
      named.insert(one.dot);
      has_reason = has_reason || one.value.tag == 't';
      values.push_back(sibling(one));
    }
    bool has_unnamed = false;
    for (const std::uint64_t number : edited) {
      for (const Written& one : thing.shown[number]) {
        if (number == 0 || one.dot == thing.step->dot || named.contains(one.dot)) continue;
        has_unnamed = true;
        values.push_back(sibling(one));
      }
    }
    if (!voids.empty() && (differ(voids) || (has_reason && has_unnamed))) {
      out.push_back(conflict_line(thing.out["id"], "void", values));
    }
    const auto& code = thing.shown[1];
    const bool has_key =
        (*of)["keys"][0]["field"] == "code" && !code.empty() && code.front().value.tag == 't';
    if (has_key && thing.counts && !thing.is_void) {
      const std::string key = (*of)["name"].get<std::string>() + "/" + code.front().value.text;
      holders[key].push_back({{thing.step->time, id}, &thing});
    }
  }
  for (auto& [key, all] : holders) {
    std::sort(all.begin(), all.end());
    for (std::size_t i = 1; i < all.size(); ++i)
      all[i].second->out["duplicate_of"] = all[0].second->out["id"];
  }
  for (const auto& [id, thing] : things) {
    if (!thing.out.is_null()) out.push_back(thing.out.dump());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::vector<std::string> model_state(const std::map<AuthorKey, ModelLog>& logs) {
  Model model;
  model.take(logs);
  model.judge();
  return model.lines();
}

std::vector<std::string> normal_lines(const std::string& dump) {
  std::vector<std::string> out;
  std::istringstream in(dump);
  for (std::string line; std::getline(in, line);) {
    json one = json::parse(line);
    if (one.contains("karez_dump")) continue;
    if (one.contains("conflict")) {
      out.push_back(conflict_line(one["conflict"], one["field"], one["values"]));
      continue;
    }
    for (json& field : one["fields"]) {
      if (field.is_array()) std::sort(field.begin(), field.end());
    }
    out.push_back(one.dump());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace karez::sim
