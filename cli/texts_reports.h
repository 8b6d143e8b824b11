// The words of reports in sections: titles, headings, the sentence to paste, what does not add up. As
// texts.h. Constants; any thread.
#pragma once

#include <string_view>

#include "cli/texts.h"

namespace karez::cli::say {

/// A word for a stable key of a report.
struct KeyText {
  std::string_view key;
  Text text;
};

inline constexpr KeyText kReportTitles[] = {
    {"day", {"{0} 日报", "Day report, {0}"}},
    {"campaign", {"活动报告 {0}", "Campaign report {0}"}},
    {"batch", {"批次报告 {0}", "Batch report {0}"}},
    {"site", {"站点报告 {0}", "Site report {0}"}},
    {"hours", {"志愿服务时长 {0}", "Volunteer hours {0}"}},
    {"households", {"困难户帮扶 {0}", "Households {0}"}},
    {"duties", {"应做事项 {0}", "Duties {0}"}},
    {"donors", {"捐赠到发放 {0}", "From donors to handouts {0}"}},
};

inline constexpr KeyText kSectionTitles[] = {
    {"by_day", {"按日", "By day"}},
    {"by_site", {"按站点", "By site"}},
    {"by_trade", {"按工种（人次）", "By trade (person-times)"}},
    {"by_trade_persons", {"按工种（人）", "By trade (persons)"}},
    {"by_laptop", {"按电脑", "By laptop"}},
    {"targets", {"目标", "Targets"}},
    {"batches", {"各批次", "Batches"}},
    {"by_type", {"按站点类别", "By type of site"}},
    {"by_person", {"按志愿者", "By volunteer"}},
    {"by_team", {"按团队", "By team"}},
    {"by_kind", {"按帮扶类别", "By kind of support"}},
    {"by_quarter", {"按季度", "By quarter"}},
    {"by_kind_and_quarter", {"按类别和季度", "By kind and quarter"}},
    {"given_by_trade", {"发放款物（按工种）", "Goods and money given, by trade"}},
    {"donors", {"捐赠方", "Donors"}},
    {"funds", {"资金", "Funds"}},
    {"goods", {"物资", "Goods"}},
    {"moves", {"流转", "Moves"}},
    {"stock", {"库存", "Stock"}},
    {"requests", {"未办结的需求", "Requests that wait"}},
    {"open_duties", {"未完成的应做事项", "Duties that are not done"}},
    {"by_rule", {"按规则", "By rule"}},
    {"grants", {"额度", "Grants"}},
    {"records", {"记录", "Records"}},
};

inline constexpr KeyText kColumnTitles[] = {
    {"day", {"日期", "day"}},
    {"site", {"站点", "site"}},
    {"type", {"类别", "type"}},
    {"trade", {"工种", "trade"}},
    {"laptop", {"电脑", "laptop"}},
    {"batch", {"批次", "batch"}},
    {"grant", {"额度", "grant"}},
    {"item", {"物资", "item"}},
    {"support", {"类别", "kind"}},
    {"quarter", {"季度", "quarter"}},
    {"person", {"志愿者", "volunteer"}},
    {"team", {"团队", "team"}},
    {"donor", {"捐赠方", "donor"}},
    {"fund", {"资金账户", "fund"}},
    {"account", {"账户", "account"}},
    {"rule", {"规则", "rule"}},
    {"subject", {"对象", "subject"}},
    {"party", {"主体", "party"}},
    {"from", {"从", "from"}},
    {"to", {"到", "to"}},
    {"state", {"状态", "state"}},
    {"reason", {"原因", "reason"}},
    {"note", {"备注", "note"}},
    {"id", {"编号", "id"}},
    {"visits", {"服务（次）", "visits"}},
    {"lines", {"发放（行）", "handouts"}},
    {"person_times", {"人次", "person-times"}},
    {"persons", {"人数（人）", "persons"}},
    {"value", {"金额（元）", "yuan"}},
    {"planned", {"计划", "planned"}},
    {"sent", {"发出", "sent"}},
    {"arrived", {"到站", "arrived"}},
    {"given", {"发放", "given"}},
    {"returned", {"退回", "returned"}},
    {"lost", {"损耗", "lost"}},
    {"left", {"剩余", "left"}},
    {"done", {"完成", "done"}},
    {"due", {"应做", "due"}},
    {"reached", {"达到日期", "reached"}},
    {"sites", {"站点（个）", "sites"}},
    {"shifts", {"值守（次）", "shifts"}},
    {"measured", {"实时记录", "measured"}},
    {"made_up", {"补录", "made up after"}},
    {"total", {"合计时长", "total"}},
    {"open", {"未结束（次）", "not ended"}},
    {"households", {"户数（户）", "households"}},
    {"records", {"记录（条）", "records"}},
    {"each", {"户均（元）", "yuan each"}},
    {"gifts", {"捐赠（笔）", "gifts"}},
    {"pledged", {"认捐（元）", "pledged, yuan"}},
    {"cash", {"捐款（元）", "cash, yuan"}},
    {"in_kind", {"实物折价（元）", "in kind, yuan"}},
    {"received", {"收到", "received"}},
    {"bought", {"采购", "bought"}},
    {"other_in", {"其他收入（元）", "other in, yuan"}},
    {"transferred", {"拨付（元）", "transferred, yuan"}},
    {"other_out", {"其他支出（元）", "other out, yuan"}},
    {"balance", {"结余（元）", "balance, yuan"}},
    {"in_transit", {"在途", "in transit"}},
    {"arriving", {"待收", "arriving"}},
    {"on_hand", {"现存", "on hand"}},
    {"quantity", {"数量", "quantity"}},
    {"duties_done", {"完成（项）", "done"}},
    {"duties_due", {"待做（项）", "due"}},
    {"duties_overdue", {"逾期（项）", "overdue"}},
    {"duties", {"共（项）", "all"}},
};

/// {0}: the figure with its unit; {1}: the item.
inline constexpr KeyText kFacts[] = {
    {"visits", {"开展服务{0}次", "{0} visits"}},
    {"person_times", {"服务{0}", "{0}"}},
    {"persons", {"覆盖{0}", "{0}"}},
    {"given", {"发放{1}{0}", "{0} of {1} given"}},
    {"value", {"价值{0}", "worth {0}"}},
    {"planned", {"计划{1}{0}", "{0} of {1} planned"}},
    {"sent", {"发出{1}{0}", "{0} of {1} sent"}},
    {"arrived", {"到站{1}{0}", "{0} of {1} arrived"}},
    {"returned", {"退回{1}{0}", "{0} of {1} returned"}},
    {"lost", {"损耗{1}{0}", "{0} of {1} lost"}},
    {"left", {"站点剩余{1}{0}", "{0} of {1} left at the sites"}},
    {"households", {"帮扶{0}", "{0} helped"}},
    {"served", {"向{0}发放款物", "goods or money given to {0}"}},
    {"served_value", {"发放款物价值{0}", "worth {0}"}},
    {"volunteers", {"志愿者{0}", "{0} as volunteers"}},
    {"shifts", {"值守{0}次", "{0} shifts"}},
    {"hours", {"服务时长{0}", "{0} of work"}},
    {"measured", {"其中实时记录{0}", "{0} of it measured"}},
    {"made_up", {"补录{0}", "{0} made up after"}},
    {"donors", {"捐赠方{0}个", "{0} donors"}},
    {"cash", {"捐款{0}", "{0} in cash"}},
    {"in_kind", {"实物折价{0}", "{0} in kind"}},
    {"transferred", {"已拨付{0}", "{0} transferred"}},
    {"balance", {"结余{0}", "balance {0}"}},
    {"requests", {"待办需求{0}件", "{0} requests wait"}},
    {"duties_done", {"应做事项完成{0}项", "{0} duties done"}},
    {"duties_due", {"待做{0}项", "{0} due"}},
    {"duties_overdue", {"逾期{0}项", "{0} overdue"}},
};

inline constexpr Text kSum{"合计", "sum"};
inline constexpr Text kSumFlagged{"合计（不符）", "sum (does not add up)"};
inline constexpr Text kUnspecifiedWord{"（未填）", "(none)"};
inline constexpr Text kReportSheet{"报告", "report"};
inline constexpr Text kName{"名称", "name"};
inline constexpr Text kHoursText{"{0}小时", "{0} h"};
inline constexpr Text kHoursMinutesText{"{0}小时{1}分", "{0} h {1} min"};
inline constexpr Text kHouseholdsText{"{0}户", "{0} households"};
inline constexpr Text kFlagTitle{"对不上的数字", "Figures that do not add up"};
inline constexpr Text kFlagSum{"{0} · {1}：合计写 {2}，各行相加是 {3}",
                               "{0}, {1}: the sum says {2}, its rows give {3}"};
inline constexpr Text kFlagSource{"{0} · {1}：{4} 写 {2}，各行相加是 {3}",
                                  "{0}, {1}: {4} says {2}, its parts give {3}"};
inline constexpr Text kAllAddsUp{"每一行合计都与各行相加核对过，没有不符。",
                                 "Every sum row was added up from its parts again: all agree."};
inline constexpr Text kNotAllHere{
    "还有电脑的记录没有到齐，数字只是已到的：{0}",
    "Not all records are here; the figures are of those that are. Missing: {0}"};
inline constexpr Text kOutsideTotals{
    "不在合计内：重复 {0} 条，作废 {1} 条，不计入 {2} 条",
    "Outside of the totals: {0} duplicates, {1} void, {2} that do not count"};
inline constexpr Text kProof{"数据状态 {0}", "computed from heads {0}"};
inline constexpr Text kProofDigest{"日报摘要 {0}", "digest of the day {0}"};
inline constexpr Text kMadeAt{"制表 {0}", "made {0}"};
inline constexpr Text kParagraphDay{"{0}年{1}月{2}日", "{0}-{1}-{2}"};
inline constexpr Text kParagraphBetween{"{0}至{1}", "{0} to {1}"};
inline constexpr Text kParagraphFrom{"{0}以来", "since {0}"};
inline constexpr Text kParagraphTo{"截至{0}", "up to {0}"};
inline constexpr Text kParagraph{"{0}，{1}。", "{0}: {1}."};
inline constexpr Text kParagraphNone{"{0}没有记录。", "{0}: no records."};
inline constexpr Text kSoFar{"截至目前", "so far"};
inline constexpr Text kParagraphGaps{"（另有{0}台电脑的记录未到齐，数字为阶段性统计。）",
                                     " (Records of {0} laptops are missing: figures so far.)"};
inline constexpr Text kSentenceTitle{"可直接引用", "Ready to paste"};
inline constexpr Text kDutyDone{"完成", "done"};
inline constexpr Text kDutyDue{"待做", "due"};
inline constexpr Text kDutyOverdue{"逾期", "overdue"};
inline constexpr Text kFileWritten{"已写出 {0}", "{0} is written"};
inline constexpr Text kMoreReportRows{"……还有 {0} 行（--json、--xlsx、--html 有全部）",
                                      "... and {0} more rows (--json, --xlsx and --html have all)"};

inline constexpr Text kHelpReportBatch{
    "批次：计划、发出、到站、发放、剩余，按站点类别和站点",
    "a batch: planned, sent, arrived, given, left, by type of site and by site"};
inline constexpr Text kHelpReportSite{"一个站点：按日、流转、库存、未办结的事",
                                      "one site: by day, what came and went, stock, what waits"};
inline constexpr Text kHelpReportHours{
    "志愿服务时长：按人、站点、团队，实时记录与补录分开",
    "volunteer hours by person, site and team, measured and made up after apart"};
inline constexpr Text kHelpReportHouseholds{"帮扶的户数和金额：按类别、按季度",
                                            "households that were helped, by kind and quarter"};
inline constexpr Text kHelpReportDuties{"应做事项：完成、待做、逾期", "duties: done, due, overdue"};
inline constexpr Text kHelpReportDonors{"从捐赠到发放：捐赠方、资金、物资",
                                        "from donors to handouts: gifts, funds, goods"};
inline constexpr Text kHelpBatchCode{"批次，或批次额度的编号；不写则全部",
                                     "a batch, or its grant; without it, all"};
inline constexpr Text kHelpSiteCode{"站点编号", "the site"};
inline constexpr Text kHelpOnlySite{"只算这个站点", "records of this site alone"};
inline constexpr Text kHelpOnlyCampaign{"只算这个活动（含下级）",
                                        "records of this campaign and those below it"};
inline constexpr Text kHelpReportOn{"看哪一天的应做事项；不写则今天",
                                    "the day on which duties are looked at; else today"};
inline constexpr Text kHelpXlsx{"另存为 Excel 文件，每张表一个工作表",
                                "also write a workbook, a sheet for each table"};
inline constexpr Text kHelpHtml{"另存为可打印的 A4 页面（一个文件，不联网）",
                                "also write an A4 page to print (one file, nothing from outside)"};

}  // namespace karez::cli::say
