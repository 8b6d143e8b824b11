#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

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
  /// Whether status() is good, without a text for the place.
  [[nodiscard]] bool is_whole() const { return in.finished() && !error_; }
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
  /// Fills `out`, which is field 0.
  void read_field(FieldName& out) {
    const std::uint64_t number = in.varint();
    if (number == 1) {
      out.definition = record();
      if (out.definition.k == 0)
        refuse(malformed("A field's definition has a k of 0, which names no record."));
      return;
    }
    if (number % 2 == 1) refuse(malformed("A field has an odd number other than 1."));
    out.number = narrowed(number / 2);
  }
  WallTime wall() {
    WallTime time;
    time.ms = in.zigzag();
    time.offset_minutes = narrowed_minutes(in.zigzag());
    return time;
  }
  Value value() {
    Value out;
    read_value(out, 0);
    return out;
  }
  /// Fills `out`, which is null: in place, for most of the time of opening a pack goes into values.
  void read_value(Value& out, int depth) {
    switch (in.u8()) {
      case 0:
        return;
      case 1:
        out.side.emplace<std::int64_t>(in.zigzag());
        return;
      case 2:
        out.side.emplace<std::string>(text_of(in.sized(in.remaining())));
        return;
      case 3: {
        const ByteView bytes = in.sized(in.remaining());
        out.side.emplace<Bytes>(bytes.begin(), bytes.end());
        return;
      }
      case 4:
        out.side.emplace<RecordId>(record());
        return;
      case 5:
        out.side.emplace<WallTime>(wall());
        return;
      case 6: {
        if (depth == limits::kValueDepth) {
          refuse(form::at_most(limits::kValueDepth, "A value", "lists inside each other"));
          return;
        }
        auto& list = out.side.emplace<Value::List>(count(limits::kListItems, 1, "A list", "items"));
        for (Value& item : list) read_value(item, depth + 1);
        return;
      }
      default:
        refuse(malformed("A value has an unknown type."));
        return;
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

  void read(Create& op) {
    op.collection = narrowed(in.varint());
    op.fields.resize(count(limits::kFieldsPerRecord, 2, "A create", "fields"));
    for (FieldValue& entry : op.fields) {
      read_field(entry.field);
      read_value(entry.value, 0);
    }
  }
  void read(Write& op) {
    op.record = record();
    read_field(op.field);
    read_value(op.value, 0);
    op.replaces = dots("A write");
  }
  void read(Add& op) {
    op.record = record();
    read_field(op.field);
    op.delta = in.zigzag();
  }
  void read(Put& op) {
    op.record = record();
    read_field(op.field);
    read_value(op.value, 0);
  }
  void read(Drop& op) {
    op.record = record();
    read_field(op.field);
    read_value(op.value, 0);
    op.seen = dots("A drop");
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

  /// Appends the operation to the change in place.
  void operation(std::uint64_t kind, std::vector<Operation>& out) {
    const auto make = [&]<typename Op>(std::in_place_type_t<Op> type) -> Op& {
      return std::get<Op>(out.emplace_back(type));
    };
    switch (Kind{kind}) {
      case Kind::create:
        return read(make(std::in_place_type<Create>));
      case Kind::write:
        return read(make(std::in_place_type<Write>));
      case Kind::add:
        return read(make(std::in_place_type<Add>));
      case Kind::put:
        return read(make(std::in_place_type<Put>));
      case Kind::drop:
        return read(make(std::in_place_type<Drop>));
      case Kind::erase:
        out.emplace_back(Erase{dot()});
        return;
      case Kind::found:
        out.emplace_back(found());
        return;
      case Kind::enrol:
        out.emplace_back(enrol());
        return;
      case Kind::invite:
        out.emplace_back(invite());
        return;
      case Kind::admit:
        out.emplace_back(admit());
        return;
      case Kind::revoke:
        out.emplace_back(revoke());
        return;
    }
    const ByteView body = in.raw(in.remaining());
    out.emplace_back(Unknown{kind, Bytes(body.begin(), body.end())});
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

Status form::read_content(ByteView bytes, Change& change) {
  if (bytes.size() > limits::kChangeBytes) return form::at_most(limits::kChangeBytes, "A change", "bytes");
  ContentReader content(bytes, &change);
  read_header(content, change);
  const std::size_t operations = content.count(limits::kOperations, 2, "A change", "operations");
  change.operations.reserve(operations);
  for (std::size_t i = 0; i < operations; ++i) {
    const std::uint64_t kind = content.in.varint();
    ContentReader body(content.in.sized(content.in.remaining()), &change);
    if (content.in.failed()) break;
    body.operation(kind, change.operations);
    if (!body.is_whole()) return body.status("Operation " + std::to_string(i + 1) + " of the change").error();
  }
  if (!content.is_whole()) return content.status("The change").error();
  // One change has one encoding, and this is why: varints and lengths are read in their one form and to the
  // last byte; a number that was narrowed is beyond its rule and refused here; authors ascend strictly, so
  // one index names one of them; pins, fields and dots ascend strictly; a known kind is never read as
  // unknown. tests/property/log_change.cpp encodes whatever is accepted and compares.
  if (auto rules = form::check(change); !rules) return in_bytes(rules.error());
  return {};
}

Result<Change> decode_change(ByteView bytes) {
  Change change;
  KAREZ_TRY(form::read_content(bytes, change));
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
