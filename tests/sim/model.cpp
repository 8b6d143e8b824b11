#include "model.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "karez/model/embedded.h"
#include "model_lines.h"
#include "reading.h"

namespace karez::sim {
namespace {

using nlohmann::json;
using Branches = std::set<std::size_t>;  ///< numbers of logs, all of one author

/// An operation that is applied, and the change that it stands in.
struct Deed : Op {
  Place at;
  Dot dot;  ///< with its stream's name
  Time time;
};

/// Section 7: who counts, with which role, and the cuts that count.
struct Person {
  Op enrol;
  bool counts = false, has_all_rights = false;
  std::size_t rank = 0;
  std::set<Place> cuts{};
};

/// What was said of a field, or of one element of a set.
struct Write {
  const Deed* by;
  Plain value;
  bool counts = true;
};
/// All writes of a record, by the field's number and the element.
using Writes = std::map<std::pair<std::uint64_t, std::optional<std::string>>, std::vector<Write>>;

/// Section 8: the writes that no counted one reaches through what it replaces, over writes that count or not,
/// or the additions of an element that no counted removal names. The shown one first.
std::vector<Write> visible(std::vector<Write> all) {
  std::set<Dot> hidden;
  for (bool grows = true; std::exchange(grows, false);) {
    for (const auto& [by, value, counts] : all) {
      if (!counts && (by->kind == 5 || !hidden.contains(by->dot))) continue;
      for (const Dot& dot : by->dots) grows = hidden.insert(dot).second || grows;
    }
  }
  std::erase_if(all, [&](const Write& one) {
    return one.by->kind == 5 || !one.counts || hidden.contains(one.by->dot);
  });
  std::ranges::sort(all, std::greater{}, [](auto& one) { return std::pair(one.by->time, one.by->dot); });
  return all;
}

struct Model {
  const std::vector<ModelLog>& logs;
  json catalog = json::parse(embedded_catalog());
  std::map<Place, Branches> through{};  ///< each change; at seq 0 all of an author
  std::vector<Deed> said{};             ///< by place
  std::map<AuthorKey, Person> people{};

  static const json* numbered(const json& list, std::uint64_t number) {
    const auto found = std::ranges::find_if(list, [&](auto& one) { return one["number"] == number; });
    return found == list.end() ? nullptr : &*found;
  }
  Place place(std::size_t log, std::uint64_t seq) const {
    return seq == 0 ? Place{logs[log].author} : Place{logs[log].author, seq, logs[log].links[seq - 1]};
  }

  /// Section 9: what a pin or a cut leads to: the branches with that link; if none is held, all.
  Branches meant(const Place& at) const {
    const auto held = through.find(at);
    if (held != through.end()) return held->second;
    return at.seq == 0 ? Branches{} : meant({at.author});
  }
  /// Section 9: a branch is named by where last fewer share it than the change before.
  AuthorKey name_at(std::size_t log, std::uint64_t seq) const {
    const auto shared = [&](std::uint64_t at) { return through.at(place(log, at)).size(); };
    seq = shared(0) == 1 ? 0 : std::min<std::uint64_t>(seq, logs[log].links.size());
    while (seq > 0 && shared(seq) == shared(seq - 1)) --seq;
    if (seq == 0) return logs[log].author;
    return {blake2b({view_of("karez/stream/1"), logs[log].author.bytes, logs[log].links[seq - 1]})};
  }
  /// Section 9: a dot means what the branches name alike to which the newest pin of its author leads, or
  /// which run through the change itself; without a pin, all branches.
  AuthorKey meaning(const Place& newest, std::uint64_t seq) const {
    std::set<AuthorKey> names;
    for (const std::size_t log : meant(newest)) names.insert(name_at(log, seq));
    if (names.size() > 1) return {};  // nothing that is here
    return names.empty() ? newest.author : *names.begin();
  }
  /// Section 8, first rule: what waits for a pin does not take part. What branches share is taken once.
  void take() {
    for (std::size_t i = 0; i < logs.size(); ++i) {
      for (std::uint64_t seq = 0; seq <= logs[i].links.size(); ++seq) through[place(i, seq)].insert(i);
    }
    std::set<Place> applied;
    const auto is_met = [&](const Place& pin) { return applied.contains(pin); };
    std::vector<std::map<AuthorKey, Place>> newest(logs.size());  // of each author, as each log knows it
    for (bool moved = true; std::exchange(moved, false);) {
      for (std::size_t i = 0; i < logs.size(); ++i) {
        for (Place& at = newest[i][logs[i].author]; at.seq < logs[i].links.size(); moved = true) {
          const Bytes& content = logs[i].contents[at.seq];
          const auto pins = read_change(content).pins;
          if (!std::ranges::all_of(pins, is_met)) break;
          at = place(i, at.seq + 1);
          for (const Place& pin : pins) newest[i][pin.author] = pin;
          if (!applied.insert(at).second) continue;
          const Step step = read_change(content, [&](const AuthorKey& author, std::uint64_t seq) {
            return meaning(newest[i].try_emplace(author, Place{author}).first->second, seq);
          });
          for (const Op& op : step.ops) said.push_back({op, at, {name_at(i, at.seq), at.seq}, step.time});
        }
      }
    }
    std::ranges::stable_sort(said, {}, &Deed::at);
  }

  /// Section 7: whether a change's author counts, and each cut of it keeps the change: at or below the cut,
  /// and shared by all branches to which that leads.
  bool stands(const Place& at) const {
    const auto person = people.find(at.author);
    if (person == people.end() || !person->second.counts) return false;
    return std::ranges::all_of(person->second.cuts, [&](const Place& cut) {
      const Branches of = meant(cut), own = through.contains(at) ? through.at(at) : Branches{};
      return at.seq <= cut.seq && std::ranges::includes(own, of);
    });
  }
  bool may(const Place& at, const std::string& list, const json& what) const {
    if (!stands(at)) return false;
    const Person& person = people.at(at.author);
    const json* role = numbered(catalog["roles"], person.enrol.role);
    if (person.has_all_rights && list == "authority") return true;
    return role != nullptr && std::ranges::count((*role)[list], what) > 0;
  }
  /// Section 7, from the most senior down: everything that decides about an author was said by those before.
  void judge() {
    // Whom nobody introduced, founder and recovery key, count as successors of one who may everything.
    people[{}] = {{.role = 2}, true, true};
    for (const Deed& one : said) {
      if (one.kind == 16 || one.kind == 17) people.try_emplace(one.at.author, Person{one});
    }
    std::vector<const Deed*> words;  // admissions and revocations that count
    // By the introducer's rank; the founder after the recovery key; by the introducing seq and by key.
    std::set<std::tuple<std::size_t, bool, std::uint64_t, AuthorKey>> next{{}};
    for (std::size_t rank = 0; !next.empty(); ++rank) {
      const AuthorKey key = std::get<AuthorKey>(next.extract(next.begin()).value());
      people[key].rank = rank;
      judge_one(key, words);
      for (const auto& [child, person] : people) {
        const Op& enrol = person.enrol;
        if (enrol.place.author == key && child != key)
          next.emplace(rank, enrol.kind == 16, enrol.place.seq, child);
      }
    }
  }
  void judge_one(const AuthorKey& key, std::vector<const Deed*>& words) {
    Person& person = people[key];
    const Place& by = person.enrol.place;
    const Person& before = people[by.author];
    if (person.enrol.basis != 1) {
      person.counts = before.counts && before.cuts.empty();
      person.has_all_rights = before.has_all_rights;
      person.enrol.role = before.enrol.role;
    } else if (may(by, "authority", "invite")) {
      // The first admission of somebody who claims it, by the issuer or a senior, settles an invitation.
      const auto first = std::ranges::find_if(words, [&](const Deed* word) {
        const auto claimant = people.find(word->claimant);
        return word->kind == 19 && word->invitation == Dot{by.author, by.seq} && claimant != people.end() &&
               claimant->second.enrol.basis == 1 && claimant->second.enrol.place == by &&
               people[word->at.author].rank <= before.rank;
      });
      person.counts = first != words.end() && (*first)->claimant == key;
    }
    const auto cut = [&] {
      for (const Deed* one : words) {
        if (one->kind == 20 && one->place.author == key) person.cuts.insert(one->place);
      }
    };
    cut();
    for (const Deed& one : said) {
      const bool is_word = one.at.author == key && (one.kind == 19 || one.kind == 20);
      if (is_word && may(one.at, "authority", one.kind == 19 ? "admit" : "revoke")) words.push_back(&one);
    }
    // What it revokes of itself counts within the cuts of its seniors, all else within that as well.
    cut();
    std::erase_if(words, [&](const Deed* one) { return !stands(one->at); });
  }

  /// Section 8: what a record shows; lists its conflicts.
  json merged(const Deed& create, const json& of, Writes& writes, std::multiset<std::string>& out) const {
    const bool counts = may(create.at, "writes", of["name"]);
    json record{{"collection", of["name"]}, {"id", to_text(create.record)}, {"counted", counts}};
    const auto list_conflict = [&](const json& field, const std::vector<Write>& all, bool is_open) {
      std::vector<json> values;
      for (const Write& one : all) values.push_back(sibling(one.by->dot, one.value));
      const auto differs = [&](const Write& one) { return one.value != all.front().value; };
      if (is_open || std::ranges::any_of(all, differs))
        out.insert(conflict_line(record["id"], field, values));
    };
    std::vector<Write> voids, edits;
    for (auto& [key, all] : writes) {
      const auto& [number, element] = key;
      for (Write& one : all) one.counts = !counts || may(one.by->at, "writes", of["name"]);
      // The absence of an initial value is a write of null.
      if (!element && !create.fields.contains(number)) all.push_back({&create, {}});
      const std::vector<Write> now = visible(all);
      if (number == 0) voids = now;
      if (number != 0 && !element) edits.insert(edits.end(), now.begin(), now.end());
      const json* field = numbered(of["fields"], number);
      if (field == nullptr || now.empty()) continue;
      const json& name = (*field)["name"];
      if (element) {
        record["fields"][name].push_back(*element);
      } else if ((*field)["merge"] == "counter") {  // shown as soon as any addition is here, counted or not
        json& sum = record["fields"][name] = std::int64_t{0};
        for (const Write& one : now) sum = sum.get<std::int64_t>() + one.value.number;
      } else {
        if (now.front().value.tag != 'n') record["fields"][name] = shown(now.front().value);
        list_conflict(name, now, false);
      }
    }
    // A void with a reason, and the edits that no void knows of.
    std::set<Dot> known{create.dot};
    for (const Write& one : voids) {
      known.insert(one.by->dot);
      known.insert(one.by->dots.begin(), one.by->dots.end());
    }
    std::erase_if(edits, [&](const Write& one) { return one.by->kind == 3 || known.contains(one.by->dot); });
    if (std::ranges::none_of(voids, [](auto& one) { return one.value.tag == 't'; })) return record;
    if (voids.front().value.tag == 't') record["void"] = voids.front().value.text;
    voids.insert(voids.end(), edits.begin(), edits.end());
    list_conflict("void", voids, !edits.empty());
    return record;
  }

  std::vector<std::string> state() {
    take();
    judge();
    std::map<RecordId, Writes> writes;
    for (const Deed& one : said) {
      for (const auto& [number, value] : one.fields) {
        if (value.tag != 'l') writes[one.record][{number, {}}].push_back({&one, value});
        for (const Plain& each : value.list) writes[one.record][{number, each.text}].push_back({&one, each});
      }
    }
    std::multiset<std::string> out;
    std::map<RecordId, json> records;
    std::map<json, std::set<std::pair<Time, RecordId>>> holders;  // of natural keys
    for (const Deed& create : said) {
      const json* of = create.kind == 1 ? numbered(catalog["collections"], create.collection) : nullptr;
      if (of == nullptr) continue;
      json& record = records[create.record] = merged(create, *of, writes[create.record], out);
      if ((*of)["keys"].empty()) continue;
      const json& key = (*of)["keys"][0];
      const json code = record.value("fields", json::object()).value(key["field"], json());
      if (!code.is_null() && record["counted"] && (key["voided_keeps"] || !record.contains("void")))
        holders[{(*of)["name"], code}].emplace(create.time, create.record);
    }
    for (const auto& [key, all] : holders) {
      for (auto one = std::next(all.begin()); one != all.end(); ++one)
        records[one->second]["duplicate_of"] = to_text(all.begin()->second);
    }
    for (const auto& [id, record] : records) out.insert(record.dump());
    return {out.begin(), out.end()};
  }
};

}  // namespace

std::vector<std::string> model_state(const std::vector<ModelLog>& logs) { return Model{logs}.state(); }

}  // namespace karez::sim
