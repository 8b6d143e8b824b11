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

namespace karez::testing {

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
