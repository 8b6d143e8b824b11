#include "reconciliation.h"

#include <algorithm>

#include "karez/base/limits.h"

namespace karez {
namespace {

using control::Range;
using control::RangeMode;

/// Parts of a divided range. With 16, some 350 bytes for each difference and each step, and 100,000 authors
/// are four steps, two in a round trip; with 8 it were 7.5 instead of 11 kB for ten differences, and a round
/// trip more.
constexpr std::size_t kParts = 16;
/// A range with no more heads is given instead of divided: a head takes 66 bytes, a part 21.
constexpr std::size_t kListed = 8;
/// An answer stops here; what fits the frame besides is one divided range or one head.
constexpr std::size_t kAnswerBytes = limits::kFrameBytes - 2048;
constexpr std::size_t kHeadBytes = 32 + 5 + 32;
/// A part's bound, mode and sum, at most.
constexpr std::size_t kPartBytes = 1 + 32 + 1 + 16;
static_assert(kAnswerBytes + (kParts + 1) * kPartBytes + kListed * kHeadBytes < limits::kFrameBytes);

Error wrong_answer() {
  return {ErrorCode::protocol, "The relay's answer about its heads does not belong to what was asked."};
}

}  // namespace

Reconciliation::Reconciliation(const Heads& presumed) : ours_(presumed), relay_(presumed) {
  Questions all;
  divide({}, end_bound(), all);
  pending_.assign(all.begin(), all.end());
}

RangeSum Reconciliation::sum_of(const AuthorBound& from, const AuthorBound& to) const {
  return ours_.mark(to).sum - ours_.mark(from).sum;
}

void Reconciliation::divide(const AuthorBound& from, const AuthorBound& to, Questions& out) const {
  const HeadTable::Mark first = ours_.mark(from);
  const std::size_t count = ours_.mark(to).count - first.count;
  if (count <= kListed) {
    out.push_back({from, to, RangeMode::wanted, 0, 0});
    return;
  }
  const std::size_t parts = std::min(kParts, count);
  HeadTable::Mark before = first;
  AuthorBound begin = from;
  for (std::size_t i = 1; i <= parts; ++i) {
    const std::size_t index = first.count + count * i / parts;
    const AuthorBound end = i == parts ? to : ours_.bound_at(index);
    const HeadTable::Mark mark = ours_.mark_at(index);
    out.push_back({begin, end, RangeMode::sum, mark.sum - before.sum, 0});
    before = mark;
    begin = end;
  }
}

Frame Reconciliation::ask() {
  std::vector<Range> ranges;
  AuthorBound from;
  asked_ = 0;
  for (const Question& question : pending_) {
    if (ranges.size() + 2 > control::kRangesAsked) break;
    if (from < question.from) ranges.push_back({question.from, RangeMode::skip, 0, {}});
    ranges.push_back({question.to, question.mode, question.sum, {}});
    from = question.to;
    ++asked_;
  }
  return control::ranges_frame(ranges);
}

Status Reconciliation::take(const std::vector<Range>& answer) {
  if (asked_ == 0 || answer.empty() || ++answers_ > kAnswers) return wrong_answer();
  Questions next;
  std::size_t i = 0;
  AuthorBound from;
  for (const Range& part : answer) {
    // Between the questions nothing was asked, so only a skip goes over it.
    while (i < asked_ && pending_[i].from < part.to) {
      Question& question = pending_[i];
      if (from < question.from && part.mode != RangeMode::skip) return wrong_answer();
      const AuthorBound to = std::min(part.to, question.to);
      KAREZ_TRY(take_part(question, std::max(from, question.from), to, part, next));
      from = to;
      if (to < question.to) break;
      ++i;
    }
    if (from < part.to && part.mode != RangeMode::skip) return wrong_answer();
    from = part.to;
  }
  if (from > pending_[asked_ - 1].to) return wrong_answer();
  // An answer that is full stops before the end: the rest is asked again.
  if (i < asked_ && pending_[i].from < from) {
    Question& rest = pending_[i];
    rest.from = from;
    rest.sum = sum_of(from, rest.to);
    rest.parts = 0;
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(i));
  pending_.insert(pending_.begin(), next.begin(), next.end());
  asked_ = 0;
  return {};
}

Status Reconciliation::take_part(Question& question, const AuthorBound& from, const AuthorBound& to,
                                 const Range& part, Questions& next) {
  if (part.mode == RangeMode::heads) return part.to <= question.to ? replace(from, to, part) : wrong_answer();
  // Heads were asked for: nothing else is an answer, or a relay could make us ask for ever.
  if (question.mode == RangeMode::wanted) return wrong_answer();
  if (part.mode == RangeMode::skip) return {};
  if (part.to > question.to || ++question.parts > kParts) return wrong_answer();
  if (sum_of(from, to) != part.sum) divide(from, to, next);
  return {};
}

Status Reconciliation::replace(const AuthorBound& from, const AuthorBound& to, const Range& part) {
  const auto last = to.is_end ? relay_.end() : relay_.lower_bound(to.key);
  relay_.erase(relay_.lower_bound(from.key), last);
  for (const auto& [author, head] : part.heads) relay_.emplace(author, head);
  return relay_.size() <= kAuthors ? Status() : wrong_answer();
}

namespace {

/// One answer under way. Ranges that are equal grow into one skip.
class Answer {
 public:
  explicit Answer(const HeadTable& heads) : heads_(heads) {}

  [[nodiscard]] bool is_full() const { return bytes_ >= kAnswerBytes; }
  [[nodiscard]] std::size_t work() const { return work_; }
  [[nodiscard]] const std::vector<Range>& ranges() const { return ranges_; }

  void on(const AuthorBound& from, const Range& asked) {
    ++work_;
    if (asked.mode == RangeMode::skip) return add({asked.to, RangeMode::skip, 0, {}});
    const HeadTable::Mark first = heads_.mark(from);
    const HeadTable::Mark last = heads_.mark(asked.to);
    if (asked.mode == RangeMode::wanted) return list(first.count, last.count, asked.to);
    if (last.sum - first.sum == asked.sum) return add({asked.to, RangeMode::skip, 0, {}});
    if (last.count - first.count <= kListed) return list(first.count, last.count, asked.to);
    divide(first, last, asked.to);
  }

 private:
  void add(Range range) {
    if (range.mode == RangeMode::skip && !ranges_.empty() && ranges_.back().mode == RangeMode::skip) {
      ranges_.back().to = range.to;
      return;
    }
    bytes_ += control::framed_bytes(range);
    ranges_.push_back(std::move(range));
  }
  /// As many heads as there is room for, at least one.
  void list(std::size_t first, std::size_t last, const AuthorBound& to) {
    const std::size_t room = kAnswerBytes > bytes_ ? (kAnswerBytes - bytes_) / kHeadBytes : 0;
    const std::size_t end = std::min(last, first + std::max<std::size_t>(room, 1));
    work_ += end - first;
    add({end == last ? to : heads_.bound_at(end), RangeMode::heads, 0, heads_.entries(first, end)});
    if (end < last) bytes_ = kAnswerBytes;
  }
  void divide(const HeadTable::Mark& first, const HeadTable::Mark& last, const AuthorBound& to) {
    const std::size_t count = last.count - first.count;
    const std::size_t parts = std::min(kParts, count);
    HeadTable::Mark before = first;
    for (std::size_t i = 1; i <= parts; ++i) {
      const std::size_t index = first.count + count * i / parts;
      const HeadTable::Mark mark = heads_.mark_at(index);
      add({i == parts ? to : heads_.bound_at(index), RangeMode::sum, mark.sum - before.sum, {}});
      before = mark;
    }
    work_ += parts;
  }

  const HeadTable& heads_;
  std::vector<Range> ranges_;
  std::size_t bytes_ = 0;
  std::size_t work_ = 0;
};

}  // namespace

Frame answer_ranges(const HeadTable& heads, std::span<const Range> asked, std::size_t& work) {
  Answer answer(heads);
  AuthorBound from;
  for (const Range& range : asked) {
    if (answer.is_full()) break;
    answer.on(from, range);
    from = range.to;
  }
  work += answer.work();
  return control::ranges_frame(answer.ranges());
}

}  // namespace karez
