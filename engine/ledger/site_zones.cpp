#include "karez/ledger/site_zones.h"

#include <algorithm>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/model/catalog.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

constexpr auto kZones =
    "SELECT code, zone FROM site WHERE zone IS NOT NULL AND code IS NOT NULL AND counted=1 AND void IS NULL"
    " AND duplicate_of IS NULL";

}  // namespace

Result<SiteZones> SiteZones::load(Statements& statements, const Catalog& catalog, int workspace_minutes) {
  SiteZones zones(workspace_minutes);
  const Collection* site = catalog.collection("site");
  if (site == nullptr || site->field("zone") == nullptr) return zones;  // a catalog from before them
  KAREZ_TRY(for_each_row(statements.get(kZones), [&](Statement& in) {
    const std::int64_t minutes = in.integer(1);
    if (minutes < -limits::kOffsetMinutes || minutes > limits::kOffsetMinutes) return;
    if (minutes != workspace_minutes) zones.own_.emplace(in.text(0), static_cast<int>(minutes));
  }));
  return zones;
}

int SiteZones::zone_of(std::string_view site) const {
  const auto own = own_.find(site);
  return own == own_.end() || is_mutant(Mutant::ignore_site_zone) ? workspace_minutes_ : own->second;
}

Day SiteZones::day_of(std::int64_t ms, std::string_view site) const {
  return karez::day_of(ms, zone_of(site));
}

SiteZones::Window SiteZones::window(Day first, Day last) const {
  int west = workspace_minutes_, east = workspace_minutes_;
  for (const auto& [code, minutes] : own_) {
    west = std::min(west, minutes);
    east = std::max(east, minutes);
  }
  return {start_of(first, east), start_of(Day{last.number + 1}, west)};
}

}  // namespace karez
