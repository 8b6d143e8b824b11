#include "repair.h"

namespace karez {

bool holds(ReplicaStore& store, const Heads& held, const AuthorKey& name, const Head& head) {
  if (head.seq == 0) return true;
  const auto ours = held.find(name);
  if (ours == held.end() || ours->second.seq < head.seq) return false;
  const auto link =
      ours->second.seq == head.seq ? std::optional(ours->second.link) : store.link_at(name, head.seq);
  return !link || *link == head.link;
}

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

void Repair::raise(const AuthorKey& name, const Head& head) {
  if (step_ != Step::comparing) return;
  Head& raised = raised_[name];
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

bool Repair::plan_fetch(const Heads& relay, ReplicaStore& store) {
  fetches_.clear();
  const Heads held = store.heads();
  for (const auto& [name, head] : relay) {
    if (holds(store, held, name, head)) continue;
    const auto ours = held.find(name);
    std::uint64_t after = ours == held.end() || ours->second.seq >= head.seq ? 0 : ours->second.seq;
    if (const auto before = fetched_.find(name); before != fetched_.end()) {
      if (before->second == 0 || !has_gap_) continue;
      after = 0;
    }
    fetched_[name] = after;
    fetches_.push_back({name, after});
  }
  has_gap_ = false;
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
  has_gap_ = false;
}

}  // namespace karez
