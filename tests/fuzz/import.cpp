// A CSV file brought into a replica: records of a kind (first byte: which) and field days. What is refused
// leaves nothing behind, the same file again adds nothing, and the tables are those that the log gives.
#include "karez/replica/import.h"

#include "replica_bed.h"

namespace karez::fuzz {
namespace {

constexpr std::array<const char*, 8> kLists{"", "site", "item", "unit", "party", "campaign", "event", "move"};

Result<ImportReport> bring(Replica& replica, std::uint8_t which, std::string_view csv) {
  const std::string list = kLists[which % kLists.size()];
  return list.empty() ? import_handouts(replica, csv, "day.csv")
                      : import_records(replica, list, csv, "list.csv");
}

/// Rows that the report speaks of, new or not.
std::uint64_t rows_in(const ImportReport& report) {
  return report.visits + report.lines + report.records + report.updated + report.repeated;
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  if (bytes.empty()) return Verdict::refused;
  const std::string_view csv = text_of(bytes.subspan(1));
  static ReplicaBed bed;
  bed.reset();
  auto replica = bed.open();
  FUZZ_CHECK(replica.ok());
  const auto report = bring(*replica, bytes.front(), csv);
  if (!report) {
    const ErrorCode why = report.error().code;
    FUZZ_CHECK(why == ErrorCode::malformed || why == ErrorCode::refused || why == ErrorCode::usage);
    FUZZ_CHECK(dump_of(*replica) == bed.dump());
    return Verdict::refused;
  }
  const std::string dump = dump_of(*replica);
  const bool brought_something = report->visits + report->lines + report->records + report->updated > 0;
  FUZZ_CHECK(brought_something == (dump != bed.dump()));
  const auto again = bring(*replica, bytes.front(), csv);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->visits == 0 && again->lines == 0 && again->records == 0 && again->updated == 0);
  FUZZ_CHECK(again->refused.size() == report->refused.size());
  FUZZ_CHECK(rows_in(*again) <= rows_in(*report));
  FUZZ_CHECK(dump_of(*replica) == dump);
  const auto verified = replica->verify();
  FUZZ_CHECK(verified.ok() && verified->ok);
  return brought_something ? Verdict::taken : Verdict::refused;
}

}  // namespace karez::fuzz
