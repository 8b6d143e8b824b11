#include <algorithm>
#include <array>
#include <cstring>

#include "columnar.h"
#include "form.h"
#include "karez/base/limits.h"

namespace karez::columnar {
namespace {

using columns::ColumnReader;
using form::Kind;

Error malformed(std::string message) { return {ErrorCode::malformed, std::move(message)}; }

constexpr std::size_t kLongestVarint = 10;

std::size_t write_varint(std::uint8_t* out, std::uint64_t value) {
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7) out[size++] = static_cast<std::uint8_t>(value | 0x80);
  out[size++] = static_cast<std::uint8_t>(value);
  return size;
}

}  // namespace

Status Rebuilder::open(ByteView raw) {
  Reader in(raw);
  const std::uint64_t count = in.varint();
  if (count < kFixedColumns || count > kColumns) return malformed("A pack has from 17 to 4096 columns.");
  struct Entry {
    std::uint8_t encoding = 0;
    std::uint64_t size = 0;
  };
  std::vector<Entry> directory(static_cast<std::size_t>(count));
  for (Entry& entry : directory) {
    entry.encoding = in.u8();
    entry.size = in.varint();
  }
  const ByteView shapes = in.sized(kShapeBytes);
  if (in.failed()) return malformed("The directory or the shapes of a pack are cut short or too long.");
  columns_.resize(directory.size());
  std::size_t room = columns::kDictionaryEntries;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (directory[i].size > in.remaining()) return malformed("A column of a pack is cut short.");
    const ByteView data = in.raw(static_cast<std::size_t>(directory[i].size));
    KAREZ_TRY(columns_[i].open(directory[i].encoding, data, room));
    if (i < kFixedColumns && columns_[i].is_text() != is_text_column(i))
      return malformed("A column of a pack holds texts where numbers stand, or numbers where texts do.");
  }
  if (!in.at_end())
    return malformed("The last column of a pack is followed by bytes that belong to nothing.");
  KAREZ_TRY(open_shapes(shapes));
  buffer_.resize(limits::kChangeBytes + 64);
  return {};
}

Status Rebuilder::open_shapes(ByteView bytes) {
  Reader in(bytes);
  while (!in.at_end()) {
    Shape shape;
    if (!compile_operation(in, shape) || in.failed())
      return malformed("A shape of a pack is cut short, or names a column that it does not have.");
    shapes_.push_back(shape);
  }
  return {};
}

/// Ends a step: the constants since the last one, then a slot of the column that the shape names.
bool Rebuilder::slot(Reader& in, Slot slot, std::uint32_t count) {
  constexpr std::array<std::size_t, 8> kWidth{0, 1, 1, 1, 3, 3, 2, 2};
  Step step;
  step.slot = slot;
  step.count = count;
  step.constant_at = static_cast<std::uint32_t>(pending_);
  step.constant_size = static_cast<std::uint32_t>(constants_.size() - pending_);
  pending_ = constants_.size();
  if (slot != Slot::nothing) {
    const std::size_t width = kWidth[static_cast<std::size_t>(slot)];
    const std::uint64_t column = in.varint();
    if (column < kFixedColumns || column > columns_.size() || width > columns_.size() - column) return false;
    const bool is_text = slot == Slot::text || slot == Slot::body;
    for (std::size_t i = 0; i < width; ++i) {
      if (columns_[static_cast<std::size_t>(column) + i].is_text() != is_text) return false;
    }
    step.column = static_cast<std::uint16_t>(column);
  }
  steps_.push_back(step);
  return true;
}

bool Rebuilder::compile_field(Reader& in) {
  const std::size_t at = in.position();
  const std::uint64_t number = in.varint();
  append_constant(in, at);
  return number != 1 || slot(in, Slot::record);
}

bool Rebuilder::compile_value(Reader& in, int depth) {
  const std::size_t at = in.position();
  const std::uint8_t type = in.u8();
  append_constant(in, at);
  switch (type) {
    case 0:
      return !in.failed();
    case 1:
      return slot(in, Slot::number);
    case 2:
    case 3:
      return slot(in, Slot::text);
    case 4:
      return slot(in, Slot::record);
    case 5:
      return slot(in, Slot::wall);
    case 6: {
      const std::size_t count_at = in.position();
      const std::uint64_t count = in.varint();
      append_constant(in, count_at);
      if (depth == limits::kValueDepth) return false;
      for (std::uint64_t i = 0; i < count; ++i) {
        if (!compile_value(in, depth + 1)) return false;
      }
      return !in.failed();
    }
    default:
      return false;
  }
}

void Rebuilder::append_constant(const Reader& in, std::size_t from) {
  const ByteView bytes = in.seen_since(from);
  constants_.insert(constants_.end(), bytes.begin(), bytes.end());
}

bool Rebuilder::compile_dots(Reader& in) {
  const std::size_t at = in.position();
  const std::uint64_t count = in.varint();
  append_constant(in, at);
  return count <= limits::kReplacedDots && slot(in, Slot::dots, static_cast<std::uint32_t>(count));
}

bool Rebuilder::compile_operation(Reader& in, Shape& shape) {
  shape.kind_at = constants_.size();
  std::size_t at = in.position();
  const std::uint64_t kind = in.varint();
  append_constant(in, at);
  shape.kind_size = constants_.size() - shape.kind_at;
  pending_ = constants_.size();
  shape.first_step = steps_.size();
  bool is_whole = !in.failed();
  switch (Kind{kind}) {
    case Kind::create: {
      at = in.position();
      in.varint();
      const std::uint64_t count = in.varint();
      append_constant(in, at);
      for (std::uint64_t i = 0; is_whole && i < count; ++i)
        is_whole = compile_field(in) && compile_value(in, 0);
      break;
    }
    case Kind::write:
    case Kind::drop:
      is_whole = slot(in, Slot::place) && compile_field(in) && compile_value(in, 0) && compile_dots(in);
      break;
    case Kind::add:
      is_whole = slot(in, Slot::place) && compile_field(in) && slot(in, Slot::number);
      break;
    case Kind::put:
      is_whole = slot(in, Slot::place) && compile_field(in) && compile_value(in, 0);
      break;
    default:
      is_whole = slot(in, Slot::body);
      break;
  }
  if (is_whole && pending_ != constants_.size()) slot(in, Slot::nothing);
  shape.last_step = steps_.size();
  return is_whole;
}

void Rebuilder::put(ByteView bytes) {
  if (bytes.size() > buffer_.size() - size_) {
    is_too_long_ = true;
    return;
  }
  if (!bytes.empty()) std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void Rebuilder::varint(std::uint64_t value) {
  if (kLongestVarint > buffer_.size() - size_) {
    is_too_long_ = true;
    return;
  }
  size_ += write_varint(buffer_.data() + size_, value);
}

ByteView Rebuilder::fixed_text(std::size_t column, std::size_t size) {
  const ByteView bytes = text(column);
  if (bytes.size() != size) is_broken_ = true;
  return bytes;
}

/// Author index, seq and k; of the own author the seq stands as the difference to this change's.
void Rebuilder::reference(std::size_t column, Place& place) {
  place.index = number(column);
  place.seq = number(column + 1);
  if (place.index == 0) place.seq = seq_ - from_zigzag(place.seq);
  varint(place.index);
  varint(place.seq);
  varint(number(column + 2));
}

void Rebuilder::step(const Step& step, Place& place) {
  if (step.constant_size > 0) put(ByteView(constants_).subspan(step.constant_at, step.constant_size));
  const std::size_t column = step.column;
  switch (step.slot) {
    case Slot::nothing:
      break;
    case Slot::number:
      varint(number(column));
      break;
    case Slot::text: {
      const ByteView bytes = text(column);
      varint(bytes.size());
      put(bytes);
      break;
    }
    case Slot::body:
      put(text(column));
      break;
    case Slot::record: {
      Place named;
      reference(column, named);
      break;
    }
    case Slot::place:
      reference(column, place);
      break;
    case Slot::wall:
      varint(to_zigzag(wall_ms_ + from_zigzag(number(column))));
      varint(to_zigzag(wall_offset_ + from_zigzag(number(column + 1))));
      break;
    case Slot::dots: {
      std::uint64_t seq = place.seq;
      for (std::uint32_t i = 0; i < step.count && !is_too_long_; ++i) {
        varint(number(column));
        seq -= from_zigzag(number(column + 1));
        varint(seq);
      }
      break;
    }
  }
}

void Rebuilder::operation(const Shape& shape) {
  put(ByteView(constants_).subspan(shape.kind_at, shape.kind_size));
  const std::size_t length_at = size_;
  varint(0);  // the length of most bodies is one byte; the others move
  const std::size_t body_at = size_;
  Place place;
  for (std::size_t i = shape.first_step; i < shape.last_step && !is_too_long_; ++i) step(steps_[i], place);
  if (is_too_long_) return;
  std::array<std::uint8_t, kLongestVarint> length{};
  const std::size_t body_size = size_ - body_at;
  const std::size_t length_size = write_varint(length.data(), body_size);
  if (length_size - 1 > buffer_.size() - size_) {
    is_too_long_ = true;
    return;
  }
  if (length_size > 1) {
    std::memmove(buffer_.data() + length_at + length_size, buffer_.data() + body_at, body_size);
    size_ += length_size - 1;
  }
  std::memcpy(buffer_.data() + length_at, length.data(), length_size);
}

void Rebuilder::head() {
  time_ms_ += from_zigzag(number(kTimeMs));
  varint(time_ms_);
  varint(number(kTimeCounter));
  wall_ms_ = time_ms_ + from_zigzag(number(kWallMs));
  varint(to_zigzag(wall_ms_));
  const std::uint64_t offset = number(kWallOffset);
  wall_offset_ = from_zigzag(offset);
  varint(offset);
  const std::uint64_t authors = number(kAuthors);
  varint(authors);
  for (std::uint64_t i = 0; i < authors && !is_broken_ && !is_too_long_; ++i) put(fixed_text(kAuthorKey, 32));
  const std::uint64_t pins = number(kPins);
  varint(pins);
  for (std::uint64_t i = 0; i < pins && !is_broken_ && !is_too_long_; ++i) {
    varint(number(kPinIndex));
    varint(number(kPinSeq));
    put(fixed_text(kPinLink, 32));
  }
}

Status Rebuilder::next(OpenedChange& out, Private& where) {
  seq_ = seq_ == 0 ? header_.first_seq : seq_ + 1;
  if (size_ == 0) {
    buffer_[0] = form::kVersion;
    std::memcpy(buffer_.data() + 1, header_.author.bytes.data(), header_.author.bytes.size());
  }
  size_ = 1 + header_.author.bytes.size();
  varint(seq_);
  const std::size_t tail_at = size_;
  const std::uint64_t part = number(kPrivate);
  if (part > static_cast<std::uint64_t>(Private::absent)) return malformed("A part of a pack is 0, 1 or 2.");
  where = Private{static_cast<std::uint8_t>(part)};
  const std::uint64_t operations = number(kOperations);
  if (operations == 0) {
    put(text(kWhole));
  } else {
    head();
    varint(where == Private::none ? 0 : 1);
    if (where != Private::none) put(fixed_text(kCommitment, 32));
    varint(operations);
    for (std::uint64_t i = 0; i < operations && !is_broken_ && !is_too_long_; ++i) {
      const std::uint64_t shape = number(kShape);
      if (shape < shapes_.size()) {
        operation(shapes_[static_cast<std::size_t>(shape)]);
      } else {
        is_broken_ = true;
      }
    }
  }
  if (is_too_long_ || size_ > limits::kChangeBytes)
    return form::at_most(limits::kChangeBytes, "A change", "bytes");
  if (where == Private::here) {
    const ByteView salt = fixed_text(kSalt, 16);
    const ByteView bytes = text(kPart);
    rebuilt_ += bytes.size();
    if (rebuilt_ <= limits::kPackRawBytes && !is_broken_) {
      PrivatePart& here = out.private_part.emplace();
      std::copy(salt.begin(), salt.end(), here.salt.begin());
      here.bytes.assign(bytes.begin(), bytes.end());
    }
  }
  if (is_broken_)
    return malformed("A change in a pack names a shape that is not there, or a key of no key's size.");
  rebuilt_ += size_ - tail_at;
  if (rebuilt_ > limits::kPackRawBytes)
    return form::at_most(limits::kPackRawBytes, "What a pack unpacks to", "bytes");
  out.content.assign(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
  return {};
}

Status Rebuilder::finish() const {
  for (const ColumnReader& column : columns_) {
    if (column.failed()) return malformed("A column of a pack ends before its last change.");
    if (!column.finished()) return malformed("A column of a pack holds more than its changes use.");
  }
  return {};
}

}  // namespace karez::columnar
