// Sentences about rules, duties and vouchers. As texts.h. Constants; any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpRule{"规则：每人每天几份、站点上限、资金池、应做的走访",
                                "rules: quotas, ceilings, pools, duties"};
inline constexpr Text kHelpRuleAdd{"加一条规则", "add a rule"};
inline constexpr Text kHelpRuleList{"列出规则", "list the rules"};
inline constexpr Text kHelpRuleVoid{"作废一条规则（编号或代码）", "void a rule, by its id or code"};
inline constexpr Text kHelpRuleDue{"到期和逾期的任务", "what is due and overdue"};
inline constexpr Text kHelpDuty{"某天的任务：应做多少，做了多少", "the duties as they stand on a day"};
inline constexpr Text kHelpRuleVerdict{"对超出的一组记录作决定（统筹）",
                                       "a coordinator's word on a group that is over"};
inline constexpr Text kHelpRuleName{"规则的编号或代码", "the rule's id or code"};
inline constexpr Text kHelpRuleGroup{"karez day --json 里的 group", "the \"group\" of karez day --json"};
inline constexpr Text kHelpRuleAction{"决定：ok 或 over 认可，no 退回，reopen 重开",
                                      "ok or over accepts, no sends back, reopen takes it back"};
inline constexpr Text kHelpDueOn{"哪一天（默认今天）", "on which day (today)"};
inline constexpr Text kRuleAdded{"规则已存盘：{0}", "the rule is saved: {0}"};
inline constexpr Text kRuleVoided{"规则 {0} 已作废", "the rule {0} is void"};
inline constexpr Text kNoRules{"没有规则", "there are no rules"};
inline constexpr Text kNoSuchRule{"没有规则 {0}；karez rule list 列出全部",
                                  "there is no rule {0}; karez rule list shows them"};
inline constexpr Text kBadRulePair{
    "对象 {0} 和限制 {1} 不能合用；什么也没有记录。max 用于 person site campaign batch，min 用于 pair "
    "site，budget 用于 campaign batch，balance 用于 person，order 用于 asset",
    "the scope {0} has no limit {1}; nothing was recorded. max goes with person, site, campaign and batch, "
    "min "
    "with pair and site, budget with campaign and batch, balance with person, order with asset"};
inline constexpr Text kRuleVerdictSaved{"决定已存盘：{0}", "the verdict is saved: {0}"};
inline constexpr Text kBadRuleAction{"决定只能是 ok、over、no、reopen",
                                     "the word is one of ok, over, no, reopen"};

inline constexpr Text kBreach{"{0}：限 {1}，这样就是 {2}（超出 {3}）{4}",
                              "{0}: the limit is {1}, this makes {2} ({3} beyond it){4}"};
inline constexpr Text kBreachHeld{"，已知：{0}", "; known here: {0}"};
inline constexpr Text kBreachBlocked{
    "{0}。规则不允许：什么也没有记录。如确有理由，请联系统筹",
    "{0}. A rule blocks it: nothing was recorded. If there is a reason for it, ask a coordinator"};
inline constexpr Text kBreachAsk{"仍然发放并记录吗？[y/N] ",
                                 "hand it out and record it all the same? [y/N] "};
inline constexpr Text kBreachDeclined{"没有记录", "nothing was recorded"};
inline constexpr Text kBreachNoted{"已记录并标记：{0}", "recorded and marked: {0}"};
inline constexpr Text kBreachHold{"已记录，待统筹审核：{0}",
                                  "recorded, and held for a coordinator's verdict: {0}"};
inline constexpr Text kImportedBreaches{"其中 {0} 行超出规则，已记录并标记（karez day 会列出）",
                                        "{0} of them are beyond a rule: recorded and marked (karez day lists "
                                        "them)"};

inline constexpr Text kTitleOverQuota{"超出规则", "Beyond a rule"};
inline constexpr Text kOverQuotaRow{"{0}：{1} 份，限 {2}，超出 {3}{4}",
                                    "{0}: {1}, the limit is {2}, {3} beyond{4}"};
inline constexpr Text kOverQuotaMember{"{0}  {1}  {2}  ×{3}{4}", "{0}  {1}  {2}  ×{3}{4}"};
inline constexpr Text kCouldHaveKnown{"  （当时已知）", "  (could have known)"};
inline constexpr Text kMoreOverQuota{"……还有 {0} 组，见 karez day --json",
                                     "... and {0} more: karez day --json"};
inline constexpr Text kGroupHeld{"，待审核", ", held"};
inline constexpr Text kGroupAccepted{"，已认可", ", accepted"};
inline constexpr Text kGroupSentBack{"，已退回", ", sent back"};
inline constexpr Text kDoublePlace{"，同时在两处", ", in two places"};

inline constexpr Text kColumnRule{"规则", "rule"};
inline constexpr Text kColumnSubject{"对象", "who"};
inline constexpr Text kColumnWindow{"周期", "window"};
inline constexpr Text kColumnDutyDone{"已做", "done"};
inline constexpr Text kColumnDue{"应做", "due"};
inline constexpr Text kOverdue{"逾期", "overdue"};
inline constexpr Text kDueNow{"未到期", "due"};
inline constexpr Text kDutiesDone{"{0} 项任务都已完成", "all {0} duties are done"};
inline constexpr Text kDutiesOpen{"{0} 项逾期，{1} 项待做，{2} 项已完成", "{0} overdue, {1} due, {2} done"};

inline constexpr Text kHelpVoucher{"券码：生成、检查、核对", "vouchers: make, check, count"};
inline constexpr Text kHelpVoucherMake{"生成券码（统筹）", "make voucher codes (coordinators)"};
inline constexpr Text kHelpVoucherCheck{"检查一个券码（不用信号）", "check a code, without signal"};
inline constexpr Text kHelpVoucherList{"列出券码和使用情况", "list the vouchers and what became of them"};
inline constexpr Text kHelpVoucherCount{"几张", "how many"};
inline constexpr Text kHelpVoucherOut{"写成文件（每行一个）；不写则打印", "write them into this file (CSV)"};
inline constexpr Text kHelpVoucherQty{"余额券：每张的额度", "balance vouchers: what each is worth"};
inline constexpr Text kHelpVoucherCode{"券码", "the code"};
inline constexpr Text kHelpVoucherCampaign{"活动编号", "campaign"};
inline constexpr Text kHelpVoucherItem{"物资编号", "item"};
inline constexpr Text kHelpVoucherPool{"资金池（额度编号）", "the pool (a grant's code) that they draw on"};
inline constexpr Text kHelpValidFrom{"有效自", "valid from"};
inline constexpr Text kHelpValidTo{"有效至", "valid to"};
inline constexpr Text kHelpUnusedOnly{"只列未使用的", "only those not used yet"};
inline constexpr Text kVouchersMade{"已生成 {0} 张券码并存盘", "{0} vouchers are made and saved"};
inline constexpr Text kVouchersWritten{"已生成 {0} 张券码，写在 {1}",
                                       "{0} vouchers are made, and written to {1}"};
inline constexpr Text kVoucherGood{"{0}：格式正确", "{0}: well-formed"};
inline constexpr Text kVoucherForeign{"{0}：不是 karez 的券码，按原样记录",
                                      "{0}: not a code of karez; it is kept as it is typed"};
inline constexpr Text kVoucherMistyped{
    "{0} 的校验位不对：可能有一位打错，或两位对调（码里没有 0、1、I、L、O）；请再念一遍",
    "the check symbol of {0} does not fit: a symbol is mistyped or two changed places (there is no 0, 1, I, "
    "L "
    "or O in a code); read it again"};
inline constexpr Text kVoucherUnknown{"本机还没有这张券的记录", "no record of it is here yet"};
inline constexpr Text kVoucherDays{"有效期：{0} 至 {1}", "good from {0} to {1}"};
inline constexpr Text kVoucherNotToday{"今天（{0}）不在有效期内", "not good today ({0})"};
inline constexpr Text kVoucherUnused{"未使用", "unused"};
inline constexpr Text kVoucherUsed{"已用 {0} 次，共 {1}", "used {0} times, {1} in all"};
inline constexpr Text kVoucherPart{"已用 {0} 次，共 {1}，余 {2}", "used {0} times, {1} in all, {2} left"};
inline constexpr Text kVoucherTotals{"共 {0} 张：未使用 {1}，用了一部分 {2}，用完 {3}",
                                     "{0} vouchers: {1} unused, {2} used in part, {3} used"};

}  // namespace karez::cli::say
