// Meta: the small facts about this replica, by name: which workspace, which author is its own, its relay.
//
// A fact has one type for life; reading it as another gives what SQLite makes of it. One thread; writes need
// a Transaction that the caller holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "karez/storage/statements.h"

namespace karez {

class Meta {
 public:
  explicit Meta(Statements& statements) : statements_(statements) {}

  /// Nothing (or no bytes) if the fact was never set, or if the database cannot be read: whoever needs the
  /// fact says so.
  [[nodiscard]] std::optional<std::string> text(const std::string& key);
  [[nodiscard]] std::optional<std::int64_t> integer(const std::string& key);
  [[nodiscard]] Bytes bytes(const std::string& key);

  Status set(const std::string& key, const std::string& text);
  Status set(const std::string& key, std::int64_t value);
  Status set_bytes(const std::string& key, ByteView bytes);

 private:
  Statements& statements_;
};

}  // namespace karez
