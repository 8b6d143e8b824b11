// The code of a hand-over: a change that proves itself, small enough to be scanned from a screen or read out,
// so that goods change hands between two laptops without signal. Layout: schema/ledger.md section 5. Pure
// functions, any thread.
#pragma once

#include <string>

#include "karez/log/chain.h"
#include "karez/log/change.h"

namespace karez {

struct HandOverCode {
  WorkspaceId workspace;  ///< in the text only its first bytes, for a clear refusal
  PathStep step;          ///< the giver's change, under his head's signature
  Change change;          ///< what the step's content says
};

[[nodiscard]] std::string hand_over_text(const WorkspaceId& workspace, const PathStep& step);

/// Reads a code and checks that its author signed it in this workspace, at this place of his log.
///
/// Errors: malformed (says what to do), too_large, wrong_workspace, bad_signature.
[[nodiscard]] Result<HandOverCode> parse_hand_over(const WorkspaceId& workspace, std::string_view text);

}  // namespace karez
