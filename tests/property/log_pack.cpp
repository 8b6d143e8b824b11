// A pack gives back what was sealed, byte for byte, whatever the changes; and no bytes at all upset a reader.
#include "karez/log/pack.h"

#include "property/log_generators.h"
#include "support/packs.h"
#include "support/property.h"

namespace karez {

using testing::any_chance;
using testing::any_in;
using testing::mutate;

namespace {

struct Run {
  PackHeader header;
  std::vector<PackEntry> entries;
};

/// Random valid changes of one author, in a row and with times of their own; some have private parts, and
/// many are alike, as a laptop's are.
Run any_run() {
  const KeyPair key = testing::key_of("person 0");
  Run run;
  run.header.workspace.bytes = testing::any_hash();
  run.header.author = key.author;
  run.header.first_seq = any_in<std::uint64_t>(2, limits::kSeq - 20);
  run.header.prev_link = testing::any_hash();
  Hash link = run.header.prev_link;
  const auto count = any_in<std::uint64_t>(1, 12);
  Change last;
  while (run.entries.size() < count) {
    Change change = run.entries.empty() || any_chance(50) ? testing::any_change() : last;
    change.author = key.author;
    change.seq = run.header.first_seq + run.entries.size();
    std::erase(change.authors, key.author);
    std::erase_if(change.pins, [&](const Pin& pin) { return pin.author == key.author; });
    // An introduction stands in change 1 alone, and nobody revokes himself.
    std::erase_if(change.operations, [&](const Operation& operation) {
      const auto* revoke = std::get_if<Revoke>(&operation);
      return std::holds_alternative<Found>(operation) || std::holds_alternative<Enrol>(operation) ||
             (revoke != nullptr && revoke->author == key.author);
    });
    if (change.operations.empty()) change.operations.push_back(Unknown{99, {}});
    collect_authors(change);
    PackEntry entry;
    change.private_commitment.reset();
    if (any_chance(30)) {
      PrivatePart part{FixedBytes<16>{any_in<std::uint8_t>(0, 254)}, testing::any_bytes(20)};
      change.private_commitment = private_commitment(part.salt, part.bytes);
      entry.private_part = part;
    }
    auto content = encode(change);
    RC_ASSERT(content.ok());
    entry.content = std::move(*content);
    link = next_link(link, entry.content);
    run.entries.push_back(std::move(entry));
    last = change;
  }
  run.header.count = run.entries.size();
  run.header.signature = sign_head(key, run.header.workspace, run.header.last_seq(), link);
  return run;
}

Bytes sealed(const Run& run) {
  auto pack = encode_pack(run.header, run.entries);
  RC_ASSERT(pack.ok());
  return std::move(pack).value();
}

/// Refused with a reason, or the very changes that were sealed: their author signed no others.
void judge(const Run& run, ByteView pack) {
  const auto opened = open_pack(pack);
  if (!opened.ok()) {
    RC_ASSERT(!opened.error().message.empty());
    RC_ASSERT(opened.error().code != ErrorCode::internal);
    return;
  }
  RC_ASSERT(opened->changes.size() == run.entries.size());
  for (std::size_t i = 0; i < run.entries.size(); ++i)
    RC_ASSERT(opened->changes[i].content == run.entries[i].content);
}

/// What a reader of its own disk does with bytes that no signature guards: refuse, or give canonical changes.
void judge_stored(ByteView pack) {
  const auto read = read_stored_pack(pack);
  if (!read.ok()) {
    RC_ASSERT(!read.error().message.empty());
    return;
  }
  for (const OpenedChange& one : read->changes) {
    const auto again = encode(one.change);
    RC_ASSERT(again.ok());
    RC_ASSERT(*again == one.content);
  }
}

}  // namespace

KAREZ_PROPERTY("Pack: any run of changes comes back byte for byte", [] {
  const Run run = any_run();
  const auto opened = open_pack(sealed(run));
  RC_ASSERT(opened.ok());
  RC_ASSERT(opened->changes.size() == run.entries.size());
  for (std::size_t i = 0; i < run.entries.size(); ++i) {
    RC_ASSERT(opened->changes[i].content == run.entries[i].content);
    RC_ASSERT(opened->changes[i].private_part == run.entries[i].private_part);
  }
})

KAREZ_PROPERTY("Pack: mutated columns are refused or the changes that were signed", [] {
  const Run run = any_run();
  const Bytes raw = testing::raw_of(sealed(run));
  for (int i = 0; i < 20; ++i) {
    Bytes bent = raw;
    mutate(bent);
    const Bytes pack = testing::forged(run.header, bent);
    judge(run, pack);
    judge_stored(pack);
  }
})

KAREZ_PROPERTY("Pack: mutated packs are refused or the changes that were signed", [] {
  const Run run = any_run();
  Bytes pack = sealed(run);
  mutate(pack);
  judge(run, pack);
})

KAREZ_PROPERTY("Pack: random bytes are refused", [](const Bytes& bytes) {
  const Run run = any_run();
  judge(run, bytes);
  judge_stored(testing::forged(run.header, bytes));
})

}  // namespace karez
