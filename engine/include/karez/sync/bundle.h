// The bundle: what a session says, as a file that travels by hand: who packed it and what he held, what
// others said and signed, and packs. Layout and rules: schema/bundle-format.md. BundleWriter and BundleReader
// turn items into bytes and back; files, stores and people are the caller's.
//
// One thread. Memory: one frame and what the caller feeds at a time; a bundle is never held whole.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "karez/sync/replica_session.h"

namespace karez {

inline constexpr std::uint64_t kBundleVersion = 1;
/// Heads that one bundle may state: bounds what a reader keeps in memory. Also bounds the notes: at most one
/// of each kind for each head.
inline constexpr std::size_t kBundleHeads = 131'072;
inline constexpr std::size_t kBundleHeadsPerFrame = 1000;

/// Who packed, for whom, when. Always the first item.
struct BundleHeader {
  WorkspaceId workspace;
  AuthorKey packer;
  AuthorKey addressee;  ///< zero: for anybody
  std::int64_t packed_ms = 0;
  bool operator==(const BundleHeader&) const = default;
};

/// A page of what the packer held, ascending by author over all pages.
struct BundleHeads {
  std::vector<std::pair<AuthorKey, Head>> heads;
};

/// The packer's signature over the header and over all pages of heads before it.
struct BundleStatement {
  std::uint64_t count = 0;
  Hash digest{};
  Signature signature{};
};

/// A holding names its relay here: a bundle comes from no relay.
struct BundleHolding {
  AuthorKey relay;
  Holding holding;
};

struct BundlePack {
  Bytes pack;
};

/// What a newer program of the same version wrote; older ones pass over it.
struct BundleUnknown {
  std::uint8_t kind = 0;
};

/// The last item. A bundle without it is torn.
struct BundleEnd {
  std::uint64_t packs = 0;
};

using BundleItem = std::variant<BundleHeader, BundleHeads, BundleStatement, Announcement, BundleHolding,
                                Receipt, BundlePack, BundleUnknown, BundleEnd>;

/// What is wrong with a bundle, for people: each has a sentence of its own.
enum class BundleFault {
  none,
  not_a_bundle,  ///< it begins otherwise
  newer,         ///< of a format version that this program does not know
  torn,          ///< it ends before its end
  damaged,       ///< a checksum does not fit
  malformed,     ///< checksums fit, but the content breaks a rule
  statement,     ///< the packer's statement is not signed by him, or not about these heads
};
[[nodiscard]] std::string_view name_of(BundleFault fault);

/// What the statement's signature covers (after its tag).
[[nodiscard]] Bytes statement_message(const BundleHeader& header, const BundleStatement& statement);
/// The digest of the pages so far, and one more page.
[[nodiscard]] Hash next_heads_digest(const Hash& before, ByteView page_body);

class BundleWriter {
 public:
  /// The bytes that begin a bundle.
  [[nodiscard]] Bytes begin(const BundleHeader& header, const Heads& heads, const KeyPair& packer);
  [[nodiscard]] Bytes announcement(const Announcement& announcement);
  [[nodiscard]] Bytes holding(const BundleHolding& holding);
  [[nodiscard]] Bytes receipt(const Receipt& receipt);
  /// A pack is at most limits::kPackBytes long.
  [[nodiscard]] Bytes pack(ByteView pack);
  [[nodiscard]] Bytes end();

 private:
  [[nodiscard]] Bytes frame(std::uint8_t kind, ByteView body);

  FixedBytes<16> check_{};
  std::uint64_t packs_ = 0;
};

class BundleReader {
 public:
  /// Takes bytes of the file in order, of any number.
  void feed(ByteView bytes);
  /// The next whole item; nothing if more bytes are needed. An error is for good (fault() says which).
  [[nodiscard]] Result<std::optional<BundleItem>> next();
  /// The file ends here. Errors: malformed, if the bundle does not.
  [[nodiscard]] Status finish();

  [[nodiscard]] BundleFault fault() const { return fault_; }
  /// Bytes up to the end of the last whole item: what is before it can be trusted to be as it was written.
  [[nodiscard]] std::uint64_t whole_bytes() const { return whole_; }
  [[nodiscard]] bool is_ended() const { return stage_ == Stage::ended; }

 private:
  /// Items come in this order.
  enum class Stage { magic, header, heads, notes, packs, ended };

  Error fail(BundleFault fault, ErrorCode code, std::string message);
  [[nodiscard]] Result<std::optional<BundleItem>> take();
  [[nodiscard]] Result<BundleItem> decode(std::uint8_t kind, ByteView body);
  [[nodiscard]] Result<BundleItem> decode_header(ByteView body);
  [[nodiscard]] Result<BundleItem> decode_heads(ByteView body);
  [[nodiscard]] Result<BundleItem> decode_statement(ByteView body);
  [[nodiscard]] Result<BundleItem> decode_note(std::uint8_t kind, ByteView body);
  [[nodiscard]] Result<BundleItem> decode_pack(ByteView body);
  [[nodiscard]] Result<BundleItem> decode_end(ByteView body);
  [[nodiscard]] Error broken_rule(const std::string& what);

  Bytes buffer_;
  std::size_t position_ = 0;  ///< of buffer_: what lies before is taken
  std::uint64_t whole_ = 0;
  Stage stage_ = Stage::magic;
  BundleFault fault_ = BundleFault::none;
  Error error_;
  FixedBytes<16> check_{};
  BundleHeader header_;
  Hash digest_{};
  std::uint64_t head_count_ = 0;
  std::uint64_t note_count_ = 0;
  bool heads_are_over_ = false;  ///< a page was not full
  AuthorKey last_author_;
  std::uint64_t packs_ = 0;
};

}  // namespace karez
