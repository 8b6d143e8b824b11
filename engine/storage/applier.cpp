#include "karez/storage/applier.h"

#include <algorithm>
#include <tuple>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"

namespace karez {
namespace {

/// How many changes at the front wait for nothing and change nobody's standing.
std::size_t plain_at_front(std::span<const OpenedChange> run) {
  const auto end = std::find_if(run.begin(), run.end(), [](const OpenedChange& opened) {
    return !opened.change.pins.empty() || is_authority(opened.change);
  });
  return static_cast<std::size_t>(end - run.begin());
}

}  // namespace

Status Applier::load() {
  if (is_loaded_) return {};
  facts_.clear();
  const Status read = log_.each_authority([&](AuthorRow& row, std::uint64_t seq, ByteView content) -> Status {
    auto change = decode_change(content);
    if (!change || (change->seq > 1 && facts_.count(change->author) == 0)) return {};
    std::optional<Enrolment> enrolment;
    if (change->seq == 1) enrolment = enrolment_of(workspace_, *change, content);
    collect_facts(facts_, *change, enrolment, place_of(row, seq));
    return {};
  });
  KAREZ_TRY(read);
  evaluate();
  authority_changed_ = false;
  is_loaded_ = true;
  return {};
}

void Applier::evaluate() {
  AuthorityBranches branches;
  if (authors_.has_forks()) {
    for (const auto& row : authors_.all()) {
      if (row->is_forked()) branches.of[row->key].push_back(row->id);
    }
    branches.kept = [this](BranchNumber branch, const Revoke& revoke) { return kept(branch, revoke); };
  }
  authority_ = evaluate_authority(
      facts_, {catalog_.roles_with("invite"), catalog_.roles_with("admit"), catalog_.roles_with("revoke")},
      branches);
}

BranchPlace Applier::place_of(const AuthorRow& author, std::uint64_t seq) {
  if (!author.is_forked()) return {};
  return {author.id, log_.link_at(author.id, seq).value_or(Hash{})};
}

std::uint64_t Applier::kept(AuthorId branch, const Revoke& revoke) {
  const AuthorRow* row = authors_.find(branch);
  StreamNames& names = tables_.names();
  if (revoke.seq == 0 || names.has_link(*row, revoke.seq, revoke.link)) return revoke.seq;
  const AuthorRow* cut = names.branch_with(row->key, revoke.seq, revoke.link);
  const std::uint64_t shared =
      cut == nullptr ? authors_.first_split(row->key) - 1 : authors_.common(*row, *cut);
  return std::min(revoke.seq, shared);
}

Status Applier::log_grew(const AuthorRow& author) {
  if (!author.is_forked() || is_mutant(Mutant::keep_cut_of_branch)) return {};
  KAREZ_TRY(load());
  const auto revokes = [&](const AuthorityFacts& fact) {
    return std::any_of(fact.revokes.begin(), fact.revokes.end(),
                       [&](const auto& one) { return one.revoke.author == author.key; });
  };
  // A branch of which nothing was applied has no name and no standing yet.
  const bool is_new = author.applied_seq < author.from_seq;
  authority_changed_ =
      authority_changed_ || is_new ||
      std::any_of(facts_.begin(), facts_.end(), [&](const auto& one) { return revokes(one.second); });
  return {};
}

const Authority& Applier::authority() {
  (void)load().ok();
  return authority_;
}

const std::map<AuthorKey, AuthorityFacts>& Applier::facts() {
  (void)load().ok();
  return facts_;
}

Status Applier::apply_ready(const std::function<void(std::uint64_t)>& progress) {
  applied_ = 0;
  // Enrolments and other leading authority changes first: then everything else is counted right at its first
  // writing.
  for (bool only_authority : {true, false}) {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t i = 0; i < authors_.all().size(); ++i) {
        AuthorRow& author = *authors_.all()[i];
        if (author.applied_seq < author.held_seq)
          KAREZ_TRY(apply_author(author, only_authority, moved, progress));
      }
    }
    if (authority_changed_) KAREZ_TRY(reevaluate());
  }
  return {};
}

Status Applier::apply_author(AuthorRow& author, bool only_authority, bool& moved,
                             const std::function<void(std::uint64_t)>& progress) {
  if (!is_stem_applied(author)) return {};
  Status status;
  const std::uint64_t before = author.applied_seq;
  KAREZ_TRY(log_.each_run(author.id, author.applied_seq, [&](std::span<const OpenedChange> run) {
    std::size_t taken = 0;
    while (status && taken < run.size()) {
      const OpenedChange& next = run[taken];
      if (only_authority && !is_authority(next.change)) break;
      if (!std::all_of(next.change.pins.begin(), next.change.pins.end(),
                       [&](const Pin& pin) { return pin_is_met(pin); })) {
        break;
      }
      if (authority_changed_ && !only_authority) status = reevaluate();
      if (!status) break;
      const std::size_t plain = plain_at_front(run.subspan(taken));
      const std::size_t count = std::max<std::size_t>(plain, 1);
      status = plain > 0 ? tables_.apply_run(author, run.subspan(taken, plain)) : apply_one(author, next);
      if (!status) break;
      author.applied_seq = run[taken + count - 1].change.seq;
      taken += count;
      const std::uint64_t thousands = applied_ / 1000;
      applied_ += count;
      if (progress && applied_ / 1000 > thousands) progress(applied_);
    }
    return taken;
  }));
  KAREZ_TRY(status);
  if (author.applied_seq == before) return {};
  moved = true;
  authors_.mark(author);
  return {};
}

Status Applier::apply_one(AuthorRow& author, const OpenedChange& opened) {
  const Change& change = opened.change;
  const bool has_authority = is_authority(change);
  if (has_authority) {
    KAREZ_TRY(load());  // before this change belongs to the applied ones
    if (change.seq > 1 && !facts_.contains(change.author)) {
      return Error{
          ErrorCode::corrupt,
          "the database file is damaged (the enrolment of a laptop whose records are here is missing); "
          "nothing was changed in it: keep the file, and restore a backup or join again and sync"};
    }
  }
  KAREZ_TRY(tables_.apply(author, change));
  author.applied_seq = change.seq;
  if (!has_authority) return {};
  std::optional<Enrolment> enrolment;
  // Nothing is stored whose enrolment does not hold.
  if (change.seq == 1) enrolment = enrolment_of(workspace_, change, opened.content);
  collect_facts(facts_, change, enrolment, place_of(author, change.seq));
  authority_changed_ = has_authority_news_ = true;
  return {};
}

Status Applier::apply_own(AuthorRow& author, const OpenedChange& change) {
  // If an earlier change of ours still waits for a pin, this one waits behind it.
  if (author.applied_seq + 1 == change.change.seq) {
    KAREZ_TRY(apply_one(author, change));
    if (authority_changed_) KAREZ_TRY(reevaluate());
  }
  authors_.mark(author);
  return {};
}

bool Applier::pin_is_met(const Pin& pin) {
  const AuthorRow* other = authors_.find(pin.author);
  if (other != nullptr && other->is_forked()) {
    const std::vector<AuthorRow*> rows = authors_.rows_of(pin.author);
    return std::any_of(rows.begin(), rows.end(), [&](const AuthorRow* row) {
      return authors_.owner(*row, pin.seq).applied_seq >= pin.seq && row->held_seq >= pin.seq &&
             log_.link_at(row->id, pin.seq) == pin.link;
    });
  }
  if (other == nullptr || other->applied_seq < pin.seq) return false;
  return log_.link_at(other->id, pin.seq) == pin.link || is_mutant(Mutant::skip_pin_check);
}

bool Applier::is_stem_applied(const AuthorRow& author) {
  const AuthorRow* parent = author.parent == 0 ? nullptr : authors_.find(author.parent);
  const bool waits_for_nothing =
      parent == nullptr || author.from_seq == 1 || is_mutant(Mutant::skip_stem_wait);
  return waits_for_nothing || parent->applied_seq + 1 >= author.from_seq;
}

Result<std::optional<Pin>> Applier::waits_for(const AuthorRow& author) {
  if (author.applied_seq >= author.held_seq) return std::optional<Pin>();
  if (!is_stem_applied(author)) {
    const std::uint64_t stem = author.from_seq - 1;
    return std::optional<Pin>(Pin{author.key, stem, log_.link_at(author.id, stem).value_or(Hash{})});
  }
  KAREZ_ASSIGN(const OpenedChange next, log_.read(author.id, author.applied_seq + 1));
  for (const Pin& pin : next.change.pins) {
    if (!pin_is_met(pin)) return std::optional<Pin>(pin);
  }
  return std::optional<Pin>();
}

std::uint32_t Applier::role_of(const AuthorKey& author) const {
  // The founder and the recovery key are enrolled without a role of their own, and so are their successors:
  // they write as the first role that invites.
  auto fact = facts_.find(author);
  for (std::size_t steps = 0; fact != facts_.end() && steps <= facts_.size(); ++steps) {
    const Enrolment& enrolment = fact->second.enrolment;
    if (enrolment.is_founder || enrolment.is_recovery) {
      const std::vector<std::uint32_t> inviting = catalog_.roles_with("invite");
      return inviting.empty() ? 0 : inviting.front();
    }
    if (enrolment.basis != EnrolBasis::successor) return enrolment.role;
    fact = facts_.find(enrolment.introducer);
  }
  return 0;
}

std::size_t Applier::successions_before(const AuthorKey& author) const {
  std::size_t steps = 0;
  auto fact = facts_.find(author);
  while (fact != facts_.end() && fact->second.enrolment.basis == EnrolBasis::successor &&
         steps < facts_.size()) {
    ++steps;
    fact = facts_.find(fact->second.enrolment.introducer);
  }
  return steps;
}

void Applier::name_laptops(std::map<AuthorId, std::string>& names) const {
  // An author before its successors, also where the founder's log is not here yet and ranks say nothing; the
  // branches of one in the order of their names.
  using Place = std::tuple<std::size_t, std::uint64_t, AuthorKey, AuthorKey, AuthorId>;
  std::map<std::string, std::vector<Place>> by_name;
  for (const auto& [key, fact] : facts_) {
    const auto entry = authority_.authors.find(key);
    if (entry == authority_.authors.end()) continue;
    for (const AuthorRow* row : authors_.rows_of(key)) {
      by_name[fact.enrolment.device_name].emplace_back(successions_before(key), entry->second.rank, key,
                                                       row->head_name(), row->id);
    }
  }
  for (auto& [name, holders] : by_name) {
    std::sort(holders.begin(), holders.end());
    for (std::size_t i = 0; i < holders.size(); ++i) {
      names[std::get<AuthorId>(holders[i])] = i == 0 ? name : name + "#" + std::to_string(i + 1);
    }
  }
}

Status Applier::reevaluate() {
  authority_changed_ = false;
  evaluate();
  std::map<AuthorId, std::string> names;
  name_laptops(names);
  std::vector<std::pair<AuthorRow*, std::uint64_t>> recounted;  ///< and up to where it counted before
  for (const auto& row : authors_.all()) {
    const auto judged = authority_.authors.find(row->key);
    if (judged == authority_.authors.end()) continue;
    const AuthorityEntry& entry = judged->second;
    const std::uint32_t role = role_of(row->key);
    const std::uint64_t through = std::min(entry.counted_through(row->id), limits::kSeq);
    const bool is_recounted = row->role != role || row->counted_through != through;
    const std::string& laptop = names[row->id];
    if (!is_recounted && row->standing == entry.standing && row->rank == entry.rank && row->laptop == laptop)
      continue;
    if (is_recounted) recounted.emplace_back(row.get(), row->counted_through);
    row->role = role;
    row->counted_through = through;
    row->standing = entry.standing;
    row->rank = entry.rank;
    row->laptop = laptop;
    authors_.mark(*row);
  }
  // Only after every author's standing is in place: what one wrote may hang on another's standing.
  for (const auto& [row, before] : recounted) KAREZ_TRY(tables_.recount(*row, before));
  return {};
}

}  // namespace karez
