#include "repair.h"

namespace karez {
namespace {

Error bad_pages() {
  return {ErrorCode::protocol, "The relay's list of heads does not ascend or does not end."};
}

AuthorKey last_possible() {
  AuthorKey key;
  key.bytes.fill(0xFF);
  return key;
}

}  // namespace

control::HeadsRequest Repair::start() {
  ++rounds_;
  step_ = Step::paging;
  heads_.clear();
  raised_.clear();
  last_.reset();
  return {};
}

Result<std::optional<control::HeadsRequest>> Repair::take(const control::HeadsPage& page) {
  for (const auto& [author, head] : page.heads) {
    if (last_ && author <= *last_) return bad_pages();
    heads_.emplace(author, head);
    last_ = author;
  }
  if (!page.more) {
    step_ = Step::idle;
    return std::optional<control::HeadsRequest>();
  }
  if (page.heads.empty() || heads_.size() > kAuthors) return bad_pages();
  return std::optional(control::HeadsRequest{last_});
}

void Repair::raise(const AuthorKey& author, const Head& head) {
  if (step_ != Step::paging) return;
  Head& raised = raised_[author];
  if (head.seq > raised.seq) raised = head;
}

Heads Repair::take_heads() {
  for (const auto& [author, head] : raised_) {
    Head& known = heads_[author];
    if (head.seq > known.seq) known = head;
  }
  raised_.clear();
  return std::exchange(heads_, {});
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

std::optional<Repair::Group> Repair::next_group() {
  if (fetches_.empty()) {
    step_ = Step::idle;
    return std::nullopt;
  }
  Group group;
  while (!fetches_.empty() && group.fetches.size() < kFetchesAtOnce) {
    group.fetches.push_back(fetches_.front());
    fetches_.pop_front();
  }
  group.barrier.after = last_possible();
  return group;
}

void Repair::reset() {
  rounds_ = 0;
  fetched_.clear();
}

}  // namespace karez
