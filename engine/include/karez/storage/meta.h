// Meta: the small facts about this replica, by name: which workspace, which author is its own, its relay.
//
// A fact has one type for life; reading it as another gives what SQLite makes of it. One thread; writes need
// a Transaction that the caller holds.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "karez/storage/statements.h"

namespace karez {

class Meta {
 public:
  explicit Meta(Statements& statements) : statements_(statements) {}

  /// Nothing (or no bytes) if the fact was never set, or if the database cannot be read: whoever concludes
  /// something from the lack of a fact asks take_failure() first.
  [[nodiscard]] std::optional<std::string> text(const std::string& key);
  [[nodiscard]] std::optional<std::int64_t> integer(const std::string& key);
  [[nodiscard]] Bytes bytes(const std::string& key);

  /// Why a read since the last call could not tell, if one could not.
  [[nodiscard]] Status take_failure() { return std::exchange(failure_, Status()); }

  Status set(const std::string& key, const std::string& text);
  Status set(const std::string& key, std::int64_t value);
  Status set_bytes(const std::string& key, ByteView bytes);

 private:
  void read(const std::string& key, const std::function<void(Statement&)>& row);
  Statements& statements_;
  Status failure_;
};

}  // namespace karez
