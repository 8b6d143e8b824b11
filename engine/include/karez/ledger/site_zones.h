// The working day of a record: the day on which its time falls at its site. A site whose list names a UTC
// offset has its own midnight, every other one that of the workspace. The one home of that rule for reports,
// rules and lists; the views' column `day` says the same in SQL (engine/storage/schema.cpp).
//
// A value, read once for one state of the tables; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "karez/base/result.h"
#include "karez/model/wall_time.h"

namespace karez {

class Catalog;
class Statements;

class SiteZones {
 public:
  /// Every site lies in the workspace's zone. Minutes east of UTC.
  explicit SiteZones(int workspace_minutes) : workspace_minutes_(workspace_minutes) {}
  /// What the counted sites say. An offset beyond 18 hours is none.
  [[nodiscard]] static Result<SiteZones> load(Statements& statements, const Catalog& catalog,
                                              int workspace_minutes);

  /// True: no site has midnight at another hour than the workspace. Then a day is one range of instants.
  [[nodiscard]] bool is_uniform() const { return own_.empty(); }
  [[nodiscard]] int workspace_minutes() const { return workspace_minutes_; }
  /// Sites with another offset than the workspace's, by code.
  [[nodiscard]] const std::map<std::string, int, std::less<>>& own() const { return own_; }
  /// Minutes east of UTC; of a site that is in no list, or of none (""), the workspace's.
  [[nodiscard]] int zone_of(std::string_view site) const;
  /// The working day of a record with this time at this site.
  [[nodiscard]] Day day_of(std::int64_t ms, std::string_view site) const;

  /// Instants from `from_ms` up to, not including, `to_ms`.
  struct Window {
    std::int64_t from_ms = 0, to_ms = 0;
  };
  /// Outside of it lies no record of these days, at whatever site. If is_uniform(), nothing else lies in it.
  [[nodiscard]] Window window(Day first, Day last) const;

 private:
  int workspace_minutes_;
  std::map<std::string, int, std::less<>> own_;
};

}  // namespace karez
