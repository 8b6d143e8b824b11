// What the commands that record have in common: the time that is meant where none is said, values out of
// typed words, and the codes that stand in no list yet. One thread.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace karez::cli {

/// Now, to the second: what a person would write down.
[[nodiscard]] Value time_of_now(const Replica& replica);

/// Elements of a set, parted by ';' or '|'. Errors: of Replica::parse.
[[nodiscard]] Result<Value> parse_list(Replica& replica, const std::string& collection,
                                       const std::string& field, std::string_view text);

/// A new record out of words "FIELD=VALUE": a field by its name or alias, '-' or '_' alike; a set's elements
/// parted by ';' or given one by one. A record that has a time and is said to belong to no event stands at
/// now.
///
/// Errors: usage (no such collection or field, no "=", a field named twice), those of Replica::parse.
[[nodiscard]] Result<NewRecord> parse_record(Replica& replica, const std::string& collection,
                                             const std::vector<std::string>& words);

/// The codes of these records that no counted record stands behind yet, each once.
[[nodiscard]] Result<std::vector<std::string>> unknown_codes_of(Replica& replica,
                                                                const std::vector<RecordId>& ids);
/// The same in plain words on stderr.
void note_unknown(Context& context, const std::vector<std::string>& codes);

}  // namespace karez::cli
