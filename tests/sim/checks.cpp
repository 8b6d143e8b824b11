#include "checks.h"

#include <algorithm>

#include "model.h"
#include "model_lines.h"
#include "reading.h"

namespace karez::sim {
namespace {

/// Who is served by the relay and so is entitled to everything.
bool is_entitled(Fleet& fleet, Laptop& laptop) { return !fleet.relay().revoked_at(laptop.author()); }

/// G3, I13: what somebody was told is saved is at the relay, and at everybody who is entitled to it.
void check_complete(Fleet& fleet) {
  const Heads relay = fleet.relay().heads();
  std::vector<Hash> heads;
  for (const auto& [author, head] : relay) heads.push_back(head.link);
  for (const Hash& link : fleet.book().missing_from(heads)) {
    const Book::Change& change = *fleet.book().find(link);
    throw Violation("G3", "the relay lacks change " + std::to_string(change.seq) + " of " +
                              public_name(change.author).substr(0, 8) + ", which was saved");
  }
  for (const auto& [author, head] : relay) fleet.book().spread(head);
  for (const auto& laptop : fleet.laptops()) {
    if (!is_entitled(fleet, *laptop)) continue;
    if (laptop->replica().sync_store().heads() != relay) {
      throw Violation("G3", laptop->name() + " does not hold what the relay holds");
    }
    const auto status = laptop->replica().status();
    if (!status) throw Violation("engine", "status: " + status.error().message);
    if (status->unsent != 0) {
      throw Violation("I13", laptop->name() + " has " + std::to_string(status->unsent) + " changes unsent");
    }
  }
}

std::string dump_of(Laptop& laptop) {
  std::string text;
  const Status dumped = laptop.replica().dump([&](std::string_view line) { text.append(line).append("\n"); });
  if (!dumped) throw Violation("engine", "dump: " + dumped.error().message);
  return text;
}

std::string first_difference(const std::string& a, const std::string& b) {
  std::size_t begin = 0;
  std::size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) {
    if (a[at] == '\n') begin = at + 1;
    ++at;
  }
  const auto line = [&](const std::string& text) {
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  return "\n  " + line(a) + "\n  " + line(b);
}

/// The contents that the simulator wrote down; what no laptop lived to tell is read from headquarters' log,
/// against its link where that is known.
std::vector<ModelLog> logs_of(Fleet& fleet) {
  std::vector<ModelLog> logs;
  ReplicaStore& store = fleet.headquarters().replica().sync_store();
  for (const auto& [name, head] : store.heads()) {
    const std::vector<Hash> links = fleet.book().line(head.link);
    for (std::uint64_t have = 0; have < head.seq;) {
      if (fleet.book().find(links[have])->content) {
        ++have;
        continue;
      }
      const auto pack = store.next_pack(name, have);
      if (!pack || !*pack)
        throw Violation("engine", "headquarters cannot give the log of " + public_name(name));
      auto opened = open_pack((*pack)->bytes);
      if (!opened) throw Violation("I2", "headquarters' pack does not open: " + opened.error().message);
      for (OpenedChange& change : opened->changes)
        fleet.book().content(change.link, std::move(change.content));
      if (!fleet.book().find(links[have])->content)
        throw Violation("I2", "headquarters gives another log of " + public_name(name));
    }
    ModelLog log{fleet.book().find(head.link)->author, links, {}};
    for (const Hash& link : links) log.contents.push_back(*fleet.book().find(link)->content);
    if (log.author != name) ++fleet.figures().forks;
    logs.push_back(std::move(log));
  }
  return logs;
}

/// I6: an author's hybrid times only rise, whatever its clock does. (Who does not keep to the rules is no
/// laptop.)
void check_times(Fleet& fleet, const std::vector<ModelLog>& logs) {
  for (const ModelLog& log : logs) {
    const bool is_of_laptop = std::any_of(log.links.begin(), log.links.end(), [&](const Hash& link) {
      return fleet.book().find(link)->is_acked;
    });
    if (!is_of_laptop) continue;
    Time last{0, 0};
    for (std::size_t i = 0; i < log.contents.size(); ++i) {
      const Time time = read_change(log.contents[i]).time;
      if (i > 0 && time <= last) {
        throw Violation(
            "I6", "time does not rise at change " + std::to_string(i + 1) + " of " + public_name(log.author));
      }
      last = time;
    }
  }
}

/// I12, I9: the reference model, which also holds every rule of rights, comes to the same state.
void check_model(Fleet& fleet, const std::vector<ModelLog>& logs, const std::string& dump) {
  const std::vector<std::string> expected = model_state(logs);
  const std::vector<std::string> actual = normal_lines(dump);
  fleet.figures().model_records += expected.size();
  for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    const std::string model = i < expected.size() ? expected[i] : "nothing";
    const std::string engine = i < actual.size() ? actual[i] : "nothing";
    if (model != engine)
      throw Violation("I12", "the model says\n  " + model + "\nand the engine\n  " + engine);
  }
}

/// I4: the tables are those that the log alone gives; I2: every chain and signature.
void check_verified(Fleet& fleet, Laptop& laptop) {
  const auto report = laptop.replica().verify();
  if (!report) throw Violation("engine", "verify: " + report.error().message);
  if (!report->ok) {
    throw Violation(
        "I4", laptop.name() + ": " + report->where.front().where + ": " + report->where.front().message);
  }
  ++fleet.figures().verified;
}

}  // namespace

void check_end(Fleet& fleet) {
  check_complete(fleet);
  const std::string expected = dump_of(fleet.headquarters());
  fleet.timeline().trace(view_of(expected));
  const std::vector<ModelLog> logs = logs_of(fleet);
  check_times(fleet, logs);
  check_model(fleet, logs, expected);
  for (const auto& laptop : fleet.laptops()) {
    check_verified(fleet, *laptop);
    if (!is_entitled(fleet, *laptop)) continue;
    const std::string dump = dump_of(*laptop);
    if (dump != expected) {
      throw Violation("I11",
                      laptop->name() + " differs from headquarters:" + first_difference(dump, expected));
    }
  }
  for (const auto& [author, head] : fleet.relay().heads()) fleet.figures().changes += head.seq;
}

}  // namespace karez::sim
