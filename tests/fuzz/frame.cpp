// The binary frames of a session, read as either end reads them: what is read is written to the same bytes; a
// question about heads gets an answer that fits, and a reconciliation that took a strange answer comes to its
// end all the same.
#include "../../engine/sync/pack_frames.h"
#include "fuzz.h"
#include "karez/base/limits.h"
#include "support/head_tables.h"

namespace karez::fuzz {
namespace {

/// A pack of one byte takes three in a frame, and its place in a vector and a block of its own in memory.
std::size_t bound(ByteView bytes) { return 64 * 1024 + 160 * bytes.size(); }

template <typename Read>
auto read_within(ByteView bytes, Read read) {
  const MemoryWatch watch;
  auto result = read(bytes);
  FUZZ_CHECK(watch.peak_bytes() <= bound(bytes));
  if (!result) FUZZ_CHECK(result.error().code == ErrorCode::malformed);
  return result;
}

bool is(ByteView bytes, const Bytes& other) {
  return std::equal(bytes.begin(), bytes.end(), other.begin(), other.end());
}

bool check_packs(ByteView bytes) {
  const auto one = read_within(bytes, control::pack_from_replica);
  if (one) FUZZ_CHECK(is(bytes, control::pack_frame(*one).bytes));
  const auto all = read_within(bytes, control::packs_from_relay);
  if (!all) return one.ok();
  std::vector<RelayedPack> packs;
  std::size_t framed = 48;
  for (const control::PackFromRelay& pack : all->packs) {
    packs.push_back({pack.arrival, {}, 0, 0, std::make_shared<const Bytes>(pack.pack)});
    framed += control::framed_bytes(pack.pack.size());
  }
  FUZZ_CHECK(is(bytes, *control::packs_frame(packs, all->at).bytes));
  FUZZ_CHECK(bytes.size() <= framed);
  return true;
}

const Heads& relay_heads() {
  static const Heads heads = [] {
    std::mt19937_64 random(1);
    return testing::random_heads(400, random);
  }();
  return heads;
}

/// What a replica presumes: some of the relay's heads are unknown to it, some others.
const Heads& presumed_heads() {
  static const Heads heads = [] {
    std::mt19937_64 random(2);
    Heads presumed = relay_heads();
    for (auto one = presumed.begin(); one != presumed.end();) {
      one = random() % 8 == 0 ? presumed.erase(one) : std::next(one);
    }
    for (auto& [author, head] : presumed) {
      if (random() % 16 == 0) head = testing::any_head(random);
    }
    return presumed;
  }();
  return heads;
}

bool check_question(ByteView bytes) {
  const auto ranges = read_within(bytes, control::ranges_from_replica);
  if (!ranges) return false;
  FUZZ_CHECK(ranges->size() <= control::kRangesAsked);
  FUZZ_CHECK(is(bytes, control::ranges_frame(*ranges).bytes));
  static const HeadTable table(relay_heads());
  std::size_t work = 0;
  const Frame answer = answer_ranges(table, *ranges, work);
  FUZZ_CHECK(answer.bytes.size() <= limits::kFrameBytes);
  FUZZ_CHECK(work <= 17 * ranges->size() + 2 * table.size());
  const auto read = control::ranges_from_relay(answer.bytes);
  FUZZ_CHECK(read.ok());
  FUZZ_CHECK(control::ranges_frame(*read).bytes == answer.bytes);
  return true;
}

bool check_answer(ByteView bytes) {
  const auto ranges = read_within(bytes, control::ranges_from_relay);
  if (!ranges) return false;
  FUZZ_CHECK(is(bytes, control::ranges_frame(*ranges).bytes));
  std::size_t framed = 1;
  for (const control::Range& range : *ranges) framed += control::framed_bytes(range);
  FUZZ_CHECK(framed == bytes.size());
  // The first answer is the input, the others are honest.
  static const HeadTable table(relay_heads());
  bool is_first = true;
  const auto done = testing::reconcile_with(presumed_heads(), [&](const Frame& question) {
    FUZZ_CHECK(question.bytes.size() <= limits::kFrameBytes);
    const auto asked = control::ranges_from_replica(question.bytes);
    FUZZ_CHECK(asked.ok());
    if (std::exchange(is_first, false)) return Frame{true, Bytes(bytes.begin(), bytes.end())};
    std::size_t work = 0;
    return answer_ranges(table, *asked, work);
  });
  if (!done.status) FUZZ_CHECK(done.status.error().code == ErrorCode::protocol);
  return true;
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  const bool has_packs = check_packs(bytes);
  const bool asks = check_question(bytes);
  const bool answers = check_answer(bytes);
  return has_packs || asks || answers ? Verdict::taken : Verdict::refused;
}

}  // namespace karez::fuzz
