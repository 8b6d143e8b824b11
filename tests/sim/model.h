// The reference model: what a set of logs amounts to, worked out naively and all at once from
// schema/log-format.md, in memory, with a decoder, an authority rule and merge rules of its own. It shares
// with the engine only plain value types and the formatting of ids and times. One thread.
#pragma once

#include <string>
#include <vector>

#include "karez/base/hash.h"
#include "karez/model/value.h"

namespace karez::sim {

/// One whole log from its first change on. Of an author that forks there are several, none of them the
/// beginning of another.
struct ModelLog {
  AuthorKey author;
  std::vector<Hash> links;
  std::vector<Bytes> contents;
};

/// The state as normal lines, sorted: one JSON object for each record and each open conflict.
[[nodiscard]] std::vector<std::string> model_state(const std::vector<ModelLog>& logs);

}  // namespace karez::sim
