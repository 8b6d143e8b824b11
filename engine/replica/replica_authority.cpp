#include <iterator>
#include <set>

#include "replica_impl.h"

namespace karez {
namespace {

bool holds(const std::vector<std::uint32_t>& roles, std::uint32_t role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

}  // namespace

Result<PathStep> Replica::Impl::step_of(AuthorRow& row, std::uint64_t seq) {
  KAREZ_ASSIGN(const OpenedChange stored, log.read(row.id, seq));
  PathStep step;
  step.author = row.key;
  step.seq = seq;
  step.content = stored.content;
  if (seq == 1) {
    const bool is_founder = WorkspaceId{stored.link} == workspace_id;
    step.prev_link = link_zero(is_founder ? WorkspaceId{} : workspace_id, row.key);
  } else {
    const auto before = log.link_at(row.id, seq - 1);
    if (!before)
      return Error{ErrorCode::corrupt, "the stored log has a hole below change " + std::to_string(seq)};
    step.prev_link = *before;
  }
  const KeyPair* key = keys.find(row.key);
  if (key == nullptr) return Error{ErrorCode::refused, "only the owner of a log can vouch for it"};
  step.signature = sign_head(*key, workspace_id, seq, stored.link);
  return step;
}

Result<PathStep> Replica::Impl::founder_step() {
  KAREZ_ASSIGN(const OpenedChange own, log.read(own_id, 1));
  Change first = own.change;
  if (std::holds_alternative<Found>(first.operations.front())) return step_of(me(), 1);
  for (int depth = 0; depth < limits::kPathDepth; ++depth) {
    const auto* enrol = std::get_if<Enrol>(&first.operations.front());
    if (enrol == nullptr || enrol->path.empty()) break;
    PathStep step = enrol->path.front();
    KAREZ_ASSIGN(first, decode_change(step.content));
    if (std::holds_alternative<Found>(first.operations.front())) return step;
  }
  return Error{ErrorCode::corrupt, "this laptop's own enrolment does not lead to the founder"};
}

Result<InvitationCode> Replica::invite(const std::string& role_name, const std::string& label,
                                       std::int64_t expires_ms) {
  Impl& self = *impl_;
  const Role* role = self.catalog.role(role_name);
  if (role == nullptr) return Error{ErrorCode::usage, "there is no role " + role_name};
  if (label.size() > limits::kNameBytes) return Error{ErrorCode::usage, "a label has at most 256 bytes"};
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  AuthorRow& row = self.me();
  if (!holds(self.catalog.roles_with("invite"), row.role)) {
    return Error{ErrorCode::refused, "only a coordinator may invite; nothing was changed"};
  }
  InvitationCode code;
  code.workspace = self.workspace_id;
  self.random().fill(code.one_time_seed);
  Invite invite{role->number, expires_ms, key_pair_from_seed(code.one_time_seed).author, label};
  std::vector<Operation> operations{Operation(std::move(invite))};
  KAREZ_TRY(self.tell_sealing_key(operations));
  KAREZ_TRY(self.append_change(*self.keys.find(row.key), row, std::move(operations)));
  KAREZ_ASSIGN(code.issuer_first, self.step_of(row, 1));
  KAREZ_ASSIGN(code.invitation, self.step_of(row, row.held_seq));
  code.relay_url = self.meta.text("relay_url").value_or("");
  const Bytes relay = self.meta.bytes("relay_key");
  if (relay.size() == 32) std::copy(relay.begin(), relay.end(), code.relay_key.bytes.begin());
  KAREZ_TRY(self.commit(transaction));
  return code;
}

Status Replica::Impl::admit_sole_claims() {
  AuthorRow& row = me();
  if (!holds(catalog.roles_with("admit"), row.role) || row.counted_through < row.held_seq + 1) return {};
  const auto own = applier->authority().authors.find(row.key);
  if (own == applier->authority().authors.end()) return {};
  const std::int64_t now = clock().now_ms();
  std::vector<Operation> admissions;
  for (const InvitationState& state : applier->authority().invitations) {
    // Never by itself for a role that can itself admit, nor for another coordinator's invitation.
    if (state.invitation.author != row.key || !state.counts || state.admitted || state.claimants.size() != 1)
      continue;
    if (holds(catalog.roles_with("admit"), state.invite.role) || state.invite.expires_ms < now) continue;
    const auto claimant = applier->authority().authors.find(state.claimants.front());
    if (claimant == applier->authority().authors.end() || claimant->second.standing != Standing::not_admitted)
      continue;
    admissions.emplace_back(Admit{state.claimants.front(), state.invitation});
    if (admissions.size() == 256) break;  // a change has a size; the next call takes the others
  }
  if (admissions.empty()) return {};
  const bool is_full = admissions.size() == 256;
  KAREZ_TRY(append_change(*keys.find(row.key), row, std::move(admissions)));
  return is_full ? admit_sole_claims() : Status();
}

Result<std::vector<AuthorRow*>> Replica::Impl::by_device(const std::string& name) {
  std::vector<AuthorRow*> exact;
  std::vector<AuthorRow*> by_key;
  for (const auto& row : authors.all()) {
    if (row->held_seq == 0) continue;
    if (row->laptop == name) exact.push_back(row.get());
    const std::string& key = row->is_forked() ? public_name(row->head_name()) : row->name;
    if (name.size() >= 4 && key.rfind(name, 0) == 0) by_key.push_back(row.get());
  }
  const std::vector<AuthorRow*>& found = exact.empty() ? by_key : exact;
  if (found.empty())
    return Error{ErrorCode::not_found, "no laptop is called " + name + "; see karez devices"};
  return found;
}

Status Replica::admit(const std::string& device) {
  Impl& self = *impl_;
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  AuthorRow& row = self.me();
  if (!holds(self.catalog.roles_with("admit"), row.role)) {
    return Error{ErrorCode::refused, "only a coordinator may admit; nothing was changed"};
  }
  KAREZ_ASSIGN(const std::vector<AuthorRow*> found, self.by_device(device));
  if (found.size() > 1)
    return Error{ErrorCode::refused,
                 "several laptops are called " + device + "; name one by its key, see karez devices"};
  const AuthorRow& wanted = *found.front();
  if (wanted.standing == Standing::admitted || wanted.standing == Standing::founder) {
    return Error{ErrorCode::refused, device + " is admitted already"};
  }
  for (const InvitationState& state : self.applier->authority().invitations) {
    if (std::find(state.claimants.begin(), state.claimants.end(), wanted.key) == state.claimants.end())
      continue;
    if (state.admitted) {
      return Error{ErrorCode::refused, "the invitation that " + device +
                                           " used was settled for another laptop; give it a new one"};
    }
    if (!state.counts) break;
    std::vector<Operation> operations{Operation(Admit{wanted.key, state.invitation})};
    if (holds(self.catalog.roles_with("admit"), state.invite.role)) {
      // With the right to read what is sealed goes the means.
      KAREZ_ASSIGN(std::vector<Operation> wraps, self.missing_wraps(wanted.key));
      std::move(wraps.begin(), wraps.end(), std::back_inserter(operations));
    }
    KAREZ_TRY(self.append_change(*self.keys.find(row.key), row, std::move(operations)));
    if (wanted.standing != Standing::admitted) {
      return Error{ErrorCode::refused,
                   "only the coordinator who invited " + device + ", or one above, may admit it"};
    }
    return self.commit(transaction);
  }
  return Error{ErrorCode::refused, device + " holds no invitation that counts; give it a new one"};
}

Status Replica::revoke(const std::string& device, std::optional<std::uint64_t> seq, const std::string& reason,
                       const std::string& recovery_file) {
  Impl& self = *impl_;
  if (reason.size() > limits::kNameBytes) return Error{ErrorCode::usage, "a reason has at most 256 bytes"};
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  KAREZ_ASSIGN(const std::vector<AuthorRow*> found, self.by_device(device));
  if (found.size() > 1)
    return Error{ErrorCode::refused,
                 "several laptops are called " + device + "; name one by its key, see karez devices"};
  AuthorRow& wanted = *found.front();
  const std::uint64_t at = seq.value_or(wanted.applied_seq);
  if (at > wanted.held_seq) {
    return Error{ErrorCode::not_found,
                 device + " has only " + std::to_string(wanted.held_seq) + " changes here"};
  }
  Hash link{};
  if (at > 0) {
    const auto held = self.log.link_at(wanted.id, at);
    if (!held) return Error{ErrorCode::corrupt, "the stored log of " + device + " has a hole"};
    link = *held;
  }
  AuthorRow* as = &self.me();
  KeyPair key = *self.keys.find(as->key);
  if (!recovery_file.empty()) {
    KAREZ_ASSIGN(const std::string text, self.files().read_small(recovery_file));
    const auto seed = fixed_from_hex<32>(text.substr(0, text.find_first_of("\r\n \t")));
    if (!seed) return Error{ErrorCode::malformed, recovery_file + " is not a recovery key"};
    key = key_pair_from_seed(*seed);
    KAREZ_ASSIGN(as, self.authors.ensure(key.author));
    if (as->held_seq == 0) {
      KAREZ_ASSIGN(PathStep step, self.founder_step());
      KAREZ_ASSIGN(const Change first, decode_change(step.content));
      const auto* op = std::get_if<Found>(&first.operations.front());
      if (op == nullptr || op->recovery != key.author) {
        return Error{ErrorCode::refused, recovery_file + " is not this workspace's recovery key"};
      }
      Enrol enrol;
      enrol.device_name = "recovery";
      enrol.role = self.catalog.roles_with("invite").front();
      enrol.basis = EnrolBasis::recovery;
      enrol.path.push_back(std::move(step));
      KAREZ_TRY(self.append_change(key, *as, {Operation(std::move(enrol))}));
    }
    KAREZ_ASSIGN(std::vector<Operation> operations, self.revocation({wanted.key, at, link, reason}));
    // Others can carry the recovery key's log on only with its own signature.
    KAREZ_TRY(self.append_change(key, *as, std::move(operations)));
    KAREZ_TRY(self.log.seal(self.workspace_id, *as, key));
  } else {
    if (!holds(self.catalog.roles_with("revoke"), as->role)) {
      return Error{ErrorCode::refused, "only a coordinator may revoke; nothing was changed"};
    }
    KAREZ_ASSIGN(std::vector<Operation> operations, self.revocation({wanted.key, at, link, reason}));
    KAREZ_TRY(self.append_change(key, *as, std::move(operations)));
  }
  const auto entry = self.applier->authority().authors.find(wanted.key);
  if (entry == self.applier->authority().authors.end() ||
      entry->second.cut_of(wanted.id).value_or(limits::kSeq + 1) > at) {
    return Error{ErrorCode::refused,
                 "a coordinator cannot revoke one who stands above; nothing was changed: the founder "
                 "or the recovery key can"};
  }
  return self.commit(transaction);
}

Result<std::vector<Device>> Replica::devices() {
  Impl& self = *impl_;
  KAREZ_TRY(self.refresh());
  KAREZ_ASSIGN(const std::vector<LaptopState> states, laptop_states(self.day_source()));
  std::vector<Device> devices;
  const auto laptop_of = [&](const AuthorKey& key) {
    const AuthorRow* of = self.authors.find(key);
    return of == nullptr ? std::string() : of->laptop;
  };
  for (const LaptopState& state : states) {
    Device device;
    device.state = state;
    device.key = public_name(state.author);
    const AuthorRow* row = self.authors.headed(state.author);
    const AuthorKey author = row == nullptr ? state.author : row->key;
    const auto fact = self.applier->facts().find(author);
    if (fact != self.applier->facts().end()) device.invited_by = laptop_of(fact->second.enrolment.introducer);
    const auto entry = self.applier->authority().authors.find(author);
    if (entry != self.applier->authority().authors.end() && entry->second.cut) {
      device.state.cut = row == nullptr ? entry->second.cut : entry->second.cut_of(row->id);
      if (entry->second.revoked_by) device.revoked_by = laptop_of(*entry->second.revoked_by);
      device.revoke_reason = entry->second.revoke_reason;
    }
    devices.push_back(std::move(device));
  }
  return devices;
}

Result<std::vector<InvitationState>> Replica::invitations() {
  KAREZ_TRY(impl_->refresh());
  return impl_->applier->authority().invitations;
}

}  // namespace karez
