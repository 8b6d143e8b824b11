// The add-wins set: an element is in it if some counted addition of it is named by no counted removal.
//
// Source: Shapiro et al. 2011, section 3.3.5 (OR-set). Deviation: removals name the additions that they saw;
// nothing is purged. Pure values; any thread.
#pragma once

#include <span>
#include <vector>

#include "karez/model/value.h"

namespace karez {

struct SetAddition {
  Dot dot;
  Value value;
  bool counts = true;
};

struct SetRemoval {
  Value value;
  std::vector<Dot> seen;
  bool counts = true;
};

struct SetElement {
  Value value;
  std::vector<Dot> additions;  ///< the ones that keep it in, ascending; a removal must name them
};

/// The elements, ascending by value, each once.
[[nodiscard]] std::vector<SetElement> set_elements(std::span<const SetAddition> additions,
                                                   std::span<const SetRemoval> removals);

}  // namespace karez
