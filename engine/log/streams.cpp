#include "karez/log/streams.h"

#include <algorithm>

#include "karez/base/mutants.h"

namespace karez {

AuthorKey stream_name(const AuthorKey& author, const Hash& first_diverging_link) {
  AuthorKey name;
  name.bytes = blake2b({view_of("karez/stream/1"), author.bytes, first_diverging_link});
  return name;
}

const AuthorKey& StreamPlace::name_at(const AuthorKey& author, std::uint64_t seq) const {
  const auto next =
      std::upper_bound(segments.begin(), segments.end(), seq,
                       [](std::uint64_t at, const StreamSegment& one) { return at < one.from_seq; });
  return next == segments.begin() ? author : std::prev(next)->name;
}

std::vector<StreamPlace> place_streams(const AuthorKey& author, const StreamLogs& logs) {
  std::vector<StreamPlace> places(logs.count);
  std::vector<std::vector<std::uint64_t>> splits(logs.count);
  for (std::size_t i = 0; i < logs.count; ++i) {
    places[i].parent = i;
    for (std::size_t j = 0; j < i; ++j) {
      const std::uint64_t split = logs.common(j, i) + 1;
      splits[i].push_back(split);
      splits[j].push_back(split);
      if (places[i].parent != i && split <= places[i].from_seq) continue;
      places[i].parent = j;
      places[i].from_seq = split;
    }
  }
  for (std::size_t i = 0; i < logs.count; ++i) {
    std::sort(splits[i].begin(), splits[i].end());
    splits[i].erase(std::unique(splits[i].begin(), splits[i].end()), splits[i].end());
    const std::size_t by = is_mutant(Mutant::name_by_parent) ? places[i].parent : i;
    for (const std::uint64_t seq : splits[i])
      places[i].segments.push_back({seq, stream_name(author, logs.link(by, seq))});
    if (i == 0 && is_mutant(Mutant::keep_first_name)) places[i].segments.clear();
  }
  return places;
}

}  // namespace karez
