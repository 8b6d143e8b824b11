// A cache of compiled statements, one per SQL text, so that every statement is prepared once per connection.
// One thread; must not outlive its Database.
#pragma once

#include <map>
#include <string>

#include "karez/storage/database.h"

namespace karez {

class Statements {
 public:
  explicit Statements(Database& database) : database_(database) {}

  /// The compiled statement, reset and with cleared bindings. SQL of ours only: an error in it stops the
  /// process; so does a damaged schema, which open() has checked before.
  Statement& get(const std::string& sql);
  [[nodiscard]] Database& database() const { return database_; }
  void clear() { cache_.clear(); }

 private:
  Database& database_;
  std::map<std::string, Statement> cache_;
};

}  // namespace karez
