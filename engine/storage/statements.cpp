#include "karez/storage/statements.h"

namespace karez {

Statement& Statements::get(std::string_view sql) {
  auto found = cache_.find(sql);
  if (found == cache_.end()) {
    auto compiled = database_.prepare(sql);
    if (!compiled)
      std::fprintf(stderr, "karez: %s: %s\n", compiled.error().message.c_str(), std::string(sql).c_str());
    ENSURE(compiled.ok());
    found = cache_.emplace(std::string(sql), std::move(compiled).value()).first;
  }
  found->second.reset();
  return found->second;
}

}  // namespace karez
