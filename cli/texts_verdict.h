// Sentences about double entries and the verdicts that settle them. As texts.h. Constants; any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpDuplicates{
    "一天里可能重复录入的记录（只提示，不会自动合并）",
    "possible double entries of a day (suggested, never merged by themselves)"};
inline constexpr Text kHelpVerdict{"判定：两条记录是同一件事，还是都算",
                                   "decide whether two records are one thing"};
inline constexpr Text kHelpVerdictSame{"判重：第一条与第二条是同一件事，第一条退出合计",
                                       "the first is the same as the second: it leaves the totals"};
inline constexpr Text kHelpVerdictBoth{"两条都是真的，不再提示", "both are real: they are suggested no more"};
inline constexpr Text kHelpVerdictAbout{"退出合计的记录", "the record that leaves the totals"};
inline constexpr Text kHelpVerdictSameAs{"留下的记录", "the record that stays"};
inline constexpr Text kHelpVerdictReason{"理由", "why"};
inline constexpr Text kJudgedSame{
    "已判重（{0}）：{1} 退出合计，{2} 留下；要收回请 karez void {0} --reason …",
    "decided ({0}): {1} leaves the totals, {2} stays; karez void {0} --reason ... takes it "
    "back"};
inline constexpr Text kJudgedBoth{"已记下（{0}）：{1} 和 {2} 都算，不再提示",
                                  "decided ({0}): {1} and {2} are both real and suggested no more"};
inline constexpr Text kNoDuplicates{"{0} 没有看上去重复的记录", "nothing of {0} looks recorded twice"};
inline constexpr Text kSameAmount{"数量相同", "same amount"};
inline constexpr Text kSamePerson{"同一个人", "same person"};
inline constexpr Text kHowToJudge{
    "共 {0} 处。karez verdict same 编号 编号 判重；karez verdict both 编号 编号 都算",
    "{0} in all. karez verdict same ID ID: one thing; karez verdict both ID ID: both are real"};
inline constexpr Text kColumnWhy{"依据", "why"};
inline constexpr Text kColumnRecords{"记录", "records"};

}  // namespace karez::cli::say
