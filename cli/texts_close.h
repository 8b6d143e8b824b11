// Sentences about headquarters' day: closing it, what came later, double entries. As texts.h. Constants; any
// thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpDayClose{"结账：签名确认这一天的合计，之后到的记录列在补录里",
                                    "close the day: sign its totals; what comes later is listed apart"};
inline constexpr Text kHelpDayReplay{"从日志重新计算已结的合计（随机到达次序），并核对校验码",
                                     "compute closed totals anew from the log, in random orders of arrival"};
inline constexpr Text kHelpCloseNote{"给日结加一句说明", "a word about the close"};
inline constexpr Text kHelpDespiteGaps{"还不齐全也结账，并写明缺谁",
                                       "also if the day is not whole; the close names who is missing"};
inline constexpr Text kHelpCloseAgain{"已结过：取代原来的日结", "closed already: replace that close"};
inline constexpr Text kHelpAsOf{
    "某个时刻（2025-07-20T18:00）本机所知的，或某次日结的合计",
    "as this laptop knew it at a time (2025-07-20T18:00), or as a close states it"};
inline constexpr Text kHelpOrders{"试几种随机次序（默认 1）", "how many random orders to try (default 1)"};
inline constexpr Text kHelpCloseOrDate{"日期，或日结的编号", "the date, or the id of a close"};
inline constexpr Text kKindTimeOrClose{"时刻|日结", "TIME|CLOSE"};

inline constexpr Text kBadOrders{"“{0}”不是次数", "\"{0}\" is not a number of orders"};
inline constexpr Text kReplaying{"重新计算", "computing again"};

inline constexpr Text kDayClosed{"{0} 已结账，日结 {1}，校验码 {2}", "{0} is closed by {1}, digest {2}"};
inline constexpr Text kDayClosedLacks{"结账时还缺：{0}", "missing at the close: {0}"};
inline constexpr Text kClosedAlready{
    "{0} 已由 {1} 结账（{2}），什么也没有记录；要取代它请加 --again",
    "{0} is closed already by {1} ({2}); nothing was recorded: to replace that add --again"};
inline constexpr Text kCloseNotWhole{
    "这一天还不齐全，缺 {0}；什么也没有记录。请等它们同步，或加 --despite-gaps 结账（日结会写明缺谁）",
    "the day is not whole, it lacks {0}; nothing was recorded: wait until they have synced, or close despite "
    "that "
    "(--despite-gaps), then the close names them"};
inline constexpr Text kCloseWaits{
    "{0} 有记录在等别的电脑的更改，合计还不是全部；什么也没有记录。请先同步（karez status 说明在等什么）",
    "records of {0} wait for other laptops' changes, so these are not the figures of what is here; nothing "
    "was "
    "recorded: sync first (karez status says what they wait for)"};
inline constexpr Text kRivalCloses{
    "{0} 有互不知情的几次日结：显示 {2} 的 {1}，另有 {3}。用 karez void 作废多余的，或 karez day close {0} "
    "--again",
    "{0} was closed several times by people who did not know of each other: {1} of {2} is shown, and there "
    "is {3}. "
    "Void the others (karez void), or settle it with karez day close {0} --again"};
inline constexpr Text kNotClosed{"{0} 还没有结账", "{0} is not closed"};
inline constexpr Text kBadAsOf{"“{0}”不是时刻，也不是日结的编号",
                               "\"{0}\" is neither a time nor the id of a close"};

inline constexpr Text kClosedBy{"已结账：{0}，{1}（日结 {2}）；以上是结账时的合计",
                                "closed by {0} at {1} (close {2}); the figures above are those of the close"};
inline constexpr Text kAsOfTitle{"截至 {0} 本机所知", "as this laptop knew it at {0}"};
inline constexpr Text kTitleAddendum{"结账之后的变化（不在以上合计内）",
                                     "Since the close (not in the figures above)"};
inline constexpr Text kTitleLate{"结账之后到的 {0} 项", "Came after the close: {0}"};
inline constexpr Text kTitleChecks{"需要核对", "To be looked at"};
inline constexpr Text kAndMore{"  …… 还有 {0} 项", "  ... and {0} more"};
inline constexpr Text kColumnWhat{"事项", "what"};
inline constexpr Text kLateVisit{"走访", "visit"};
inline constexpr Text kLateEvent{"服务记录", "event"};
inline constexpr Text kLateHandout{"发放", "handout"};
inline constexpr Text kLateMove{"流转", "move"};
inline constexpr Text kLateEdit{"修改", "edit"};
inline constexpr Text kLateVoid{"作废", "void"};
inline constexpr Text kLateUnvoid{"取消作废", "unvoid"};
inline constexpr Text kLateVerdict{"判定", "verdict"};

inline constexpr Text kReplayOk{"核对一致：{0} 种次序、每次 {1} 次更改，校验码都是 {2}",
                                "the same in {0} orders of {1} changes each: digest {2}"};
inline constexpr Text kReplayDiffers{
    "第 {0} 种次序算出的合计与日结不同（{1}，日结为 {2}）；记录都还在，请保留本机的数据并报告",
    "order {0} gave other figures than the close ({1}, the close states {2}); all records are safe: keep "
    "this "
    "replica and report it"};

inline constexpr Text kCheckIncomplete{"{0} 还缺 {1} 次更改", "{0} lacks {1} changes"};
inline constexpr Text kCheckSilent{"{0} 在当天结束后还没有消息",
                                   "{0} was not heard after the end of the day"};
inline constexpr Text kCheckSkewed{"{0} 的时钟差 {1} 毫秒", "the clock of {0} is off by {1} ms"};
inline constexpr Text kCheckNotAdmitted{"{0} 未接纳，它的记录不在合计内",
                                        "{0} is not admitted: its records stand outside the totals"};
inline constexpr Text kCheckConflict{"记录 {0} 有没解决的冲突（karez conflicts）",
                                     "record {0} has an open conflict (karez conflicts)"};
inline constexpr Text kCheckUnknownSite{"站点 {0} 不在名单里", "site {0} is in no list"};
inline constexpr Text kCheckUnknownItem{"物资 {0} 不在名单里", "item {0} is in no list"};
inline constexpr Text kCheckWaiting{"{0} 有记录在等别的电脑的更改",
                                    "records of {0} wait for other laptops' changes"};
inline constexpr Text kCheckRival{"{2} 也结了这一天（日结 {0}）：用 karez day close --again 定下一个",
                                  "{2} closed the day as well ({0}): settle it with karez day close --again"};
inline constexpr Text kCheckCloseAhead{"日结所依据的记录还有 {1} 台电脑的不在本机",
                                       "of what the close rests on, the records of {1} laptops are not here"};
inline constexpr Text kCheckLate{"结账之后到了 {1} 项", "{1} came after the close"};
inline constexpr Text kCheckDuplicates{"可能重复录入 {1} 处（karez duplicates {2}）",
                                       "{1} possible double entries (karez duplicates {2})"};
inline constexpr Text kCheckNotSearched{
    "这一天记录很多，没有顺带查重复录入：karez duplicates {2}",
    "the day has so many records that double entries were not looked for: karez duplicates {2}"};
inline constexpr Text kCheckOverQuota{"超出规则 {1} 组", "{1} groups are beyond a rule"};
inline constexpr Text kCheckHeld{"待审核 {1} 组（karez rule verdict）",
                                 "{1} groups are held for a verdict (karez rule verdict)"};
inline constexpr Text kCheckNoRecord{"{0} 当天应有记录，还缺 {1} 条",
                                     "{0} has to have a record on this day: {1} lacking"};
inline constexpr Text kCheckAdmittedLate{"{0} 在结账之后才被批准加入：它的 {1} 条记录见“结账之后的变化”",
                                         "{0} was admitted after the close: {1} records are in the addendum"};
inline constexpr Text kCheckRevokedLate{
    "{0} 在结账之后被停用：它的 {1} 条记录不再计入，见“结账之后的变化”",
    "{0} was revoked after the close: {1} records count no more, see the addendum"};
inline constexpr Text kCheckVoucherInvalid{"券 {0} 不在有效期内使用（{2}）",
                                           "the voucher {0} was used outside of its days ({2})"};
inline constexpr Text kCheckStockOverdrawn{"账户 {0} 超付 {1}：{2}（karez stock）",
                                           "the account {0} is short of {1}: {2} (karez stock)"};
inline constexpr Text kCheckStockCase{"账户 {0} 有 {1} 条对不上：{2}（karez stock）",
                                      "{1} records of the account {0} do not fit: {2} (karez stock)"};
inline constexpr Text kCheckOther{"{3}：{0} {1} {2}", "{3}: {0} {1} {2}"};

}  // namespace karez::cli::say
