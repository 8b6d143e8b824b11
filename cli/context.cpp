#include "cli/context.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string_view>

#include "cli/texts_close.h"
#include "cli/texts_routes.h"

namespace karez::cli {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDurationDays = 3650;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// The sentence that leads an engine's error for readers of Chinese.
const Text& sentence_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return say::kErrorUsage;
    case ErrorCode::not_found:
      return say::kErrorNotFound;
    case ErrorCode::refused:
      return say::kErrorRefused;
    case ErrorCode::unreachable:
      return say::kErrorUnreachable;
    case ErrorCode::malformed:
      return say::kErrorMalformed;
    case ErrorCode::too_large:
      return say::kErrorTooLarge;
    case ErrorCode::bad_signature:
      return say::kErrorBadSignature;
    case ErrorCode::broken_chain:
      return say::kErrorBrokenChain;
    case ErrorCode::fork:
      return say::kErrorFork;
    case ErrorCode::stranger:
      return say::kErrorStranger;
    case ErrorCode::wrong_workspace:
      return say::kErrorWrongWorkspace;
    case ErrorCode::withheld:
      return say::kErrorWithheld;
    case ErrorCode::gap:
      return say::kErrorGap;
    case ErrorCode::revoked:
      return say::kErrorRevoked;
    case ErrorCode::busy:
      return say::kErrorBusy;
    case ErrorCode::corrupt:
      return say::kErrorCorrupt;
    case ErrorCode::io:
      return say::kErrorIo;
    case ErrorCode::protocol:
      return say::kErrorProtocol;
    case ErrorCode::internal:
      break;
  }
  return say::kErrorInternal;
}

/// The engine's word for long work, as people read it.
const Text& work_of(const std::string& what) {
  if (what == "verify") return say::kVerifying;
  if (what == "rebuild") return say::kRebuilding;
  if (what == "pack") return say::kPacking;
  if (what == "apply") return say::kApplying;
  if (what == "replay") return say::kReplaying;
  return say::kMerging;
}

}  // namespace

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return kUsage;
    case ErrorCode::not_found:
      return kNotFound;
    case ErrorCode::unreachable:
      return kUnreachable;
    case ErrorCode::refused:
    case ErrorCode::malformed:
    case ErrorCode::too_large:
    case ErrorCode::bad_signature:
    case ErrorCode::broken_chain:
    case ErrorCode::fork:
    case ErrorCode::stranger:
    case ErrorCode::wrong_workspace:
    case ErrorCode::withheld:
    case ErrorCode::gap:
    case ErrorCode::revoked:
      return kRefused;
    default:
      return kFailed;
  }
}

ReplicaOptions Context::options() {
  ReplicaOptions options;
  options.home = home;
  options.catalog_json = catalog_text;
  options.progress = [this](const std::string& what, std::uint64_t done, std::uint64_t of) {
    console.progress(say(work_of(what)), done, of);
  };
  return options;
}

Result<Replica> Context::open() {
  KAREZ_ASSIGN(Replica replica, Replica::open(options()));
  const bool is_extended = !(replica.catalog().additions() == CatalogAdditions{});
  if (is_extended) extended_catalog = std::make_unique<Catalog>(replica.catalog());
  return replica;
}

int Context::fail(const Error& error) {
  const bool says_all =
      error.code != ErrorCode::unreachable || error.message.find("safe here") != std::string::npos;
  if (language == Language::en && says_all) return tell(error.code, error.message);
  return tell(error.code, say(sentence_of(error.code), {error.message}));
}

int Context::fail(ErrorCode code, const Text& text, const std::vector<std::string>& values) {
  return tell(code, say(text, values));
}

int Context::tell(ErrorCode code, const std::string& sentence) {
  const int exit = exit_code(code);
  if (console.json) {
    Document error = Document::object();
    error.set("code", std::string(name_of(code))).set("message", sentence).set("exit", exit);
    console.note(Document::object().set("error", std::move(error)).line());
  } else {
    console.note("karez: " + one_line(sentence));
  }
  return exit;
}

std::string default_home() {
  const std::string data = environment("XDG_DATA_HOME");
  if (!data.empty() && data.front() == '/') return data + "/karez";
  const std::string user = environment("HOME");
  return user.empty() ? ".karez" : user + "/.local/share/karez";
}

Language default_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string value = environment(name);
    if (!value.empty()) return value.starts_with("zh") ? Language::zh : Language::en;
  }
  return Language::en;
}

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const bool is_standard_input = path == "-";
  std::FILE* file = is_standard_input ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return Error{code, "the file " + path + " cannot be opened: " + std::strerror(errno)};
  }
  std::string bytes;
  char part[65536];
  std::size_t count = 0;
  while (bytes.size() <= max_bytes && (count = std::fread(part, 1, sizeof part, file)) > 0)
    bytes.append(part, count);
  const bool failed = std::ferror(file) != 0;
  const int reason = errno;
  if (!is_standard_input) std::fclose(file);
  if (failed) return Error{ErrorCode::io, "the file " + path + " cannot be read: " + std::strerror(reason)};
  if (bytes.size() > max_bytes) {
    return Error{ErrorCode::too_large,
                 "the file " + path + " is larger than " + std::to_string(max_bytes) + " bytes"};
  }
  return bytes;
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  if (text.size() < 2 || text.size() > 8) return std::nullopt;
  const char unit = text.back();
  const std::int64_t unit_ms = unit == 'd' ? kDayMs : unit == 'h' ? kHourMs : unit == 'm' ? kMinuteMs : 0;
  std::int64_t count = 0;
  for (char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + (c - '0');
  }
  if (unit_ms == 0 || count == 0 || count > kDurationDays * kDayMs / unit_ms) return std::nullopt;
  return count * unit_ms;
}

std::string span_text(const Context& context, std::int64_t ms) {
  // Subtracting near the ends of the range: clocks may say anything.
  const std::int64_t span = ms == std::numeric_limits<std::int64_t>::min() ? ms + 1 : ms;
  const std::int64_t length = span < 0 ? -span : span;
  const std::string sign = span < 0 ? "-" : "";
  if (length >= 2 * kDayMs) return context.say(say::kDays, {sign + std::to_string(length / kDayMs)});
  if (length >= 2 * kHourMs) return context.say(say::kHours, {sign + std::to_string(length / kHourMs)});
  if (length >= 2 * kMinuteMs) return context.say(say::kMinutes, {sign + std::to_string(length / kMinuteMs)});
  return context.say(say::kSeconds, {sign + std::to_string(length / 1000)});
}

std::string time_text(std::int64_t ms, int zone_minutes) { return format_wall_time({ms, zone_minutes}); }

std::string when_text(WallTime time) {
  time.ms -= ((time.ms % 1000) + 1000) % 1000;
  return format_wall_time(time);
}

Document time_document(const std::optional<std::int64_t>& ms, int zone_minutes) {
  return ms ? Document(time_text(*ms, zone_minutes)) : Document();
}

}  // namespace karez::cli
