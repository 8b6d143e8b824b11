// A cache of compiled statements, one per SQL text, so that every statement is prepared once per connection.
// One thread; must not outlive its Database.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "karez/storage/database.h"

namespace karez {

class Statements {
 public:
  explicit Statements(Database& database) : database_(database) {}

  /// The compiled statement, reset and with cleared bindings. SQL of ours only. Where a damaged file's tables
  /// do not fit it, or the disk fails, each step of it is that error; the next call tries again.
  Statement& get(std::string_view sql);
  [[nodiscard]] Database& database() const { return database_; }
  void clear() { cache_.clear(); }

 private:
  Database& database_;
  /// Found by the text as it stands, without a copy of it.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> cache_;
};

}  // namespace karez
