// Reading schema/vectors: the files themselves, bytes in hex, and a change in the words of content.json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "karez/log/change.h"

namespace karez::testing {

/// The cases of one part of a file of schema/vectors; at least one.
[[nodiscard]] std::vector<nlohmann::json> cases_of(const std::string& file, const std::string& part);

/// A case's bytes, from its member `hex` or `hex_parts`, in a buffer of exactly their size (a sanitizer then
/// sees one byte too far).
[[nodiscard]] Bytes bytes_of(const nlohmann::json& one);

/// What a case's name says to a person when it fails.
[[nodiscard]] std::string name_of(const nlohmann::json& one);

[[nodiscard]] Bytes hex_bytes(const nlohmann::json& text);

template <std::size_t N>
[[nodiscard]] FixedBytes<N> hex_fixed(const nlohmann::json& text) {
  const auto out = fixed_from_hex<N>(text.get<std::string>());
  ENSURE(out.has_value());
  return *out;
}
[[nodiscard]] inline AuthorKey hex_key(const nlohmann::json& text) { return {hex_fixed<32>(text)}; }
[[nodiscard]] inline WorkspaceId hex_workspace(const nlohmann::json& text) { return {hex_fixed<32>(text)}; }

/// A change as the vectors describe it.
[[nodiscard]] nlohmann::json described(const Change& change);
[[nodiscard]] nlohmann::json described(const PathStep& step);
[[nodiscard]] nlohmann::json described(const Value& value);

}  // namespace karez::testing
