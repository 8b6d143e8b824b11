// Sentences about figures: measures, the campaign report, and what is behind a number. As texts.h. Constants;
// any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kMarkExact{"{0}", "{0}"};
inline constexpr Text kMarkOver{"{0}余", "more than {0}"};
inline constexpr Text kMarkNear{"近{0}", "nearly {0}"};
inline constexpr Text kMarkAbout{"约{0}", "about {0}"};
inline constexpr Text kMarkPlan{"预计{0}", "planned {0}"};
inline constexpr Text kInYuan{"{0}元", "{0} yuan"};
inline constexpr Text kInPersons{"{0}人", "{0} persons"};
inline constexpr Text kInPersonTimes{"{0}人次", "{0} person-times"};
inline constexpr Text kInPieces{"{0}件", "{0} items"};

inline constexpr Text kPersons{"人数", "persons"};
inline constexpr Text kYuan{"金额(元)", "yuan"};
inline constexpr Text kTitleTradePersons{"按工种（人）", "By trade (persons)"};
inline constexpr Text kOtherZones{"按当地时间算当天的站点：{0}", "sites with their own midnight: {0}"};

}  // namespace karez::cli::say
