// Help as our readers see it: CLI11's, in two languages, with columns that hold wide characters.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>
#include <string>

#include "cli/context.h"

namespace karez::cli {

/// Gives the app and its commands our words and our layout.
void set_help_words(CLI::App& app, const Context& context);

/// The help that was asked for: of the chosen command, else of all.
[[nodiscard]] std::string help_of(const CLI::App& app);

/// "  name   what it does", wrapped between words; a name too wide for its column stands on a line of its
/// own.
[[nodiscard]] std::string help_entry(const std::string& name, const std::string& text);

}  // namespace karez::cli
