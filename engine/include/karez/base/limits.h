// Every limit of the formats and the wire, each stated once with its reason. Limits marked "form" are part of
// well-formedness: they never depend on a catalog, and changing one is a new format version.
#pragma once

#include <cstddef>
#include <cstdint>

namespace karez::limits {

// Form of a change (schema/log-format.md).
inline constexpr std::size_t kChangeBytes =
    64 * 1024;                                    ///< form: one frame always carries at least one change
inline constexpr std::size_t kOperations = 2048;  ///< form
inline constexpr std::size_t kRecordsPerChange = 1023;        ///< form: k fits the 10 low bits of a local key
inline constexpr std::uint64_t kSeq = 0xFFFFFFFFu;            ///< form: seq fits 32 bits
inline constexpr std::size_t kFieldsPerRecord = 256;          ///< form
inline constexpr std::size_t kAuthorsPerChange = 1024;        ///< form
inline constexpr std::size_t kReplacedDots = 1024;            ///< form
inline constexpr std::size_t kTextBytes = 16 * 1024;          ///< form: longest text or byte value
inline constexpr std::size_t kNameBytes = 256;                ///< form: names of devices and workspaces
inline constexpr std::size_t kListItems = 1024;               ///< form
inline constexpr int kValueDepth = 8;                         ///< form: lists inside lists
inline constexpr std::int64_t kQuantity = 1'000'000'000'000;  ///< form: |integer| of any value or delta
inline constexpr std::int64_t kTimeMs = std::int64_t{1} << 47;  ///< form: |wall time|, about 4460 years
inline constexpr std::uint64_t kHybridMs = (std::uint64_t{1} << 48) - 1;  ///< form
inline constexpr int kOffsetMinutes = 18 * 60;  ///< form: |UTC offset| (ISO 8601 in practice)
inline constexpr int kPathDepth = 16;           ///< form: enrolments between an author and the founder
inline constexpr std::uint64_t kCatalogNumber = 1u << 20;  ///< form: collection and field numbers

inline constexpr std::size_t kBranches =
    64;  ///< logs of one author that are told apart (log-format section 9)
inline constexpr std::size_t kShelf = 1024;  ///< packs of one author that are kept beyond a gap

// Packs and frames (schema/protocol.md).
inline constexpr std::size_t kFrameBytes = 256 * 1024;           ///< largest frame after login
inline constexpr std::size_t kFrameBytesBeforeLogin = 4 * 1024;  ///< largest frame before login
inline constexpr std::size_t kPackBytes = kFrameBytes - 64;  ///< a pack and its frame header fit one frame
inline constexpr std::size_t kPackRawBytes = 1024 * 1024;    ///< a pack unpacked; bounds memory per pack
inline constexpr std::size_t kPackChanges = 4096;
inline constexpr std::size_t kCreditBytes =
    1024 * 1024;  ///< bytes in flight one way before the peer must grant more

// Control messages: checked before a JSON library sees them.
inline constexpr int kJsonDepth = 32;
inline constexpr std::size_t kJsonNodes = 4096;

// Clocks.
inline constexpr std::int64_t kClockAheadMs =
    10 * 60 * 1000;  ///< a received hybrid time further ahead is not merged
inline constexpr std::int64_t kSkewShownMs = 2 * 60 * 1000;  ///< a skew beyond this is named to people
inline constexpr std::int64_t kInvitationMs = std::int64_t{7} * 24 * 3600 * 1000;

}  // namespace karez::limits
