#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "import_cells.h"
#include "replica_impl.h"
#include "rule_check.h"
#include "stock_guard.h"

namespace karez {
namespace {

/// Own changes that stand one by one before they are packed.
constexpr std::uint64_t kLooseChanges = 1024;

constexpr auto kSetPinned =
    "INSERT INTO pinned (author, other, seq) VALUES (?, ?, ?) ON CONFLICT (author, other) DO UPDATE SET "
    "seq=excluded.seq";

/// One change says one thing about a field; of a set it may put and drop several elements.
class NamedOnce {
 public:
  bool take(const Field* field, const FieldSetting& setting) {
    const std::string& name = field != nullptr ? field->name : setting.field;
    const auto* list = std::get_if<Value::List>(&setting.value.side);
    const bool is_by_element =
        field != nullptr && field->merge == MergeKind::set && setting.kind != FieldSetting::Kind::set;
    if (!is_by_element) return elements_.count(name) == 0 && whole_.insert(name).second;
    std::set<Value>& taken = elements_[name];
    bool is_new = whole_.count(name) == 0;
    for (const Value& one : list != nullptr ? *list : Value::List{setting.value}) {
      is_new = taken.insert(one).second && is_new;
    }
    return is_new;
  }

 private:
  std::set<std::string> whole_;
  std::map<std::string, std::set<Value>> elements_;
};

Status refuse_blocked(const std::vector<RuleBreach>& breaches) {
  for (const RuleBreach& breach : breaches) {
    if (breach.group.rule.on_break != RuleBreak::block) continue;
    return Error{ErrorCode::refused, to_text(breach) + "; a rule blocks it and nothing was recorded"};
  }
  return {};
}

/// Which records of a change a rule blocks.
std::vector<bool> blocked_in(const std::vector<NewRecord>& records, const std::vector<RuleBreach>& breaches) {
  std::vector<bool> is_blocked(records.size());
  for (const RuleBreach& breach : breaches) {
    if (breach.group.rule.on_break == RuleBreak::block) is_blocked[breach.record] = true;
  }
  return is_blocked;
}

/// An event to which only records refer that were left out goes with them: what it stands for did not happen.
void leave_out_empty_visit(const std::vector<NewRecord>& records,
                           std::vector<std::optional<Create>>& creates) {
  const bool is_visit = records.size() > 1 && records.front().collection == "event";
  if (is_visit &&
      std::none_of(creates.begin() + 1, creates.end(), [](const auto& c) { return c.has_value(); }))
    creates.front().reset();
}

std::vector<RuleBreach> recorded_among(const std::vector<RuleBreach>& breaches,
                                       const std::vector<bool>& is_blocked) {
  std::vector<RuleBreach> recorded;
  std::copy_if(breaches.begin(), breaches.end(), std::back_inserter(recorded),
               [&](const RuleBreach& one) { return !is_blocked[one.record]; });
  return recorded;
}

}  // namespace

Status Replica::Impl::append_change(const KeyPair& as, AuthorRow& row, std::vector<Operation> operations,
                                    const std::set<AuthorKey>& builds_on) {
  OpenedChange opened;
  Change& change = opened.change;
  change.author = as.author;
  change.seq = row.held_seq + 1;
  const std::int64_t now = clock().now_ms();
  AuthorRow& own = me();
  change.time = next_hybrid_time(own.time, now);
  change.wall = {std::clamp(now, -limits::kTimeMs, limits::kTimeMs), zone_minutes};
  change.operations = std::move(operations);
  std::vector<std::pair<AuthorId, std::uint64_t>> pinned;
  KAREZ_ASSIGN(const StreamNames::Meant meant, tables.names().unname(row, change.operations));
  if (change.seq > 1) KAREZ_TRY(add_pins(row, change, meant, builds_on, pinned));
  collect_authors(change);
  KAREZ_TRY(seal_into(opened));
  KAREZ_ASSIGN(opened.content, encode(change));

  const bool is_found = std::holds_alternative<Found>(change.operations.front());
  const Hash previous =
      change.seq > 1 ? row.held_link : link_zero(is_found ? WorkspaceId{} : workspace_id, as.author);
  opened.link = next_link(previous, opened.content);
  if (is_found) {
    workspace_id = WorkspaceId{opened.link};
    KAREZ_TRY(meta.set_bytes("workspace", opened.link));
    applier = std::make_unique<Applier>(workspace_id, catalog, authors, log, tables);
  }
  KAREZ_TRY(log.append(row, opened));
  for (const auto& [other, seq] : pinned) {
    KAREZ_TRY(statements.get(kSetPinned).bind(1, row.id).bind(2, other).bind(3, seq).run());
  }
  own.time = change.time;
  authors.mark(own);
  KAREZ_TRY(applier->apply_own(row, opened));
  if (change.seq % kLooseChanges == 0) KAREZ_TRY(log.seal(workspace_id, row, as));
  return {};
}

Status Replica::Impl::append_edit(std::vector<Operation> operations) {
  AuthorRow& row = me();
  const KeyPair& key = *keys.find(row.key);
  while (!operations.empty()) {
    std::vector<Operation> part = tables.names().take_part(row, operations);
    // What cannot be said even by itself is refused in plain words there.
    if (part.empty()) part = std::exchange(operations, {});
    KAREZ_TRY(append_change(key, row, std::move(part)));
  }
  return {};
}

Status Replica::Impl::take_over_edits(const Collection& collection, RecordKey key) {
  if (!authors.has_forks()) return {};
  KAREZ_ASSIGN(const Write planned, make_void_write(collection, key, Value{}));
  std::vector<Operation> said{planned};
  const std::vector<Operation> part = tables.names().take_part(me(), said);
  if (said.empty()) return {};
  for (const Field& field : collection.fields) {
    if (field.merge != MergeKind::reg) continue;
    KAREZ_ASSIGN(const auto before, writes_to_replace(collection, key, field.number));
    const Dot creation = planned.record.dot();
    const bool is_edited = std::any_of(before.begin(), before.end(), [&](const RegisterWrite& one) {
      const AuthorRow* row = authors.named(one.dot.author, one.dot.seq);
      return !(one.dot == creation) && row != nullptr && row->is_forked();
    });
    if (!is_edited) continue;
    Write write{planned.record, FieldName::catalog(field.number), {}, {}};
    KAREZ_ASSIGN(const auto shown, tables.row(collection, key));
    if (shown) write.value = shown->values[static_cast<std::size_t>(&field - collection.fields.data())];
    for (const RegisterWrite& one : before) write.replaces.push_back(one.dot);
    std::sort(write.replaces.begin(), write.replaces.end());
    KAREZ_TRY(append_edit({Operation(std::move(write))}));
  }
  return take_over_own_values(collection, key);
}

Status Replica::Impl::check_right(const Collection& collection) const {
  const AuthorRow* row = const_cast<Authors&>(authors).find(own_id);
  if (row != nullptr && catalog.may_write(row->role, collection.number)) return {};
  const Role* role = row == nullptr ? nullptr : catalog.role(row->role);
  return Error{ErrorCode::refused, "the role " + (role != nullptr ? role->name : std::string("unknown")) +
                                       " may not write " + collection.name +
                                       "; nothing was recorded: ask a coordinator to do it"};
}

Result<Create> Replica::Impl::make_create(const NewRecord& record, std::uint64_t seq) {
  const Collection* collection = catalog.collection(record.collection);
  if (collection == nullptr) return Error{ErrorCode::usage, "there is no collection " + record.collection};
  KAREZ_TRY(check_right(*collection));
  Create create;
  create.collection = collection->number;
  for (const auto& [name, value] : record.fields) {
    const Field* field = collection->field(name);
    if (field == nullptr) return Error{ErrorCode::usage, collection->name + " has no field " + name};
    if (value.is_null()) continue;
    Value stored = value;
    if (field->is_sealed) KAREZ_TRY(take_to_seal(*field, stored));
    if (auto* id = std::get_if<RecordId>(&stored.side);
        id != nullptr && id->author.is_zero() && id->seq == 0) {
      *id = {me().name_at(seq), seq, id->k};
    }
    const auto* list = std::get_if<Value::List>(&stored.side);
    const bool is_set = field->merge == MergeKind::set;
    if (is_set != (list != nullptr))
      return Error{ErrorCode::usage, name + " takes " + (is_set ? "a list" : "one value")};
    if (is_set && list->empty()) continue;
    for (const Value& one : is_set ? *list : Value::List{stored}) {
      if (!fits(catalog, *field, one)) {
        return Error{ErrorCode::refused,
                     name + ": " + format_value(*field, one) + " does not fit; nothing was recorded"};
      }
    }
    create.fields.push_back({field->key(), std::move(stored)});
  }
  std::sort(create.fields.begin(), create.fields.end(),
            [](const FieldValue& a, const FieldValue& b) { return a.field < b.field; });
  for (const Field& field : collection->fields) {
    const bool given = std::any_of(create.fields.begin(), create.fields.end(), [&](const FieldValue& v) {
      return v.field == FieldName::catalog(field.number);
    });
    if (field.required && !given) {
      return Error{ErrorCode::refused, collection->name + " needs " + field.name + "; nothing was recorded"};
    }
  }
  return create;
}

Result<std::vector<RecordId>> Replica::create(std::span<const NewRecord> records) {
  const std::vector<NewRecord> one(records.begin(), records.end());
  KAREZ_ASSIGN(auto all, create_all(std::span<const std::vector<NewRecord>>(&one, 1)));
  return std::move(all.front());
}

Result<std::vector<std::vector<RecordId>>> Replica::create_all(
    std::span<const std::vector<NewRecord>> changes) {
  StockGuard stock(*impl_);
  KAREZ_ASSIGN(const JudgedRecords judged, impl_->create_all(changes, false, {}, stock));
  std::vector<std::vector<RecordId>> all;
  for (const auto& ids : judged.ids) {
    all.emplace_back();
    for (const auto& id : ids) all.back().push_back(id.value());
  }
  return all;
}

Result<JudgedRecords> Replica::Impl::create_all(std::span<const std::vector<NewRecord>> changes,
                                                bool leaves_out_blocked,
                                                const std::set<std::size_t>& keep_first, StockGuard& stock,
                                                const ImportBatch* import) {
  stock_refusal.reset();
  KAREZ_ASSIGN(Transaction transaction, begin_write());
  KAREZ_TRY(prepare_to_seal(changes));
  RuleCheck check(*this);
  JudgedRecords judged;
  std::uint64_t changes_made = 0, records_made = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].empty()) return Error{ErrorCode::usage, "there is nothing to record"};
    KAREZ_ASSIGN(std::vector<RuleBreach> breaches, check.judge(i, changes[i]));
    if (!leaves_out_blocked) KAREZ_TRY(refuse_blocked(breaches));
    AuthorRow& row = me();
    const std::uint64_t seq = row.held_seq + 1;
    const std::size_t refused_before = judged.refused.size();
    KAREZ_ASSIGN(auto creates, prepare_change(changes[i], seq, blocked_in(changes[i], breaches), stock,
                                              leaves_out_blocked ? &judged : nullptr));
    for (std::size_t r = refused_before; r < judged.refused.size(); ++r) judged.refused[r].change = i;
    if (!keep_first.contains(i)) leave_out_empty_visit(changes[i], creates);
    std::vector<bool> is_left;
    std::vector<Operation> operations;
    std::vector<std::optional<RecordId>> ids;
    for (std::optional<Create>& create : creates) {
      is_left.push_back(!create);
      ids.emplace_back();
      if (!create) continue;
      operations.emplace_back(std::move(*create));
      ids.back() = RecordId{row.name_at(seq), seq, static_cast<std::uint32_t>(operations.size())};
    }
    if (operations.empty()) {
      to_seal.clear();  // of an event that was left out with its handouts
    } else {
      ++changes_made;
      records_made += operations.size();
      KAREZ_TRY(append_change(*keys.find(row.key), row, std::move(operations),
                              check.builds_on(recorded_among(breaches, is_left))));
    }
    judged.ids.push_back(std::move(ids));
    std::move(breaches.begin(), breaches.end(), std::back_inserter(judged.breaches));
  }
  if (import != nullptr && import->is_preview) return judged;  // the transaction is rolled back
  if (import != nullptr && changes_made > 0) {
    KAREZ_TRY(append_import_mark(*import, changes_made, records_made));
  }
  KAREZ_TRY(commit(transaction));
  return judged;
}

Result<std::vector<std::optional<Create>>> Replica::Impl::prepare_change(
    const std::vector<NewRecord>& records, std::uint64_t seq, const std::vector<bool>& is_left,
    StockGuard& stock, JudgedRecords* judged) {
  const auto is_refusal = [&](const Status& status) {
    return judged != nullptr && !status &&
           (status.error().code == ErrorCode::refused || status.error().code == ErrorCode::not_found);
  };
  const StockGuard::Tally before = stock.tally();
  const std::vector<SealedValue> sealed_before = to_seal;
  std::vector<bool> is_out = is_left;
  // A change is looked at as a whole: what comes in with it may go out with it. Only one that is refused so
  // is gone through again record by record.
  for (bool one_by_one = false;; one_by_one = true) {
    std::vector<std::optional<Create>> made(records.size());
    for (std::size_t k = 0; k < records.size(); ++k) {
      if (is_out[k]) continue;
      const std::vector<SealedValue> sealed_so_far = to_seal;
      KAREZ_ASSIGN(Create create, make_create(records[k], seq));
      const StockGuard::Tally so_far = stock.tally();
      Status prepared = stock.prepare(create);
      if (prepared && one_by_one) prepared = stock.end_change();
      if (prepared) {
        made[k] = std::move(create);
        continue;
      }
      if (!is_refusal(prepared)) return prepared.error();
      stock.set_tally(so_far);
      to_seal = sealed_so_far;
      stock_refusal.reset();
      is_out[k] = true;
      judged->refused.push_back({0, k, prepared.error().message});
    }
    const Status whole = stock.end_change();
    if (whole) return made;
    if (!is_refusal(whole) || one_by_one) return whole.error();
    stock_refusal.reset();
    stock.set_tally(before);
    to_seal = sealed_before;
  }
}

Result<std::pair<const Collection*, RecordKey>> Replica::Impl::locate(const RecordId& id) {
  const auto key = tables.key_of(id);
  const Collection* collection = nullptr;
  if (key) {
    KAREZ_ASSIGN(collection, tables.find_collection(*key));
  }
  if (collection == nullptr)
    return Error{ErrorCode::not_found, "there is no record " + to_text(id) + " here"};
  return std::pair(collection, *key);
}

Result<Write> Replica::Impl::make_void_write(const Collection& collection, RecordKey key,
                                             const Value& reason) {
  Write write;
  write.record = tables.id_of(key);
  write.field = FieldName::catalog(kVoidField);
  write.value = reason;
  KAREZ_ASSIGN(write.replaces,
               tables.seen_by_void(collection, key, [&](const Dot& before) { return is_own(before); }));
  return write;
}

/// What a write made now replaces: everything visible, and this replica's own writes even if they do not
/// count (yet). Without these a laptop that is admitted later would stand in conflict with itself.
Result<std::vector<RegisterWrite>> Replica::Impl::writes_to_replace(const Collection& collection,
                                                                    RecordKey key, FieldKey field) {
  KAREZ_ASSIGN(std::vector<RegisterWrite> all, tables.writes(collection, key, field));
  for (RegisterWrite& write : all) write.counts = write.counts || is_own(write.dot);
  std::vector<RegisterWrite> visible;
  for (std::size_t i : visible_writes(all)) visible.push_back(all[i]);
  // Only writes made to replace each other in a circle leave nothing; the record's beginning is there always.
  if (visible.empty()) visible.push_back(std::move(all.front()));
  return visible;
}

Status Replica::Impl::add_edit(const RecordId& id, const FieldSetting& setting, StockGuard& stock,
                               std::vector<Operation>& out) {
  KAREZ_ASSIGN(const auto where, locate(id));
  const Collection& collection = *where.first;
  KAREZ_TRY(check_right(collection));
  if (setting.field == "void") {
    KAREZ_TRY(stock.allow_void(collection, where.second));
    KAREZ_TRY(take_over_edits(collection, where.second));
    KAREZ_ASSIGN(Write write, make_void_write(collection, where.second, setting.value));
    out.emplace_back(std::move(write));
    return {};
  }
  const Field* field = collection.field(setting.field);
  if (field == nullptr) return Error{ErrorCode::usage, collection.name + " has no field " + setting.field};
  const FieldName name = field->key();
  const auto fitting = [&](const Value& value) -> Status {
    if (fits(catalog, *field, value)) return {};
    return Error{ErrorCode::refused,
                 field->name + ": " + format_value(*field, value) + " does not fit; nothing was changed"};
  };
  using Kind = FieldSetting::Kind;
  if (field->merge == MergeKind::counter) {
    const auto* delta = std::get_if<std::int64_t>(&setting.value.side);
    if (setting.kind != Kind::add || delta == nullptr) {
      return Error{ErrorCode::usage,
                   field->name + " is a counter: write " + field->name + "+=N or " + field->name + "-=N"};
    }
    if (*delta != 0) out.emplace_back(Add{id, name, *delta});
    return {};
  }
  if (field->merge == MergeKind::reg) {
    if (setting.kind != Kind::set)
      return Error{ErrorCode::usage, field->name + " takes " + field->name + "=VALUE"};
    if (field->is_sealed && !setting.value.is_null())
      return add_sealed_edit(where, id, *field, setting.value, out);
    if (field->required && setting.value.is_null())
      return Error{ErrorCode::refused, field->name + " may not be empty"};
    if (!setting.value.is_null()) KAREZ_TRY(fitting(setting.value));
    KAREZ_ASSIGN(const auto before, writes_to_replace(collection, where.second, *tables.find_field(name)));
    const bool says_so = std::all_of(before.begin(), before.end(),
                                     [&](const RegisterWrite& one) { return one.value == setting.value; });
    if (says_so) return {};
    KAREZ_TRY(stock.allow_write(collection, *field));
    Write write{id, name, setting.value, {}};
    for (const RegisterWrite& one : before) write.replaces.push_back(one.dot);
    std::sort(write.replaces.begin(), write.replaces.end());
    out.emplace_back(std::move(write));
    return {};
  }
  KAREZ_ASSIGN(const std::vector<SetElement> present, tables.elements(collection, where.second, *field));
  const Value::List* wanted = std::get_if<Value::List>(&setting.value.side);
  const Value::List named =
      wanted != nullptr ? *wanted : (setting.value.is_null() ? Value::List{} : Value::List{setting.value});
  const auto is_named = [&](const Value& value) {
    return std::find(named.begin(), named.end(), value) != named.end();
  };
  for (const SetElement& element : present) {
    const bool drops = setting.kind == Kind::set ? !is_named(element.value)
                                                 : setting.kind == Kind::drop && is_named(element.value);
    if (drops) out.emplace_back(Drop{id, name, element.value, element.additions});
  }
  if (setting.kind == Kind::drop) return {};
  for (const Value& value : named) {
    KAREZ_TRY(fitting(value));
    const bool is_there =
        std::any_of(present.begin(), present.end(), [&](const SetElement& e) { return e.value == value; });
    if (!is_there) out.emplace_back(Put{id, name, value});
  }
  return {};
}

Status Replica::edit(const RecordId& id, std::span<const FieldSetting> settings) {
  Impl& self = *impl_;
  StockGuard stock(self);
  self.stock_refusal.reset();
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  KAREZ_ASSIGN(const auto where, self.locate(id));
  KAREZ_ASSIGN(const auto row, self.tables.row(*where.first, where.second));
  std::vector<Operation> operations;
  NamedOnce named;
  for (const FieldSetting& setting : settings) {
    if (row && row->void_reason && setting.field != "void") {
      return Error{ErrorCode::refused, to_text(id) + " is void (" + *row->void_reason +
                                           "); nothing was changed: undo the voiding first"};
    }
    if (!named.take(where.first->field(setting.field), setting)) {
      return Error{ErrorCode::usage, setting.field + " is named twice"};
    }
    KAREZ_TRY(self.add_edit(id, setting, stock, operations));
  }
  if (operations.empty()) return {};  // everything is as wished already
  KAREZ_TRY(self.append_edit(std::move(operations)));
  KAREZ_TRY(stock.check_void());
  return self.commit(transaction);
}

Status Replica::void_record(const RecordId& id, const std::string& reason) {
  if (reason.size() > limits::kNameBytes) return Error{ErrorCode::usage, "a reason has at most 256 bytes"};
  {
    KAREZ_ASSIGN(const RecordView view, show(id));
    if (view.void_reason)
      return Error{ErrorCode::refused, to_text(id) + " is void already (" + *view.void_reason + ")"};
  }
  const FieldSetting setting{"void", FieldSetting::Kind::set, Value::of(reason)};
  return edit(id, std::span(&setting, 1));
}

Status Replica::resolve(const RecordId& id, const std::string& field, const Value& keep) {
  KAREZ_ASSIGN(const std::vector<Conflict> open, conflicts());
  const bool is_open = std::any_of(open.begin(), open.end(),
                                   [&](const Conflict& c) { return c.id == id && c.field == field; });
  if (!is_open)
    return Error{ErrorCode::not_found, "there is no open conflict in " + field + " of " + to_text(id)};
  Impl& self = *impl_;
  StockGuard stock(self);
  self.stock_refusal.reset();
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  KAREZ_ASSIGN(const auto where, self.locate(id));
  std::vector<Operation> operations;
  const Field* known = where.first->field(field);
  if (known != nullptr) {
    // Not through add_edit: keeping the shown value must still replace its siblings.
    KAREZ_TRY(self.check_right(*where.first));
    Value kept = keep;
    if (known->is_sealed && std::holds_alternative<std::string>(keep.side)) {
      KAREZ_TRY(self.ensure_sealing_key());
      KAREZ_TRY(self.take_to_seal(*known, kept));
    }
    if (!kept.is_null() && !fits(self.catalog, *known, kept)) {
      return Error{ErrorCode::refused,
                   field + ": " + format_value(*known, keep) + " does not fit; nothing was changed"};
    }
    KAREZ_ASSIGN(const auto before,
                 self.writes_to_replace(*where.first, where.second, *self.tables.find_field(known->key())));
    Write write{id, known->key(), kept, {}};
    for (const RegisterWrite& one : before) write.replaces.push_back(one.dot);
    std::sort(write.replaces.begin(), write.replaces.end());
    operations.emplace_back(std::move(write));
  } else {
    KAREZ_TRY(self.add_edit(id, {field, FieldSetting::Kind::set, keep}, stock, operations));
  }
  KAREZ_TRY(self.append_edit(std::move(operations)));
  KAREZ_TRY(stock.check_void());
  return self.commit(transaction);
}

}  // namespace karez
