// Sentences about accounts, moves, hand-overs and what the ledger refuses. As texts.h. Constants; any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpAccount{"账户：哪台电脑管哪些物资", "accounts: which laptop holds which goods"};
inline constexpr Text kHelpAccountOpen{"开一个账户，只有这台电脑能从中付出",
                                       "open an account that this laptop alone may give from"};
inline constexpr Text kHelpAccountList{"列出账户", "list the accounts"};
inline constexpr Text kHelpAccountCode{"账户编号，例如 BAG1", "the account's code, as in BAG1"};
inline constexpr Text kHelpAccountOwner{"负责的电脑（名字或编号）", "the laptop that holds it (name or key)"};
inline constexpr Text kHelpAccountKind{
    "类别：site 站点、vehicle 车辆、bag 随身包、donor 捐赠方、person 个人、fund 资金",
    "kind: site, vehicle, bag, donor, person or fund"};
inline constexpr Text kHelpAccountSite{"站点编号", "the site's code"};
inline constexpr Text kHelpAccountName{"名称", "a name"};
inline constexpr Text kHelpStock{"账户里有多少，路上有多少，有什么对不上",
                                 "what stands in accounts, what is under way, what does not fit"};
inline constexpr Text kHelpStockAccount{"只看这个账户", "this account alone"};
inline constexpr Text kHelpMove{"记一次流转：从哪里到哪里", "record a move from one place to another"};
inline constexpr Text kHelpFromPlace{"来源（账户或地点编号；outside 或不写则来自外部）",
                                     "from (code of an account or place; outside or nothing: from outside)"};
inline constexpr Text kHelpToPlace{"去向（账户或地点编号；不写则给外部）",
                                   "to (code of an account or place; nothing: to outside)"};
inline constexpr Text kHelpMoveReason{"原因代码，例如 alloc 调拨、buy 采购、back 退回",
                                      "reason: alloc, buy, gift, back, lost, fix..."};
inline constexpr Text kHelpMoveNote{"备注", "a note"};
inline constexpr Text kHelpGiveSource{
    "发放的物资来自哪个账户（不写则用本机唯一的账户；outside 表示来自外部）",
    "the account that the goods come from (default: this laptop's only one; outside: none)"};
inline constexpr Text kHelpHandOver{"没有信号时把物资交给另一台电脑：显示一个交接码",
                                    "hand goods over to another laptop without signal: shows a code"};
inline constexpr Text kHelpHandOverTo{"收方的电脑名或账户编号",
                                      "the receiver: a laptop's name or an account"};
inline constexpr Text kHelpAccept{"接收物资：用交接码，或接收已经到了本机的",
                                  "accept goods: by a code, or what has arrived here"};
inline constexpr Text kHelpAcceptWords{
    "交接码、存有它的文件、- 表示标准输入，或流转记录的编号；不写则列出等待接收的",
    "a code, a file that holds it, - for standard input, or ids of moves; "
    "nothing: lists what waits"};
inline constexpr Text kHelpAcceptAll{"接收所有等待接收的", "accept all that waits"};

inline constexpr Text kAccountOpened{"已开账户 {0}，由 {1} 负责", "the account {0} is opened for {1}"};
inline constexpr Text kMoveSaved{"已记录 {0}", "recorded {0}"};
inline constexpr Text kHandedOver{"已从 {0} 交给 {1}；请对方在其电脑上运行 karez accept 加上这个码",
                                  "handed over from {0} to {1}; on the other laptop: karez accept CODE"};
inline constexpr Text kAcceptedOne{"已接收 {0}={1}，入账户 {2}", "accepted {0}={1} into {2}"};
inline constexpr Text kNothingWaits{"没有等待接收的物资", "nothing waits to be accepted"};
inline constexpr Text kWaits{"等待接收（karez accept --all 全部接收）：",
                             "waiting to be accepted (karez accept --all takes all):"};
inline constexpr Text kGiverUnknown{
    "交出的电脑本机还不认识：等它的记录到了再核对",
    "the giver is not known here yet: its records will be compared when they come"};
inline constexpr Text kNoAccounts{"还没有开账户：karez account open",
                                  "no account is opened yet: karez account open"};
inline constexpr Text kNoSuchAccount{"没有账户 {0}；karez account list 列出账户",
                                     "there is no account {0}; see karez account list"};
inline constexpr Text kColumnAccount{"账户", "account"};
inline constexpr Text kColumnKind{"类别", "kind"};
inline constexpr Text kColumnReceived{"收入", "received"};
inline constexpr Text kColumnGiven{"付出", "given"};
inline constexpr Text kColumnOnHand{"现有", "on hand"};
inline constexpr Text kColumnInTransit{"在途", "in transit"};
inline constexpr Text kColumnArriving{"待接收", "arriving"};
inline constexpr Text kColumnQuantity{"数量", "quantity"};
inline constexpr Text kColumnFromPlace{"来源", "from"};
inline constexpr Text kColumnToPlace{"去向", "to"};
inline constexpr Text kOutside{"外部", "outside"};
inline constexpr Text kAccountClosed{"已停用", "closed"};
inline constexpr Text kAccountDuplicate{"重号", "duplicate"};
inline constexpr Text kUnderWay{"在途：", "under way:"};
inline constexpr Text kCases{"对不上的：", "what does not fit:"};

/// Of a case: {0} account, {1} item, {2} quantity, {3} laptop, {4} records.
inline constexpr Text kCaseFork{"  {0} 的 {1} 超付 {2}：{3} 被复制过，两份各自付出",
                                "  {0} is short of {2} {1}: {3} was copied, and both copies gave"};
inline constexpr Text kCaseRevoked{
    "  {0} 的 {1} 超付 {2}：{3} 停用后交出的已被接收",
    "  {0} is short of {2} {1}: what {3} gave after it was revoked was accepted"};
inline constexpr Text kCaseUnguarded{
    "  {0} 的 {1} 超付 {2}（{3}）：不是本程序记录的",
    "  {0} is short of {2} {1} ({3}): recorded without this program's check"};
inline constexpr Text kCaseForeignDebit{
    "  {3} 从不归它的 {0} 付出 {1} {2}，不计入账户",
    "  {3} gave {2} {1} from {0}, which is not its own; it does not debit"};
inline constexpr Text kCaseUnopened{
    "  {3} 写了来源 {0}，当时还不知道它已开户：{1} {2}，不计入账户",
    "  {3} named {0} without knowing that it is opened: {2} {1}; it does not debit"};
inline constexpr Text kCaseAcceptedUncounted{
    "  {3} 停用后（或未接纳时）交出的 {1} {2} 已被接收，账户 {0} 照付",
    "  what {3} gave from {0} and does not count was accepted: {2} {1}"};
inline constexpr Text kCaseUnmatched{"  {0} 接收了 {1} {2}，交出方的记录还没到",
                                     "  {0} accepted {2} {1}; the giver's record is not here"};
inline constexpr Text kCaseDiffers{"  {0} 接收的 {1} 与交出的不一致（差 {2}）",
                                   "  {0} accepted {1} otherwise than it was given (by {2})"};
inline constexpr Text kCaseAcceptedTwice{"  {0} 重复接收 {1} {2}，只算一次",
                                         "  {0} accepted {2} {1} twice; it counts once"};
inline constexpr Text kCaseForeignAcceptance{
    "  {3} 替不归它的 {0} 接收 {1} {2}，不计入",
    "  {3} accepted {2} {1} for {0}, which is not its own; it does not credit"};
inline constexpr Text kCaseVoidIgnored{
    "  {0} 的 {1} {2} 被作废，但已经付出：账户照付",
    "  {2} {1} of {0} are voided, and were handed over: the account stays debited"};
inline constexpr Text kCaseEditIgnored{"  {0} 的 {1} {2} 被改过：账户按原记录算",
                                       "  {2} {1} of {0} were edited: the account follows the first record"};

/// Of a refusal: {0} the engine's sentence, {1} account, {2} item, {3} laptop, {4} field, {5} there, {6}
/// wanted.
inline constexpr Text kRefusedOverdraw{
    "账户 {1} 只有 {5} 个 {2}，要付出 {6} 个；没有记录：先接收在途的（karez accept），补记收到的（karez "
    "move），"
    "或写明来自外部（--from outside）",
    "{0}"};
inline constexpr Text kRefusedNotYours{
    "只有 {3} 能从账户 {1} 付出；没有记录：请那台电脑交接，或从本机的账户付出，或写明来自外部（--from "
    "outside）",
    "{0}"};
inline constexpr Text kRefusedFixed{
    "{4} 记下后不能改；没有改动：请作废（karez void 编号 --reason 原因）后重新记录", "{0}"};
inline constexpr Text kRefusedHandedOver{"已交给 {1}，对方可能已经接收；没有改动：请 {3} 接收后再交回来",
                                         "{0}"};
inline constexpr Text kRefusedWasAccepted{"{1} 已经接收，不能作废；没有改动：请 {3} 交回来", "{0}"};
inline constexpr Text kRefusedAcceptance{"已经接收的不能作废；没有改动：请交回给对方（karez hand-over）",
                                         "{0}"};
inline constexpr Text kRefusedVoidOverdraws{"这样账户 {1} 的 {2} 会成为 {5}；没有改动：要先收回已付出的",
                                            "{0}"};
inline constexpr Text kRefusedSame{"来源和去向都是 {1}；没有记录：请写两个不同的地方", "{0}"};
inline constexpr Text kRefusedNoAccount{
    "本机不知道这个账户（{1}）；没有记录：收下U盘包或同步后再来，或请统筹开户", "{0}"};
inline constexpr Text kRefusedTaken{"账户 {1} 已经开过（{3}）；没有记录：请换一个编号", "{0}"};
inline constexpr Text kRefusedNotForHere{"这是给 {3} 的账户 {1} 的，不是给本机的；没有记录", "{0}"};
inline constexpr Text kRefusedAcceptedAlready{"本机已经接收过，没有再记：karez stock 看现有多少", "{0}"};
inline constexpr Text kRefusedDiffers{"交出的是 {2}={5}；没有记录：请按交出的接收，少了的再退回", "{0}"};
inline constexpr Text kRefusedGiverOutside{
    "交出的电脑 {3} 已停用或未被接纳，交出的不作数；没有记录：请找统筹", "{0}"};
/// {0} the engine's sentence.
inline constexpr Text kCodeMalformed{"交接码不完整或有误；没有记录：请重新复制整个码（{0}）", "{0}"};
inline constexpr Text kCodeForeign{"交接码属于别的工作区；没有记录", "{0}"};
inline constexpr Text kCodeUnsigned{"交接码不是它所写的电脑签名的；没有记录：请对方重新显示", "{0}"};
inline constexpr Text kCodeFork{"本机上交出方的记录与交接码不一致；没有记录：请同步，并找统筹", "{0}"};

}  // namespace karez::cli::say
