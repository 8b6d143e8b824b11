// The workspace's sealing keys: who makes them, who can open them, and which one is sealed to.
#include <iterator>

#include "karez/replica/sealing.h"
#include "karez/storage/row.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr auto kSealingKeys =
    "SELECT public_key, generation FROM sealing_key WHERE counted=1 AND void IS NULL AND "
    "length(public_key)=32 "
    "AND generation IS NOT NULL ORDER BY generation DESC, public_key";
constexpr auto kWraps =
    "SELECT public_key, holder, box FROM sealing_wrap WHERE length(public_key)=32 AND "
    "length(holder)=32 AND length(box)=80";

Value bytes_value(ByteView bytes) { return Value(Value::Side(Bytes(bytes.begin(), bytes.end()))); }

Create created(const Collection& collection, std::vector<std::pair<const char*, Value>> fields) {
  Create create;
  create.collection = collection.number;
  for (auto& [name, value] : fields)
    create.fields.push_back({collection.field(name)->key(), std::move(value)});
  std::sort(create.fields.begin(), create.fields.end(),
            [](const FieldValue& a, const FieldValue& b) { return a.field < b.field; });
  return create;
}

Create wrapped(const Catalog& catalog, const SealingKey& key, const AuthorKey& holder, const Bytes& box) {
  return created(
      *catalog.collection("sealing_wrap"),
      {{"public_key", bytes_value(key)}, {"holder", bytes_value(holder.bytes)}, {"box", bytes_value(box)}});
}

bool knows_sealing(const Catalog& catalog) {
  return catalog.collection("sealing_key") != nullptr && catalog.collection("sealing_wrap") != nullptr;
}

/// The key that a change which invited somebody told him.
std::optional<SealingKey> told_key(const Catalog& catalog, const Change& change) {
  const Collection& keys = *catalog.collection("sealing_key");
  for (const Operation& op : change.operations) {
    const auto* create = std::get_if<Create>(&op);
    if (create == nullptr || create->collection != keys.number) continue;
    for (const FieldValue& one : create->fields) {
      const auto* bytes = std::get_if<Bytes>(&one.value.side);
      if (one.field == keys.field("public_key")->key() && bytes != nullptr && bytes->size() == 32)
        return fixed<32>(*bytes);
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<SealingKey>> Replica::Impl::sealing_key() {
  if (!knows_sealing(catalog)) return std::optional<SealingKey>();
  std::optional<SealingKey> newest;
  KAREZ_TRY(for_each_row(statements.get(kSealingKeys), [&](Statement& in) {
    if (!newest) newest = fixed<32>(in.blob(0));
  }));
  if (newest) return newest;
  return invited_sealing_key();
}

/// An invitation holds the key of its day: who joins without signal can seal at once.
Result<std::optional<SealingKey>> Replica::Impl::invited_sealing_key() {
  KAREZ_ASSIGN(const OpenedChange own, log.read(own_id, 1));
  Change first = own.change;
  for (int depth = 0; depth < limits::kPathDepth; ++depth) {
    const auto* enrol = std::get_if<Enrol>(&first.operations.front());
    if (enrol == nullptr || enrol->path.empty()) break;
    const Enrol step = *enrol;
    if (step.basis == EnrolBasis::invitation) {
      KAREZ_ASSIGN(const Change invited, decode_change(step.path.back().content));
      return told_key(catalog, invited);
    }
    KAREZ_ASSIGN(first, decode_change(step.path.front().content));
  }
  return std::optional<SealingKey>();
}

Result<SealingSecrets> Replica::Impl::sealing_secrets() {
  SealingSecrets secrets;
  if (!knows_sealing(catalog)) return secrets;
  KAREZ_TRY(for_each_row(statements.get(kWraps), [&](Statement& in) {
    const KeyPair* key = keys.find(AuthorKey{fixed<32>(in.blob(1))});
    if (key == nullptr) return;
    const SealingKey sealed_to = fixed<32>(in.blob(0));
    // Anybody can say that something is a wrap: only what opens to this key's secret is one.
    if (auto secret = unwrap_secret(in.blob(2), *key, sealed_to)) secrets[sealed_to] = *secret;
  }));
  return secrets;
}

Result<std::vector<AuthorKey>> Replica::Impl::sealing_holders() {
  std::vector<AuthorKey> holders;
  for (const auto& row : authors.all()) {
    if (row->parent != 0 || !is_coordinator(*row)) continue;
    const auto entry = applier->authority().authors.find(row->key);
    const bool is_in = entry != applier->authority().authors.end() && !entry->second.cut;
    if (is_in) holders.push_back(row->key);
  }
  return holders;
}

Result<std::vector<Operation>> Replica::Impl::make_sealing_key(const std::set<AuthorKey>& without) {
  if (!knows_sealing(catalog)) return Error{ErrorCode::usage, "this catalog has no sealed fields"};
  std::uint64_t generation = 0;
  KAREZ_TRY(for_each_row(statements.get(kSealingKeys),
                         [&](Statement& in) { generation = std::max(generation, number(in, 1)); }));
  SealingSecret secret{};
  random().fill(secret);
  const SealingKey key = sealing_key_of(secret);
  std::vector<Operation> operations;
  operations.emplace_back(created(*catalog.collection("sealing_key"),
                                  {{"public_key", bytes_value(key)},
                                   {"generation", Value::of(static_cast<std::int64_t>(generation + 1))}}));
  KAREZ_ASSIGN(std::vector<AuthorKey> holders, sealing_holders());
  KAREZ_ASSIGN(const PathStep step, founder_step());
  KAREZ_ASSIGN(const Change first, decode_change(step.content));
  if (const auto* found = std::get_if<Found>(&first.operations.front())) holders.push_back(found->recovery);
  for (const AuthorKey& holder : holders) {
    if (without.contains(holder)) continue;
    auto box = wrap_secret(secret, holder, random());
    if (box) operations.emplace_back(wrapped(catalog, key, holder, *box));
  }
  secret.fill(0);
  return operations;
}

Result<std::vector<Operation>> Replica::Impl::missing_wraps(const std::optional<AuthorKey>& also) {
  std::vector<Operation> operations;
  if (!knows_sealing(catalog)) return operations;
  KAREZ_ASSIGN(const SealingSecrets secrets, sealing_secrets());
  std::set<std::pair<SealingKey, AuthorKey>> there;
  KAREZ_TRY(for_each_row(statements.get(kWraps), [&](Statement& in) {
    there.emplace(fixed<32>(in.blob(0)), AuthorKey{fixed<32>(in.blob(1))});
  }));
  KAREZ_ASSIGN(std::vector<AuthorKey> holders, sealing_holders());
  if (also) holders.push_back(*also);
  for (const auto& [key, secret] : secrets) {
    for (const AuthorKey& holder : holders) {
      if (!there.emplace(key, holder).second || holder == me().key) continue;
      auto box = wrap_secret(secret, holder, random());
      if (box) operations.emplace_back(wrapped(catalog, key, holder, *box));
      if (operations.size() >= 256) return operations;  // a change has a size; the next call takes the others
    }
  }
  return operations;
}

Status Replica::Impl::tell_sealing_key(std::vector<Operation>& operations) {
  if (!knows_sealing(catalog)) return {};
  std::optional<std::pair<SealingKey, std::uint64_t>> newest;
  KAREZ_TRY(for_each_row(statements.get(kSealingKeys), [&](Statement& in) {
    if (!newest) newest = {fixed<32>(in.blob(0)), number(in, 1)};
  }));
  if (newest) {
    operations.emplace_back(created(*catalog.collection("sealing_key"),
                                    {{"public_key", bytes_value(newest->first)},
                                     {"generation", Value::of(static_cast<std::int64_t>(newest->second))}}));
    return {};
  }
  if (!is_coordinator(me())) return {};
  KAREZ_ASSIGN(std::vector<Operation> made, make_sealing_key({}));
  std::move(made.begin(), made.end(), std::back_inserter(operations));
  return {};
}

Result<std::vector<Operation>> Replica::Impl::revocation(Revoke revoke) {
  const AuthorKey revoked = revoke.author;
  std::vector<Operation> operations{Operation(std::move(revoke))};
  const AuthorRow* row = authors.find(revoked);
  KAREZ_ASSIGN(const auto known, sealing_key());
  if (row == nullptr || !is_coordinator(*row) || !known) return operations;
  KAREZ_ASSIGN(std::vector<Operation> made, make_sealing_key({revoked}));
  std::move(made.begin(), made.end(), std::back_inserter(operations));
  return operations;
}

Status Replica::Impl::ensure_sealing_key() {
  KAREZ_ASSIGN(const auto known, sealing_key());
  if (known) return {};
  if (!is_coordinator(me())) {
    return Error{ErrorCode::refused,
                 "this laptop does not know the workspace's sealing key yet, so personal fields cannot be "
                 "sealed; nothing "
                 "was recorded: sync once, or record the rest without them"};
  }
  KAREZ_ASSIGN(std::vector<Operation> operations, make_sealing_key({}));
  AuthorRow& row = me();
  return append_change(*keys.find(row.key), row, std::move(operations));
}

Result<SealingStatus> sealing_status(Replica& replica) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  SealingStatus out;
  if (!knows_sealing(self.catalog)) return out;
  KAREZ_ASSIGN(const SealingSecrets secrets, self.sealing_secrets());
  std::set<SealingKey> seen;
  KAREZ_TRY(for_each_row(self.statements.get(kSealingKeys), [&](Statement& in) {
    const SealingKey key = fixed<32>(in.blob(0));
    if (!seen.insert(key).second) return;  // every invitation tells it again
    out.keys.push_back({key, number(in, 1), out.keys.empty(), secrets.contains(key)});
  }));
  if (out.keys.empty()) return out;
  std::set<std::pair<SealingKey, AuthorKey>> wraps;
  KAREZ_TRY(for_each_row(self.statements.get(kWraps), [&](Statement& in) {
    wraps.emplace(fixed<32>(in.blob(0)), AuthorKey{fixed<32>(in.blob(1))});
  }));
  KAREZ_ASSIGN(const std::vector<AuthorKey> holders, self.sealing_holders());
  for (const AuthorKey& holder : holders) {
    const bool has_all = std::all_of(out.keys.begin(), out.keys.end(), [&](const SealingStatus::Key& one) {
      return wraps.contains({one.key, holder});
    });
    const std::string& laptop = self.authors.find(holder)->laptop;
    if (wraps.contains({out.keys.front().key, holder})) out.readers.push_back(laptop);
    if (!has_all) out.not_readers.push_back(laptop);
  }
  return out;
}

Result<std::uint64_t> keep_sealing(Replica& replica, bool renew) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  if (!self.is_coordinator(self.me()))
    return Error{ErrorCode::refused, "only a coordinator may see to sealing keys; nothing was changed"};
  std::uint64_t recorded = 0;
  const auto append = [&](std::vector<Operation> operations) -> Status {
    if (operations.empty()) return {};
    recorded += operations.size();
    AuthorRow& row = self.me();
    return self.append_change(*self.keys.find(row.key), row, std::move(operations));
  };
  KAREZ_ASSIGN(const auto known, self.sealing_key());
  if (renew || !known) {
    KAREZ_ASSIGN(std::vector<Operation> operations, self.make_sealing_key({}));
    KAREZ_TRY(append(std::move(operations)));
  }
  for (bool is_more = true; is_more;) {
    KAREZ_ASSIGN(std::vector<Operation> operations, self.missing_wraps(std::nullopt));
    is_more = operations.size() >= 256;
    KAREZ_TRY(append(std::move(operations)));
  }
  if (recorded == 0) return recorded;
  KAREZ_TRY(self.commit(transaction));
  return recorded;
}

}  // namespace karez
