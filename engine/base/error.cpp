#include "karez/base/error.h"

#include <array>

namespace karez {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
};

constexpr std::array<Row, 19> kRows{{
    {ErrorCode::internal, "internal"},         {ErrorCode::usage, "usage"},
    {ErrorCode::not_found, "not_found"},       {ErrorCode::refused, "refused"},
    {ErrorCode::unreachable, "unreachable"},   {ErrorCode::malformed, "malformed"},
    {ErrorCode::too_large, "too_large"},       {ErrorCode::bad_signature, "bad_signature"},
    {ErrorCode::broken_chain, "broken_chain"}, {ErrorCode::fork, "fork"},
    {ErrorCode::stranger, "stranger"},         {ErrorCode::wrong_workspace, "wrong_workspace"},
    {ErrorCode::withheld, "withheld"},         {ErrorCode::gap, "gap"},
    {ErrorCode::revoked, "revoked"},           {ErrorCode::busy, "busy"},
    {ErrorCode::corrupt, "corrupt"},           {ErrorCode::io, "io"},
    {ErrorCode::protocol, "protocol"},
}};

}  // namespace

std::string_view name_of(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row.name;
  }
  return "internal";
}

ErrorCode error_code_of(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.code;
  }
  return ErrorCode::internal;
}

}  // namespace karez
