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
  const Naming& name;
  std::vector<AuthorKey> authors{};
  std::uint32_t created = 0;

  AuthorKey author(Cursor& in) { return authors.at(in.number()); }
  Dot written_dot(Cursor& in) {
    const AuthorKey key = author(in);
    return {key, in.number()};
  }
  Dot named(const Dot& dot) { return name ? Dot{name(dot.author, dot.seq), dot.seq} : dot; }
  Dot dot(Cursor& in) { return named(written_dot(in)); }
  Place place(Cursor& in) {
    const Dot of = written_dot(in);
    return {of.author, of.seq, in.hash()};
  }
  RecordId record(Cursor& in) {
    const Dot of = dot(in);
    return {of.author, of.seq, static_cast<std::uint32_t>(in.number())};
  }
  static Plain integer(std::int64_t number) { return {'i', std::to_string(number), {}, number}; }
  Plain value(Cursor& in) {
    Plain out;
    switch (in.byte()) {
      case 1:
        return integer(in.signed_number());
      case 2:
        return {'t', in.text(), {}};
      case 3:
        return {'b', to_hex(in.sized()), {}};
      case 4:
        return {'r', to_text(record(in)), {}};
      case 5: {
        const std::int64_t ms = in.signed_number();
        return {'w', format_wall_time({ms, static_cast<int>(in.signed_number())}), {}};
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
      const Dot own = named(self);
      out.record = {own.author, own.seq, ++created};
      out.collection = in.number();
      for (std::uint64_t left = in.number(); left-- > 0;) {
        const std::uint64_t field = in.number() / 2;
        Plain given = value(in);
        if (given.tag != 'n') out.fields[field] = std::move(given);
      }
    } else if (kind >= 2 && kind <= 5) {
      out.record = record(in);
      Plain& given = out.fields[in.number() / 2];
      given = kind == 3 ? integer(in.signed_number()) : value(in);
      if (kind >= 4) given = {'l', {}, {given}};
      if (kind == 2 || kind == 5) {
        for (std::uint64_t left = in.number(); left-- > 0;) out.dots.insert(dot(in));
      }
    } else if (kind == 17) {
      in.text();
      out.role = in.number();
      out.basis = in.byte();
      out.place.author = {in.hash()};
      out.place.seq = in.number();
      out.place.link = in.hash();
    } else if (kind == 18) {
      out.role = in.number();
    } else if (kind == 19) {
      out.claimant = author(in);
      out.invitation = written_dot(in);
    } else if (kind == 20) {
      out.place = place(in);
    }
    return out;
  }
};

}  // namespace

Step read_change(const Bytes& content, const Naming& name) {
  Cursor in(content);
  Step out;
  in.byte();
  out.dot.author = {in.hash()};
  out.dot.seq = in.number();
  out.time.first = in.number();
  out.time.second = in.number();
  in.signed_number();
  in.signed_number();
  Decoder decoder{out.dot, name};
  decoder.authors.push_back(out.dot.author);
  for (std::uint64_t left = in.number(); left-- > 0;) decoder.authors.push_back({in.hash()});
  for (std::uint64_t left = in.number(); left-- > 0;) out.pins.push_back(decoder.place(in));
  if (in.byte() != 0) in.hash();
  for (std::uint64_t left = in.number(); left-- > 0;) {
    const std::uint64_t kind = in.number();
    out.ops.push_back(decoder.op(kind, in.sized()));
  }
  return out;
}

}  // namespace karez::sim
