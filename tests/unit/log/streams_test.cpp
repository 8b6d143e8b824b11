#include "karez/log/streams.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

namespace karez {
namespace {

AuthorKey author() {
  AuthorKey key;
  key.bytes.fill(7);
  return key;
}

/// A log as the letters of its changes; a link is told by all letters up to it.
Hash link_of(const std::string& log, std::uint64_t seq) {
  return blake2b({view_of(log.substr(0, static_cast<std::size_t>(seq)))});
}

std::vector<StreamPlace> places_of(const std::vector<std::string>& logs) {
  StreamLogs given;
  given.count = logs.size();
  given.common = [&](std::size_t a, std::size_t b) {
    const auto ends = std::mismatch(logs[a].begin(), logs[a].end(), logs[b].begin(), logs[b].end());
    return static_cast<std::uint64_t>(ends.first - logs[a].begin());
  };
  given.link = [&](std::size_t i, std::uint64_t seq) { return link_of(logs[i], seq); };
  return place_streams(author(), given);
}

/// The name of each letter of each log.
std::map<std::string, AuthorKey> names_of(const std::vector<std::string>& logs) {
  std::map<std::string, AuthorKey> names;
  const std::vector<StreamPlace> places = places_of(logs);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    for (std::uint64_t seq = 1; seq <= logs[i].size(); ++seq) {
      const AuthorKey name = places[i].name_at(author(), seq);
      const auto [known, is_new] = names.emplace(logs[i].substr(0, static_cast<std::size_t>(seq)), name);
      CHECK_MESSAGE(known->second == name, "a shared change has one name");
    }
  }
  return names;
}

}  // namespace

TEST_CASE("Streams: a log alone keeps its author's name") {
  const auto places = places_of({"abc"});
  CHECK(places.front().segments.empty());
  CHECK(places.front().from_seq == 1);
  CHECK(places.front().name_at(author(), 3) == author());
}

TEST_CASE(
    "Streams: both branches are named from their first diverging link, and the stem stays the author's") {
  const auto places = places_of({"abcd", "abxyz"});
  CHECK(places[0].name_at(author(), 2) == author());
  CHECK(places[0].name_at(author(), 3) == stream_name(author(), link_of("abc", 3)));
  CHECK(places[1].name_at(author(), 2) == author());
  CHECK(places[1].name_at(author(), 5) == stream_name(author(), link_of("abx", 3)));
  CHECK(places[1].parent == 0);
  CHECK(places[1].from_seq == 3);
}

TEST_CASE("Streams: a branch that splits again keeps its name for what its branches share") {
  const auto places = places_of({"abcd", "abxyz", "abxq"});
  CHECK(places[1].segments.size() == 2);
  CHECK(places[1].name_at(author(), 3) == stream_name(author(), link_of("abx", 3)));
  CHECK(places[1].name_at(author(), 4) == stream_name(author(), link_of("abxy", 4)));
  CHECK(places[2].name_at(author(), 3) == places[1].name_at(author(), 3));
  CHECK(places[2].name_at(author(), 4) == stream_name(author(), link_of("abxq", 4)));
  CHECK(places[2].parent == 1);
  CHECK(places[2].from_seq == 4);
}

TEST_CASE("Streams: names hang on the logs that are known, not on the order in which they came") {
  std::vector<std::string> logs{"abcd", "abxyz", "abxq", "k", "abcq", "abxyw"};
  std::sort(logs.begin(), logs.end());
  const auto names = names_of(logs);
  // Changes that differ have names that differ, seq by seq.
  std::map<std::pair<std::size_t, AuthorKey>, std::string> told;
  for (const auto& named : names) {
    const std::string& change = named.first;
    const auto other = told.emplace(std::pair(change.size(), named.second), change);
    CHECK_MESSAGE(other.second, (other.first->second + " and " + change));
  }
  while (std::next_permutation(logs.begin(), logs.end())) CHECK(names_of(logs) == names);
}

TEST_CASE("Streams: every change stands once, in the first log that has it") {
  std::vector<std::string> logs{"abcd", "abxyz", "abxq", "k", "abcq"};
  std::sort(logs.begin(), logs.end());
  do {
    std::map<std::string, int> counted;
    const auto places = places_of(logs);
    for (std::size_t i = 0; i < logs.size(); ++i) {
      CHECK(places[i].parent <= i);
      for (std::uint64_t seq = places[i].from_seq; seq <= logs[i].size(); ++seq)
        ++counted[logs[i].substr(0, static_cast<std::size_t>(seq))];
    }
    CHECK(counted.size() == 4 + 3 + 1 + 1 + 1);
    CHECK(std::all_of(counted.begin(), counted.end(), [](const auto& entry) { return entry.second == 1; }));
  } while (std::next_permutation(logs.begin(), logs.end()));
}

}  // namespace karez
