#include "karez/model/value.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace karez {
namespace {

AuthorKey key(std::uint8_t first) {
  AuthorKey author;
  author.bytes[0] = first;
  return author;
}

TEST_CASE("RecordId: its text is the public name, the seq and the k") {
  const RecordId id{key(1), 41, 3};
  const std::string name = public_name(id.author);
  CHECK(name.size() == 26);
  CHECK(to_text(id) == name + "-41-3");
  const auto back = parse_record_id(to_text(id));
  REQUIRE(back.has_value());
  CHECK(back->author == name);
  CHECK(back->seq == 41);
  CHECK(back->k == 3);
}

TEST_CASE("RecordId: a public name is the hash of the key and follows the specification") {
  CHECK(public_name(AuthorKey{}) == to_base32(blake2b_128({view_of("karez/author/1"), Bytes(32, 0)})));
  CHECK(public_name(key(1)) != public_name(key(2)));
}

TEST_CASE("RecordId: a prefix of the name in any case reads") {
  const auto id = parse_record_id("AB2-4294967295-1023");
  REQUIRE(id.has_value());
  CHECK(id->author == "ab2");
  CHECK(id->seq == 4'294'967'295);
  CHECK(id->k == 1023);
}

TEST_CASE("RecordId: text that names no record gives nothing") {
  for (std::string_view text : {"", "-1-1", "ab", "ab-1", "ab-1-", "ab--1", "ab-0-1", "ab-1-0", "ab-01-1",
                                "ab-1-1024", "ab-4294967296-1", "ab-99999999999999999999-1", "a1-1-1",
                                "ab-1-1-1", "ab-+1-1", "ab-1-1 ", "abcdefghijklmnopqrstuvwxyza-1-1"}) {
    CAPTURE(text);
    CHECK(!parse_record_id(text));
  }
}

TEST_CASE("Value: values of one type have their natural order and types follow each other") {
  const std::vector<Value> ascending{
      Value(),
      Value::of(-5),
      Value::of(7),
      Value::of("a"),
      Value::of("b"),
      Value(Bytes{1}),
      Value(Bytes{1, 0}),
      Value(RecordId{key(1), 2, 1}),
      Value(RecordId{key(2), 1, 1}),
      Value(WallTime{-1, 0}),
      Value(WallTime{0, 0}),
      Value(Value::List{}),
      Value(Value::List{Value::of(1)}),
      Value(Value::List{Value::of(1), Value()}),
      Value(Value::List{Value::of(2)}),
  };
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CHECK((ascending[i] <=> ascending[j]) == (i <=> j));
      CHECK((ascending[i] == ascending[j]) == (i == j));
    }
  }
}

TEST_CASE("FieldName: catalog fields come before defined ones") {
  FieldName defined;
  defined.definition = {key(1), 1, 1};
  FieldName later = defined;
  later.definition.seq = 2;
  std::vector<FieldName> names{later, FieldName::catalog(900), defined, FieldName::catalog(0),
                               FieldName::catalog(3)};
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<FieldName>{FieldName::catalog(0), FieldName::catalog(3), FieldName::catalog(900),
                                        defined, later});
}

}  // namespace
}  // namespace karez
