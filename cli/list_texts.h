// What the reference lists that are here say about codes: names, units. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "karez/replica/replica.h"

namespace karez::cli {

/// A text field of the counted records behind these codes, by code; what is in no list, or lacks the field,
/// is left out.
[[nodiscard]] Result<std::map<std::string, std::string>> texts_in_list(Replica& replica,
                                                                       const std::string& collection,
                                                                       const std::string& field,
                                                                       const std::vector<std::string>& codes);

/// The codes that are the keys of a report's part.
template <typename Figures>
[[nodiscard]] std::vector<std::string> codes_of(const std::map<std::string, Figures>& figures) {
  std::vector<std::string> codes;
  for (const auto& [code, one] : figures) codes.push_back(code);
  return codes;
}

}  // namespace karez::cli
