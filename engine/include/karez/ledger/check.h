// What a coordinator should look at before a day is called done: one line each. Parts of the ledger append
// theirs. A value; no thread rule.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace karez {

struct Check {
  std::string kind;     ///< stable word: "incomplete", "silent", "conflict", "over_quota", ...
  std::string subject;  ///< the laptop, site, item or record that it is about; may be empty
  std::int64_t count = 0;
  std::string detail;  ///< what else a person needs, as data (a record id, a date); may be empty
  bool operator<(const Check& other) const {
    return std::tie(kind, subject, detail, count) <
           std::tie(other.kind, other.subject, other.detail, other.count);
  }
  bool operator==(const Check& other) const = default;
};

}  // namespace karez
