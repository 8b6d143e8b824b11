#include "karez/storage/statements.h"

namespace karez {

Statement& Statements::get(std::string_view sql) {
  auto found = cache_.find(sql);
  if (found == cache_.end()) found = cache_.emplace(std::string(sql), Statement()).first;
  Statement& statement = found->second;
  if (!statement.is_compiled()) {
    auto compiled = database_.prepare(sql);
    statement = compiled ? std::move(compiled).value() : Statement::failing(compiled.error());
  }
  statement.reset();
  return statement;
}

}  // namespace karez
