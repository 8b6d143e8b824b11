// Reconciliation: how a replica learns where a relay's heads differ from those that it presumes, in bytes
// that grow with the difference and round trips that grow with the logarithm of the number of authors.
//
// Source: Aljoscha Meyer, "Range-Based Set Reconciliation", SRDS 2023 (arXiv 2212.13567). Ours is lopsided:
// the replica asks, the relay answers each question from its present heads and remembers nothing in between,
// and only the relay's heads travel, since only the replica has to know the difference. The monoid is the
// additive fingerprint of heads (heads.h), cut to 128 bits. Frames: schema/protocol.md section 6.
//
// One thread. Bounded, whatever the relay says: a range is asked again only with a sixteenth of our own
// entries in it; kAnswers; kAuthors. Questions wait in the order of their keys, so few wait at a time.
#pragma once

#include <deque>

#include "range_frames.h"

namespace karez {

class Reconciliation {
 public:
  static constexpr std::size_t kAnswers = 1024;  ///< honest: some 400 for a million authors that all differ
  static constexpr std::size_t kAuthors = 1u << 20;

  explicit Reconciliation(const Heads& presumed);

  [[nodiscard]] bool is_done() const { return pending_.empty(); }
  /// The next question. Call when it is not done, once for each answer.
  [[nodiscard]] Frame ask();
  /// Errors: protocol if the answer does not belong to the question.
  [[nodiscard]] Status take(const std::vector<control::Range>& answer);
  /// The relay's heads, when it is done.
  [[nodiscard]] Heads take_heads() { return std::move(relay_); }

 private:
  struct Question {
    AuthorBound from;
    AuthorBound to;
    control::RangeMode mode = control::RangeMode::skip;
    RangeSum sum = 0;
    std::size_t parts = 0;  ///< of its answer
  };
  using Questions = std::vector<Question>;

  /// What is asked of a range whose heads differ.
  void divide(const AuthorBound& from, const AuthorBound& to, Questions& out) const;
  [[nodiscard]] RangeSum sum_of(const AuthorBound& from, const AuthorBound& to) const;
  [[nodiscard]] Status take_part(Question& question, const AuthorBound& from, const AuthorBound& to,
                                 const control::Range& part, Questions& next);
  [[nodiscard]] Status replace(const AuthorBound& from, const AuthorBound& to, const control::Range& part);

  HeadTable ours_;
  Heads relay_;
  std::deque<Question> pending_;  ///< ascending, apart from each other
  std::size_t asked_ = 0;         ///< how many of them, from the first, are on their way
  std::size_t answers_ = 0;
};

/// The relay's side: what it answers to ranges, from its heads now. `work` grows by what it had to look at:
/// sums made and heads listed.
[[nodiscard]] Frame answer_ranges(const HeadTable& heads, std::span<const control::Range> asked,
                                  std::size_t& work);

}  // namespace karez
