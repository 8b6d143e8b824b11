// The day report: what a working day's records add up to, who recorded them, and whether this is the whole
// day. A pure reading of the tables; two replicas with the same changes give the same figures.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "karez/base/hash.h"
#include "karez/base/result.h"
#include "karez/ledger/measure.h"
#include "karez/ledger/rules.h"
#include "karez/model/value.h"

namespace karez {

/// Where a laptop's log stands against what it announced.
struct LaptopState {
  std::string name;           ///< NAME, or NAME#2 where several authors have one name
  AuthorKey author;           ///< what its log is named by: the key, or of a branch the stream's name
  std::uint64_t applied = 0;  ///< seq
  std::uint64_t held = 0;
  std::optional<std::uint64_t> announced;
  std::int64_t announced_relay_ms = 0;  ///< when the relay heard it; 0: never
  std::optional<std::int64_t> skew_ms;  ///< its clock minus the relay's at that contact
  bool complete = false;                ///< applied up to the newest announcement
  std::uint64_t missing = 0;            ///< announced and not applied
  std::string standing;                 ///< of authority: founder, admitted, not_admitted, rival, void_path
  std::optional<std::uint64_t> cut;     ///< revoked at
  std::string role;
};

struct LaptopFigures {
  Total visits = 0, lines = 0;
  PersonTimes person_times;
  Persons persons;
  Fen value;
};

struct DayReport {
  Day day;
  int zone_minutes = 0;
  Total visits = 0, lines = 0;
  PersonTimes person_times;
  Persons persons;
  Fen value;  ///< what the handouts were worth: their own value, or money by its quantity
  std::map<std::string, Pieces> items;              ///< item code: quantity given
  std::map<std::string, PersonTimes> by_trade;      ///< where any were given
  std::map<std::string, Persons> by_trade_persons;  ///< where any were given
  struct SiteFigures {
    std::map<std::string, Pieces> items;
    PersonTimes person_times;
    Persons persons;
    Fen value;
  };
  std::map<std::string, SiteFigures> by_site;  ///< site code; "" where none was given
  struct LaptopRow {
    LaptopFigures figures;
    LaptopState state;
  };
  std::map<std::string, int> site_zones;          ///< sites of the day with a zone of their own, in minutes
  std::map<std::string, LaptopRow> by_laptop;     ///< those that count
  std::map<std::string, LaptopRow> not_admitted;  ///< figures apart, never in the totals
  bool whole = false;                ///< the whole roster announced after the day's end and is complete
  std::vector<std::string> waiting;  ///< who is missing for that, ascending
  std::vector<LaptopState> skewed;   ///< clocks beyond limits::kSkewShownMs
  std::vector<std::string> unknown_sites, unknown_items;  ///< codes used that day without a counted record
  std::uint64_t duplicate_records = 0;                    ///< records of the day outside totals as duplicates
  std::uint64_t voided = 0;
  std::uint64_t uncounted = 0;        ///< revoked or without the right
  std::vector<RuleGroup> over_quota;  ///< groups with something of the day that are over, by name
};

class LogStore;
class Tables;
class Statements;
class Authors;
class Catalog;

/// What the report reads.
struct DaySource {
  Statements& statements;
  Authors& authors;
  const Catalog& catalog;
  int zone_minutes = 0;
  /// By local id: logs of laptops that go on under another name. Nothing more comes there.
  std::set<std::int64_t> closed_logs = {};
  LogStore* log = nullptr;  ///< for what laptops could have known of each other; null: that is not said
};

/// Where every author's log stands against its announcement, by name.
[[nodiscard]] Result<std::vector<LaptopState>> laptop_states(const DaySource& source);

/// The report of one working day. `unused_invitations` are the labels of invitations that nobody holds yet:
/// they belong to the roster. A record is of the day on which its time falls at its site (SiteZones).
/// Errors: refused if a sum of items or person-times leaves 64 bits; it is never wrapped.
[[nodiscard]] Result<DayReport> day_report(const DaySource& source, Day day,
                                           const std::vector<std::string>& unused_invitations);

}  // namespace karez
