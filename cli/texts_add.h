// Sentences about records of any kind and about files. As texts.h. Constants; any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpAdd{"记一条任何类别的记录", "make a record of any kind"};
inline constexpr Text kHelpAddCollection{"记录类别", "kind of record"};
inline constexpr Text kHelpAddFields{
    "字段=值；集合的多个值用 ; 分开；没写时间就是现在",
    "FIELD=VALUE; several values of a set are parted by ';'; the time is now unless it is said"};
inline constexpr Text kRecordSaved{"已记录：{0}", "saved: {0}"};

inline constexpr Text kHelpFile{"照片、签名、回执、名单的登记",
                                "register photographs, signatures, receipts, lists"};
inline constexpr Text kHelpFileAdd{"登记一个文件：指纹、大小、格式（文件本身还不会传出去）",
                                   "register a file: digest, size, type (its bytes do not travel yet)"};
inline constexpr Text kHelpFilePath{"文件", "the file"};
inline constexpr Text kHelpFileRole{"用途：photo 照片、signature 签名、receipt 回执、list 名单",
                                    "what for: photo, signature, receipt, list"};
inline constexpr Text kHelpFileEvent{"属于哪次服务（记录编号）", "the event that it belongs to"};
inline constexpr Text kHelpFileMove{"属于哪次流转（记录编号）", "the move that it belongs to"};
inline constexpr Text kHelpFileNote{"备注", "a note"};
inline constexpr Text kFileSaved{"已登记 {0}：{1} 字节，指纹 {2}；记录 {3}",
                                 "{0} is registered: {1} bytes, digest {2}; record {3}"};
inline constexpr Text kFileStaysHere{
    "登记会同步；文件本身还不会传出去，请自己留好：以后凭指纹可以核对是不是同一个文件",
    "the record travels, the file's bytes do not yet: keep the file; its digest proves later that it is the "
    "same"};

}  // namespace karez::cli::say
