// Contents in columns and back: what a pack's frame unpacks to (schema/log-format.md, section 5). Content is
// taken apart by its own grammar, without any catalog; what does not follow the grammar travels whole.
// Private to the log floor. No thread rule.
#pragma once

#include <span>
#include <vector>

#include "columns.h"
#include "karez/log/pack.h"

namespace karez::columnar {

/// The columns that every pack has; those that shapes name follow.
enum Fixed : std::size_t {
  kTimeMs,
  kTimeCounter,
  kWallMs,
  kWallOffset,
  kAuthors,
  kAuthorKey,
  kPins,
  kPinIndex,
  kPinSeq,
  kPinLink,
  kPrivate,
  kCommitment,
  kSalt,
  kPart,
  kOperations,
  kShape,
  kWhole,
  kFixedColumns,
};
[[nodiscard]] constexpr bool is_text_column(std::size_t fixed) {
  return fixed == kAuthorKey || fixed == kPinLink || fixed == kCommitment || fixed == kSalt ||
         fixed == kPart || fixed == kWhole;
}

inline constexpr std::size_t kColumns = 4096;          ///< of one pack; bounds a reader's memory
inline constexpr std::size_t kShapeBytes = 64 * 1024;  ///< all shapes of a pack; bounds a reader's memory

/// Where a private part is.
enum class Private : std::uint8_t { none = 0, here = 1, absent = 2 };

struct Columns {
  Bytes raw;
  std::vector<std::size_t> ends;  ///< where the bytes change their kind, ascending: ends of the large columns
};

/// The columns of these entries; `tails` are the contents without version, author and seq. With `is_whole`
/// every tail travels whole, which is never much longer than the tails.
[[nodiscard]] Columns write(const PackHeader& header, std::span<const PackEntry> entries,
                            std::span<const ByteView> tails, std::span<const Private> privates,
                            bool is_whole);

/// Rebuilds contents, one change after another.
///
/// Cost:   time linear in the raw bytes and the contents rebuilt; memory of at most kColumns readers,
///         kDictionaryEntries views and 24 bytes for each byte of the shapes, beside the raw bytes.
class Rebuilder {
 public:
  explicit Rebuilder(const PackHeader& header) : header_(header) {}

  /// Errors: malformed. Lifetime: `raw` must outlive the rebuilder.
  Status open(ByteView raw);
  /// The content and the private part of the next change, and whether a part is there or must be.
  ///
  /// Errors: malformed, too_large (a content, or all that was rebuilt together).
  Status next(OpenedChange& out, Private& where);
  /// Errors: malformed if any column holds more than was used.
  [[nodiscard]] Status finish() const;

 private:
  enum class Slot : std::uint8_t { nothing, number, text, body, record, place, wall, dots };
  /// Constant bytes, then what columns give.
  struct Step {
    std::uint32_t constant_at = 0;
    std::uint32_t constant_size = 0;
    std::uint32_t count = 0;  ///< of dots
    std::uint16_t column = 0;
    Slot slot = Slot::nothing;
  };
  struct Shape {
    std::size_t kind_at = 0, kind_size = 0;  ///< in constants_
    std::size_t first_step = 0, last_step = 0;
  };
  struct Place {
    std::uint64_t index = 0, seq = 0;
  };

  Status open_shapes(ByteView bytes);
  bool compile_value(Reader& in, int depth);
  bool compile_field(Reader& in);
  bool compile_operation(Reader& in, Shape& shape);
  bool compile_dots(Reader& in);
  bool slot(Reader& in, Slot slot, std::uint32_t count = 0);
  void append_constant(const Reader& in, std::size_t from);

  void head();
  void operation(const Shape& shape);
  void step(const Step& step, Place& place);
  void put(ByteView bytes);
  void varint(std::uint64_t value);
  void reference(std::size_t column, Place& place);
  std::uint64_t number(std::size_t column) { return columns_[column].number(); }
  ByteView text(std::size_t column) { return columns_[column].text(); }
  ByteView fixed_text(std::size_t column, std::size_t size);

  const PackHeader& header_;
  std::vector<columns::ColumnReader> columns_;
  std::vector<Shape> shapes_;
  std::vector<Step> steps_;
  Bytes constants_;
  std::size_t pending_ = 0;  ///< constants since the last step, while shapes are compiled

  std::uint64_t seq_ = 0;
  std::uint64_t time_ms_ = 0;
  std::uint64_t wall_ms_ = 0;
  std::uint64_t wall_offset_ = 0;
  std::size_t rebuilt_ = 0;
  bool is_broken_ = false;
  bool is_too_long_ = false;
  Bytes buffer_;
  std::size_t size_ = 0;
};

}  // namespace karez::columnar
