#include "reading.h"

#include "karez/model/wall_time.h"

namespace karez::sim {
namespace {

/// Section 2 of the format, for contents that are known to be well-formed.
class Cursor {
 public:
  explicit Cursor(const Bytes& bytes) : bytes_(bytes) {}
  std::uint8_t byte() { return bytes_.at(at_++); }
  std::uint64_t number() {
    std::uint64_t out = 0;
    for (int shift = 0;; shift += 7) {
      const std::uint8_t one = byte();
      out |= std::uint64_t{one & 0x7Fu} << shift;
      if (one < 0x80) return out;
    }
  }
  std::int64_t signed_number() {
    const std::uint64_t code = number();
    return static_cast<std::int64_t>(code >> 1) * ((code & 1) != 0 ? -1 : 1) - ((code & 1) != 0 ? 1 : 0);
  }
  FixedBytes<32> hash() {
    FixedBytes<32> out{};
    for (std::uint8_t& one : out) one = byte();
    return out;
  }
  Bytes sized() {
    Bytes out(number());
    for (std::uint8_t& one : out) one = byte();
    return out;
  }
  std::string text() {
    const Bytes bytes = sized();
    return {bytes.begin(), bytes.end()};
  }

 private:
  const Bytes& bytes_;
  std::size_t at_ = 0;
};

struct Decoder {
  Dot self;
  std::vector<AuthorKey> authors{};

  AuthorKey author(Cursor& in) { return authors.at(in.number()); }
  Dot dot(Cursor& in) {
    const AuthorKey key = author(in);
    return {key, in.number()};
  }
  RecordId record(Cursor& in) {
    const Dot of = dot(in);
    return {of.author, of.seq, static_cast<std::uint32_t>(in.number())};
  }
  Plain value(Cursor& in) {
    Plain out;
    switch (in.byte()) {
      case 1:
        return {'i', std::to_string(in.signed_number()), {}, {}};
      case 2:
        return {'t', in.text(), {}, {}};
      case 3:
        return {'b', to_hex(in.sized()), {}, {}};
      case 4:
        out.record = record(in);
        return {'r', to_text(*out.record), {}, out.record};
      case 5: {
        const std::int64_t ms = in.signed_number();
        return {'w', format_wall_time({ms, static_cast<int>(in.signed_number())}), {}, {}};
      }
      case 6:
        out.tag = 'l';
        for (std::uint64_t left = in.number(); left-- > 0;) out.list.push_back(value(in));
        return out;
      default:
        return out;
    }
  }
  Op op(std::uint64_t kind, const Bytes& body) {
    Cursor in(body);
    Op out;
    out.kind = kind;
    if (kind == 1) {
      out.collection = in.number();
      for (std::uint64_t left = in.number(); left-- > 0;) {
        const std::uint64_t field = in.number() / 2;
        out.fields[field] = value(in);
      }
    } else if (kind >= 2 && kind <= 5) {
      out.record = record(in);
      out.field = in.number() / 2;
      if (kind == 3) out.delta = in.signed_number();
      if (kind != 3) out.value = value(in);
      if (kind == 2 || kind == 5) {
        for (std::uint64_t left = in.number(); left-- > 0;) out.dots.insert(dot(in));
      }
    } else if (kind == 17) {
      in.text();
      out.role = in.number();
      out.basis = in.byte();
      out.author = {in.hash()};
      out.seq = in.number();
      out.link = in.hash();
    } else if (kind == 18) {
      out.role = in.number();
    } else if (kind == 19) {
      out.author = author(in);
      out.invitation = dot(in);
    } else if (kind == 20) {
      out.author = author(in);
      out.seq = in.number();
      out.link = in.hash();
    }
    return out;
  }
};

}  // namespace

Step read_change(const Bytes& content) {
  Cursor in(content);
  Step out;
  in.byte();
  out.dot.author = {in.hash()};
  out.dot.seq = in.number();
  out.time.first = in.number();
  out.time.second = in.number();
  in.signed_number();
  in.signed_number();
  Decoder decoder{out.dot};
  decoder.authors.push_back(out.dot.author);
  for (std::uint64_t left = in.number(); left-- > 0;) decoder.authors.push_back({in.hash()});
  for (std::uint64_t left = in.number(); left-- > 0;) {
    const AuthorKey other = decoder.author(in);
    const std::uint64_t seq = in.number();
    out.pins.emplace_back(other, seq, in.hash());
  }
  if (in.byte() != 0) in.hash();
  for (std::uint64_t left = in.number(); left-- > 0;) {
    const std::uint64_t kind = in.number();
    out.ops.push_back(decoder.op(kind, in.sized()));
  }
  return out;
}

}  // namespace karez::sim
