// A pack: a run of one author's changes encoded together, with one head signature at its end. The same bytes
// travel on the wire, lie on disk and on a USB stick. Layout: schema/log-format.md section 5.
//
// Opening a pack checks its form, the chain inside it and the signature; what it does not check is that the
// chain continues what the reader holds (`prev_link`) and that the author is enrolled. Values; no thread
// rule.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "karez/log/chain.h"
#include "karez/log/change.h"

namespace karez {

/// The private part of a change beside its content.
struct PrivatePart {
  FixedBytes<16> salt{};
  Bytes bytes;
  bool operator==(const PrivatePart&) const = default;
};

/// One change as stored: its canonical content and, if it has a commitment, the private part or nothing.
struct PackEntry {
  Bytes content;
  std::optional<PrivatePart> private_part;
};

/// What a pack says of itself before it is unpacked.
struct PackHeader {
  WorkspaceId workspace;
  AuthorKey author;
  std::uint64_t first_seq = 0;
  std::uint64_t count = 0;
  Hash prev_link{};       ///< link(first_seq - 1)
  Signature signature{};  ///< over (workspace, author, last seq, last link)
  [[nodiscard]] std::uint64_t last_seq() const { return first_seq + count - 1; }
};

struct OpenedChange {
  Bytes content;
  Change change;
  Hash link{};
  std::optional<PrivatePart> private_part;
};

struct OpenedPack {
  PackHeader header;
  std::vector<OpenedChange> changes;  ///< in order, at least one
  [[nodiscard]] const Hash& last_link() const { return changes.back().link; }
};

/// Whether a private part may be absent: only where an erase names its change, which the reader of the pack
/// cannot know.
enum class AbsentParts { refused, accepted };

/// Whether the change commits to a private part that is not here.
[[nodiscard]] inline bool is_part_absent(const OpenedChange& one) {
  return one.change.private_commitment.has_value() && !one.private_part.has_value();
}

/// Encodes a run in columns. `entries[i]` is the content of change first_seq + i; the signature is the
/// author's over the end. Other writers may choose other columns for the same run: a pack's bytes are neither
/// hashed nor signed, only the contents are.
///
/// Errors: too_large if the pack would exceed limits::kPackRawBytes, kPackBytes or kPackChanges: split the
///         run. usage: a content is of another author or seq, or a private part does not fit.
[[nodiscard]] Result<Bytes> encode_pack(const PackHeader& header, std::span<const PackEntry> entries);

/// Reads the header alone; cheap, checks nothing but form.
[[nodiscard]] Result<PackHeader> read_pack_header(ByteView pack);

/// Unpacks and checks form, chain and signature, and that private parts fit their commitments.
///
/// Errors: malformed, too_large, broken_chain (a log that does not begin at its link(0)), bad_signature,
///         wrong_workspace (a founder's log that makes another one), withheld (a private part is absent
///         and `absent` refuses it; who accepts it sees to it that an erase names the change).
/// Cost:   whatever the pack claims, at most limits::kPackRawBytes are unpacked and at most as many rebuilt
///         from them (a content more than that ends it); columns and their dictionaries take at most 4 MiB
///         beside, and the changes a small multiple of their contents. Time is linear in both sizes.
[[nodiscard]] Result<OpenedPack> open_pack(ByteView pack, AbsentParts absent = AbsentParts::refused);

/// As open_pack, for a pack from our own disk that was opened when it came: all but the signature is checked,
/// and links are computed anew from prev_link. The caller compares the last link with the one that it stored.
[[nodiscard]] Result<OpenedPack> read_stored_pack(ByteView pack, AbsentParts absent = AbsentParts::refused);

/// One change of such a pack, rebuilt with those before it and without a look at links, signature or what
/// follows: a first question about a pack costs a fraction of its unpacking. Errors: as read_stored_pack,
/// not_found (the pack does not hold the change).
[[nodiscard]] Result<Change> read_stored_change(ByteView pack, std::uint64_t seq,
                                                AbsentParts absent = AbsentParts::refused);

}  // namespace karez
