// The campaign report and the explanation of a figure, as documents and as pages. Pure functions.
#pragma once

#include <map>
#include <string>

#include "cli/context.h"
#include "karez/replica/reports.h"

namespace karez::cli {

[[nodiscard]] Document campaign_document(const CampaignReport& report);
/// What the lists that are here call items, and what they count them in; a code without a name stands for
/// itself.
struct ItemNames {
  std::map<std::string, std::string> names, units;
};
[[nodiscard]] std::string campaign_text(const Context& context, const CampaignReport& report,
                                        const ItemNames& items = {});

/// `figure` and `about` (a day, a campaign) as they were asked for.
[[nodiscard]] Document explanation_document(const Explanation& explanation, const std::string& figure);
[[nodiscard]] std::string explanation_text(const Context& context, const Explanation& explanation,
                                           const std::string& figure);

}  // namespace karez::cli
