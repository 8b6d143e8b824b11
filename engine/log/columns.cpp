#include "columns.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>

namespace karez::columns {
namespace {

Error malformed(std::string message) { return {ErrorCode::malformed, std::move(message)}; }

std::size_t varint_size(std::uint64_t value) {
  return static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7;
}

/// The distinct texts of a column in the order of their first use, by open addressing.
class Dictionary {
 public:
  explicit Dictionary(std::size_t texts) : slots_(std::bit_ceil(texts * 2 + 1), 0) {}

  std::uint32_t number_of(ByteView text) {
    std::size_t at = std::hash<std::string_view>{}(text_of(text));
    for (;; ++at) {
      std::uint32_t& slot = slots_[at & (slots_.size() - 1)];
      if (slot == 0) {
        entries_.push_back(text);
        slot = static_cast<std::uint32_t>(entries_.size());
      }
      if (text_of(entries_[slot - 1]) == text_of(text)) return slot - 1;
    }
  }
  [[nodiscard]] const std::vector<ByteView>& entries() const { return entries_; }

 private:
  std::vector<std::uint32_t> slots_;  ///< entry's number from 1; 0 is empty
  std::vector<ByteView> entries_;
};

void write_lengths(Writer& out, const std::vector<ByteView>& texts) {
  for (const ByteView text : texts) out.varint(text.size());
}

}  // namespace

Status ColumnReader::open(std::uint8_t encoding, ByteView data, std::size_t& room) {
  if (encoding > static_cast<std::uint8_t>(Encoding::dictionary))
    return malformed("A column of a pack has an unknown encoding.");
  encoding_ = Encoding{encoding};
  in_ = Source(data);
  if (data.empty()) return {};
  if (encoding_ == Encoding::texts) {
    lengths_ = Reader(in_.sized(data.size()));
  } else if (encoding_ == Encoding::dictionary) {
    const std::uint64_t count = in_.varint();
    if (count > room || count > in_.remaining())
      return malformed("The dictionaries of a pack have more entries than it may hold.");
    room -= static_cast<std::size_t>(count);
    entries_.resize(static_cast<std::size_t>(count));
    Reader lengths = in_;
    for (std::size_t i = 0; i < entries_.size(); ++i) in_.varint();
    for (ByteView& entry : entries_) entry = in_.sized_by(lengths);
  }
  if (in_.failed()) return malformed("A column of a pack is cut short.");
  return {};
}

Encoding ColumnWriter::write(Writer& out, std::size_t& room) const {
  return is_text_ ? write_texts(out, room) : write_numbers(out);
}

Encoding ColumnWriter::write_numbers(Writer& out) const {
  std::size_t plain = 0;
  std::size_t differences = 0;
  std::size_t runs = 0;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const std::uint64_t value = numbers_[i];
    plain += varint_size(value);
    differences += varint_size(to_zigzag(value - last));
    if (i == 0 || value != last) runs += varint_size(value) + 1;
    last = value;
  }
  last = 0;
  // zstd takes short repetitions at less than their length says, so runs must be far ahead.
  if (runs * 8 < std::min(plain, differences) || (runs <= 4 && runs < plain)) {
    for (std::size_t i = 0; i < numbers_.size();) {
      std::size_t end = i + 1;
      while (end < numbers_.size() && numbers_[end] == numbers_[i]) ++end;
      out.varint(numbers_[i]);
      out.varint(end - i);
      i = end;
    }
    return Encoding::runs;
  }
  if (differences * 8 < plain * 7) {
    for (const std::uint64_t value : numbers_) {
      out.varint(to_zigzag(value - last));
      last = value;
    }
    return Encoding::differences;
  }
  for (const std::uint64_t value : numbers_) out.varint(value);
  return Encoding::numbers;
}

Encoding ColumnWriter::write_texts(Writer& out, std::size_t& room) const {
  if (texts_.empty()) return Encoding::texts;
  Dictionary dictionary(texts_.size());
  std::vector<std::uint32_t> numbers;
  numbers.reserve(texts_.size());
  for (const ByteView text : texts_) numbers.push_back(dictionary.number_of(text));
  const auto& entries = dictionary.entries();
  if (entries.size() * 2 <= texts_.size() && entries.size() <= room) {
    room -= entries.size();
    out.varint(entries.size());
    write_lengths(out, entries);
    for (const ByteView entry : entries) out.raw(entry);
    for (const std::uint32_t number : numbers) out.varint(number);
    return Encoding::dictionary;
  }
  Writer lengths;
  write_lengths(lengths, texts_);
  out.sized(lengths.bytes());
  for (const ByteView text : texts_) out.raw(text);
  return Encoding::texts;
}

}  // namespace karez::columns
