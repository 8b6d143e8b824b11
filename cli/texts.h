// Every sentence of the command, in Chinese and English, each in one place; {0}, {1} stand for values. The
// words of collections, fields and codes are not here: they come from the catalog. Constants; any thread.
#pragma once

#include <string>
#include <vector>

namespace karez::cli {

enum class Language { zh, en };

struct Text {
  const char* zh;
  const char* en;
};

/// The text in a language, its places filled; a value may hold anything, braces too.
[[nodiscard]] std::string fill(const Text& text, Language language,
                               const std::vector<std::string>& values = {});

namespace say {

// ---- Help: groups, commands
// -----------------------------------------------------------------------------------------
inline constexpr Text kAbout{"坎儿井：没有信号也能记录，遇到中继就汇合",
                             "Karez: record without signal, merge when a relay is near"};
inline constexpr Text kFooter{
    "“karez 命令 --help” 看每条命令的用法。退出码：0 完成，2 用法有误，3 没找到，4 被拒绝，5 连不上中继，1 "
    "其他。",
    "\"karez COMMAND --help\" tells more. Exit codes: 0 done, 2 usage, 3 not found, 4 refused, "
    "5 relay not reachable, 1 anything else."};
inline constexpr Text kGroupBegin{"开始", "Begin"};
inline constexpr Text kGroupRecord{"记录", "Record"};
inline constexpr Text kGroupLook{"查看", "Look"};
inline constexpr Text kGroupSync{"同步", "Sync"};
inline constexpr Text kGroupPeople{"人员与电脑", "People and laptops"};
inline constexpr Text kGroupProof{"核验", "Proof"};
inline constexpr Text kGroupFields{"字段", "Fields"};
inline constexpr Text kGroupOptions{"选项", "Options"};
inline constexpr Text kGroupGlobal{"通用选项", "Global options"};
inline constexpr Text kLabelUsage{"用法", "Usage"};
inline constexpr Text kLabelOptions{"选项", "OPTIONS"};
inline constexpr Text kLabelCommand{"命令", "COMMAND"};
inline constexpr Text kLabelPositionals{"参数", "Arguments"};
inline constexpr Text kLabelRequired{"（必填）", "(required)"};

inline constexpr Text kHelpInit{"建立工作区：这台电脑就是总部",
                                "found a workspace: this laptop is headquarters"};
inline constexpr Text kHelpJoin{"用邀请码加入，不需要信号", "join with an invitation code, without signal"};
inline constexpr Text kHelpInvite{"发一个邀请码（只用一次，有期限）",
                                  "make an invitation code (used once, expires)"};
inline constexpr Text kHelpAdmit{"接纳一台电脑（同名时用它的编号）",
                                 "admit a laptop (by its key if names are equal)"};
inline constexpr Text kHelpDevices{"列出所有电脑", "list the laptops"};
inline constexpr Text kHelpRevoke{"停用一台电脑：此后的记录不计入合计",
                                  "revoke a laptop: its later records leave the totals"};
inline constexpr Text kHelpImport{"导入 CSV：物资发放、站点、物资等",
                                  "import a CSV file: handouts, sites, items..."};
inline constexpr Text kHelpVisit{"记一次服务，可同时记发放", "record a visit, with its handouts"};
inline constexpr Text kHelpGive{"给已有的服务补记发放，或单独记发放",
                                "add handouts to a visit, or record them alone"};
inline constexpr Text kHelpEdit{"更正一条记录", "put a record right"};
inline constexpr Text kHelpVoid{"作废一条记录（写明原因，可撤销）",
                                "void a record, with a reason (can be undone)"};
inline constexpr Text kHelpList{"列出记录", "list records"};
inline constexpr Text kHelpShow{"一条记录的内容和历史：谁、何时、改了什么",
                                "one record and its history: who, when, what"};
inline constexpr Text kHelpConflicts{"还没定的冲突", "list open conflicts"};
inline constexpr Text kHelpResolve{"定下一个冲突", "settle a conflict"};
inline constexpr Text kHelpDay{"一天的合计，以及是否齐全", "a day's totals, and whether it is whole"};
inline constexpr Text kHelpSync{"与中继同步", "sync with the relay"};
inline constexpr Text kHelpStatus{"本机有什么、哪些未发送", "what is here, what is unsent"};
inline constexpr Text kHelpVerify{"从日志重算并核对一切", "re-check every chain, signature and table"};
inline constexpr Text kHelpDump{"规范导出：内容相同则逐字节相同",
                                "the canonical dump: equal content, equal bytes"};
inline constexpr Text kHelpQuery{"只读 SQL 查询", "read-only SQL"};
inline constexpr Text kHelpDoctor{"检查这台电脑能否下现场", "is this laptop fit for the field?"};

// ---- Help: options
// --------------------------------------------------------------------------------------------------
inline constexpr Text kHelpHelp{"显示帮助", "show this help"};
inline constexpr Text kHelpVersion{"显示版本", "show the version"};
inline constexpr Text kHelpHome{"数据文件夹（或 KAREZ_HOME）", "the replica's folder (or KAREZ_HOME)"};
inline constexpr Text kHelpLang{"语言 zh 或 en（默认看 LANG）", "language, zh or en (default: from LANG)"};
inline constexpr Text kHelpJson{"只输出一个 JSON 文档", "print exactly one JSON document"};
inline constexpr Text kHelpCatalog{"另一份目录文件（或 KAREZ_CATALOG）",
                                   "another catalog file (or KAREZ_CATALOG)"};
inline constexpr Text kHelpWorkspace{"工作区名称", "name of the workspace"};
inline constexpr Text kHelpDeviceName{"这台电脑的名字", "name of this laptop"};
inline constexpr Text kHelpRelay{"中继地址", "address of the relay"};
inline constexpr Text kHelpNewRelay{"改用这个中继地址，并记住它", "use this relay from now on"};
inline constexpr Text kHelpZone{"工作日按哪个时区算", "time zone of working days"};
inline constexpr Text kHelpCode{"邀请码、存有它的文件，或 - 表示标准输入",
                                "the code, a file that holds it, or - for standard input"};
inline constexpr Text kHelpRole{"角色", "role"};
inline constexpr Text kHelpFor{"给谁的（备忘）", "for whom (a note)"};
inline constexpr Text kHelpExpires{"多久内有效", "how long it is valid"};
inline constexpr Text kHelpLaptop{"电脑的名字或编号", "name of the laptop, or its key"};
inline constexpr Text kHelpAt{"它的第几次更改之后（默认：本机已有的最后一次）",
                              "after which of its changes (default: the last one here)"};
inline constexpr Text kHelpReason{"原因", "the reason"};
inline constexpr Text kHelpRecoveryKey{"用恢复密钥文件来停用", "file of the recovery key, to revoke by it"};
inline constexpr Text kHelpCsv{
    "CSV 文件，- 表示标准输入；报告中的行号从 1 数起，不算表头",
    "the CSV file, or - for standard input; rows are counted from 1 without the header"};
inline constexpr Text kHelpAs{"文件里是什么", "what the file holds"};
inline constexpr Text kHelpSource{
    "来源名（默认：文件名）；同一来源重复导入不会重复计数",
    "name of the source (default: the file's name); a source imported twice counts once"};
inline constexpr Text kHelpGiveFlag{"发放的物资和数量，可多次",
                                    "an item and how many of it; may be repeated"};
inline constexpr Text kHelpGiveWords{"服务的编号（可省），然后是物资=数量",
                                     "the visit's id (may be left out), then ITEM=QUANTITY"};
inline constexpr Text kHelpId{"记录编号（见 list）", "id of the record (see list)"};
inline constexpr Text kHelpSettings{"字段=新值；计数用 += 和 -=；集合用 += 放入、-= 取出",
                                    "FIELD=VALUE; counters take += and -=; sets += (put) and -= (drop)"};
inline constexpr Text kHelpUndo{"撤销作废", "take the voiding back"};
inline constexpr Text kHelpWhat{"列什么", "what to list"};
inline constexpr Text kHelpDayFlag{"只看这一天", "of this day only"};
inline constexpr Text kHelpSiteFlag{"只看这个站点", "of this site only"};
inline constexpr Text kHelpAll{"也列不计入合计的", "also what stands outside totals"};
inline constexpr Text kHelpLimit{"最多几条", "at most so many"};
inline constexpr Text kHelpField{"字段", "the field"};
inline constexpr Text kHelpKeep{"保留的值", "the value to keep"};
inline constexpr Text kHelpDate{"日期，例如 2022-07-14", "the day, as in 2022-07-14"};
inline constexpr Text kHelpWatch{"保持连接，随到随同步", "stay connected and sync as things happen"};
inline constexpr Text kHelpSql{"SELECT 语句", "a SELECT statement"};
inline constexpr Text kHelpOffline{"不检查中继", "do not look for the relay"};
inline constexpr Text kKindText{"文字", "TEXT"};
inline constexpr Text kKindCode{"编码", "CODE"};
inline constexpr Text kKindNumber{"数", "N"};
inline constexpr Text kKindDate{"日期", "DATE"};
inline constexpr Text kKindTime{"时间", "TIME"};
inline constexpr Text kKindDegrees{"度", "DEGREES"};
inline constexpr Text kKindFile{"文件", "FILE"};
inline constexpr Text kKindItemQuantity{"物资=数量", "ITEM=QUANTITY"};
inline constexpr Text kKindSetting{"字段=值", "FIELD=VALUE"};
inline constexpr Text kCodesOf{"：{0}", ": {0}"};

// ---- Errors
// ---------------------------------------------------------------------------------------------------------
inline constexpr Text kErrorInternal{"程序内部出错（{0}）", "something went wrong inside karez ({0})"};
inline constexpr Text kErrorUsage{"用法有误（{0}）", "{0}"};
inline constexpr Text kErrorNotFound{"没有找到（{0}）", "{0}"};
inline constexpr Text kErrorRefused{"被拒绝（{0}）", "{0}"};
inline constexpr Text kErrorUnreachable{
    "连不上中继（{0}）；所有记录都安全地保存在本机，有信号时再同步",
    "the relay cannot be reached ({0}); all records are safe here: sync again later"};
inline constexpr Text kErrorMalformed{"内容不合格式（{0}）", "{0}"};
inline constexpr Text kErrorTooLarge{"超出上限（{0}）", "{0}"};
inline constexpr Text kErrorBadSignature{"签名不符（{0}）", "{0}"};
inline constexpr Text kErrorBrokenChain{"日志链断裂（{0}）", "{0}"};
inline constexpr Text kErrorFork{"这份日志的副本太多，没有收下（{0}）", "{0}"};
inline constexpr Text kErrorStranger{"不是本工作区的成员（{0}）", "{0}"};
inline constexpr Text kErrorWrongWorkspace{"属于另一个工作区（{0}）", "{0}"};
inline constexpr Text kErrorWithheld{"应有的内容缺失（{0}）", "{0}"};
inline constexpr Text kErrorGap{"前面的更改还没到（{0}）", "{0}"};
inline constexpr Text kErrorRevoked{"这台电脑已被停用（{0}）", "{0}"};
inline constexpr Text kErrorBusy{"正忙，请稍后再试（{0}）", "{0}"};
inline constexpr Text kErrorCorrupt{"保存的数据与其校验不符（{0}）", "{0}"};
inline constexpr Text kErrorIo{"磁盘或文件出错（{0}）", "{0}"};
inline constexpr Text kErrorProtocol{"与中继的对话不合约定（{0}）", "{0}"};
inline constexpr Text kBadZone{"“{0}” 不是时区，应如 +08:00", "\"{0}\" is not a time zone like +08:00"};
inline constexpr Text kBadRelay{"“{0}” 不是中继地址，应如 ws://192.168.1.10:8470",
                                "\"{0}\" is not a relay's address like ws://192.168.1.10:8470"};
inline constexpr Text kBadDuration{"“{0}” 不是期限，应如 7d 或 36h",
                                   "\"{0}\" is not a time span like 7d or 36h"};
inline constexpr Text kBadRole{"没有 “{0}” 这个角色", "there is no role \"{0}\""};
inline constexpr Text kBadSeq{"“{0}” 不是更改的序号", "\"{0}\" is not the number of a change"};
inline constexpr Text kBadDay{"“{0}” 不是日期，应如 2022-07-14", "\"{0}\" is not a day like 2022-07-14"};
inline constexpr Text kBadCount{"“{0}” 不是条数", "\"{0}\" is not a number of records"};
inline constexpr Text kBadCollection{"没有 “{0}” 这类记录", "there are no records of the kind \"{0}\""};
inline constexpr Text kBadField{"这类记录没有字段 “{0}”", "such records have no field \"{0}\""};
inline constexpr Text kBadImportKind{"“{0}” 不能导入；可以是 {1}",
                                     "\"{0}\" cannot be imported; these can: {1}"};
inline constexpr Text kReasonNeeded{"作废要写明原因：--reason", "voiding needs a --reason"};
inline constexpr Text kNothingGiven{"没有写发放了什么，应如 W550=24",
                                    "nothing is given: write ITEM=QUANTITY, as in W550=24"};
inline constexpr Text kNoSuchConflict{"{0} 的 {1} 没有未定的冲突", "{0} has no open conflict in {1}"};
inline constexpr Text kNoCommand{"要写明做什么：karez --help 列出所有命令",
                                 "say what to do: karez --help lists the commands"};
inline constexpr Text kNoRelay{"还不知道中继地址：karez sync --relay ws://地址:端口",
                               "no relay is known yet: karez sync --relay ws://HOST:PORT"};
inline constexpr Text kRowsRefused{
    "有 {0} 行被拒绝，其余都已导入；改好这些行后再导入同一文件即可，不会重复",
    "{0} rows were refused, the others are imported; correct them and import the file again: "
    "nothing is counted twice"};
inline constexpr Text kSyncPartial{"没有同步完；本机记录都安全，请再同步一次",
                                   "the sync is not complete; all records are safe here: sync again"};
inline constexpr Text kSyncRefusals{"有 {0} 处被拒绝，其余已同步；本机记录都安全",
                                    "{0} parts were refused, the rest is in sync; all records are safe here"};
inline constexpr Text kSyncRevoked{"这台电脑已被停用：写下的都已交出，不再收到别人的记录；请联系统筹",
                                   "this laptop was revoked: what it wrote is handed over, it receives "
                                   "nothing more; speak with a coordinator"};
inline constexpr Text kOutputFailed{"输出没有写完（磁盘满了？）",
                                    "the output could not be written (is the disk full?)"};

// ---- Begin, people
// --------------------------------------------------------------------------------------------------
inline constexpr Text kFounded{"工作区 {0} 已建立，这台电脑是 {1}，数据在 {2}",
                               "workspace {0} founded; this laptop is {1}, its data is in {2}"};
inline constexpr Text kRecoveryKey{
    "恢复密钥在 {0}：请移到U盘或打印，离线保管，电脑上不要留",
    "the recovery key is in {0}: move it to a USB stick or print it, and keep it off this laptop"};
inline constexpr Text kAfterInit{"下一步：karez import sites.csv --as site；karez invite --role volunteer",
                                 "next: karez import sites.csv --as site; karez invite --role volunteer"};
inline constexpr Text kInvited{
    "以上是{0}的邀请码，{1} 前有效，只能用一次。对方运行：karez join 邀请码 --name 电脑名",
    "above is a code for a {0}, valid until {1} and used once. On the other laptop: karez join CODE --name "
    "NAME"};
inline constexpr Text kJoined{"{0} 已加入，角色：{1}", "{0} has joined as {1}"};
inline constexpr Text kAfterJoin{"现在就可以记录；同步后由总部接纳，记录即计入合计",
                                 "you can record at once; headquarters admits this laptop at the next sync"};
inline constexpr Text kAdmitted{"{0} 已接纳，它的记录计入合计", "{0} is admitted, its records count"};
inline constexpr Text kRevoked{"{0} 已停用：第 {1} 次更改之后的记录不计入合计",
                               "{0} is revoked: records after its change {1} leave the totals"};
inline constexpr Text kNoticeCopied{
    "这台电脑的数据库是复制或恢复出来的：从现在起它用新的名字记录，各份的记录都算，不会丢，也不会重复计数",
    "{0}"};
inline constexpr Text kNoticeRevoked{
    "这台电脑在第 {1} 次更改之后已被停用：之前的记录计入合计，之后的保留着、不计入；请联系统筹", "{0}"};
inline constexpr Text kRevokedAt{"{1} 停用于第 {0} 次更改：{2}", "revoked after change {0} by {1}: {2}"};
inline constexpr Text kStandingFounder{"创建者", "founder"};
inline constexpr Text kStandingAdmitted{"已接纳", "admitted"};
inline constexpr Text kStandingRecovery{"恢复密钥", "recovery key"};

// ---- Records
// --------------------------------------------------------------------------------------------------------
inline constexpr Text kVisitSaved{"已保存：{0}（发放 {1} 行）", "saved: {0} ({1} handouts)"};
inline constexpr Text kHandoutSaved{"已保存：{0}", "saved: {0}"};
inline constexpr Text kUnknownCode{
    "编码 {0} 还不在本机的清单里；记录已保存，清单到了会自动对上",
    "the code {0} is in no list here yet; the record is saved and will find it when the list arrives"};
inline constexpr Text kNothingChanged{"本来就是这样，没有改动", "it says so already; nothing was changed"};
inline constexpr Text kEdited{"已更正：{0}", "changed: {0}"};
inline constexpr Text kVoided{"{0} 已作废", "{0} is void"};
inline constexpr Text kUnvoided{"{0} 的作废已撤销", "{0} is no longer void"};
inline constexpr Text kImportedDay{"新记服务 {0} 次，发放 {1} 行；已有 {2} 行",
                                   "{0} visits and {1} handouts are new; {2} rows were here already"};
inline constexpr Text kImportedList{"新增 {0} 条，更新 {1} 条；已有 {2} 条",
                                    "{0} new, {1} updated, {2} as they were"};
inline constexpr Text kRefusedRow{"  第 {0} 行被拒绝：{1}", "  row {0} refused: {1}"};
inline constexpr Text kMoreRows{"  另有 {0} 行（--json 列出全部）", "  and {0} more (--json lists all)"};
inline constexpr Text kNotAdmittedRows{
    "{0} 条还未被总部接纳：同步后由总部接纳，即计入合计",
    "{0} of these are not admitted yet: they count once headquarters admits this laptop"};
inline constexpr Text kUnknownMark{
    "?：清单里还没有的编码；记录都已保存，清单到了会自动对上",
    "?: a code that is in no list here yet; the records are safe and find it when the list arrives"};
inline constexpr Text kNothingListed{"没有这样的记录", "there are no such records"};
inline constexpr Text kSavedHere{"已存本机", "saved here"};
inline constexpr Text kOnRelay{"已到中继", "on the relay"};
inline constexpr Text kAtHeadquarters{"已到总部", "at headquarters"};
inline constexpr Text kVoid{"作废", "void"};
inline constexpr Text kYes{"是", "yes"};
inline constexpr Text kNo{"否", "no"};
inline constexpr Text kOutsideVoid{"已作废", "void"};
inline constexpr Text kOutsideDuplicate{"重复", "duplicate"};
inline constexpr Text kOutsideNotAdmitted{"未接纳", "not admitted"};
inline constexpr Text kOutsideRevoked{"已停用", "revoked"};
inline constexpr Text kOutsideNoRight{"无权写入", "no right"};
inline constexpr Text kOutsideRival{"邀请码已被别的电脑用了", "invitation settled for another"};
inline constexpr Text kOutsideVoidPath{"邀请已失效", "invitation does not count"};
inline constexpr Text kRemarkConflict{"有冲突", "in conflict"};
inline constexpr Text kRemarkUnknown{"{0} 不在清单", "{0} is in no list"};
inline constexpr Text kRecordedBy{"  {0} 记于 {1}", "  recorded by {0} at {1}"};
inline constexpr Text kIsAt{"  {0}", "  {0}"};
inline constexpr Text kSiblingShown{"{0}（{1}，{2}，当前显示）", "{0} ({1}, {2}, shown)"};
inline constexpr Text kSibling{"{0}（{1}，{2}）", "{0} ({1}, {2})"};
inline constexpr Text kTitleHandouts{"发放", "Handouts"};
inline constexpr Text kTitleHistory{"历史", "History"};
inline constexpr Text kHistoryCreate{"新记：{0}", "recorded: {0}"};
inline constexpr Text kHistorySet{"{0} 改为 {1}", "{0} set to {1}"};
inline constexpr Text kHistoryAdd{"{0} 加 {1}", "{0} plus {1}"};
inline constexpr Text kHistoryPut{"{0} 放入 {1}", "{0}: {1} put in"};
inline constexpr Text kHistoryDrop{"{0} 取出 {1}", "{0}: {1} dropped"};
inline constexpr Text kHistoryVoid{"作废：{0}", "voided: {0}"};
inline constexpr Text kHistoryUnvoid{"撤销作废", "voiding taken back"};
inline constexpr Text kDoesNotCount{"（不计入）", "(does not count)"};
inline constexpr Text kNoConflicts{"没有未定的冲突", "there are no open conflicts"};
inline constexpr Text kShown{"当前显示", "shown"};
inline constexpr Text kHowToResolve{"共 {0} 处未定；定下：karez resolve 编号 字段 --keep 值",
                                    "{0} open; to settle one: karez resolve ID FIELD --keep VALUE"};
inline constexpr Text kResolved{"{0} 定为 {1}", "{0} is settled as {1}"};

// ---- Table heads
// ----------------------------------------------------------------------------------------------------
inline constexpr Text kColumnId{"记录号", "id"};
inline constexpr Text kColumnWho{"谁", "who"};
inline constexpr Text kColumnState{"状态", "state"};
inline constexpr Text kColumnRemark{"说明", "remark"};
inline constexpr Text kColumnName{"电脑", "laptop"};
inline constexpr Text kColumnRole{"角色", "role"};
inline constexpr Text kColumnStanding{"资格", "standing"};
inline constexpr Text kColumnChanges{"更改", "changes"};
inline constexpr Text kColumnLastHeard{"最近联系", "last heard"};
inline constexpr Text kColumnAuthor{"密钥", "key"};
inline constexpr Text kColumnFor{"给谁", "for"};
inline constexpr Text kColumnExpires{"有效期", "expires"};
inline constexpr Text kColumnUsed{"已用", "used"};
inline constexpr Text kColumnSite{"站点", "site"};
inline constexpr Text kColumnItem{"物资", "item"};
inline constexpr Text kColumnLaptop{"电脑", "laptop"};
inline constexpr Text kColumnLog{"记录到齐", "log"};

// ---- Day
// ------------------------------------------------------------------------------------------------------------
inline constexpr Text kTitleDay{"{0} 合计（时区 {1}）", "Totals of {0} (zone {1})"};
inline constexpr Text kTitleItems{"发放数量", "Items given"};
inline constexpr Text kTitleTrades{"按工种（人次）", "By trade (person-times)"};
inline constexpr Text kTitleSites{"按站点", "By site"};
inline constexpr Text kTitleLaptops{"按电脑", "By laptop"};
inline constexpr Text kTitleNotAdmitted{"未接纳的电脑（不在合计内）", "Not admitted (outside the totals)"};
inline constexpr Text kTitleRemarks{"请留意", "To be known"};
inline constexpr Text kVisits{"服务次数", "visits"};
inline constexpr Text kHandouts{"发放行数", "handouts"};
inline constexpr Text kPersonTimes{"人次", "person-times"};
inline constexpr Text kNoTrade{"（未填工种）", "(no trade)"};
inline constexpr Text kNoSite{"（未填站点）", "(no site)"};
inline constexpr Text kComplete{"齐", "complete"};
inline constexpr Text kCompleteAt{"齐（{0}）", "complete ({0})"};
inline constexpr Text kNotHeard{"还没有联系", "not heard from"};
inline constexpr Text kMissing{"还缺 {0} 次更改", "{0} changes are missing"};
inline constexpr Text kUnknownSites{"清单里没有的站点：{0}", "sites in no list: {0}"};
inline constexpr Text kUnknownItems{"清单里没有的物资：{0}", "items in no list: {0}"};
inline constexpr Text kDuplicates{"重复记录 {0} 条，未计入", "{0} duplicates, not counted"};
inline constexpr Text kVoidedRecords{"作废记录 {0} 条", "{0} void records"};
inline constexpr Text kUncounted{"已停用或无权写入的记录 {0} 条，未计入",
                                 "{0} records of revoked laptops or without the right, not counted"};
inline constexpr Text kDayWhole{
    "这一天齐全：所有电脑在当天结束后都已交齐",
    "This day is whole: every laptop has reported after its end and nothing is missing"};
inline constexpr Text kDayNotWhole{"这一天还不齐全，在等：{0}",
                                   "This day is not whole yet; waiting for: {0}"};
inline constexpr Text kDigest{"摘要 {0}", "digest {0}"};

// ---- Sync, status
// ---------------------------------------------------------------------------------------------------
inline constexpr Text kInSync{"已同步：发出 {0} 次更改，收到 {1} 次（{2} / {3} 字节）",
                              "in sync: {0} changes sent, {1} received ({2} / {3} bytes)"};
inline constexpr Text kPartial{"部分同步：发出 {0} 次更改，收到 {1} 次（{2} / {3} 字节）",
                               "partly in sync: {0} changes sent, {1} received ({2} / {3} bytes)"};
inline constexpr Text kWatchInSync{"已同步，累计发出 {0}、收到 {1}",
                                   "in sync, so far {0} sent, {1} received"};
inline constexpr Text kWatchLost{"中继断开（{0}）；记录都安全地保存在本机，{1}后再试",
                                 "the relay is lost ({0}); all records are safe here, trying again in {1}"};
inline constexpr Text kSending{"发送", "sending"};
inline constexpr Text kReceiving{"接收", "receiving"};
inline constexpr Text kImporting{"导入", "importing"};
inline constexpr Text kMerging{"合并", "merging"};
inline constexpr Text kRebuilding{"重建表格", "rebuilding tables"};
inline constexpr Text kVerifying{"核验", "verifying"};
inline constexpr Text kRefusedByRelay{"  中继拒绝了 {0} 的第 {1} 到 {2} 次更改：{3}",
                                      "  the relay refused changes {1} to {2} of {0}: {3}"};
inline constexpr Text kRefusedHere{"  本机拒绝了 {0} 的第 {1} 到 {2} 次更改：{3}",
                                   "  refused here, changes {1} to {2} of {0}: {3}"};
inline constexpr Text kOwnClock{"这台电脑的时钟与中继相差 {0}，请校准",
                                "this laptop's clock is {0} off the relay's; please set it"};
inline constexpr Text kStatusTitle{"{0} · {1}（{2}，{3}）", "{0} · {1} ({2}, {3})"};
inline constexpr Text kNothingUnsent{"没有未发送的更改", "nothing is unsent"};
inline constexpr Text kUnsent{"未发送 {0} 次更改", "{0} changes unsent"};
inline constexpr Text kUnsentSince{"未发送 {0} 次更改，最早的已有 {1}",
                                   "{0} changes unsent, the oldest for {1}"};
inline constexpr Text kRowOwn{"本机更改", "own changes"};
inline constexpr Text kRowAtHeadquarters{"其中已到总部", "of these at headquarters"};
inline constexpr Text kRowHeld{"全部更改", "all changes"};
inline constexpr Text kHeldApplied{"{0}，已生效 {1}", "{0}, {1} applied"};
inline constexpr Text kRowConflicts{"未定冲突", "open conflicts"};
inline constexpr Text kRowRelay{"中继", "relay"};
inline constexpr Text kRowLastSync{"上次同步", "last sync"};
inline constexpr Text kRowSkew{"时钟偏差", "clock skew"};
inline constexpr Text kRowHeads{"指纹", "heads"};
inline constexpr Text kWaitsFor{"{0} 的第 {1} 次更改在等 {2} 的第 {3} 次更改",
                                "change {1} of {0} waits for change {3} of {2}"};
inline constexpr Text kClockAhead{"{0} 的时钟快了 {1}", "the clock of {0} is {1} ahead"};
inline constexpr Text kClockBehind{"{0} 的时钟慢了 {1}", "the clock of {0} is {1} behind"};
inline constexpr Text kDays{"{0} 天", "{0} days"};
inline constexpr Text kHours{"{0} 小时", "{0} hours"};
inline constexpr Text kMinutes{"{0} 分钟", "{0} minutes"};
inline constexpr Text kSeconds{"{0} 秒", "{0} s"};

// ---- Proof, doctor
// --------------------------------------------------------------------------------------------------
inline constexpr Text kVerified{"核验无误：{0} 次更改、{1} 个签名、{2} 条记录都对得上",
                                "all is well: {0} changes, {1} signatures and {2} records agree"};
inline constexpr Text kNotVerified{"核验不符：共 {3} 处（检查了 {0} 次更改、{1} 个签名、{2} 条记录）",
                                   "NOT well: {3} findings in {0} changes, {1} signatures and {2} records"};
inline constexpr Text kMarkGood{"好", "ok"};
inline constexpr Text kMarkBad{"注意", "LOOK"};
inline constexpr Text kCheckNameVersion{"版本", "version"};
inline constexpr Text kCheckNameHome{"数据目录", "home"};
inline constexpr Text kCheckNameState{"状态目录", "state"};
inline constexpr Text kCheckNameKey{"密钥文件", "key"};
inline constexpr Text kCheckNameDisk{"磁盘空间", "disk"};
inline constexpr Text kCheckNameFileSystem{"文件系统", "file system"};
inline constexpr Text kCheckNameDatabase{"数据库", "database"};
inline constexpr Text kCheckNameRecords{"记录", "records"};
inline constexpr Text kCheckNameClock{"时钟", "clock"};
inline constexpr Text kCheckNameRelay{"中继", "relay"};
inline constexpr Text kCheckFolder{"{0} 可以写入", "{0} can be written"};
inline constexpr Text kCheckFolderBad{"{0} 不能写入", "{0} cannot be written"};
inline constexpr Text kCheckKey{"密钥只有本人能读", "only its owner can read the key file"};
inline constexpr Text kCheckKeyOpen{"别的用户也能读 {0}：chmod 600", "other users can read {0}: chmod 600"};
inline constexpr Text kCheckKeyMissing{"密钥文件 {0} 不在", "the key file {0} is missing"};
inline constexpr Text kCheckDisk{"剩余 {0} MB", "{0} MB free"};
inline constexpr Text kCheckDiskFull{"只剩 {0} MB，请腾出空间", "only {0} MB free; make room"};
inline constexpr Text kCheckLocalFolder{"本地文件夹", "a local folder"};
inline constexpr Text kCheckSyncedFolder{"文件夹由 {0} 同步：数据库会被它弄坏，请移到别处",
                                         "the folder is synced by {0}, which can break a database; move it"};
inline constexpr Text kCheckNetworkFolder{"文件夹在网络盘上（{0}）：请移到本地磁盘",
                                          "the folder is on a network drive ({0}); move it to a local disk"};
inline constexpr Text kCheckDatabase{"数据库完好", "the database is whole"};
inline constexpr Text kCheckDatabaseBad{"数据库有损坏：{0}", "the database is damaged: {0}"};
inline constexpr Text kCheckNoRelay{"没有设中继", "no relay is set"};
inline constexpr Text kCheckRelay{"{0} 有应答", "{0} answers"};
inline constexpr Text kCheckRelayAway{"{0} 没有应答；记录都安全地保存在本机",
                                      "{0} does not answer; all records are safe here"};
inline constexpr Text kCheckClock{"时钟 {0}", "the clock says {0}"};
inline constexpr Text kCheckClockBack{"时钟 {0} 早于已有记录 {1}，请校准",
                                      "the clock says {0}, earlier than {1} of what is here; set it"};
inline constexpr Text kCheckClockSkew{
    "时钟 {0}，上次联系时与中继相差 {1}，请校准",
    "the clock says {0}; at the last contact it was {1} off the relay's; set it"};
inline constexpr Text kCheckRecords{"{0} 次更改都已生效", "all {0} changes are applied"};

}  // namespace say
}  // namespace karez::cli
