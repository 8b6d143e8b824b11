// Command lines: CLI11 options as we use them, and flags that follow from the catalog's fields. One thread.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/context.h"

namespace karez::cli {

/// A command whose options may be mixed with the global ones.
CLI::App* add_command(CLI::App& app, const Context& context, const std::string& name, const Text& help,
                      const Text& group);
/// `names` as CLI11 reads them: "--site", or "file" for a positional. `kind` is what help shows for the
/// value.
CLI::Option* add_text(CLI::App* command, const Context& context, const std::string& names,
                      std::string& target, const Text& help, const std::string& kind = "");
/// May be given several times, one value each.
CLI::Option* add_texts(CLI::App* command, const Context& context, const std::string& names,
                       std::vector<std::string>& target, const Text& help, const std::string& kind = "");
CLI::Option* add_flag(CLI::App* command, const Context& context, const std::string& names, bool& target,
                      const Text& help);

struct NoArguments {};

/// When the command is chosen, `run` is what this process does.
template <typename Arguments>
void on_chosen(CLI::App* command, Context& context, std::shared_ptr<Arguments> arguments,
               int (*run)(Context&, const Arguments&)) {
  command->callback([&context, arguments, run] {
    context.run = [&context, arguments, run] { return run(context, *arguments); };
  });
}

/// What a flag's help says about a field: its label and, for an enumeration, its codes.
[[nodiscard]] std::string field_help(const Context& context, const Field& field);

/// One flag for each field of a collection that people type, and --field for coordinators' own ones.
class FieldFlags {
 public:
  /// `except`: fields that the command sets itself, or gives by another flag.
  FieldFlags(CLI::App* command, const Context& context, const std::string& collection,
             const std::vector<std::string>& except);

  /// The values that were given. Errors: of Replica::parse.
  [[nodiscard]] Result<std::vector<std::pair<std::string, Value>>> values(Replica& replica) const;
  [[nodiscard]] bool has(const std::string& field) const;

 private:
  struct Flag {
    const Field* field;
    std::vector<std::string> texts;
  };
  std::string collection_;
  std::vector<std::unique_ptr<Flag>> flags_;
  std::vector<std::string>
      own_;  ///< NAME=VALUE: what coordinators added is not known before a replica is open
};

/// The quantity behind "W550=24". Errors: usage (no "="), refused (not a quantity).
struct ItemQuantity {
  Value item, quantity;
};
[[nodiscard]] Result<ItemQuantity> parse_item_quantity(Replica& replica, const std::string& text);

/// A number of things; an empty text is 0. Nothing for anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_count(const std::string& text);

/// The code itself, out of an argument that may name a file ("-": standard input). Line breaks that a mail or
/// a chat put in are dropped. Errors: of read_file.
[[nodiscard]] Result<std::string> read_code(const std::string& argument);

/// A file with two names has one: its last part. For source keys.
[[nodiscard]] std::string base_name(const std::string& path);

}  // namespace karez::cli
