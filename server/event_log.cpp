#include "event_log.h"

#include <nlohmann/json.hpp>

#include "karez/model/wall_time.h"

namespace karez::relay {
namespace {

constexpr std::size_t kAuthorLetters = 8;

}  // namespace

LogField field(std::string_view name, const AuthorKey& author) {
  return {name, public_name(author).substr(0, kAuthorLetters)};
}

void EventLog::write(std::string_view level, std::string_view event, std::initializer_list<LogField> fields) {
  nlohmann::ordered_json line;
  line["time"] = format_wall_time({clock_.now_ms(), 0});
  line["level"] = level;
  line["event"] = event;
  for (const LogField& one : fields) {
    std::visit([&](const auto& value) { line[std::string(one.name)] = value; }, one.value);
  }
  // Reasons may carry a peer's words: whatever is not UTF-8 is replaced instead of thrown about.
  const std::string text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  const Guard guard(mutex_);
  if (sink_) sink_(text);
}

}  // namespace karez::relay
