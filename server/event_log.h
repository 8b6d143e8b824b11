// EventLog: structured log lines, one JSON object each: time, level, event, then fields. No names, no
// addresses, no record contents; authors appear only as the first letters of their public name. Thread: any.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "guarded.h"
#include "karez/base/clock.h"
#include "karez/model/value.h"

namespace karez::relay {

struct LogField {
  std::string_view name;
  std::variant<std::int64_t, bool, std::string> value;
};

[[nodiscard]] inline LogField field(std::string_view name, std::string value) {
  return {name, std::move(value)};
}
[[nodiscard]] inline LogField field(std::string_view name, const char* value) {
  return {name, std::string(value)};
}
[[nodiscard]] inline LogField field(std::string_view name, bool value) { return {name, value}; }
[[nodiscard]] inline LogField field(std::string_view name, std::uint64_t value) {
  return {name, static_cast<std::int64_t>(value)};
}
[[nodiscard]] inline LogField field(std::string_view name, std::int64_t value) { return {name, value}; }
/// The first eight letters of the public name: enough to tell authors apart in one log.
[[nodiscard]] LogField field(std::string_view name, const AuthorKey& author);

class EventLog {
 public:
  EventLog(std::function<void(std::string_view)> sink, const Clock& clock)
      : sink_(std::move(sink)), clock_(clock) {}

  void info(std::string_view event, std::initializer_list<LogField> fields) { write("info", event, fields); }
  void warn(std::string_view event, std::initializer_list<LogField> fields) { write("warn", event, fields); }
  void error(std::string_view event, std::initializer_list<LogField> fields) {
    write("error", event, fields);
  }

 private:
  void write(std::string_view level, std::string_view event, std::initializer_list<LogField> fields);

  Mutex mutex_;
  std::function<void(std::string_view)> sink_ KAREZ_GUARDED_BY(mutex_);
  const Clock& clock_;
};

}  // namespace karez::relay
