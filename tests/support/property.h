// KAREZ_PROPERTY: a RapidCheck property as a doctest case. RapidCheck has headers for other test frameworks,
// none for doctest. A failure shows the counterexample, shrunk, and the RC_PARAMS line that repeats it.
#pragma once

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

#include "karez/base/bytes.h"

namespace karez::testing {

template <typename T>
T any_in(T first, T last) {  // both included
  return *rc::gen::inRange<T>(first, static_cast<T>(last + 1));
}
inline bool any_chance(int percent) { return any_in(0, 99) < percent; }

/// One to four small faults: a byte set, a bit flipped, a byte lost or won, now and then the end cut off.
inline void mutate(Bytes& bytes) {
  for (int i = any_in(1, 4); i > 0 && !bytes.empty(); --i) {
    const auto at = any_in<std::size_t>(0, bytes.size() - 1);
    if (any_chance(10)) {
      bytes.resize(at);
      continue;
    }
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (any_in(0, 3)) {
      case 0:
        bytes[at] = any_in<std::uint8_t>(0, 254);
        break;
      case 1:
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1u << any_in(0, 7)));
        break;
      case 2:
        bytes.erase(place);
        break;
      default:
        bytes.insert(place, any_in<std::uint8_t>(0, 254));
        break;
    }
  }
}

/// Runs one property. `KAREZ_PROPERTY_CASES` sets the number of random cases (a hundred unless told);
/// RapidCheck's own RC_PARAMS sets the seed and everything else.
template <typename Testable>
void check_property(const std::string& name, Testable&& testable) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (const char* cases = std::getenv("KAREZ_PROPERTY_CASES")) params.maxSuccess = std::atoi(cases);
  rc::detail::TestMetadata metadata;
  metadata.id = name;
  metadata.description = name;
  std::cout << "property \"" << name << "\": seed " << params.seed << ", " << params.maxSuccess << " cases\n";
  const rc::detail::TestResult result =
      rc::detail::checkTestable(std::forward<Testable>(testable), metadata, params);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  text << "\nRepeat it with RC_PARAMS=\"seed=" << params.seed << "\"";
  const bool holds = result.template is<rc::detail::SuccessResult>();
  INFO(text.str());
  CHECK_MESSAGE(holds, name);
}

}  // namespace karez::testing

/// `KAREZ_PROPERTY("Counter: any order gives one sum", [](std::vector<int> deltas) { RC_ASSERT(...); })`
/// The lambda takes values that RapidCheck can make (rc::Arbitrary) and states the law with RC_ASSERT or
/// returns bool. Give the name without ';'.
#define KAREZ_PROPERTY(name, ...) \
  TEST_CASE(name) { ::karez::testing::check_property(name, __VA_ARGS__); }
