#include <algorithm>

#include "form.h"
#include "karez/base/limits.h"
#include "karez/log/change.h"

namespace karez {
namespace {

using form::Kind;

/// Writes the parts of a content. `table` gives the indexes of authors; without one, keys are written in
/// full.
class ContentWriter {
 public:
  explicit ContentWriter(const Change* table) : table_(table) {}

  void author(const AuthorKey& key) {
    if (table_ == nullptr) {
      out.raw(key.bytes);
      return;
    }
    if (key == table_->author) {
      out.varint(0);
      return;
    }
    const auto& authors = table_->authors;
    const auto found = std::lower_bound(authors.begin(), authors.end(), key);
    if (found == authors.end() || *found != key) lacks_author = true;
    out.varint(static_cast<std::uint64_t>(found - authors.begin()) + 1);
  }
  void dot(const Dot& dot) {
    author(dot.author);
    out.varint(dot.seq);
  }
  void dots(const std::vector<Dot>& list) {
    out.varint(list.size());
    for (const Dot& one : list) dot(one);
  }
  void record(const RecordId& id) {
    author(id.author);
    out.varint(id.seq);
    out.varint(id.k);
  }
  void field(const FieldName& name) {
    if (name.is_catalog()) {
      out.varint(std::uint64_t{name.number} * 2);
    } else {
      out.varint(1);
      record(name.definition);
    }
  }
  void value(const Value& value) {
    out.u8(static_cast<std::uint8_t>(value.side.index()));
    std::visit(*this, value.side);
  }
  void step(const PathStep& step) {
    out.raw(step.author.bytes);
    out.varint(step.seq);
    out.raw(step.prev_link);
    out.sized(step.content);
    out.raw(step.signature);
  }

  void operator()(const Null&) {}
  void operator()(std::int64_t n) { out.zigzag(n); }
  void operator()(const std::string& text) { out.text(text); }
  void operator()(const Bytes& bytes) { out.sized(bytes); }
  void operator()(const RecordId& id) { record(id); }
  void operator()(const WallTime& time) {
    out.zigzag(time.ms);
    out.zigzag(time.offset_minutes);
  }
  void operator()(const Value::List& list) {
    out.varint(list.size());
    for (const Value& item : list) value(item);
  }

  Kind operator()(const Create& op) {
    out.varint(op.collection);
    out.varint(op.fields.size());
    for (const FieldValue& entry : op.fields) {
      field(entry.field);
      value(entry.value);
    }
    return Kind::create;
  }
  Kind operator()(const Write& op) {
    record(op.record);
    field(op.field);
    value(op.value);
    dots(op.replaces);
    return Kind::write;
  }
  Kind operator()(const Add& op) {
    record(op.record);
    field(op.field);
    out.zigzag(op.delta);
    return Kind::add;
  }
  Kind operator()(const Put& op) {
    record(op.record);
    field(op.field);
    value(op.value);
    return Kind::put;
  }
  Kind operator()(const Drop& op) {
    record(op.record);
    field(op.field);
    value(op.value);
    dots(op.seen);
    return Kind::drop;
  }
  Kind operator()(const Erase& op) {
    dot(op.change);
    return Kind::erase;
  }
  Kind operator()(const Found& op) {
    out.text(op.workspace_name);
    out.text(op.device_name);
    out.raw(op.recovery.bytes);
    out.zigzag(op.zone_minutes);
    return Kind::found;
  }
  Kind operator()(const Enrol& op) {
    out.text(op.device_name);
    out.varint(op.role);
    out.u8(static_cast<std::uint8_t>(op.basis));
    out.raw(op.introducer.bytes);
    out.varint(op.introducer_seq);
    out.raw(op.introducer_link);
    out.raw(op.proof);
    out.varint(op.path.size());
    for (const PathStep& one : op.path) step(one);
    return Kind::enrol;
  }
  Kind operator()(const Invite& op) {
    out.varint(op.role);
    out.zigzag(op.expires_ms);
    out.raw(op.one_time.bytes);
    out.text(op.label);
    return Kind::invite;
  }
  Kind operator()(const Admit& op) {
    author(op.claimant);
    dot(op.invitation);
    return Kind::admit;
  }
  Kind operator()(const Revoke& op) {
    author(op.author);
    out.varint(op.seq);
    out.raw(op.link);
    out.text(op.reason);
    return Kind::revoke;
  }
  Kind operator()(const Unknown& op) {
    out.raw(op.body);
    return Kind{op.kind};
  }

  Writer out;
  bool lacks_author = false;

 private:
  const Change* table_;
};

/// Walks the keys that a change names by index.
class AuthorCollector {
 public:
  explicit AuthorCollector(Change& change) : own_(change.author), authors_(change.authors) {}

  void key(const AuthorKey& author) {
    if (author != own_) authors_.push_back(author);
  }
  void field(const FieldName& name) {
    if (!name.is_catalog()) key(name.definition.author);
  }
  void value(const Value& value) {
    if (const auto* id = std::get_if<RecordId>(&value.side)) key(id->author);
    if (const auto* list = std::get_if<Value::List>(&value.side)) {
      for (const Value& item : *list) this->value(item);
    }
  }
  void dots(const std::vector<Dot>& list) {
    for (const Dot& dot : list) key(dot.author);
  }

  void operator()(const Create& op) {
    for (const FieldValue& entry : op.fields) {
      field(entry.field);
      value(entry.value);
    }
  }
  void operator()(const Write& op) {
    place(op);
    value(op.value);
    dots(op.replaces);
  }
  void operator()(const Add& op) { place(op); }
  void operator()(const Put& op) {
    place(op);
    value(op.value);
  }
  void operator()(const Drop& op) {
    place(op);
    value(op.value);
    dots(op.seen);
  }
  void operator()(const Erase& op) { key(op.change.author); }
  void operator()(const Found&) {}
  void operator()(const Enrol&) {}
  void operator()(const Invite&) {}
  void operator()(const Admit& op) {
    key(op.claimant);
    key(op.invitation.author);
  }
  void operator()(const Revoke& op) { key(op.author); }
  void operator()(const Unknown&) {}

 private:
  template <typename Op>
  void place(const Op& op) {
    key(op.record.author);
    field(op.field);
  }

  AuthorKey own_;
  std::vector<AuthorKey>& authors_;
};

}  // namespace

void collect_authors(Change& change) {
  AuthorCollector collector(change);
  for (const Pin& pin : change.pins) collector.key(pin.author);
  for (const Operation& operation : change.operations) std::visit(collector, operation);
  std::sort(change.authors.begin(), change.authors.end());
  change.authors.erase(std::unique(change.authors.begin(), change.authors.end()), change.authors.end());
}

Result<Bytes> form::write_content(const Change& change) {
  ContentWriter content(&change);
  Writer& out = content.out;
  out.u8(kVersion);
  out.raw(change.author.bytes);
  out.varint(change.seq);
  out.varint(change.time.ms);
  out.varint(change.time.counter);
  out.zigzag(change.wall.ms);
  out.zigzag(change.wall.offset_minutes);
  out.varint(change.authors.size());
  for (const AuthorKey& author : change.authors) out.raw(author.bytes);
  out.varint(change.pins.size());
  for (const Pin& pin : change.pins) {
    content.author(pin.author);
    out.varint(pin.seq);
    out.raw(pin.link);
  }
  out.u8(change.private_commitment ? 1 : 0);
  if (change.private_commitment) out.raw(*change.private_commitment);
  out.varint(change.operations.size());
  for (const Operation& operation : change.operations) {
    ContentWriter body(&change);
    out.varint(static_cast<std::uint64_t>(std::visit(body, operation)));
    out.sized(body.out.bytes());
    content.lacks_author = content.lacks_author || body.lacks_author;
  }
  if (content.lacks_author) return broken("The change names an author that its list of authors lacks.");
  if (out.size() > limits::kChangeBytes) return at_most(limits::kChangeBytes, "A change", "bytes");
  return out.take();
}

Result<Bytes> encode(const Change& change) {
  KAREZ_TRY(form::check(change));
  return form::write_content(change);
}

Bytes encode_value(const Value& value) {
  ContentWriter writer(nullptr);
  writer.value(value);
  return writer.out.take();
}

Hash private_commitment(const FixedBytes<16>& salt, ByteView part) {
  return blake2b({view_of("karez/private/1"), salt, part});
}

}  // namespace karez
