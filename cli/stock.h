// What commands that record share about the ledger: the account that goods come from by default, and its
// refusals in the reader's language. One thread.
#pragma once

#include "cli/context.h"

namespace karez::cli {

using RecordFields = std::vector<std::pair<std::string, Value>>;

/// Names this laptop's only account as the source of what is given, if it has exactly one and `fields` name
/// no other, nor a reason for which goods come in.
Status add_default_source(Replica& replica, RecordFields& fields);

/// Tells why a write failed; what the ledger refused in the reader's language. Gives the exit code.
int fail_write(Context& context, Replica& replica, const Error& error);

}  // namespace karez::cli
