#include "cli/context.h"

#include <doctest/doctest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/arguments.h"
#include "cli/records.h"

namespace karez::cli {
namespace {

TEST_CASE("Command: every error code has its exit code") {
  const std::map<int, std::vector<ErrorCode>> codes{
      {kUsage, {ErrorCode::usage}},
      {kNotFound, {ErrorCode::not_found}},
      {kUnreachable, {ErrorCode::unreachable}},
      {kRefused,
       {ErrorCode::refused, ErrorCode::malformed, ErrorCode::too_large, ErrorCode::bad_signature,
        ErrorCode::broken_chain, ErrorCode::fork, ErrorCode::stranger, ErrorCode::wrong_workspace,
        ErrorCode::withheld, ErrorCode::gap, ErrorCode::revoked}},
      {kFailed,
       {ErrorCode::internal, ErrorCode::busy, ErrorCode::corrupt, ErrorCode::io, ErrorCode::protocol}}};
  for (const auto& [exit, of_exit] : codes) {
    for (ErrorCode code : of_exit) CHECK(exit_code(code) == exit);
  }
}

TEST_CASE("Command: durations are whole days, hours or minutes") {
  CHECK(parse_duration_ms("7d") == 7 * 86'400'000LL);
  CHECK(parse_duration_ms("36h") == 36 * 3'600'000LL);
  CHECK(parse_duration_ms("90m") == 90 * 60'000LL);
  for (const char* bad : {"", "d", "7", "0d", "-1d", "1.5h", "7 d", "9999999999d", "3651d", "7D"}) {
    CHECK_MESSAGE(!parse_duration_ms(bad), bad);
  }
}

TEST_CASE("Command: a text's places are filled once, whatever the values hold") {
  const Text text{"{1} 和 {0}", "{0} and {1}"};
  CHECK(fill(text, Language::en, {"{1}", "b"}) == "{1} and b");
  CHECK(fill(text, Language::zh, {"a", "b"}) == "b 和 a");
  CHECK(fill(text, Language::en, {"a"}) == "a and {1}");
}

TEST_CASE("Command: an error about a log does not say that it is this laptop's") {
  for (const Text& text : {say::kErrorFork, say::kErrorBrokenChain, say::kErrorGap, say::kErrorWithheld}) {
    const std::string sentence = fill(text, Language::zh, {"l1"});
    CHECK_MESSAGE(sentence.find("这台电脑") == std::string::npos, sentence);
    CHECK_MESSAGE(sentence.find("l1") != std::string::npos, sentence);
  }
}

TEST_CASE("Command: every field that people type is a flag, with its dashes, underscores and aliases") {
  Context context;
  CLI::App app;
  FieldFlags flags(&app, context, "event", {"type"});
  for (const Field& field : context.catalog().collection("event")->fields) {
    const bool is_flag = app.get_option_no_throw("--" + field.name) != nullptr;
    CHECK_MESSAGE(is_flag == (!field.internal && field.name != "type"), field.name);
  }
  CHECK(app.get_option_no_throw("--person-times") == app.get_option_no_throw("--person_times"));
  CLI::App sites;
  FieldFlags of_site(&sites, context, "site", {});
  CHECK(sites.get_option_no_throw("--name") == sites.get_option_no_throw("--name-zh"));
  app.parse(std::vector<std::string>{"[急]", "--note", "x", "--tags", "y", "--tags"});
  CHECK(flags.has("note"));
  CHECK(flags.has("tags"));
  CHECK(!flags.has("site"));
}

TEST_CASE("Command: values become JSON by their types") {
  const Collection& site = *Catalog::built_in().collection("site");
  const Collection& event = *Catalog::built_in().collection("event");
  CHECK(value_document(site.field("lat"), Value::of(std::int64_t{338862250})).line() == "33.886225");
  CHECK(value_document(site.field("is_24h"), Value::of(std::int64_t{1})).line() == "true");
  CHECK(value_document(event.field("person_times"), Value::of(std::int64_t{12})).line() == "12");
  CHECK(value_document(event.field("time"), Value(Value::Side(WallTime{1657756886000, 480}))).line() ==
        "\"2022-07-14T08:01:26+08:00\"");
  CHECK(value_document(event.field("tags"), Value(Value::Side(Value::List{Value::of(std::string("x"))})))
            .line() == "[\"x\"]");
  CHECK(value_document(nullptr, Value()).line() == "null");
}

TEST_CASE("Command: codes are told by their label in Chinese and as they are in English") {
  const Field& trade = *Catalog::built_in().collection("event")->field("trade");
  Context context;
  context.language = Language::zh;
  CHECK(value_text(context, &trade, Value::of(std::string("rider"))) == "外卖");
  CHECK(value_text(context, &trade, Value::of(std::string("newer"))) == "newer");
  context.language = Language::en;
  CHECK(value_text(context, &trade, Value::of(std::string("rider"))) == "rider");
}

TEST_CASE("Command: spans are told in the unit that people would use") {
  Context context;
  CHECK(span_text(context, 5'000) == "5 s");
  CHECK(span_text(context, 150'000) == "2 minutes");
  CHECK(span_text(context, 3 * 3'600'000) == "3 hours");
  CHECK(span_text(context, 50 * 86'400'000LL) == "50 days");
  CHECK(span_text(context, -50 * 86'400'000LL) == "-50 days");
  CHECK(span_text(context, std::numeric_limits<std::int64_t>::min()).starts_with("-"));
}

}  // namespace
}  // namespace karez::cli
