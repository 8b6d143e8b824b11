#include "karez/ledger/own_fields.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

RecordId record_of(const char* who, std::uint64_t seq, std::uint32_t k = 1) {
  return {key_of(who).author, seq, k};
}

FieldDefinition defined(const char* who, std::uint64_t seq, const std::string& name,
                        const std::string& type = "text", const std::string& zh = "",
                        const std::string& collection = "event") {
  return {record_of(who, seq), {seq * 1000, 0}, collection, name, type, zh, ""};
}

std::vector<std::string> names_in(const CatalogAdditions& additions,
                                  const std::string& collection = "event") {
  std::vector<std::string> names;
  const auto found = additions.fields.find(collection);
  if (found == additions.fields.end()) return names;
  for (const Field& field : found->second) names.push_back(field.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("OwnFields: of two definitions of one name the older holds it, whatever order they came in") {
  std::vector<FieldDefinition> definitions{defined("ben", 3, "mood"), defined("amina", 2, "mood"),
                                           defined("amina", 9, "mood"), defined("ben", 4, "heat", "integer")};
  const CatalogAdditions expected = additions_of(Catalog::built_in(), definitions, {});
  CHECK(names_in(expected) == Names{"mood", "mood#2", "heat", "mood#3"});
  CHECK(expected.fields.at("event").front().definition == record_of("amina", 2));
  std::sort(definitions.begin(), definitions.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  do {
    CHECK(additions_of(Catalog::built_in(), definitions, {}) == expected);
  } while (std::next_permutation(definitions.begin(), definitions.end(),
                                 [](const auto& a, const auto& b) { return a.id < b.id; }));
}

TEST_CASE("OwnFields: a field of the catalog holds its name before any definition, in every collection") {
  const auto additions = additions_of(
      Catalog::built_in(),
      {defined("amina", 2, "note"), defined("amina", 3, "code"), defined("amina", 4, "name")}, {});
  CHECK(names_in(additions) == Names{"note#2", "code#2", "name#2"});
  Catalog catalog = Catalog::built_in();
  catalog.extend(additions);
  CHECK_FALSE(catalog.collection("event")->field("note")->is_own());
  CHECK(catalog.collection("event")->field("note#2")->is_own());
  CHECK(catalog.collection("event")->field("code") == nullptr);
}

TEST_CASE("OwnFields: a name that nobody could type, a type and a collection that nobody knows") {
  const auto additions = additions_of(
      Catalog::built_in(),
      {defined("amina", 2, "a=b"), defined("amina", 3, "heat", "degrees"), defined("amina", 4, "心情"),
       defined("amina", 5, "heat", "text", "", "dragon"), defined("amina", 6, "bad \xff byte")},
      {});
  CHECK(names_in(additions) == Names{to_text(record_of("amina", 2)), "心情", to_text(record_of("amina", 6))});
  CHECK(additions.fields.size() == 1);
  for (const char* name : {"mood", "mood_2", "_x", "心情", "température"}) CHECK(is_own_field_name(name));
  for (const char* name : {"", "2nd", "Mood", "a b", "a=b", "a+", "mood#2", "void", "id", "day", "\xff"}) {
    CAPTURE(name);
    CHECK_FALSE(is_own_field_name(name));
  }
  CHECK_FALSE(is_own_field_name(std::string(65, 'a')));
}

TEST_CASE("OwnFields: a label is a further name unless somebody has it") {
  const auto additions = additions_of(
      Catalog::built_in(),
      {defined("amina", 2, "mood", "text", "心情"), defined("amina", 3, "temper", "text", "心情"),
       defined("amina", 4, "weather", "text", "temper")},
      {});
  Catalog catalog = Catalog::built_in();
  catalog.extend(additions);
  const Collection& event = *catalog.collection("event");
  CHECK(event.field("心情")->name == "mood");
  CHECK(event.field("temper")->name == "temper");
  CHECK(event.field("weather")->zh == "temper");
}

TEST_CASE("OwnFields: choices extend an own field or an enum of the catalog, each code once") {
  const RecordId mood = record_of("amina", 2);
  std::vector<ChoiceDefinition> choices;
  const auto choose = [&](std::uint64_t seq, std::optional<RecordId> field, const std::string& enumeration,
                          const std::string& code, const std::string& zh) {
    choices.push_back({record_of("amina", seq), {seq * 1000, 0}, field, enumeration, code, zh, ""});
  };
  choose(5, mood, "", "good", "很好");
  choose(4, mood, "", "good", "好");
  choose(6, std::nullopt, "trade", "guard", "保安");
  choose(7, std::nullopt, "trade", "san", "扫地");
  choose(8, std::nullopt, "dragon", "red", "红");
  choose(9, record_of("ben", 1), "", "red", "红");
  const auto additions =
      additions_of(Catalog::built_in(), {defined("amina", 2, "mood", "enumeration")}, choices);
  CHECK(additions.choices.size() == 2);
  CHECK(additions.choices.at(own_enum(mood)) == std::vector<EnumValue>{{"good", "好", "good"}});
  CHECK(additions.choices.at("trade") == std::vector<EnumValue>{{"guard", "保安", "guard"}});
  Catalog catalog = Catalog::built_in();
  catalog.extend(additions);
  const Field& trade = *catalog.collection("event")->field("trade");
  CHECK(*parse_value(catalog, trade, "保安", 480) == Value::of(std::string("guard")));
  CHECK(catalog.enumeration("trade")->size() == catalog.declared_enumeration("trade")->size() + 1);
  catalog.extend({});
  CHECK_FALSE(parse_value(catalog, trade, "保安", 480).ok());
}

TEST_CASE("OwnFields: a field that was retired stays valid for whoever is going through a file with it") {
  Catalog catalog = Catalog::built_in();
  catalog.extend(additions_of(catalog, {defined("amina", 2, "mood")}, {}));
  const Field* mood = catalog.collection("event")->field("mood");
  catalog.extend({});
  CHECK(catalog.collection("event")->field("mood") == nullptr);
  CHECK(mood->name == "mood");
}
