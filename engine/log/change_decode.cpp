#include <algorithm>
#include <limits>
#include <utility>

#include "form.h"
#include "karez/base/limits.h"
#include "karez/log/change.h"

namespace karez {
namespace {

using form::Kind;

Error malformed(std::string message) { return {ErrorCode::malformed, std::move(message)}; }

/// A rule that an encoder's caller breaks is bad usage; the same rule broken in bytes makes them malformed.
Error in_bytes(Error error) {
  if (error.code == ErrorCode::usage) error.code = ErrorCode::malformed;
  return error;
}

// Numbers that do not fit their type become the type's greatest, which form::check() then refuses by its own
// rule.
std::uint32_t narrowed(std::uint64_t value) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}
int narrowed_minutes(std::int64_t value) {
  return static_cast<int>(
      std::clamp<std::int64_t>(value, -limits::kOffsetMinutes - 1, limits::kOffsetMinutes + 1));
}

/// Reads the parts of a content. It checks what memory and recursion depend on; form::check() judges the
/// rest. `table` resolves the indexes of authors; without one, keys are read in full.
class ContentReader {
 public:
  ContentReader(ByteView bytes, const Change* table) : in(bytes), table_(table) {}

  /// The first thing that was wrong; `where` names the place if it was only the bytes that ended or made no
  /// sense.
  [[nodiscard]] Status status(const std::string& where) const {
    if (error_) return *error_;
    if (in.failed()) return malformed(where + " is cut short or holds a malformed number.");
    if (!in.at_end()) return malformed(where + " is followed by bytes that belong to nothing.");
    return {};
  }
  void refuse(Error error) {
    if (!error_ && !in.failed()) error_ = std::move(error);
    in.fail();
  }

  /// A count of things of `least` bytes or more each, checked before anything is allocated.
  std::size_t count(std::size_t limit, std::size_t least, std::string_view of, std::string_view what) {
    const std::uint64_t count = in.varint();
    if (count > limit) refuse(form::at_most(limit, of, what));
    if (count > in.remaining() / least)
      refuse(
          malformed(std::string(of) + " announces more " + std::string(what) + " than its bytes can hold."));
    return in.failed() ? 0 : static_cast<std::size_t>(count);
  }
  std::string text() { return std::string(text_of(in.sized(in.remaining()))); }
  Bytes sized() {
    const ByteView part = in.sized(in.remaining());
    return Bytes(part.begin(), part.end());
  }
  AuthorKey key() { return {in.fixed<32>()}; }
  AuthorKey author() {
    if (table_ == nullptr) return key();
    const std::uint64_t index = in.varint();
    if (index == 0) return table_->author;
    if (index <= table_->authors.size()) return table_->authors[static_cast<std::size_t>(index - 1)];
    refuse(malformed("An author index lies beyond the change's list of authors."));
    return {};
  }
  Dot dot() {
    const AuthorKey named = author();
    return {named, in.varint()};
  }
  std::vector<Dot> dots(std::string_view of) {
    std::vector<Dot> list(count(limits::kReplacedDots, 2, of, "earlier changes"));
    for (Dot& one : list) one = dot();
    return list;
  }
  RecordId record() {
    RecordId id;
    id.author = author();
    id.seq = in.varint();
    id.k = narrowed(in.varint());
    return id;
  }
  FieldName field() {
    const std::uint64_t number = in.varint();
    if (number == 1) {
      FieldName name;
      name.definition = record();
      if (name.definition.k == 0)
        refuse(malformed("A field's definition has a k of 0, which names no record."));
      return name;
    }
    if (number % 2 == 1) refuse(malformed("A field has an odd number other than 1."));
    return FieldName::catalog(narrowed(number / 2));
  }
  WallTime wall() {
    WallTime time;
    time.ms = in.zigzag();
    time.offset_minutes = narrowed_minutes(in.zigzag());
    return time;
  }
  Value value(int depth = 0) {
    switch (in.u8()) {
      case 0:
        return Value(Null{});
      case 1:
        return Value(in.zigzag());
      case 2:
        return Value(text());
      case 3:
        return Value(sized());
      case 4:
        return Value(record());
      case 5:
        return Value(wall());
      case 6: {
        if (depth == limits::kValueDepth) {
          refuse(form::at_most(limits::kValueDepth, "A value", "lists inside each other"));
          return {};
        }
        Value::List list(count(limits::kListItems, 1, "A list", "items"));
        for (Value& item : list) item = value(depth + 1);
        return Value(std::move(list));
      }
      default:
        refuse(malformed("A value has an unknown type."));
        return {};
    }
  }
  PathStep step() {
    PathStep step;
    step.author = key();
    step.seq = in.varint();
    step.prev_link = in.fixed<32>();
    step.content = sized();
    step.signature = in.fixed<64>();
    return step;
  }

  Create create() {
    Create op;
    op.collection = narrowed(in.varint());
    op.fields.resize(count(limits::kFieldsPerRecord, 2, "A create", "fields"));
    for (FieldValue& entry : op.fields) {
      entry.field = field();
      entry.value = value();
    }
    return op;
  }
  Write write() {
    Write op;
    op.record = record();
    op.field = field();
    op.value = value();
    op.replaces = dots("A write");
    return op;
  }
  Add add() {
    Add op;
    op.record = record();
    op.field = field();
    op.delta = in.zigzag();
    return op;
  }
  Put put() {
    Put op;
    op.record = record();
    op.field = field();
    op.value = value();
    return op;
  }
  Drop drop() {
    Drop op;
    op.record = record();
    op.field = field();
    op.value = value();
    op.seen = dots("A drop");
    return op;
  }
  Found found() {
    Found op;
    op.workspace_name = text();
    op.device_name = text();
    op.recovery = key();
    op.zone_minutes = narrowed_minutes(in.zigzag());
    return op;
  }
  Enrol enrol() {
    Enrol op;
    op.device_name = text();
    op.role = narrowed(in.varint());
    const std::uint8_t basis = in.u8();
    if (basis < 1 || basis > 3) refuse(malformed("An enrolment has an unknown basis."));
    op.basis = EnrolBasis{basis};
    op.introducer = key();
    op.introducer_seq = in.varint();
    op.introducer_link = in.fixed<32>();
    op.proof = in.fixed<64>();
    op.path.resize(count(form::kPathSteps, 32 + 1 + 32 + 1 + 64, "The path of an enrolment", "steps"));
    for (PathStep& one : op.path) one = step();
    return op;
  }
  Invite invite() {
    Invite op;
    op.role = narrowed(in.varint());
    op.expires_ms = in.zigzag();
    op.one_time = key();
    op.label = text();
    return op;
  }
  Admit admit() {
    Admit op;
    op.claimant = author();
    op.invitation = dot();
    return op;
  }
  Revoke revoke() {
    Revoke op;
    op.author = author();
    op.seq = in.varint();
    op.link = in.fixed<32>();
    op.reason = text();
    return op;
  }

  Operation operation(std::uint64_t kind) {
    switch (Kind{kind}) {
      case Kind::create:
        return create();
      case Kind::write:
        return write();
      case Kind::add:
        return add();
      case Kind::put:
        return put();
      case Kind::drop:
        return drop();
      case Kind::erase:
        return Erase{dot()};
      case Kind::found:
        return found();
      case Kind::enrol:
        return enrol();
      case Kind::invite:
        return invite();
      case Kind::admit:
        return admit();
      case Kind::revoke:
        return revoke();
    }
    const ByteView body = in.raw(in.remaining());
    return Unknown{kind, Bytes(body.begin(), body.end())};
  }

  Reader in;

 private:
  const Change* table_;
  std::optional<Error> error_;
};

void read_header(ContentReader& content, Change& change) {
  Reader& in = content.in;
  if (in.u8() != form::kVersion) content.refuse(malformed("The change has an unknown format version."));
  change.author = content.key();
  change.seq = in.varint();
  change.time.ms = in.varint();
  const std::uint64_t counter = in.varint();
  if (counter > 0xFFFF) content.refuse(form::too_large("The counter of a hybrid time has at most 16 bits."));
  change.time.counter = static_cast<std::uint16_t>(counter);
  change.wall = content.wall();
  change.authors.resize(content.count(limits::kAuthorsPerChange, 32, "A change", "other authors"));
  for (AuthorKey& author : change.authors) author = content.key();
  change.pins.resize(content.count(limits::kAuthorsPerChange, 34, "A change", "pins"));
  for (Pin& pin : change.pins) {
    pin.author = content.author();
    pin.seq = in.varint();
    pin.link = in.fixed<32>();
  }
  const std::uint8_t has_private = in.u8();
  if (has_private > 1) content.refuse(malformed("A change does not say whether it has a private part."));
  if (has_private == 1) change.private_commitment = in.fixed<32>();
}

}  // namespace

Result<Change> decode_change(ByteView bytes) {
  if (bytes.size() > limits::kChangeBytes) return form::at_most(limits::kChangeBytes, "A change", "bytes");
  Change change;
  ContentReader content(bytes, &change);
  read_header(content, change);
  const std::size_t operations = content.count(limits::kOperations, 2, "A change", "operations");
  change.operations.reserve(operations);
  for (std::size_t i = 0; i < operations; ++i) {
    const std::uint64_t kind = content.in.varint();
    ContentReader body(content.in.sized(content.in.remaining()), &change);
    if (content.in.failed()) break;
    change.operations.push_back(body.operation(kind));
    KAREZ_TRY(body.status("Operation " + std::to_string(i + 1) + " of the change"));
  }
  KAREZ_TRY(content.status("The change"));
  if (auto rules = form::check(change); !rules) return in_bytes(rules.error());
  // The rules above leave one encoding to each change; this is the proof, and it is cheap.
  const auto again = form::write_content(change);
  if (!again) return in_bytes(again.error());
  if (!std::equal(bytes.begin(), bytes.end(), again->begin(), again->end())) {
    return malformed("The change is not in its one canonical encoding.");
  }
  return change;
}

Result<Value> decode_value(ByteView bytes) {
  ContentReader reader(bytes, nullptr);
  Value value = reader.value();
  KAREZ_TRY(reader.status("The value"));
  if (auto rules = form::check_value(value); !rules) return in_bytes(rules.error());
  return value;
}

}  // namespace karez
