#include "repair.h"

namespace karez {

Frame Repair::start(const Heads& presumed) {
  ++rounds_;
  step_ = Step::comparing;
  raised_.clear();
  return reconciliation_.emplace(presumed).ask();
}

Result<std::optional<Frame>> Repair::take(const std::vector<control::Range>& answer) {
  KAREZ_TRY(reconciliation_->take(answer));
  if (!reconciliation_->is_done()) return std::optional(reconciliation_->ask());
  step_ = Step::idle;
  return std::optional<Frame>();
}

void Repair::raise(const AuthorKey& author, const Head& head) {
  if (step_ != Step::comparing) return;
  Head& raised = raised_[author];
  if (head.seq > raised.seq) raised = head;
}

Heads Repair::take_heads() {
  Heads heads = reconciliation_->take_heads();
  reconciliation_.reset();
  for (const auto& [author, head] : raised_) {
    Head& known = heads[author];
    if (head.seq > known.seq) known = head;
  }
  raised_.clear();
  return heads;
}

bool Repair::plan_fetch(const Heads& relay, const Heads& held) {
  fetches_.clear();
  for (const auto& [author, head] : relay) {
    const auto ours = held.find(author);
    const std::uint64_t after = ours == held.end() ? 0 : ours->second.seq;
    if (head.seq > after && fetched_.insert(author).second) fetches_.push_back({author, after});
  }
  if (!fetches_.empty()) step_ = Step::fetching;
  return !fetches_.empty();
}

std::optional<std::vector<control::Fetch>> Repair::next_group() {
  if (fetches_.empty()) {
    step_ = Step::idle;
    return std::nullopt;
  }
  std::vector<control::Fetch> group;
  while (!fetches_.empty() && group.size() < kFetchesAtOnce) {
    group.push_back(fetches_.front());
    fetches_.pop_front();
  }
  return group;
}

void Repair::reset() {
  rounds_ = 0;
  fetched_.clear();
}

}  // namespace karez
