#include <memory>
#include <string>
#include <unordered_map>

#include "columnar.h"
#include "form.h"
#include "karez/base/limits.h"

namespace karez::columnar {
namespace {

using columns::ColumnWriter;
using form::Kind;

/// A column as large as this is worth statistics of its own in the zstd frame.
constexpr std::size_t kLargeColumn = 256;

/// What stands at a place of a shape; the number of columns that it takes.
enum class Slot : std::uint8_t { number, text, reference, wall, dots };
constexpr std::size_t width_of(Slot slot) {
  return slot == Slot::reference ? 3 : slot == Slot::wall || slot == Slot::dots ? 2 : 1;
}

/// Where in an operation a value stands: values of one context share columns, whatever the change.
struct Context {
  std::uint64_t kind = 0, collection = 0, field = 0;
  enum Role : std::uint8_t { value, record, definition, dots, body } role = value;
  [[nodiscard]] std::uint64_t key(std::uint8_t type) const {
    return (kind & 0xFF) << 56 | (collection & 0xFFFFF) << 36 | (field & 0x1FFFFF) << 15 |
           static_cast<std::uint64_t>(role) << 8 | type;
  }
};

/// Takes contents apart. A change is parsed as a whole before any column sees it, so that one which does not
/// follow the grammar leaves no trace.
class Splitter {
 public:
  explicit Splitter(const PackHeader& header) : seq_(header.first_seq) {
    for (std::size_t i = 0; i < kFixedColumns; ++i) columns_.emplace_back(is_text_column(i));
  }

  void add(const PackEntry& entry, ByteView tail, Private where, bool is_whole) {
    columns_[kPrivate].number(static_cast<std::uint64_t>(where));
    if (where == Private::here) {
      columns_[kSalt].text(entry.private_part->salt);
      columns_[kPart].text(entry.private_part->bytes);
    }
    if (is_whole || !parse(tail, where) || !find_shapes()) {
      columns_[kOperations].number(0);
      columns_[kWhole].text(tail);
    } else {
      commit();
    }
    ++seq_;
  }

  Columns take() {
    Writer data;
    Writer raw;
    std::size_t room = columns::kDictionaryEntries;
    std::vector<std::size_t> ends;
    raw.varint(columns_.size());
    for (const ColumnWriter& column : columns_) {
      const std::size_t at = data.size();
      raw.u8(static_cast<std::uint8_t>(column.write(data, room)));
      raw.varint(data.size() - at);
      if (data.size() - at >= kLargeColumn) {
        if (ends.empty() || ends.back() != at) ends.push_back(at);
        ends.push_back(data.size());
      }
    }
    raw.sized(shapes_.bytes());
    for (std::size_t& end : ends) end += raw.size();
    raw.raw(data.bytes());
    return {raw.take(), std::move(ends)};
  }

 private:
  struct Place {
    std::uint64_t context = 0;
    std::size_t at = 0;  ///< in the skeleton: here the column's number comes
    std::size_t numbers = 0, texts = 0;
    Slot slot = Slot::number;
  };
  struct Op {
    std::size_t skeleton_end = 0, places_end = 0;
    std::uint64_t shape = 0;
  };
  struct Shape {
    std::uint64_t number = 0;
    std::vector<std::uint16_t> columns;  ///< one for each place
  };

  /// False: the tail is not as the grammar says.
  bool parse(ByteView tail, Private where) {
    skeleton_.clear();
    places_.clear();
    numbers_.clear();
    texts_.clear();
    ops_.clear();
    keys_.clear();
    pins_.clear();
    commitment_ = {};
    Reader in(tail);
    time_ms_ = in.varint();
    counter_ = in.varint();
    wall_ms_ = from_zigzag(in.varint());
    offset_ = in.varint();
    const std::uint64_t authors = in.varint();
    for (std::uint64_t i = 0; i < authors && !in.failed(); ++i) keys_.push_back(in.raw(32));
    const std::uint64_t pins = in.varint();
    for (std::uint64_t i = 0; i < pins && !in.failed(); ++i) {
      const std::uint64_t index = in.varint();
      const std::uint64_t seq = in.varint();
      pins_.push_back({index, seq, in.raw(32)});
    }
    if (in.u8() != (where == Private::none ? 0 : 1)) return false;
    if (where != Private::none) commitment_ = in.raw(32);
    const std::uint64_t count = in.varint();
    if (count == 0) return false;
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
      const std::uint64_t kind = in.varint();
      if (!operation(kind, in.sized(in.remaining()))) return false;
      ops_.push_back({skeleton_.size(), places_.size(), 0});
    }
    return in.finished();
  }

  bool operation(std::uint64_t kind, ByteView body) {
    put(kind);
    Context context{kind, 0, 0, Context::value};
    Reader in(body);
    switch (Kind{kind}) {
      case Kind::create: {
        context.collection = in.varint();
        put(context.collection);
        const std::uint64_t count = in.varint();
        put(count);
        for (std::uint64_t i = 0; i < count; ++i) {
          field(in, context);
          if (!value(in, context, 0)) return false;
        }
        break;
      }
      case Kind::write:
      case Kind::drop:
        record_seq_ = reference(in, context, Context::record);
        field(in, context);
        if (!value(in, context, 0)) return false;
        dots(in, context);
        break;
      case Kind::add:
        reference(in, context, Context::record);
        field(in, context);
        place(context, Slot::number, 1);
        numbers_.push_back(in.varint());
        break;
      case Kind::put:
        reference(in, context, Context::record);
        field(in, context);
        if (!value(in, context, 0)) return false;
        break;
      default:
        context.role = Context::body;
        place(context, Slot::text, 0);
        texts_.push_back(body);
        return true;
    }
    return in.finished();
  }

  void put(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) skeleton_.push_back(static_cast<char>(number | 0x80));
    skeleton_.push_back(static_cast<char>(number));
  }
  void place(const Context& context, Slot slot, std::uint8_t type) {
    places_.push_back({context.key(type), skeleton_.size(), numbers_.size(), texts_.size(), slot});
  }

  std::uint64_t reference(Reader& in, Context context, Context::Role role) {
    context.role = role;
    place(context, Slot::reference, 4);
    const std::uint64_t index = in.varint();
    const std::uint64_t seq = in.varint();
    numbers_.push_back(index);
    numbers_.push_back(index == 0 ? to_zigzag(seq_ - seq) : seq);
    numbers_.push_back(in.varint());
    return seq;
  }

  void field(Reader& in, Context& context) {
    context.field = in.varint();
    put(context.field);
    if (context.field == 1) reference(in, context, Context::definition);
  }

  void dots(Reader& in, Context context) {
    const std::uint64_t count = in.varint();
    put(count);
    context.role = Context::dots;
    place(context, Slot::dots, 0);
    if (count > limits::kReplacedDots) in.fail();
    std::uint64_t last = record_seq_;
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
      numbers_.push_back(in.varint());
      const std::uint64_t seq = in.varint();
      numbers_.push_back(to_zigzag(last - seq));
      last = seq;
    }
  }

  bool value(Reader& in, const Context& context, int depth) {
    const std::uint8_t type = in.u8();
    if (in.failed()) return false;
    skeleton_.push_back(static_cast<char>(type));
    switch (type) {
      case 0:
        return true;
      case 1:
        place(context, Slot::number, type);
        numbers_.push_back(in.varint());
        return true;
      case 2:
      case 3:
        place(context, Slot::text, type);
        texts_.push_back(in.sized(in.remaining()));
        return true;
      case 4:
        reference(in, context, Context::value);
        return true;
      case 5: {
        place(context, Slot::wall, type);
        numbers_.push_back(to_zigzag(from_zigzag(in.varint()) - wall_ms_));
        numbers_.push_back(to_zigzag(from_zigzag(in.varint()) - from_zigzag(offset_)));
        return true;
      }
      case 6: {
        const std::uint64_t count = in.varint();
        put(count);
        if (depth == limits::kValueDepth) return false;
        for (std::uint64_t i = 0; i < count; ++i) {
          if (!value(in, context, depth + 1)) return false;
        }
        return true;
      }
      default:
        return false;
    }
  }

  /// The shape of each operation; new ones are made. False: there is no room for more.
  bool find_shapes() {
    std::size_t skeleton_at = 0;
    std::size_t places_at = 0;
    for (Op& op : ops_) {
      const std::string_view skeleton =
          std::string_view(skeleton_).substr(skeleton_at, op.skeleton_end - skeleton_at);
      auto found = shape_of_.find(skeleton);
      if (found == shape_of_.end()) {
        if (!make_shape(skeleton, skeleton_at, places_at, op.places_end)) return false;
        found = shape_of_.find(skeleton);
      }
      op.shape = found->second;
      skeleton_at = op.skeleton_end;
      places_at = op.places_end;
    }
    return true;
  }

  bool make_shape(std::string_view skeleton, std::size_t skeleton_at, std::size_t first, std::size_t last) {
    // A column's number takes two bytes at most, and a place at most three columns.
    const std::size_t places = last - first;
    if (shapes_.size() + skeleton.size() + places * 2 > kShapeBytes ||
        columns_.size() + places * 3 > kColumns)
      return false;
    std::vector<std::uint16_t> named;
    std::size_t at = 0;
    for (std::size_t i = first; i < last; ++i) {
      const std::size_t end = places_[i].at - skeleton_at;
      shapes_.raw(view_of(skeleton.substr(at, end - at)));
      at = end;
      named.push_back(columns_of(places_[i]));
      shapes_.varint(named.back());
    }
    shapes_.raw(view_of(skeleton.substr(at)));
    const auto& kept = names_.emplace_back(std::make_unique<std::string>(skeleton));
    shape_of_.emplace(*kept, shape_columns_.size());
    shape_columns_.push_back(std::move(named));
    return true;
  }

  std::uint16_t columns_of(const Place& place) {
    const std::uint64_t key = place.context ^ static_cast<std::uint64_t>(place.slot) << 11;
    const auto [found, is_new] = column_of_.emplace(key, static_cast<std::uint16_t>(columns_.size()));
    if (is_new) {
      for (std::size_t i = 0; i < width_of(place.slot); ++i) columns_.emplace_back(place.slot == Slot::text);
    }
    return found->second;
  }

  void commit() {
    columns_[kTimeMs].number(to_zigzag(time_ms_ - last_time_ms_));
    columns_[kTimeCounter].number(counter_);
    columns_[kWallMs].number(to_zigzag(wall_ms_ - time_ms_));
    columns_[kWallOffset].number(offset_);
    last_time_ms_ = time_ms_;
    columns_[kAuthors].number(keys_.size());
    for (const ByteView key : keys_) columns_[kAuthorKey].text(key);
    columns_[kPins].number(pins_.size());
    for (const auto& pin : pins_) {
      columns_[kPinIndex].number(pin.index);
      columns_[kPinSeq].number(pin.seq);
      columns_[kPinLink].text(pin.link);
    }
    if (!commitment_.empty()) columns_[kCommitment].text(commitment_);
    columns_[kOperations].number(ops_.size());
    std::size_t at = 0;
    for (const Op& op : ops_) {
      columns_[kShape].number(op.shape);
      const std::vector<std::uint16_t>& named = shape_columns_[op.shape];
      for (std::size_t i = 0; at < op.places_end; ++at, ++i) route(places_[at], named[i], at);
    }
  }

  void route(const Place& place, std::size_t column, std::size_t index) {
    if (place.slot == Slot::text) {
      columns_[column].text(texts_[place.texts]);
      return;
    }
    const std::size_t end = index + 1 < places_.size() ? places_[index + 1].numbers : numbers_.size();
    const std::size_t width = width_of(place.slot);
    for (std::size_t i = place.numbers, n = 0; i < end; ++i) {
      columns_[column + n].number(numbers_[i]);
      n = n + 1 == width ? 0 : n + 1;
    }
  }

  std::uint64_t seq_;
  std::vector<ColumnWriter> columns_;
  Writer shapes_;
  std::vector<std::unique_ptr<std::string>> names_;
  std::unordered_map<std::string_view, std::size_t> shape_of_;
  std::vector<std::vector<std::uint16_t>> shape_columns_;  ///< by shape: a column for each place
  std::unordered_map<std::uint64_t, std::uint16_t> column_of_;
  std::uint64_t last_time_ms_ = 0;

  // The change at hand.
  struct PinView {
    std::uint64_t index = 0, seq = 0;
    ByteView link;
  };
  std::uint64_t time_ms_ = 0, counter_ = 0, wall_ms_ = 0, offset_ = 0, record_seq_ = 0;
  std::vector<ByteView> keys_;
  std::vector<PinView> pins_;
  ByteView commitment_;
  std::string skeleton_;
  std::vector<Place> places_;
  std::vector<Op> ops_;
  std::vector<std::uint64_t> numbers_;
  std::vector<ByteView> texts_;
};

}  // namespace

Columns write(const PackHeader& header, std::span<const PackEntry> entries, std::span<const ByteView> tails,
              std::span<const Private> privates, bool is_whole) {
  Splitter splitter(header);
  for (std::size_t i = 0; i < entries.size(); ++i) splitter.add(entries[i], tails[i], privates[i], is_whole);
  return splitter.take();
}

}  // namespace karez::columnar
