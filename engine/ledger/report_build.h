// What the builders of reports share: columns, the scope as SQL reads it, sums that SQL gives in two halves.
// Private to ledger. One thread.
#pragma once

#include <map>
#include <string>

#include "karez/ledger/field_reports.h"
#include "karez/storage/statements.h"
#include "record_scan.h"

namespace karez {

[[nodiscard]] ReportColumn words(std::string key, std::string list = "");
[[nodiscard]] ReportColumn adding(std::string key, ColumnKind kind, std::string item = "");
[[nodiscard]] ReportColumn not_adding(std::string key, ColumnKind kind, std::string item = "");

/// A sum of whole numbers as two of SQL's, which keep 128 bits: of the high and of the low halves.
#define KAREZ_WIDE_SUM(column) "sum((" column ") >> 32), sum((" column ") & 4294967295)"
/// The number that KAREZ_WIDE_SUM left in this column and the next.
[[nodiscard]] Total wide(const Statement& in, int column);

/// The campaigns of a scope: that and those below it. First in every query; ?1 campaign.
#define KAREZ_BELOW                                                       \
  "WITH RECURSIVE below(code) AS (SELECT ?1 UNION"                        \
  " SELECT c.code FROM campaign AS c JOIN below ON c.parent = below.code" \
  " WHERE c.counted = 1 AND c.void IS NULL AND c.duplicate_of IS NULL) "
/// A row of a counted_ view `t` is of the scope. ?2, ?3 first and last day, ?4 site; each may be ''.
#define KAREZ_IN_DAYS "(?2 = '' OR t.day >= ?2) AND (?3 = '' OR t.day <= ?3) AND (?4 = '' OR t.site = ?4)"
#define KAREZ_IN_SCOPE "(?1 = '' OR t.campaign IN (SELECT code FROM below)) AND " KAREZ_IN_DAYS

/// The query's statement with ?1 to ?4 bound.
[[nodiscard]] Statement& scoped(const DaySource& source, const ReportQuery& query, std::string_view sql);

/// What an item is worth where a line says nothing: its value if it is money, else nothing
/// (schema/figures.md).
using MoneyItems = std::map<std::string, std::int64_t, std::less<>>;
[[nodiscard]] Result<MoneyItems> money_items(const DaySource& source);

/// Kind, scope, names of what the lists know, laptops whose logs are not whole. Errors: refused (a catalog
/// from before grants), of the database.
[[nodiscard]] Result<Report> begin_report(const DaySource& source, const ReportQuery& query,
                                          std::string kind);

/// Grants whose parts are other than they say: the plan above its batches must be their sum, a batch may have
/// more than its shares. `campaign`: those of it and below; empty: all.
Status flag_grants(const DaySource& source, const std::string& campaign, Report& report);

/// Whether a row at this time and site is of the query's days and site.
[[nodiscard]] bool is_in(const ReportQuery& query, const SiteZones& zones, std::int64_t ms,
                         std::string_view site);
/// A record's id as people write it.
[[nodiscard]] std::string public_id(const DaySource& source, RecordKey record);

/// The text, or what stands for none.
[[nodiscard]] std::string or_unspecified(std::string_view text);

}  // namespace karez
