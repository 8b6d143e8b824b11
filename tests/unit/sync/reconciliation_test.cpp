// Reconciliation by ranges: what it costs, and what a false relay can do with it.
#include <doctest/doctest.h>

#include "support/head_tables.h"

namespace karez {
namespace {

using namespace karez::testing;
using control::Range;
using control::RangeMode;

/// `count` heads of the table changed: a third is lost, a third is new, a third has another link.
void change(Heads& heads, std::size_t count, std::mt19937_64& random) {
  for (std::size_t i = 0; i < count; ++i) {
    auto place = heads.lower_bound(any_author(random));
    if (place == heads.end()) place = heads.begin();
    if (i % 3 == 0) heads.erase(place);
    if (i % 3 == 1) heads.emplace(any_author(random), any_head(random));
    if (i % 3 == 2) place->second = any_head(random);
  }
}

AuthorBound bound(std::uint8_t first) {
  AuthorBound out;
  out.key.bytes[0] = first;
  return out;
}

Frame frame_of(const std::vector<Range>& ranges) { return control::ranges_frame(ranges); }

/// 256 heads, one for each first byte of a key.
Heads spread() {
  std::mt19937_64 random(1);
  Heads heads;
  for (unsigned i = 0; i < 256; ++i) {
    AuthorKey key = any_author(random);
    key.bytes[0] = static_cast<std::uint8_t>(i);
    heads.emplace(key, any_head(random));
  }
  return heads;
}

}  // namespace

TEST_CASE("Reconciliation: 100,000 authors with ten differences take under 20 kB and few round trips") {
  for (const std::size_t count : {1000u, 32'768u, 100'000u}) {
    CAPTURE(count);
    std::mt19937_64 random(count);
    Heads one = random_heads(count, random);
    Heads other = one;
    change(other, 10, random);
    for (const auto& [presumed, relay] : {std::pair(&one, &other), std::pair(&other, &one)}) {
      const Reconciled result = reconcile(*presumed, *relay);
      CHECK(result.status);
      CHECK(result.heads == *relay);
      CHECK(result.bytes < 16'000);
      CHECK(result.round_trips <= 3);
      CHECK(result.work < 1500);
      MESSAGE(count << " authors: " << result.bytes << " bytes, " << result.round_trips << " round trips");
    }
  }
}

TEST_CASE("Reconciliation: differences that lie side by side share their ranges") {
  std::mt19937_64 random(3);
  const Heads relay = random_heads(100'000, random);
  Heads presumed = relay;
  auto place = std::next(presumed.begin(), 50'000);
  for (int i = 0; i < 10; ++i) place = presumed.erase(place);
  const Reconciled result = reconcile(presumed, relay);
  CHECK(result.heads == relay);
  CHECK(result.bytes < 3500);
}

TEST_CASE("Reconciliation: who holds nothing is told everything, and the other way round") {
  std::mt19937_64 random(4);
  const Heads all = random_heads(20'000, random);
  const Reconciled empty_replica = reconcile({}, all);
  CHECK(empty_replica.heads == all);
  CHECK(empty_replica.bytes < 20'000 * 70);
  CHECK(empty_replica.round_trips == 6);  // a full frame each
  CHECK(empty_replica.largest <= limits::kFrameBytes);
  const Reconciled empty_relay = reconcile(all, {});
  CHECK(empty_relay.heads.empty());
  CHECK(empty_relay.round_trips == 1);
  CHECK(empty_relay.bytes < 500);
  CHECK(reconcile({}, {}).heads.empty());
}

TEST_CASE("Reconciliation: tables that have nothing in common end too, in full frames") {
  std::mt19937_64 random(5);
  const Heads presumed = random_heads(30'000, random);
  const Heads relay = random_heads(30'000, random);
  const Reconciled result = reconcile(presumed, relay);
  CHECK(result.heads == relay);
  CHECK(result.largest <= limits::kFrameBytes);
  CHECK(result.round_trips < 60);
}

TEST_CASE("Reconciliation: the answers of a relay that moves on in between are those of its moments") {
  std::mt19937_64 random(6);
  const Heads presumed = random_heads(5000, random);
  Heads before = presumed;
  change(before, 9, random);
  Heads now = before;
  HeadTable table(before);
  std::size_t work = 0;
  const Reconciled result = reconcile_with(presumed, [&](const Frame& question) {
    const Frame answer = answer_ranges(table, *control::ranges_from_replica(question.bytes), work);
    const AuthorKey author = any_author(random);
    table.set(author, now[author] = any_head(random));
    return answer;
  });
  CHECK(result.status);
  for (const auto& [author, head] : result.heads) {
    CHECK(now.at(author) == head);
  }
  CHECK(result.heads.size() + 3 >= now.size());
}

TEST_CASE("Reconciliation: an answer that does not fit its question is refused") {
  const Heads ours = spread();
  std::vector<Range> first = *control::ranges_from_replica(Reconciliation(ours).ask().bytes);
  REQUIRE(first.size() == 16);
  CHECK(first[0].to == bound(16));
  const Head head{1, {}};
  AuthorKey key;
  key.bytes[0] = 20;
  Range wide{bound(40), RangeMode::heads, 0, {{key, head}}};
  std::vector<Range> many;
  for (std::uint8_t i = 1; i <= 17; ++i) {
    Range part{{}, RangeMode::sum, 7, {}};
    part.to.key.bytes[1] = i;
    many.push_back(part);
  }
  for (const std::vector<Range>& answer :
       std::vector<std::vector<Range>>{{},                                      // says nothing
                                       {{bound(17), RangeMode::sum, 7, {}}},    // one sum over two questions
                                       {{end_bound(), RangeMode::sum, 7, {}}},  // or over all
                                       {wide},   // heads of two questions at once
                                       many}) {  // in more parts than any relay makes
    Reconciliation reconciliation(ours);
    (void)reconciliation.ask();
    CHECK(reconciliation.take(answer).error().code == ErrorCode::protocol);
  }
  Reconciliation silent(ours);
  CHECK(silent.take({{end_bound(), RangeMode::skip, 0, {}}}).error().code ==
        ErrorCode::protocol);  // not asked
}

TEST_CASE("Reconciliation: what was not asked, or was asked in full, is not answered otherwise") {
  const Heads ours = spread();
  const auto after_two_answers = [&](const std::vector<Range>& answer) {
    Reconciliation reconciliation(ours);
    (void)reconciliation.ask();
    // Only the second sixteenth differs, then only its first four heads, which are asked for.
    ENSURE(reconciliation
               .take({{bound(16), RangeMode::skip, 0, {}},
                      {bound(20), RangeMode::sum, 7, {}},
                      {end_bound(), RangeMode::skip, 0, {}}})
               .ok());
    const auto question = *control::ranges_from_replica(reconciliation.ask().bytes);
    ENSURE(question.size() == 2 && question[1].mode == RangeMode::wanted && question[1].to == bound(20));
    return reconciliation.take(answer);
  };
  CHECK(after_two_answers({{bound(16), RangeMode::skip, 0, {}}, {bound(20), RangeMode::heads, 0, {}}}));
  for (const std::vector<Range>& answer : std::vector<std::vector<Range>>{
           {{bound(20), RangeMode::skip, 0, {}}},                                      // no heads
           {{bound(16), RangeMode::skip, 0, {}}, {bound(18), RangeMode::sum, 7, {}}},  // a sum instead
           {{bound(16), RangeMode::heads, 0, {}}},                                     // before the question
           {{bound(18), RangeMode::heads, 0, {}}},                                     // and into it
           {{bound(16), RangeMode::skip, 0, {}}, {bound(21), RangeMode::heads, 0, {}}},  // beyond it
           {{bound(16), RangeMode::skip, 0, {}},
            {bound(20), RangeMode::heads, 0, {}},
            {bound(21), RangeMode::skip, 0, {}}}}) {
    CHECK(after_two_answers(answer).error().code == ErrorCode::protocol);
  }
}

TEST_CASE("Reconciliation: a relay that always says otherwise comes to an end") {
  std::mt19937_64 random(7);
  const Heads ours = random_heads(20'000, random);
  // Every sum is wrong, and every range is split as far as it may be, at the most awkward places.
  std::size_t largest = 0;
  const Reconciled result = reconcile_with(ours, [&](const Frame& question) {
    std::vector<Range> answer;
    AuthorBound from;
    std::size_t bytes = 0;
    const auto questions = control::ranges_from_replica(question.bytes);
    for (const Range& asked : *questions) {
      if (bytes > limits::kFrameBytes - 1000) break;
      for (std::uint8_t i = 1; asked.mode == RangeMode::sum && i < 16; ++i) {
        Range part{from, RangeMode::sum, random(), {}};
        part.to.key.bytes[31] = static_cast<std::uint8_t>(from.key.bytes[31] + i);
        if (part.to.key.bytes[31] < i || part.to >= asked.to) break;
        answer.push_back(part);
      }
      const RangeMode mode = asked.mode == RangeMode::wanted ? RangeMode::heads : asked.mode;
      answer.push_back({asked.to, mode, random(), {}});
      bytes += 16 * control::framed_bytes(answer.back());
      from = asked.to;
    }
    largest = std::max(largest, answer.size());
    return frame_of(answer);
  });
  CHECK(result.status);
  CHECK(result.heads.empty());  // it was told so
  CHECK(result.round_trips < Reconciliation::kAnswers);
  CHECK(largest < 20'000);
}

TEST_CASE("Reconciliation: a relay that answers in crumbs is left") {
  const Reconciled result = reconcile_with({}, [n = 0u](const Frame&) mutable {
    ++n;
    Range crumb{{}, RangeMode::heads, 0, {}};
    crumb.to.key.bytes[0] = static_cast<std::uint8_t>(n >> 16);
    crumb.to.key.bytes[1] = static_cast<std::uint8_t>(n >> 8);
    crumb.to.key.bytes[2] = static_cast<std::uint8_t>(n);
    crumb.to.key.bytes[3] = 1;
    std::vector<Range> answer{crumb};
    if (n > 1) {
      Range skipped = crumb;
      skipped.mode = RangeMode::skip;
      skipped.to.key.bytes[2] = static_cast<std::uint8_t>(n - 1);
      skipped.to.key.bytes[1] = static_cast<std::uint8_t>((n - 1) >> 8);
      answer.insert(answer.begin(), skipped);
    }
    return frame_of(answer);
  });
  CHECK(result.status.error().code == ErrorCode::protocol);
  CHECK(result.round_trips == Reconciliation::kAnswers + 1);
}

TEST_CASE("Reconciliation: a relay with more authors than can be is left") {
  std::uint64_t number = 0;
  const Reconciled result = reconcile_with({}, [&](const Frame&) {
    Range range{{}, RangeMode::heads, 0, {}};
    AuthorKey key;
    for (int i = 0; i < 3500; ++i) {
      ++number;
      for (std::size_t byte = 0; byte < 8; ++byte)
        key.bytes[byte] = static_cast<std::uint8_t>(number >> (56 - 8 * byte));
      range.heads.emplace_back(key, Head{1, {}});
    }
    std::vector<Range> answer;
    if (number > 3500) {
      Range before{{}, RangeMode::skip, 0, {}};
      before.to.key = range.heads.front().first;
      answer.push_back(before);
    }
    range.to.key = key;
    range.to.key.bytes[31] = 1;
    answer.push_back(range);
    return frame_of(answer);
  });
  CHECK(result.status.error().code == ErrorCode::protocol);
  CHECK(result.heads.size() <= Reconciliation::kAuthors + 3500);
}

}  // namespace karez
