#include "karez/log/change.h"

#include <doctest/doctest.h>

#include <string>

#include "karez/base/limits.h"
#include "support/changes.h"

namespace karez {
namespace {

using testing::key_of;
using testing::plain_change;
using testing::rich_change;

Bytes encoded(const Change& change) {
  auto content = encode(change);
  REQUIRE(content.ok());
  return std::move(content).value();
}

ErrorCode decode_error(ByteView content) {
  const auto change = decode_change(content);
  REQUIRE(!change.ok());
  CHECK(change.error().message.ends_with("."));
  return change.error().code;
}

TEST_CASE("Change: every operation and value comes back from its content") {
  const Change change = rich_change();
  const auto back = decode_change(encoded(change));
  REQUIRE(back.ok());
  CHECK(*back == change);
}

TEST_CASE("Change: the content of a small change is what the specification says") {
  Change change = plain_change({Add{{key_of("author").author, 6, 2}, FieldName::catalog(5), -3}});
  change.time = {1000, 2};
  change.wall = {-1, 480};
  const std::string expected = "01" + to_hex(change.author.bytes) + "07" + "e807" + "02" + "01" + "c007" +
                               "00" + "00" + "00" + "01" + "03" + "05" + "0006020a05";
  CHECK(to_hex(encoded(change)) == expected);
}

TEST_CASE("Change: authors are collected from everything that names one") {
  const AuthorKey own = key_of("author").author;
  const auto named = [](Change change) {
    collect_authors(change);
    return change.authors;
  };
  const auto key = [](int i) { return key_of("person " + std::to_string(i)).author; };
  const FieldName field = testing::defined_field(key(1), 1, 1);
  const Value list(Value::List{Value(Value::List{Value(RecordId{key(2), 1, 1})})});
  Create create;
  create.fields = {{field, list}};
  CHECK(named(plain_change({create})).size() == 2);
  CHECK(named(plain_change({Write{{key(3), 1, 1}, field, list, {{key(4), 1}}}})).size() == 4);
  CHECK(named(plain_change({Drop{{key(3), 1, 1}, field, Value(RecordId{key(2), 1, 1}), {{key(4), 1}}}}))
            .size() == 4);
  CHECK(named(plain_change({Add{{key(3), 1, 1}, field, 1}})).size() == 2);
  CHECK(named(plain_change({Put{{key(3), 1, 1}, field, Value(RecordId{key(2), 1, 1})}})).size() == 3);
  CHECK(named(plain_change({Erase{{key(5), 1}}})) == std::vector<AuthorKey>{key(5)});
  CHECK(named(plain_change({Admit{key(6), {key(7), 1}}})).size() == 2);
  CHECK(named(plain_change({Revoke{key(8), 0, {}, ""}})) == std::vector<AuthorKey>{key(8)});
  CHECK(named(plain_change({Erase{{own, 1}}})).empty());
  Change pinned = plain_change({Erase{{own, 1}}});
  pinned.pins = {{key(9), 1, {}}};
  CHECK(named(pinned) == std::vector<AuthorKey>{key(9)});
}

TEST_CASE("Change: authors that only an unknown operation names are kept") {
  Change change = plain_change({Unknown{99, {1}}});
  change.authors = {key_of("newer").author};
  collect_authors(change);
  CHECK(change.authors.size() == 1);
  const auto back = decode_change(encoded(change));
  REQUIRE(back.ok());
  CHECK(*back == change);
}

TEST_CASE("Change: an author that the list lacks cannot be encoded") {
  Change change = plain_change({Erase{{key_of("ben").author, 1}}});
  change.authors.clear();
  CHECK(encode(change).error().code == ErrorCode::usage);
}

TEST_CASE("Change: unknown operations survive byte for byte") {
  const Change change =
      plain_change({Unknown{7, {}}, Unknown{~std::uint64_t{0}, Bytes(300, 0xFF)}, Unknown{21, {0}}});
  const auto back = decode_change(encoded(change));
  REQUIRE(back.ok());
  CHECK(back->operations == change.operations);
  CHECK(encode(plain_change({Unknown{1, {}}})).error().code == ErrorCode::usage);
  CHECK(encode(plain_change({Unknown{20, {}}})).error().code == ErrorCode::usage);
}

TEST_CASE("Change: every cut is refused and every flipped bit is refused or canonical") {
  const Bytes content = encoded(rich_change());
  for (std::size_t size = 0; size < content.size(); ++size) {
    CHECK(decode_error(ByteView(content).first(size)) == ErrorCode::malformed);
  }
  for (std::size_t bit = 0; bit < content.size() * 8; ++bit) {
    Bytes bad = content;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << (bit % 8)));
    const auto change = decode_change(bad);
    if (change.ok()) REQUIRE(encoded(*change) == bad);
  }
}

TEST_CASE("Change: bytes after the end are refused, in the change and in an operation") {
  Bytes content = encoded(plain_change({Unknown{99, {1}}}));
  content.push_back(0);
  CHECK(decode_error(content) == ErrorCode::malformed);
  Bytes body = encoded(plain_change({Erase{{key_of("author").author, 1}}}));  // ends: kind 6, 2 bytes, 0, 1
  body[body.size() - 3] = 3;
  body.push_back(0);
  CHECK(decode_error(body) == ErrorCode::malformed);
}

TEST_CASE("Change: counts that the bytes cannot hold are refused before anything is allocated") {
  Writer head;
  head.raw(ByteView(encoded(plain_change({Unknown{99, {}}}))));
  Bytes content = head.take();
  content.resize(content.size() - 3);  // the count of operations and the operation
  Writer writer;
  writer.raw(content);
  writer.varint(std::uint64_t{1} << 60);
  CHECK(decode_error(writer.bytes()) == ErrorCode::too_large);
  Writer near;
  near.raw(content);
  near.varint(2048);
  CHECK(decode_error(near.bytes()) == ErrorCode::malformed);
}

TEST_CASE("Change: deeply nested lists in bytes do not exhaust the stack") {
  Bytes deep;
  for (int i = 0; i < 60'000; ++i) {
    deep.push_back(6);
    deep.push_back(1);
  }
  CHECK(decode_value(deep).error().code == ErrorCode::too_large);
}

TEST_CASE("Change: content above the limit is refused whatever it holds") {
  CHECK(decode_error(Bytes(limits::kChangeBytes + 1)) == ErrorCode::too_large);
  CHECK(encode(plain_change({Unknown{99, Bytes(limits::kChangeBytes)}})).error().code ==
        ErrorCode::too_large);
}

TEST_CASE("Change: a value outside a change has its keys in full") {
  const Value value(Value::List{Value(RecordId{key_of("ben").author, 300, 2}), Value(), Value::of("x")});
  CHECK(to_hex(encode_value(value)) ==
        "060304" + to_hex(key_of("ben").author.bytes) + "ac0202" + "00" + "020178");
  const auto back = decode_value(encode_value(value));
  REQUIRE(back.ok());
  CHECK(*back == value);
  Bytes more = encode_value(value);
  more.push_back(0);
  CHECK(decode_value(more).error().code == ErrorCode::malformed);
  CHECK(decode_value(Bytes{7}).error().code == ErrorCode::malformed);
  CHECK(decode_value(Bytes{}).error().code == ErrorCode::malformed);
}

TEST_CASE("Change: a commitment binds salt and part") {
  const Hash commitment = private_commitment(FixedBytes<16>{1}, view_of("part"));
  CHECK(commitment == blake2b({view_of("karez/private/1"), FixedBytes<16>{1}, view_of("part")}));
  CHECK(commitment != private_commitment(FixedBytes<16>{2}, view_of("part")));
}

}  // namespace
}  // namespace karez
