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

inline constexpr Text kHelpReport{"多日或整个活动的报告", "reports over more than a day"};
inline constexpr Text kHelpReportCampaign{
    "一个活动（或一段日期）的合计：按日、按站点、按工种、目标完成情况",
    "the totals of a campaign or of a range of days: by day, site and trade, and how far its targets are"};
inline constexpr Text kHelpCampaignCode{"活动编号；不写则所有记录", "the campaign; without it, all records"};
inline constexpr Text kHelpFrom{"从这一天起", "from this day on"};
inline constexpr Text kHelpTo{"到这一天止（含）", "up to and including this day"};
inline constexpr Text kHelpExplain{"一个数字背后的记录", "the records behind a figure"};
inline constexpr Text kHelpFigure{
    "数字的名称，同 karez day "
    "--json：person_times、items.W550、by_site.S001.W550、by_trade.rider、by_laptop.NAME",
    "the figure, as karez day --json names it: person_times, items.W550, by_site.S001.W550, by_trade.rider, "
    "by_laptop.NAME"};
inline constexpr Text kHelpExplainDay{"日报的日期", "the day whose report has the figure"};
inline constexpr Text kHelpExplainCampaign{"活动报告的活动", "the campaign whose report has the figure"};
inline constexpr Text kKindFigure{"数字", "FIGURE"};
inline constexpr Text kDayOrRange{"--day 不能和 --campaign、--from、--to 一起用",
                                  "--day goes alone, without --campaign, --from and --to"};
inline constexpr Text kScopeNeeded{
    "这个数字属于哪个报告？请写 --day 日期，或 --campaign 活动，或 --from 和 --to",
    "which report has this figure? Say --day DATE, --campaign CODE, or --from and --to"};

inline constexpr Text kTitleCampaign{"活动 {0} 合计（{1} 至 {2}）", "Campaign {0}, {1} to {2}"};
inline constexpr Text kTitlePeriod{"{1} 至 {2} 合计", "Totals, {1} to {2}"};
inline constexpr Text kTitleTargets{"目标", "Targets"};
inline constexpr Text kTitleDays{"按日", "By day"};
inline constexpr Text kHeadline{"服务{0}次：{1}", "{0} visits: {1}"};
inline constexpr Text kListComma{"，", ", "};
inline constexpr Text kColumnDay{"日期", "day"};
inline constexpr Text kColumnTime{"时间", "time"};
inline constexpr Text kColumnAmount{"数量", "amount"};
inline constexpr Text kColumnTarget{"目标", "target"};
inline constexpr Text kColumnPlanned{"计划", "planned"};
inline constexpr Text kColumnAchieved{"完成", "done"};
inline constexpr Text kColumnReached{"达到或用完日期", "reached"};
inline constexpr Text kNotAdmittedPart{"未接纳的电脑 {0}：服务 {1} 次，发放 {2} 行，不在合计内",
                                       "{0} is not admitted: {1} visits and {2} handouts stand outside"};
inline constexpr Text kFigureIs{"{0} = {1}，共 {2} 条记录", "{0} = {1}, of {2} records"};

}  // namespace karez::cli::say
