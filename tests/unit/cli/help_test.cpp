#include "cli/help.h"

#include <doctest/doctest.h>

#include "cli/commands.h"

namespace karez::cli {
namespace {

TEST_CASE("Help: what a flag does begins in one column, whatever its name holds") {
  const std::string text = std::string(34, ' ') + "x\n";
  CHECK(help_entry("--note TEXT", "x") == "  --note TEXT" + std::string(21, ' ') + "x\n");
  CHECK(help_entry("--note 文字", "x") == "  --note 文字" + std::string(21, ' ') + "x\n");
  CHECK(help_entry("--person-times,--person_times NUMBER", "x") ==
        "  --person-times,--person_times NUMBER\n" + text);
}

TEST_CASE("Help: long texts go on below their beginning, between words") {
  const std::string help = help_entry("--trade CODE", std::string(60, 'a') + " " + std::string(10, 'b'));
  CHECK(help.find("\n" + std::string(34, ' ') + std::string(10, 'b') + "\n") != std::string::npos);
}

TEST_CASE("Help: every command has one in both languages, and names itself once") {
  for (Language language : {Language::zh, Language::en}) {
    Context context;
    context.language = language;
    CLI::App app("about", "karez");
    set_help_words(app, context);
    add_record_commands(app, context);
    const CLI::App* visit = app.get_subcommand("visit");
    const std::string help = visit->help("karez");
    CHECK(help.find("karez visit [") != std::string::npos);
    CHECK(help.find("--person-times") != std::string::npos);
    CHECK((help.find("Usage: ") == std::string::npos || language == Language::en));
  }
}

}  // namespace
}  // namespace karez::cli
