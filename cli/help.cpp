#include "cli/help.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <sstream>

#include "karez/base/text.h"

namespace karez::cli {
namespace {

constexpr std::size_t kNameColumns = 34;
constexpr std::size_t kLineColumns = 100;

class WideFormatter final : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return help_entry(make_option_name(option, is_positional) + make_option_opts(option),
                      make_option_desc(option));
  }
  std::string make_subcommand(const CLI::App* command) const override {
    return help_entry(command->get_display_name(true), command->get_description());
  }
};

/// Words in lines of at most `columns`; a word that is longer stands alone.
std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines{""};
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    std::string& line = lines.back();
    if (!line.empty() && display_width(line) + 1 + display_width(word) > columns) {
      lines.push_back(word);
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return lines;
}

}  // namespace

std::string help_entry(const std::string& name, const std::string& text) {
  std::string out = "  " + padded(name, kNameColumns - 2);
  const std::string indent(kNameColumns, ' ');
  if (display_width(out) > kNameColumns || out.back() != ' ') out += "\n" + indent;
  bool is_first = true;
  for (const std::string& line : wrapped(text, kLineColumns - kNameColumns)) {
    out += (is_first ? "" : "\n" + indent) + line;
    is_first = false;
  }
  return out + "\n";
}

void set_help_words(CLI::App& app, const Context& context) {
  auto formatter = std::make_shared<WideFormatter>();
  formatter->label("Usage", context.say(say::kLabelUsage));
  formatter->label("OPTIONS", context.say(say::kLabelOptions));
  formatter->label("SUBCOMMAND", context.say(say::kLabelCommand));
  formatter->label("Positionals", context.say(say::kLabelPositionals));
  formatter->label("REQUIRED", context.say(say::kLabelRequired));
  app.formatter(formatter);
  app.option_defaults()->group(context.say(say::kGroupOptions));
}

std::string help_of(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  std::string help = chosen.empty() ? app.help() : chosen.front()->help("karez");
  for (std::size_t at = help.find("\n\n\n"); at != std::string::npos; at = help.find("\n\n\n", at))
    help.erase(at, 1);
  while (help.ends_with('\n')) help.pop_back();
  return help;
}

}  // namespace karez::cli
