// Sentences about files that people take away. As texts.h. Constants; any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpExport{"把记录导出为 Excel、CSV、JSON 行或地图文件",
                                  "records as an Excel, CSV, JSON lines or map file"};
inline constexpr Text kHelpExportFile{
    "要写的文件；格式看扩展名：.xlsx .csv .jsonl，或 .geojson（只有站点）",
    "the file to write; its ending says the kind: .xlsx .csv .jsonl, or .geojson (sites alone)"};
inline constexpr Text kHelpExportWhat{
    "哪几类记录；不写则所有人工记录的种类。服务记录会带上自己的流转（另成一表）",
    "kinds of records; without any, all that people record. Events bring their moves, on a sheet of their "
    "own"};
inline constexpr Text kHelpExportCodes{"表头和选项用代码（金额以分计），供程序使用",
                                       "the catalog's names and codes (money in fen), for programs"};
inline constexpr Text kExporting{"导出", "exporting"};
inline constexpr Text kBadExportName{
    "文件名 “{0}” 要以 .xlsx、.csv、.jsonl 或 .geojson 结尾；什么也没写",
    "\"{0}\" must end in .xlsx, .csv, .jsonl or .geojson; nothing was written"};
inline constexpr Text kBadExportRange{"起始日期在截止日期之后；什么也没写",
                                      "the range ends before it begins; nothing was written"};
inline constexpr Text kExportDayAndRange{"--day 和 --from/--to 不能同时用；什么也没写",
                                         "--day stands beside neither --from nor --to; nothing was written"};
inline constexpr Text kExportSitesOnly{".geojson 文件只放站点；什么也没写",
                                       "a .geojson file is of sites alone; nothing was written"};
inline constexpr Text kExportLacksDay{"“{0}” 没有日期，不能按日期导出；什么也没写",
                                      "records of the kind \"{0}\" have no day; nothing was written"};
inline constexpr Text kExportLacksSite{"“{0}” 不带站点，不能按站点导出；什么也没写",
                                       "records of the kind \"{0}\" have no site; nothing was written"};
inline constexpr Text kExportStopped{"已中止：没有写出文件，记录没有改变",
                                     "stopped: no file was written, and no record was changed"};
inline constexpr Text kExported{"已写好 {0}（{1} 字节）", "{0} is written ({1} bytes)"};
inline constexpr Text kExportedSheet{"  {0}：{1} 行", "  {0}: {1} rows"};
inline constexpr Text kExportOutside{
    "{0} 条不计入合计的记录没有导出（--all 会带上它们和原因）",
    "{0} records that stand outside totals are not in it (--all takes them along, "
    "with the reason)"};
inline constexpr Text kExportShortened{
    "{0} 段文字超过 Excel 一格的 32,767 个字符，已截短并以 “…” 结尾；CSV 和 JSON 行保留全文",
    "{0} texts are longer than the 32,767 characters of an Excel cell: they are cut and end in \"…\"; CSV "
    "and "
    "JSON lines keep them whole"};
inline constexpr Text kExportNoPlace{"{0} 个站点没有坐标，不在地图文件里",
                                     "{0} sites have no coordinates and are not in it"};

}  // namespace karez::cli::say
