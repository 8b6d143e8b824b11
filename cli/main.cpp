// karez: the command. Reads the line, runs the chosen command, and turns whatever happens into one exit code.
#include <CLI/CLI.hpp>
#include <clocale>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/help.h"

namespace karez::cli {
namespace {

constexpr std::size_t kCatalogBytes = 4 << 20;

/// What must be known before the line can be read: the language of help, the catalog that flags come from,
/// and in which form a mistake in the line is told.
void look_ahead(Context& context, const std::vector<std::string>& arguments) {
  context.language = default_language();
  const char* catalog = std::getenv("KAREZ_CATALOG");
  if (catalog != nullptr) context.catalog_file = catalog;
  const auto value_of = [&](std::size_t i, std::string_view flag) -> std::optional<std::string> {
    const std::string& argument = arguments[i];
    if (argument == flag && i + 1 < arguments.size()) return arguments[i + 1];
    if (argument.size() > flag.size() && argument.starts_with(flag) && argument[flag.size()] == '=') {
      return argument.substr(flag.size() + 1);
    }
    return std::nullopt;
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--json") context.console.json = true;
    if (const auto language = value_of(i, "--lang"))
      context.language = *language == "zh" ? Language::zh : Language::en;
    if (const auto file = value_of(i, "--catalog")) context.catalog_file = *file;
  }
}

Status load_catalog(Context& context) {
  if (context.catalog_file.empty()) return {};
  KAREZ_ASSIGN(context.catalog_text, read_file(context.catalog_file, kCatalogBytes));
  KAREZ_ASSIGN(Catalog catalog, Catalog::parse(context.catalog_text));
  context.own_catalog = std::make_unique<Catalog>(std::move(catalog));
  return {};
}

/// "--note=" gives an empty note; CLI11 would take the next argument for its value.
std::vector<std::string> as_cli11_reads(const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  bool is_past_options = false;
  for (const std::string& argument : arguments) {
    is_past_options = is_past_options || argument == "--";
    const bool is_empty_value = !is_past_options && argument.size() > 3 && argument.starts_with("--") &&
                                argument.find('=') == argument.size() - 1;
    if (is_empty_value) {
      out.push_back(argument.substr(0, argument.size() - 1));
      out.emplace_back();
    } else {
      out.push_back(argument);
    }
  }
  return {out.rbegin(), out.rend()};  // CLI11 takes them last first
}

void add_global_options(CLI::App& app, Context& context, std::string& language, bool& show_version) {
  const std::string group = context.say(say::kGroupGlobal);
  app.set_help_flag("-h,--help", context.say(say::kHelpHelp))->group(group);
  add_text(&app, context, "--home", context.home, say::kHelpHome, context.say(say::kKindFile))
      ->envname("KAREZ_HOME")
      ->group(group);
  add_text(&app, context, "--lang", language, say::kHelpLang, "zh|en")
      ->check([](const std::string& value) {
        return value == "zh" || value == "en" ? std::string() : "\"" + value + "\" is neither zh nor en";
      })
      ->group(group);
  add_flag(&app, context, "--json", context.console.json, say::kHelpJson)->group(group);
  add_text(&app, context, "--catalog", context.catalog_file, say::kHelpCatalog, context.say(say::kKindFile))
      ->group(group);
  add_flag(&app, context, "--version", show_version, say::kHelpVersion)->group(group);
}

void tell_text(Context& context, const std::string& key, const std::string& text) {
  if (context.console.json) context.console.document(Document::object().set(key, text));
  context.console.print(text);
}

int finish(Context& context, int exit) {
  if (context.console.flush()) return exit;
  return exit == kDone ? context.fail(ErrorCode::io, say::kOutputFailed) : exit;
}

int read_and_run(Context& context, const std::vector<std::string>& arguments) {
  look_ahead(context, arguments);
  if (const Status loaded = load_catalog(context); !loaded) return context.fail(loaded.error());
  context.home = default_home();
  CLI::App app(context.say(say::kAbout), "karez");
  set_help_words(app, context);
  std::string language;
  bool show_version = false;
  add_global_options(app, context, language, show_version);
  for (const auto add :
       {add_begin_commands,    add_record_commands,  add_add_commands,     add_import_commands,
        add_stock_commands,    add_list_commands,    add_field_commands,   add_show_commands,
        add_conflict_commands, add_report_commands,  add_verdict_commands, add_campaign_commands,
        add_sync_commands,     add_serve_commands,   add_bundle_commands,  add_status_commands,
        add_rule_commands,     add_voucher_commands, add_people_commands,  add_proof_commands,
        add_sealed_commands,   add_doctor_commands,  add_export_commands}) {
    add(app, context);
  }
  app.require_subcommand(0, 1);
  app.footer(context.say(say::kFooter));  // of this page, not of the commands'
  try {
    app.parse(as_cli11_reads(arguments));
  } catch (const CLI::CallForHelp&) {
    tell_text(context, "help", help_of(app));
    return kDone;
  } catch (const CLI::ParseError& error) {
    return context.fail(Error{ErrorCode::usage, error.what()});
  }
  if (show_version) {
    tell_text(context, "version", KAREZ_VERSION);
    return kDone;
  }
  if (!context.run) {
    if (context.console.json) return context.fail(ErrorCode::usage, say::kNoCommand);
    context.console.note(help_of(app));
    return kUsage;
  }
  return context.run();
}

}  // namespace
}  // namespace karez::cli

int main(int argc, char** argv) {
  using namespace karez::cli;
  Context context;
  try {
    return finish(context, read_and_run(context, std::vector<std::string>(argv + 1, argv + argc)));
  } catch (const std::exception& error) {
    return context.fail(karez::Error{karez::ErrorCode::internal, error.what()});
  }
}
