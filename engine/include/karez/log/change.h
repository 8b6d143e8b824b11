// A change: one user action, an atomic numbered group of operations by one author, and its canonical content.
//
// The content is self-describing and canonical: one change has one encoding, and decode() accepts only bytes
// that encode() would give. It is what the chain hashes, so a relay or an older replica can rebuild and check
// content whose fields and operations it does not know. Byte layout: schema/log-format.md. Values; no thread
// rule.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "karez/base/result.h"
#include "karez/model/hybrid_time.h"
#include "karez/model/value.h"

namespace karez {

/// Another author's applied position on which a change builds; `link` says which branch.
struct Pin {
  AuthorKey author;
  std::uint64_t seq = 0;
  Hash link{};
  auto operator<=>(const Pin&) const = default;
};

struct FieldValue {
  FieldName field;
  Value value;
  bool operator==(const FieldValue&) const = default;
};

/// Makes the change's next record. Each initial value is a write whose dot is this change's.
struct Create {
  std::uint32_t collection = 0;
  std::vector<FieldValue> fields;  ///< strictly ascending by field; no nulls
  bool operator==(const Create&) const = default;
};

/// A register write. `replaces` names the writes that it saw; the creation's dot stands for the initial
/// value.
struct Write {
  RecordId record;
  FieldName field;
  Value value;
  std::vector<Dot> replaces;  ///< strictly ascending
  bool operator==(const Write&) const = default;
};

/// A signed delta to a counter; 0 < |delta| <= limits::kQuantity.
struct Add {
  RecordId record;
  FieldName field;
  std::int64_t delta = 0;
  bool operator==(const Add&) const = default;
};

/// Adds an element to an add-wins set.
struct Put {
  RecordId record;
  FieldName field;
  Value value;
  bool operator==(const Put&) const = default;
};

/// Removes an element from a set: exactly the additions that it saw.
struct Drop {
  RecordId record;
  FieldName field;
  Value value;
  std::vector<Dot> seen;  ///< strictly ascending, at least one
  bool operator==(const Drop&) const = default;
};

/// Allows the private part of a change to be absent.
struct Erase {
  Dot change;
  bool operator==(const Erase&) const = default;
};

/// The founder's first change: the workspace begins. Its link is the workspace's id.
struct Found {
  std::string workspace_name;
  std::string device_name;
  AuthorKey recovery;    ///< the offline key that outranks the founder
  int zone_minutes = 0;  ///< decides working days
  bool operator==(const Found&) const = default;
};

/// A standalone proof that `author` made `content` at `seq`: link = chain(prev_link, content) and the
/// author's head signature over it.
struct PathStep {
  AuthorKey author;
  std::uint64_t seq = 0;
  Hash prev_link{};
  Bytes content;
  FixedBytes<64> signature{};
  bool operator==(const PathStep&) const = default;
};

enum class EnrolBasis : std::uint8_t { invitation = 1, successor = 2, recovery = 3 };

/// Every other author's first change: who it is and by what right. The path proves it without any log:
/// basis invitation: the issuer's first change, then the invitation; successor: the previous author's first
/// change; recovery: the founder's first change. A first change carries its own path inside, up to the
/// founder.
struct Enrol {
  std::string device_name;
  std::uint32_t role = 0;  ///< catalog number of the role
  EnrolBasis basis = EnrolBasis::invitation;
  AuthorKey introducer;  ///< invitation: its issuer; successor: the previous author; recovery: zero
  std::uint64_t introducer_seq = 0;  ///< invitation: its seq; successor: the previous author's last known seq
  Hash introducer_link{};            ///< the link there
  FixedBytes<64>
      proof{};  ///< invitation: by the one-time key; successor: by the previous key; recovery: zero
  std::vector<PathStep> path;
  bool operator==(const Enrol&) const = default;
};

/// A coordinator's invitation; whoever holds the one-time secret key may claim it once.
struct Invite {
  std::uint32_t role = 0;
  std::int64_t expires_ms = 0;  ///< judged by the issuer's clock when it admits
  AuthorKey one_time;           ///< the public half
  std::string label;            ///< for whom, may be empty
  bool operator==(const Invite&) const = default;
};

/// Settles who holds an invitation.
struct Admit {
  AuthorKey claimant;
  Dot invitation;
  bool operator==(const Admit&) const = default;
};

/// A cut: records of `author` up to (seq, link) stay valid, later ones leave the totals.
struct Revoke {
  AuthorKey author;
  std::uint64_t seq = 0;
  Hash link{};
  std::string reason;
  bool operator==(const Revoke&) const = default;
};

/// An operation of a newer version: kept, forwarded, not understood.
struct Unknown {
  std::uint64_t kind = 0;
  Bytes body;
  bool operator==(const Unknown&) const = default;
};

using Operation =
    std::variant<Create, Write, Add, Put, Drop, Erase, Found, Enrol, Invite, Admit, Revoke, Unknown>;

struct Change {
  AuthorKey author;
  std::uint64_t seq = 0;
  HybridTime time;
  WallTime wall;
  std::vector<AuthorKey>
      authors;            ///< those that operations and pins name, strictly ascending, without `author`
  std::vector<Pin> pins;  ///< strictly ascending by author
  std::optional<Hash> private_commitment;
  std::vector<Operation> operations;
  bool operator==(const Change&) const = default;
};

/// Fills `change.authors` from its pins and operations. Call it before encode().
void collect_authors(Change& change);

/// The canonical content.
///
/// Errors: too_large if a limit of the form is exceeded, usage if a rule of the form is broken (names the
/// rule).
[[nodiscard]] Result<Bytes> encode(const Change& change);

/// The change behind canonical content.
///
/// Errors: malformed or too_large, naming the rule. Never crashes or allocates beyond a small multiple of the
/// input.
[[nodiscard]] Result<Change> decode_change(ByteView content);

/// One value in its canonical encoding with record references resolved against no table (keys in full): for
/// ordering and hashing of values outside a change.
[[nodiscard]] Bytes encode_value(const Value& value);
[[nodiscard]] Result<Value> decode_value(ByteView bytes);

/// The commitment to a change's private part: H("karez/private/1" | salt | part).
[[nodiscard]] Hash private_commitment(const FixedBytes<16>& salt, ByteView part);

}  // namespace karez
