// Sealed fields on their way into a change and, for coordinators, out of it. The keys: sealing_keys.cpp.
#include "karez/replica/sealing.h"

#include <set>

#include "replica_impl.h"

namespace karez {
namespace {

/// Which of the values that wait a change's operations hold the markers of.
bool holds_marker(const std::vector<Operation>& operations, const SealMarker& marker) {
  const auto is_it = [&](const Value& value) {
    const auto* bytes = std::get_if<Bytes>(&value.side);
    return bytes != nullptr && std::equal(bytes->begin(), bytes->end(), marker.begin(), marker.end());
  };
  return std::any_of(operations.begin(), operations.end(), [&](const Operation& op) {
    if (const auto* write = std::get_if<Write>(&op)) return is_it(write->value);
    const auto* create = std::get_if<Create>(&op);
    return create != nullptr && std::any_of(create->fields.begin(), create->fields.end(),
                                            [&](const FieldValue& one) { return is_it(one.value); });
  });
}

void wipe_value(Value& value) {
  if (auto* text = std::get_if<std::string>(&value.side)) wipe(*text);
}

}  // namespace

Status Replica::Impl::take_to_seal(const Field& field, Value& value) {
  auto* text = std::get_if<std::string>(&value.side);
  if (text == nullptr) return Error{ErrorCode::usage, field.name + " takes a text"};
  const std::size_t most = field.max > 0 ? static_cast<std::size_t>(field.max) : limits::kTextBytes;
  if (text->size() > most) {
    return Error{ErrorCode::refused,
                 field.name + ": longer than " + std::to_string(most) + " bytes; nothing was recorded"};
  }
  SealedValue sealed;
  random().fill(sealed.marker);
  Value marker(Value::Side(Bytes(sealed.marker.begin(), sealed.marker.end())));
  sealed.value = std::exchange(value, std::move(marker));
  to_seal.push_back(std::move(sealed));
  return {};
}

Status Replica::Impl::add_sealed_edit(const std::pair<const Collection*, RecordKey>& where,
                                      const RecordId& id, const Field& field, const Value& value,
                                      std::vector<Operation>& out) {
  KAREZ_TRY(ensure_sealing_key());
  Write write{id, field.key(), value, {}};
  KAREZ_TRY(take_to_seal(field, write.value));
  KAREZ_ASSIGN(const auto before,
               writes_to_replace(*where.first, where.second, *tables.find_field(field.key())));
  for (const RegisterWrite& one : before) write.replaces.push_back(one.dot);
  std::sort(write.replaces.begin(), write.replaces.end());
  out.emplace_back(std::move(write));
  return {};
}

Status Replica::Impl::prepare_to_seal(std::span<const std::vector<NewRecord>> changes) {
  bool is_needed = false;
  for (const std::vector<NewRecord>& records : changes) {
    const auto count = std::count_if(records.begin(), records.end(),
                                     [&](const NewRecord& one) { return seals_something(catalog, one); });
    if (count > 1) {
      return Error{
          ErrorCode::usage,
          "the personal fields of several records in one change could be erased only together; nothing was "
          "recorded"};
    }
    is_needed = is_needed || count > 0;
  }
  return is_needed ? ensure_sealing_key() : Status();
}

Status Replica::Impl::seal_into(OpenedChange& opened) {
  std::vector<SealedValue> values;
  for (const SealedValue& one : to_seal) {
    if (holds_marker(opened.change.operations, one.marker)) values.push_back(one);
  }
  if (values.empty()) return {};
  KAREZ_ASSIGN(const auto key, sealing_key());
  if (!key) return Error{ErrorCode::internal, "there is no sealing key"};
  PrivatePart part;
  random().fill(part.salt);
  auto bytes = seal_values(values, *key, workspace_id, {opened.change.author, opened.change.seq}, random());
  for (SealedValue& one : values) {
    std::erase_if(to_seal, [&](SealedValue& kept) {
      if (kept.marker != one.marker) return false;
      wipe_value(kept.value);
      return true;
    });
    wipe_value(one.value);
  }
  if (!bytes) return bytes.error();
  part.bytes = std::move(*bytes);
  opened.change.private_commitment = private_commitment(part.salt, part.bytes);
  opened.private_part = std::move(part);
  return {};
}

Result<Value> Replica::Impl::shown_sealed(const Collection& collection, RecordKey key, const Field& field,
                                          const Value& value, const SealingSecrets& secrets) {
  const auto* marker = std::get_if<Bytes>(&value.side);
  if (marker == nullptr || marker->size() != kSealMarkerBytes) return value;
  const auto field_key = tables.find_field(field.key());
  if (!field_key) return value;
  KAREZ_ASSIGN(const std::vector<RegisterWrite> writes, tables.writes(collection, key, *field_key));
  // Its own change first. A conflict that was settled by pointing at a value names a marker of another
  // change.
  std::vector<Dot> dots;
  for (const bool is_its_own : {true, false}) {
    for (const RegisterWrite& one : writes) {
      if ((one.value == value) == is_its_own) dots.push_back(one.dot);
    }
  }
  if (dots.empty()) dots.push_back(tables.id_of(key).dot());
  std::set<Dot> seen;
  const auto names_it = [&](const Dot& dot) {
    return std::any_of(writes.begin(), writes.end(),
                       [&](const RegisterWrite& one) { return one.dot == dot && one.value == value; });
  };
  bool was_erased = false;
  bool is_here = false;  // its own change has a part: what was erased of others says nothing about this value
  for (const Dot& dot : dots) {
    const AuthorRow* row = authors.named(dot.author, dot.seq);
    if (row == nullptr || !seen.insert(dot).second) continue;
    KAREZ_ASSIGN(const OpenedChange stored, log.read(row->id, dot.seq));
    if (!stored.change.private_commitment) continue;
    KAREZ_ASSIGN(const bool is_erased_here, is_erased(*row, dot.seq));
    was_erased = was_erased || is_erased_here;
    is_here = is_here || (!is_erased_here && stored.private_part && names_it(dot));
    if (secrets.empty() || is_erased_here || !stored.private_part) continue;
    auto values = unseal_values(stored.private_part->bytes, secrets, workspace_id,
                                {stored.change.author, stored.change.seq});
    // A part that is sealed to a key that is not here, or that nobody can read, stays sealed and hides no
    // other.
    if (!values) continue;
    for (SealedValue& one : *values) {
      const bool is_it = std::ranges::equal(one.marker, *marker);
      if (is_it && std::holds_alternative<std::string>(one.value.side)) return std::move(one.value);
      wipe_value(one.value);
    }
  }
  return was_erased && !is_here ? Value(Value::Side(Bytes{})) : value;
}

Status Replica::Impl::show_sealed(RecordView& view, const SealingSecrets& secrets) {
  const Collection* collection = catalog.collection(view.collection);
  std::optional<RecordKey> key;
  for (FieldView& shown : view.fields) {
    const Field* field = collection == nullptr ? nullptr : collection->field(shown.field);
    if (field == nullptr || !field->is_sealed) continue;
    if (!key) key = tables.key_of(view.id);
    if (!key) return {};
    KAREZ_ASSIGN(shown.value, shown_sealed(*collection, *key, *field, shown.value, secrets));
    for (Sibling& one : shown.siblings) {
      KAREZ_ASSIGN(one.value, shown_sealed(*collection, *key, *field, one.value, secrets));
    }
  }
  return {};
}

Result<Unsealer> Unsealer::open(Replica& replica) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(SealingSecrets secrets, self.sealing_secrets());
  if (secrets.empty()) {
    const bool may = self.is_coordinator(self.me());
    return Error{ErrorCode::refused,
                 may ? "no coordinator has given this laptop the sealing secrets yet: sync here, then run "
                       "karez sealing "
                       "on a laptop that can read, and sync both"
                     : "personal fields are sealed for coordinators: this laptop cannot read them"};
  }
  return Unsealer(replica, std::move(secrets));
}

Unsealer::~Unsealer() {
  for (auto& [key, secret] : secrets_) secret.fill(0);
}

Status Unsealer::open_fields(RecordView& view) {
  KAREZ_ASSIGN(const auto reading, replica_->impl().begin_reading());
  return replica_->impl().show_sealed(view, secrets_);
}

bool seals_something(const Catalog& catalog, const NewRecord& record) {
  const Collection* collection = catalog.collection(record.collection);
  if (collection == nullptr) return false;
  return std::any_of(record.fields.begin(), record.fields.end(), [&](const auto& setting) {
    const Field* field = collection->field(setting.first);
    return field != nullptr && field->is_sealed && !setting.second.is_null();
  });
}

SealState seal_state(const Value& value) {
  const auto* bytes = std::get_if<Bytes>(&value.side);
  if (bytes == nullptr) return SealState::open;
  return bytes->empty() ? SealState::erased : SealState::sealed;
}

}  // namespace karez
