// One column of a pack: a stream of numbers or of texts in one of five encodings (schema/log-format.md,
// section 5). It knows nothing of changes. Private to the log floor. Values over the bytes that they were
// given; no thread rule.
#pragma once

#include <vector>

#include "karez/base/bytes.h"
#include "karez/base/result.h"

namespace karez::columns {

enum class Encoding : std::uint8_t {
  numbers = 0,      ///< varints
  differences = 1,  ///< zigzag differences to the number before, from 0, modulo 2^64
  runs = 2,         ///< (number, how often)
  texts = 3,        ///< all lengths, then all bytes
  dictionary = 4,   ///< the distinct texts, then a number of one for each
};

/// Room for the entries of all dictionaries of one pack: a reader keeps 16 bytes for each.
inline constexpr std::size_t kDictionaryEntries = 65'536;

/// Gives a column's numbers or texts one after another. Beyond its end it gives zeros and is failed.
///
/// Lifetime: views given back live as long as the bytes that were passed in.
class ColumnReader {
 public:
  /// Errors: malformed. `room` is how many dictionary entries the pack may still have; it sinks by this
  /// column's.
  Status open(std::uint8_t encoding, ByteView data, std::size_t& room);

  [[nodiscard]] bool is_text() const { return encoding_ >= Encoding::texts; }

  std::uint64_t number() {
    if (encoding_ == Encoding::numbers) return in_.varint();
    if (encoding_ == Encoding::differences) return last_ += from_zigzag(in_.varint());
    if (left_ == 0) {
      last_ = in_.varint();
      left_ = in_.varint();
      if (left_ == 0) {
        in_.fail();
        return 0;
      }
    }
    --left_;
    return last_;
  }
  ByteView text() {
    if (encoding_ == Encoding::texts) return in_.sized_by(lengths_);
    const std::uint64_t entry = in_.varint();
    if (entry < entries_.size()) return entries_[static_cast<std::size_t>(entry)];
    in_.fail();
    return {};
  }

  /// True when it gave more than it holds.
  [[nodiscard]] bool failed() const { return in_.failed() || lengths_.failed(); }
  /// True when it gave exactly what it holds.
  [[nodiscard]] bool finished() const { return in_.finished() && lengths_.finished() && left_ == 0; }

 private:
  /// A Reader whose lengths stand in another one.
  struct Source : Reader {
    using Reader::Reader;
    ByteView sized_by(Reader& lengths) {
      const std::uint64_t size = lengths.varint();
      if (lengths.failed() || size > remaining()) {
        fail();
        return {};
      }
      return raw(static_cast<std::size_t>(size));
    }
  };

  Encoding encoding_ = Encoding::numbers;
  Source in_{ByteView{}};
  Reader lengths_{ByteView{}};
  std::uint64_t last_ = 0;
  std::uint64_t left_ = 0;
  std::vector<ByteView> entries_;
};

/// Gathers a column's numbers or texts and writes them in the encoding that takes the fewest bytes.
///
/// Lifetime: views of texts must live until write().
class ColumnWriter {
 public:
  explicit ColumnWriter(bool is_text) : is_text_(is_text) {}

  void number(std::uint64_t value) { numbers_.push_back(value); }
  void text(ByteView value) { texts_.push_back(value); }

  /// Appends the column's data and gives its encoding. `room` as for ColumnReader::open.
  Encoding write(Writer& out, std::size_t& room) const;

 private:
  Encoding write_numbers(Writer& out) const;
  Encoding write_texts(Writer& out, std::size_t& room) const;

  bool is_text_;
  std::vector<std::uint64_t> numbers_;
  std::vector<ByteView> texts_;
};

}  // namespace karez::columns
