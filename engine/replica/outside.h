// Why a record stands outside totals, in the words of RecordView::outside_because. Private to replica. A pure
// function.
#pragma once

#include <string>

#include "karez/storage/tables.h"

namespace karez {

/// Empty: it counts. `may_write`: whether its author's role may write records of its collection.
[[nodiscard]] inline std::string why_outside(const AuthorRow& author, const TableRow& row, bool may_write) {
  if (row.void_reason) return "void";
  if (row.duplicate_of) return "duplicate";
  if (row.counted) return "";
  if (author.standing == Standing::admitted || author.standing == Standing::founder) {
    return may_write ? "revoked" : "no_right";
  }
  return std::string(name_of(author.standing));
}

}  // namespace karez
