#include "form.h"

#include <algorithm>
#include <tuple>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/base/text.h"

namespace karez::form {
namespace {

Status check_seq(std::uint64_t seq) {
  if (seq == 0) return broken("Changes are numbered from 1, so a seq of 0 names none.");
  if (seq > limits::kSeq) return too_large("A seq is at most 4294967295.");
  return {};
}

Status check_record(const RecordId& id) {
  KAREZ_TRY(check_seq(id.seq));
  if (id.k == 0) return broken("The records of a change are numbered from 1, so a k of 0 names none.");
  if (id.k > limits::kRecordsPerChange) return too_large("The k of a record is at most 1023.");
  return {};
}

Status check_field(const FieldName& field) {
  if (field.is_catalog()) {
    // As field.definition != RecordId{}, without a call for each field of each change.
    std::uint8_t any = 0;
    for (const std::uint8_t byte : field.definition.author.bytes) any = static_cast<std::uint8_t>(any | byte);
    if (any != 0 || field.definition.seq != 0)
      return broken("A field has either a catalog number or a whole definition.");
    if (field.number >= limits::kCatalogNumber)
      return too_large("The catalog number of a field is below 2^20.");
    return {};
  }
  if (field.number != 0) return broken("A field has either a catalog number or a definition, not both.");
  return check_record(field.definition);
}

Status check_text(std::string_view text, std::size_t max, std::string_view what) {
  if (text.size() > max)
    return too_large(std::string(what) + " has at most " + std::to_string(max) + " bytes.");
  if (!is_utf8(text)) return broken(std::string(what) + " is not well-formed UTF-8.");
  if (text.find('\0') != std::string_view::npos)
    return broken(std::string(what) + " holds the character U+0000.");
  return {};
}

Status check_name(std::string_view text, std::string_view what) {
  if (text.empty()) return broken(std::string(what) + " is empty.");
  return check_text(text, limits::kNameBytes, what);
}

Status check_wall_ms(std::int64_t ms) {
  if (ms < -limits::kTimeMs || ms > limits::kTimeMs)
    return too_large("A wall time lies within 2^47 ms of 1970.");
  return {};
}

Status check_offset(std::int64_t minutes) {
  if (minutes < -limits::kOffsetMinutes || minutes > limits::kOffsetMinutes) {
    return broken("A UTC offset is at most 18 hours east or west.");
  }
  return {};
}

Status check_wall(const WallTime& time) {
  KAREZ_TRY(check_wall_ms(time.ms));
  return check_offset(time.offset_minutes);
}

Status check_quantity(std::int64_t n) {
  if (is_mutant(Mutant::allow_any_number)) return {};
  if (n < -limits::kQuantity || n > limits::kQuantity) return too_large("A number is at most 10^12 in size.");
  return {};
}

Status check_value_at(const Value& value, int depth);

struct ValueRules {
  int depth;
  Status operator()(const Null&) const { return {}; }
  Status operator()(std::int64_t n) const { return check_quantity(n); }
  Status operator()(const std::string& text) const {
    return check_text(text, limits::kTextBytes, "A text value");
  }
  Status operator()(const Bytes& bytes) const {
    if (bytes.size() > limits::kTextBytes) return at_most(limits::kTextBytes, "A byte value", "bytes");
    return {};
  }
  Status operator()(const RecordId& id) const { return check_record(id); }
  Status operator()(const WallTime& time) const { return check_wall(time); }
  Status operator()(const Value::List& list) const {
    if (depth == limits::kValueDepth)
      return at_most(limits::kValueDepth, "A value", "lists inside each other");
    if (list.size() > limits::kListItems) return at_most(limits::kListItems, "A list", "items");
    for (const Value& item : list) KAREZ_TRY(check_value_at(item, depth + 1));
    return {};
  }
};

/// `depth` counts the lists around the value.
Status check_value_at(const Value& value, int depth) { return std::visit(ValueRules{depth}, value.side); }

Status check_element(const Value& value) {
  if (value.is_null()) return broken("An element of a set is not null.");
  if (std::holds_alternative<Value::List>(value.side)) return broken("An element of a set is not a list.");
  return check_value(value);
}

Status check_dots(const std::vector<Dot>& dots, std::string_view what) {
  if (dots.empty()) return broken(std::string(what) + " names at least one earlier change.");
  if (dots.size() > limits::kReplacedDots) return at_most(limits::kReplacedDots, what, "earlier changes");
  for (std::size_t i = 0; i < dots.size(); ++i) {
    KAREZ_TRY(check_seq(dots[i].seq));
    if (i > 0 && !(dots[i - 1] < dots[i])) {
      return broken(std::string(what) + " names earlier changes in ascending order, each once.");
    }
  }
  return {};
}

Status check_not_void(const FieldName& field) {
  if (field == FieldName::catalog(kVoidField))
    return broken("Field 0 voids a record and takes only a write.");
  return check_field(field);
}

/// The rules of one operation by itself.
struct OperationRules {
  Status operator()(const Create& op) const {
    if (op.collection >= limits::kCatalogNumber)
      return too_large("The number of a collection is below 2^20.");
    if (op.fields.size() > limits::kFieldsPerRecord)
      return at_most(limits::kFieldsPerRecord, "A create", "fields");
    for (std::size_t i = 0; i < op.fields.size(); ++i) {
      KAREZ_TRY(check_not_void(op.fields[i].field));
      if (op.fields[i].value.is_null()) return broken("A create leaves out the fields that are null.");
      KAREZ_TRY(check_value(op.fields[i].value));
      if (i > 0 && !(op.fields[i - 1].field < op.fields[i].field)) {
        return broken("The fields of a create stand in ascending order, each once.");
      }
    }
    return {};
  }
  Status operator()(const Write& op) const {
    KAREZ_TRY(check_record(op.record));
    KAREZ_TRY(check_field(op.field));
    KAREZ_TRY(check_value(op.value));
    if (op.field == FieldName::catalog(kVoidField) && !op.value.is_null() &&
        !std::holds_alternative<std::string>(op.value.side)) {
      return broken("Field 0 holds the reason why a record is void, a text, or null.");
    }
    return check_dots(op.replaces, "A write");
  }
  Status operator()(const Add& op) const {
    KAREZ_TRY(check_record(op.record));
    KAREZ_TRY(check_not_void(op.field));
    if (op.delta == 0) return broken("An add of 0 changes nothing.");
    return check_quantity(op.delta);
  }
  Status operator()(const Put& op) const {
    KAREZ_TRY(check_record(op.record));
    KAREZ_TRY(check_not_void(op.field));
    return check_element(op.value);
  }
  Status operator()(const Drop& op) const {
    KAREZ_TRY(check_record(op.record));
    KAREZ_TRY(check_not_void(op.field));
    KAREZ_TRY(check_element(op.value));
    return check_dots(op.seen, "A drop");
  }
  Status operator()(const Erase& op) const { return check_seq(op.change.seq); }
  Status operator()(const Found& op) const {
    KAREZ_TRY(check_name(op.workspace_name, "The name of the workspace"));
    KAREZ_TRY(check_name(op.device_name, "The name of the device"));
    return check_offset(op.zone_minutes);
  }
  Status operator()(const Enrol& op) const {
    KAREZ_TRY(check_name(op.device_name, "The name of the device"));
    if (op.role >= limits::kCatalogNumber) return too_large("The number of a role is below 2^20.");
    if (op.basis < EnrolBasis::invitation || op.basis > EnrolBasis::recovery) {
      return broken("The basis of an enrolment is an invitation, a succession or a recovery.");
    }
    if (op.introducer_seq > limits::kSeq) return too_large("A seq is at most 4294967295.");
    if (op.path.size() > kPathSteps) return at_most(kPathSteps, "The path of an enrolment", "steps");
    for (const PathStep& step : op.path) {
      KAREZ_TRY(check_seq(step.seq));
      if (step.content.size() > limits::kChangeBytes)
        return at_most(limits::kChangeBytes, "A change", "bytes");
    }
    return {};
  }
  Status operator()(const Invite& op) const {
    if (op.role >= limits::kCatalogNumber) return too_large("The number of a role is below 2^20.");
    KAREZ_TRY(check_wall_ms(op.expires_ms));
    return check_text(op.label, limits::kNameBytes, "The label of an invitation");
  }
  Status operator()(const Admit& op) const { return check_seq(op.invitation.seq); }
  Status operator()(const Revoke& op) const {
    if (op.seq > limits::kSeq) return too_large("A seq is at most 4294967295.");
    return check_text(op.reason, limits::kNameBytes, "The reason of a revocation");
  }
  Status operator()(const Unknown& op) const {
    if (is_known(op.kind)) return broken("An operation of a known kind stands as unknown.");
    return {};
  }
};

/// What a write, add, put or drop touches; `element` only for the two that touch one element of a set.
struct Target {
  const RecordId* record = nullptr;
  const FieldName* field = nullptr;
  const Value* element = nullptr;
};

std::optional<Target> target_of(const Operation& operation) {
  if (const auto* write = std::get_if<Write>(&operation))
    return Target{&write->record, &write->field, nullptr};
  if (const auto* add = std::get_if<Add>(&operation)) return Target{&add->record, &add->field, nullptr};
  if (const auto* put = std::get_if<Put>(&operation)) return Target{&put->record, &put->field, &put->value};
  if (const auto* drop = std::get_if<Drop>(&operation))
    return Target{&drop->record, &drop->field, &drop->value};
  return std::nullopt;
}

bool is_same_place(const Target& a, const Target& b) {
  return *a.record == *b.record && *a.field == *b.field;
}

bool is_before(const Target& a, const Target& b) {
  if (const auto order = std::tie(*a.record, *a.field) <=> std::tie(*b.record, *b.field); order != 0)
    return order < 0;
  if (a.element == nullptr || b.element == nullptr) return a.element == nullptr && b.element != nullptr;
  return *a.element < *b.element;
}

/// A dot names at most one write or addition of a field, so a change touches each place once. The initial
/// values of its own creates count.
Status check_targets(const Change& change) {
  // What most changes are, one operation, touches one place, and creates nothing beside.
  if (change.operations.size() == 1) return {};
  std::vector<const Create*> creates;
  std::vector<Target> targets;
  for (const Operation& operation : change.operations) {
    if (const auto* create = std::get_if<Create>(&operation)) creates.push_back(create);
    if (const auto target = target_of(operation)) targets.push_back(*target);
  }
  if (creates.size() > limits::kRecordsPerChange) {
    return at_most(limits::kRecordsPerChange, "A change", "new records");
  }
  std::sort(targets.begin(), targets.end(), is_before);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Target& target = targets[i];
    if (i > 0 && is_same_place(targets[i - 1], target) &&
        (targets[i - 1].element == nullptr || *targets[i - 1].element == *target.element)) {
      return broken("A change touches each field of a record, or each element of a set, at most once.");
    }
    const RecordId& id = *target.record;
    if (id.author != change.author || id.seq != change.seq || id.k > creates.size()) continue;
    const auto& fields = creates[id.k - 1]->fields;
    const auto initial =
        std::lower_bound(fields.begin(), fields.end(), *target.field,
                         [](const FieldValue& entry, const FieldName& name) { return entry.field < name; });
    if (initial != fields.end() && initial->field == *target.field) {
      return broken("A change that creates a record with a value does not touch that field again.");
    }
  }
  return {};
}

/// Change 1 says who the author is, and nothing else; no later change does.
Status check_first(const Change& change) {
  const auto introduces = [](const Operation& operation) {
    return std::holds_alternative<Found>(operation) || std::holds_alternative<Enrol>(operation);
  };
  if (change.seq != 1) {
    if (std::any_of(change.operations.begin(), change.operations.end(), introduces)) {
      return broken("Only change 1 of a log founds a workspace or enrols its author.");
    }
    return {};
  }
  if (change.operations.size() != 1 || !introduces(change.operations.front())) {
    return broken("Change 1 of a log has exactly one operation, a found or an enrol.");
  }
  if (!change.authors.empty() || !change.pins.empty() || change.private_commitment) {
    return broken("Change 1 of a log names no other authors, has no pins and no private part.");
  }
  return {};
}

Status check_authors_and_pins(const Change& change) {
  if (change.authors.size() > limits::kAuthorsPerChange) {
    return at_most(limits::kAuthorsPerChange, "A change", "other authors");
  }
  for (std::size_t i = 0; i < change.authors.size(); ++i) {
    if (change.authors[i] == change.author)
      return broken("A change does not list its own author among the others.");
    if (i > 0 && !(change.authors[i - 1] < change.authors[i])) {
      return broken("The authors of a change stand in ascending order, each once.");
    }
  }
  for (std::size_t i = 0; i < change.pins.size(); ++i) {
    if (change.pins[i].author == change.author) return broken("A change does not pin its own author.");
    KAREZ_TRY(check_seq(change.pins[i].seq));
    if (i > 0 && !(change.pins[i - 1].author < change.pins[i].author)) {
      return broken("The pins of a change stand in ascending order, one for an author.");
    }
  }
  return {};
}

}  // namespace

bool is_known(std::uint64_t kind) { return (kind >= 1 && kind <= 6) || (kind >= 16 && kind <= 20); }

Error broken(std::string message) { return {ErrorCode::usage, std::move(message)}; }
Error too_large(std::string message) { return {ErrorCode::too_large, std::move(message)}; }
Error at_most(std::size_t limit, std::string_view of, std::string_view what) {
  return too_large(std::string(of) + " has at most " + std::to_string(limit) + " " + std::string(what) + ".");
}

Status check_value(const Value& value) { return check_value_at(value, 0); }

Status check(const Change& change) {
  KAREZ_TRY(check_seq(change.seq));
  if (change.time.ms > limits::kHybridMs)
    return too_large("A hybrid time has at most 48 bits of milliseconds.");
  KAREZ_TRY(check_wall(change.wall));
  KAREZ_TRY(check_authors_and_pins(change));
  if (change.operations.empty()) return broken("A change has at least one operation.");
  if (change.operations.size() > limits::kOperations)
    return at_most(limits::kOperations, "A change", "operations");
  KAREZ_TRY(check_first(change));
  for (const Operation& operation : change.operations) {
    KAREZ_TRY(std::visit(OperationRules{}, operation));
    const auto* revoke = std::get_if<Revoke>(&operation);
    if (revoke != nullptr && revoke->author == change.author) return broken("A revoke names another author.");
  }
  return check_targets(change);
}

}  // namespace karez::form
