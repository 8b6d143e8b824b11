// Checks at the end of a run, when everything is quiet: completeness, equal state everywhere, tables that the
// log alone gives, the reference model's state, empty queues. Each throws Violation. One thread.
#pragma once

#include "fleet.h"

namespace karez::sim {

void check_end(Fleet& fleet);

}  // namespace karez::sim
