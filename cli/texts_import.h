// Sentences about bringing in tables and taking an import back. As texts.h. Constants; any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpImportTable{
    "导入表格（CSV、XLSX）：发放、站点、物资等；可预览，可撤回",
    "import a table (CSV, XLSX): handouts, sites, items...; preview, undo"};
inline constexpr Text kHelpTable{
    "表格文件，- 表示标准输入；CSV 的行号从 1 数起，不算表头，XLSX 的行号同表格软件",
    "the file, or - for standard input; rows of CSV are counted from 1 without the header, those of XLSX as "
    "the spreadsheet does"};
inline constexpr Text kHelpMap{"列与字段的对应（JSON 文件，schema/import-mapping.md）",
                               "which column is which field: a JSON file (schema/import-mapping.md)"};
inline constexpr Text kHelpSheet{"工作表名（默认：第一张有内容的）",
                                 "the sheet (default: the first with rows)"};
inline constexpr Text kHelpPreview{
    "只看：每一列会成为什么、头几条记录、多少新的；什么也不记",
    "look only: what each column becomes, the first records, how many are new; "
    "nothing is recorded"};
inline constexpr Text kHelpRefusedFile{
    "把被拒绝的行连同行号和原因写进这个 CSV 文件",
    "write the refused rows with their numbers and reasons to this CSV file"};
inline constexpr Text kHelpImports{"列出各次导入及其导入号", "list the imports and their ids"};
inline constexpr Text kHelpUndoImport{"撤回一次导入：作废它记下而之后没人改过的记录",
                                      "take an import back: void what it made and nobody edited since"};
inline constexpr Text kHelpUndoAll{"连同之后改过的一起作废", "void also what was edited since"};
inline constexpr Text kNoTable{"要写明文件，或 --list，或 --undo 导入号",
                               "name a file, or --list, or --undo ID"};
inline constexpr Text kNoKind{"要写明文件里是什么：--as {0}", "say what the file holds: --as {0}"};
inline constexpr Text kImportId{"导入号 {0}；要撤回：karez import --undo {0}",
                                "import {0}; to take it back: karez import --undo {0}"};
inline constexpr Text kNothingSaved{"这是预览，什么也没有记下", "this was a preview: nothing was recorded"};
inline constexpr Text kReadAsCsv{"CSV，{0}，分隔符 {1}", "CSV, {0}, separated by {1}"};
inline constexpr Text kReadAsSheet{"工作表 “{0}”", "sheet \"{0}\""};
inline constexpr Text kOtherSheets{"没有读的工作表：{0}", "sheets not read: {0}"};
inline constexpr Text kHiddenSheet{"注意：这是一张隐藏的工作表", "note: this sheet is hidden"};
inline constexpr Text kHiddenCells{"注意：有隐藏的行 {0}、隐藏的列 {1}，都读了",
                                   "note: {0} hidden rows and {1} hidden columns are read too"};
inline constexpr Text kMergedCells{
    "注意：有 {0} 处合并单元格，内容只算在左上角那一格",
    "note: {0} ranges of merged cells; what they say stands in their first cell"};
inline constexpr Text kColumnColumn{"列", "column"};
inline constexpr Text kColumnBecomes{"成为", "becomes"};
inline constexpr Text kUseKey{"（编号：同一编号只记一次）", "(the row's own id)"};
inline constexpr Text kUseParent{"（所属记录的编号）", "(the id of what it belongs to)"};
inline constexpr Text kUseIgnored{"（不读）", "(not read)"};
inline constexpr Text kUseUnknown{"？不认识", "? not known"};
inline constexpr Text kFirstRecords{"头几条记录：", "the first records:"};
inline constexpr Text kRefusedWritten{
    "被拒绝的 {0} 行写在 {1}；改好后导入那个文件即可",
    "the {0} refused rows are in {1}; mend them there and import that file"};
inline constexpr Text kNoImports{"还没有能撤回的导入", "there is no import that could be taken back"};
inline constexpr Text kColumnImport{"导入号", "import"};
inline constexpr Text kColumnSource{"来源", "source"};
inline constexpr Text kColumnMade{"记录", "records"};
inline constexpr Text kColumnVoided{"已作废", "void"};
inline constexpr Text kUndoReason{"撤回导入 {0}", "import {0} taken back"};
inline constexpr Text kUndoing{"撤回", "taking back"};
inline constexpr Text kUndone{"导入 {0}：作废 {1} 条，早已作废 {2} 条",
                              "import {0}: {1} voided, {2} were void already"};
inline constexpr Text kUndoMissing{"另有 {0} 条不在本机，先同步再撤一次",
                                   "{0} more are not here: sync and undo again"};
inline constexpr Text kUndoKept{"  {0} 留下：{1}", "  {0} stays: {1}"};
inline constexpr Text kUndoSomeStay{"有 {0} 条留下没有作废；--all 连改过的一起作废",
                                    "{0} records stay; --all voids also what was edited"};
/// Headings of the two columns that a file of refused rows has more; {0}: the source of its rows.
inline constexpr Text kRefusedNumber{"原行号（来源：{0}）", "refused row (source: {0})"};
inline constexpr Text kRefusedReason{"拒绝原因", "reason refused"};

}  // namespace karez::cli::say
