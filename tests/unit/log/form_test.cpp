// The rules of form, each broken by itself: encode() names the rule, and the bytes would not be read either.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>

#include "karez/base/limits.h"
#include "karez/log/change.h"
#include "support/changes.h"

namespace karez {
namespace {

using testing::key_of;
using testing::plain_change;
using testing::rich_change;

const AuthorKey kOwn = key_of("author").author;
const AuthorKey kBen = key_of("ben").author;
const RecordId kRecord{kBen, 3, 1};
const FieldName kField = FieldName::catalog(4);

std::string refusal(const Change& change, ErrorCode code) {
  const auto content = encode(change);
  REQUIRE(!content.ok());
  CHECK(content.error().code == code);
  CHECK(content.error().message.ends_with("."));
  return content.error().message;
}
void breaks(const std::function<void(Change&)>& bend, std::string_view names,
            ErrorCode code = ErrorCode::usage) {
  Change change = rich_change();
  bend(change);
  const std::string message = refusal(change, code);
  CAPTURE(message);
  CHECK(message.find(names) != std::string::npos);
}
void breaks(Operation operation, std::string_view names, ErrorCode code = ErrorCode::usage,
            std::uint64_t seq = 7) {
  const std::string message = refusal(plain_change({std::move(operation)}, seq), code);
  CAPTURE(message);
  CHECK(message.find(names) != std::string::npos);
}
Write write_of(Value value) { return {kRecord, kField, std::move(value), {{kBen, 3}}}; }
Value nested(int depth) {
  Value value = Value::of(std::int64_t{1});
  for (int i = 0; i < depth; ++i) value = Value(Value::List{std::move(value)});
  return value;
}
Found found() { return {"坎儿井", "laptop", {}, 480}; }
Enrol enrol() {
  Enrol op;
  op.device_name = "laptop";
  return op;
}

TEST_CASE("Form: numbers of changes and times have limits") {
  breaks([](Change& c) { c.seq = 0; }, "seq");
  breaks([](Change& c) { c.seq = limits::kSeq + 1; }, "seq", ErrorCode::too_large);
  breaks([](Change& c) { c.time.ms = limits::kHybridMs + 1; }, "48 bits", ErrorCode::too_large);
  breaks([](Change& c) { c.wall.ms = limits::kTimeMs + 1; }, "2^47", ErrorCode::too_large);
  breaks([](Change& c) { c.wall.ms = -limits::kTimeMs - 1; }, "2^47", ErrorCode::too_large);
  breaks([](Change& c) { c.wall.offset_minutes = 1081; }, "offset");
  breaks([](Change& c) { c.wall.offset_minutes = -1081; }, "offset");
}

TEST_CASE("Form: authors and pins are sorted, single and of others") {
  breaks([](Change& c) { std::swap(c.authors[0], c.authors[1]); }, "ascending");
  breaks([](Change& c) { c.authors.insert(c.authors.begin(), c.authors[0]); }, "ascending");
  breaks([](Change& c) { c.authors = {c.author}; }, "own author");
  breaks([](Change& c) { c.authors.resize(1025); }, "1024", ErrorCode::too_large);
  breaks([](Change& c) { c.pins.push_back(c.pins[0]); }, "pins");
  breaks([](Change& c) { c.pins[0].author = c.author; }, "own author");
  breaks([](Change& c) { c.pins[0].seq = 0; }, "seq");
}

TEST_CASE("Form: counts of operations, records, fields and dots have limits") {
  breaks([](Change& c) { c.operations.clear(); }, "at least one operation");
  breaks([](Change& c) { c.operations.assign(2049, Unknown{99, {}}); }, "2048", ErrorCode::too_large);
  breaks([](Change& c) { c.operations.assign(1024, Create{1, {}}); }, "1023", ErrorCode::too_large);
  Create wide;
  for (std::uint32_t n = 1; n <= 257; ++n)
    wide.fields.push_back({FieldName::catalog(n), Value::of(std::int64_t{1})});
  breaks(wide, "256", ErrorCode::too_large);
  Write many = write_of(Value());
  many.replaces.clear();
  breaks(many, "at least one");
  for (std::uint64_t n = 1; n <= 1025; ++n) many.replaces.push_back({kBen, n});
  breaks(many, "1024", ErrorCode::too_large);
  many.replaces = {{kBen, 2}, {kBen, 1}};
  breaks(many, "ascending");
  many.replaces = {{kBen, 2}, {kBen, 2}};
  breaks(many, "ascending");
  breaks(Drop{kRecord, kField, Value::of("a"), {}}, "at least one");
}

TEST_CASE("Form: records, fields and dots name something") {
  breaks(Add{{kBen, 0, 1}, kField, 1}, "seq");
  breaks(Add{{kBen, 1, 0}, kField, 1}, "k of 0");
  breaks(Add{{kBen, 1, 1024}, kField, 1}, "1023", ErrorCode::too_large);
  breaks(Add{kRecord, FieldName::catalog(1u << 20), 1}, "2^20", ErrorCode::too_large);
  breaks(Add{kRecord, FieldName{3, {kBen, 1, 1}}, 1}, "not both");
  breaks(Add{kRecord, FieldName{3, {kBen, 1, 0}}, 1}, "whole definition");
  breaks(Erase{{kBen, 0}}, "seq");
  breaks(Create{1u << 20, {}}, "2^20", ErrorCode::too_large);
}

TEST_CASE("Form: values have limits") {
  breaks(write_of(Value::of(limits::kQuantity + 1)), "10^12", ErrorCode::too_large);
  breaks(write_of(Value::of(-limits::kQuantity - 1)), "10^12", ErrorCode::too_large);
  breaks(write_of(Value::of(std::string(16385, 'a'))), "16384", ErrorCode::too_large);
  breaks(write_of(Value(Bytes(16385))), "16384", ErrorCode::too_large);
  breaks(write_of(Value::of("\xC3\x28")), "UTF-8");
  breaks(write_of(Value::of(std::string(1, '\0'))), "U+0000");
  breaks(write_of(Value(RecordId{kBen, 1, 0})), "k of 0");
  breaks(write_of(Value(WallTime{limits::kTimeMs + 1, 0})), "2^47", ErrorCode::too_large);
  breaks(write_of(Value(Value::List(1025))), "1024", ErrorCode::too_large);
  breaks(write_of(nested(9)), "8", ErrorCode::too_large);
  CHECK(encode(plain_change({write_of(nested(8))})).ok());
}

TEST_CASE("Form: creates hold fields in order, without nulls and without the void field") {
  const auto create = [](std::vector<FieldValue> fields) { return Create{1, std::move(fields)}; };
  breaks(create({{kField, Value()}}), "null");
  breaks(create({{FieldName::catalog(0), Value::of("x")}}), "Field 0");
  breaks(create({{FieldName::catalog(2), Value::of("x")}, {FieldName::catalog(1), Value::of("x")}}),
         "ascending");
  breaks(create({{kField, Value::of("x")}, {kField, Value::of("x")}}), "ascending");
  breaks(create({{testing::defined_field(kBen, 1, 1), Value::of("x")}, {kField, Value::of("x")}}),
         "ascending");
}

TEST_CASE("Form: the void field takes a text or null, and only by a write") {
  const FieldName void_field = FieldName::catalog(kVoidField);
  CHECK(encode(plain_change({Write{kRecord, void_field, Value(), {{kBen, 3}}}})).ok());
  breaks(Write{kRecord, void_field, Value::of(std::int64_t{1}), {{kBen, 3}}}, "Field 0");
  breaks(Add{kRecord, void_field, 1}, "Field 0");
  breaks(Put{kRecord, void_field, Value::of("x")}, "Field 0");
  breaks(Drop{kRecord, void_field, Value::of("x"), {{kBen, 3}}}, "Field 0");
}

TEST_CASE("Form: deltas and elements of sets mean something") {
  breaks(Add{kRecord, kField, 0}, "add of 0");
  breaks(Add{kRecord, kField, limits::kQuantity + 1}, "10^12", ErrorCode::too_large);
  breaks(Put{kRecord, kField, Value()}, "null");
  breaks(Put{kRecord, kField, Value(Value::List{})}, "list");
  breaks(Drop{kRecord, kField, Value(), {{kBen, 3}}}, "null");
}

TEST_CASE("Form: a change touches each place at most once") {
  const Write write = write_of(Value());
  const Add add{kRecord, kField, 1};
  const Put put{kRecord, kField, Value::of("a")};
  const Put other_put{kRecord, kField, Value::of("b")};
  const Drop drop{kRecord, kField, Value::of("a"), {{kBen, 3}}};
  const std::vector<Operation> all{write, add, put, drop};
  for (const Operation& a : all) {
    for (const Operation& b : all) refusal(plain_change({a, b}), ErrorCode::usage);
  }
  refusal(plain_change({put, other_put, put}), ErrorCode::usage);
  refusal(plain_change({put, other_put, add}), ErrorCode::usage);
  CHECK(encode(plain_change({put, other_put})).ok());
  CHECK(encode(plain_change({write, Add{kRecord, FieldName::catalog(5), 1}})).ok());
  CHECK(encode(plain_change({write, Add{{kBen, 3, 2}, kField, 1}})).ok());
}

TEST_CASE("Form: a change does not touch again what its own create set") {
  const Create create{1, {{kField, Value::of("a")}}};
  const RecordId own{kOwn, 7, 2};
  refusal(plain_change({Create{1, {}}, create, Add{own, kField, 1}}), ErrorCode::usage);
  CHECK(encode(plain_change({Create{1, {}}, create, Add{own, FieldName::catalog(5), 1}})).ok());
  CHECK(encode(plain_change({Create{1, {}}, create, Add{{kOwn, 7, 1}, kField, 1}})).ok());
  CHECK(encode(plain_change({Create{1, {}}, create, Add{{kOwn, 6, 2}, kField, 1}})).ok());
}

TEST_CASE("Form: change 1 founds or enrols and does nothing else, and no later change does") {
  breaks(found(), "Only change 1", ErrorCode::usage, 2);
  breaks(enrol(), "Only change 1", ErrorCode::usage, 2);
  breaks(Unknown{99, {}}, "exactly one operation", ErrorCode::usage, 1);
  CHECK(encode(plain_change({found()}, 1)).ok());
  CHECK(encode(plain_change({enrol()}, 1)).ok());
  refusal(plain_change({found(), found()}, 1), ErrorCode::usage);
  Change first = plain_change({found()}, 1);
  first.authors = {kBen};
  refusal(first, ErrorCode::usage);
  first.authors.clear();
  first.private_commitment = Hash{};
  refusal(first, ErrorCode::usage);
}

TEST_CASE("Form: names, labels and reasons have limits") {
  const std::string long_name(257, 'a');
  Found bad = found();
  bad.workspace_name = "";
  breaks(bad, "workspace is empty", ErrorCode::usage, 1);
  bad.workspace_name = long_name;
  breaks(bad, "256", ErrorCode::too_large, 1);
  bad = found();
  bad.device_name = "";
  breaks(bad, "device is empty", ErrorCode::usage, 1);
  bad = found();
  bad.zone_minutes = 1081;
  breaks(bad, "offset", ErrorCode::usage, 1);
  breaks(Invite{1, 0, {}, long_name}, "256", ErrorCode::too_large);
  breaks(Invite{1u << 20, 0, {}, ""}, "2^20", ErrorCode::too_large);
  breaks(Invite{1, limits::kTimeMs + 1, {}, ""}, "2^47", ErrorCode::too_large);
  breaks(Revoke{kBen, 0, {}, long_name}, "256", ErrorCode::too_large);
  breaks(Revoke{kBen, limits::kSeq + 1, {}, ""}, "seq", ErrorCode::too_large);
  breaks(Revoke{kOwn, 1, {}, ""}, "another author");
  breaks(Admit{kBen, {kOwn, 0}}, "seq");
}

TEST_CASE("Form: an enrolment has a known basis, two steps at most, and steps with numbers") {
  Enrol bad = enrol();
  bad.basis = EnrolBasis{4};
  breaks(bad, "basis", ErrorCode::usage, 1);
  bad = enrol();
  bad.path.resize(3);
  breaks(bad, "2 steps", ErrorCode::too_large, 1);
  bad.path.resize(1);
  breaks(bad, "seq", ErrorCode::usage, 1);
  bad = enrol();
  bad.role = 1u << 20;
  breaks(bad, "2^20", ErrorCode::too_large, 1);
  bad = enrol();
  bad.introducer_seq = limits::kSeq + 1;
  breaks(bad, "seq", ErrorCode::too_large, 1);
}

}  // namespace
}  // namespace karez
