// What every command shares: language, home, console, the catalog that flags come from; and how results of
// the engine become words, documents and exit codes. One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/texts.h"
#include "karez/replica/replica.h"

namespace karez::cli {

inline constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;

/// Exit codes: 0 done, 2 usage, 3 not found, 4 refused, 5 relay not reachable, 1 anything else.
enum Exit : int { kDone = 0, kFailed = 1, kUsage = 2, kNotFound = 3, kRefused = 4, kUnreachable = 5 };
[[nodiscard]] int exit_code(ErrorCode code);

struct Context {
  Language language = Language::en;
  std::string home;
  std::string catalog_file;
  std::string catalog_text;  ///< of catalog_file; empty: the built-in catalog
  std::unique_ptr<Catalog> own_catalog;
  std::unique_ptr<Catalog> extended_catalog;  ///< of the opened replica, if coordinators added to it
  Console console;
  std::function<int()> run;  ///< the chosen command, with its arguments

  /// Once a replica is open: with what coordinators added there. Collections and fields from before that stay
  /// valid.
  [[nodiscard]] const Catalog& catalog() const {
    if (extended_catalog) return *extended_catalog;
    return own_catalog ? *own_catalog : Catalog::built_in();
  }
  [[nodiscard]] std::string say(const Text& text, const std::vector<std::string>& values = {}) const {
    return fill(text, language, values);
  }
  /// A label of the catalog in the chosen language.
  template <typename Labelled>
  [[nodiscard]] std::string label(const Labelled& of) const {
    return language == Language::zh ? of.zh : of.en;
  }

  [[nodiscard]] ReplicaOptions options();
  [[nodiscard]] Result<Replica> open();

  /// Tells the engine's error, or one of ours; gives the exit code.
  int fail(const Error& error);
  int fail(ErrorCode code, const Text& text, const std::vector<std::string>& values = {});

 private:
  int tell(ErrorCode code, const std::string& sentence);
};

/// Returns the exit code of a failure from the enclosing command; `KAREZ_OR_FAIL(auto x, context, f());`.
#define KAREZ_OR_FAIL_(temporary, target, context, expression) \
  auto temporary = (expression);                               \
  if (!temporary) return (context).fail(temporary.error());    \
  target = std::move(temporary).value()
#define KAREZ_OR_FAIL(target, context, expression) \
  KAREZ_OR_FAIL_(KAREZ_JOIN(karez_or_fail_, __LINE__), target, context, expression)

/// $XDG_DATA_HOME/karez, else ~/.local/share/karez.
[[nodiscard]] std::string default_home();
[[nodiscard]] Language default_language();

/// The bytes of a file; "-" is standard input. Errors: not_found, io, too_large.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t max_bytes);

/// "7d", "36h", "90m"; nothing for anything else, or more than ten years.
[[nodiscard]] std::optional<std::int64_t> parse_duration_ms(std::string_view text);
/// A span in the largest unit that fits: "3 days", "2 h".
[[nodiscard]] std::string span_text(const Context& context, std::int64_t ms);
[[nodiscard]] std::string time_text(std::int64_t ms, int zone_minutes);
/// ISO 8601 to the second, for people; documents keep the milliseconds.
[[nodiscard]] std::string when_text(WallTime time);
[[nodiscard]] Document time_document(const std::optional<std::int64_t>& ms, int zone_minutes);

}  // namespace karez::cli
