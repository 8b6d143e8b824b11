// People: what the person at a laptop does to records: visits with their handouts, edits of own and others'
// records, counters, sets, voids, rival edits of one field, resolves. One thread.
#pragma once

#include "laptop.h"

namespace karez::sim {

/// What everybody may know of: records of the whole fleet, some of which everybody likes to edit.
struct SharedMemory {
  std::vector<RecordId> records;
  std::vector<RecordId> hot;
  std::uint64_t next_code = 0;
};

/// One act. Gives how many records it made.
std::uint64_t act(Laptop& laptop, SharedMemory& memory);
/// A coordinator's reference list: a few sites and items, some of them under codes that others use too.
void list_references(Laptop& laptop, SharedMemory& memory);

/// The engine declined, or its disk did: fine. Anything else is a violation.
void check_refusal(const Laptop& laptop, const std::string& what, const Error& error);

}  // namespace karez::sim
