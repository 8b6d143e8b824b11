#include "karez/storage/statements.h"

namespace karez {

Statement& Statements::get(std::string_view sql) {
  auto found = cache_.find(sql);
  if (found == cache_.end()) found = cache_.emplace(std::string(sql), Statement()).first;
  Statement& statement = found->second;
  if (!statement.is_compiled()) {
    auto compiled = database_.prepare(sql);
    statement = compiled ? std::move(compiled).value() : Statement::failing(as_damage(compiled.error()));
  }
  statement.reset();
  return statement;
}

/// SQL of ours that does not fit the tables: they are not what was made.
Error Statements::as_damage(const Error& error) {
  if (error.code != ErrorCode::usage) return error;
  return {ErrorCode::corrupt,
          "the database file is damaged: its tables are not as they were made (" + error.message +
              "); nothing was changed in it: keep the file, and restore a backup or join again and sync"};
}

}  // namespace karez
