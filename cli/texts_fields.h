// Sentences about coordinators' own fields and choices. As texts.h. Constants; any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpOwn{"自己加的字段和选项（各电脑同步后都能用）",
                               "fields and choices of your own, for every laptop that syncs"};
inline constexpr Text kHelpOwnAdd{"给一类记录加一个字段", "add a field to a kind of record"};
inline constexpr Text kHelpOwnList{"看有哪些自己加的字段和选项", "the fields and choices that were added"};
inline constexpr Text kHelpOwnChoice{"给自己加的字段或目录里的选项表加一个选项，例如新工种",
                                     "add a choice to a field of your own or to an enum, as a new trade"};
inline constexpr Text kHelpOwnCollection{"哪类记录，例如 event、move、party",
                                         "the kind of record, as event, move, party"};
inline constexpr Text kHelpOwnName{"字段名：小写字母、数字、_，或中文",
                                   "its name: a-z, 0-9, _ or another script"};
inline constexpr Text kHelpOwnType{"类型：text enumeration integer count boolean date time",
                                   "text, enumeration, integer, count, boolean, date or time"};
inline constexpr Text kHelpOwnZh{"中文标签", "label in Chinese"};
inline constexpr Text kHelpOwnEn{"英文标签", "label in English"};
inline constexpr Text kHelpOwnChoiceFlag{"一个选项，可写多次：编号=中文/English",
                                         "a choice, may be repeated: CODE=中文/English"};
inline constexpr Text kHelpOwnOf{"自己加的字段（名字或 类别.名字），或选项表名，例如 trade",
                                 "a field of your own (NAME or COLLECTION.NAME), or an enum, as trade"};
inline constexpr Text kHelpOwnCode{"选项编号：小写字母、数字、_ 和 -",
                                   "the choice's code: a-z, 0-9, _ and -"};
inline constexpr Text kHelpOwnFlag{"自己加的字段，可写多次：字段=值",
                                   "a field of your own, may be repeated: NAME=VALUE"};
inline constexpr Text kKindChoice{"编号=中文/英文", "CODE=ZH/EN"};

inline constexpr Text kOwnAdded{"{0} 有了新字段 {1}（{2}）；各电脑同步后就能填",
                                "{0} has a new field {1} ({2}); laptops have it once they sync"};
inline constexpr Text kOwnChoiceAdded{"{0} 有了新选项 {1}（{2}）；各电脑同步后就能选",
                                      "{0} has a new choice {1} ({2}); laptops have it once they sync"};
inline constexpr Text kNoOwn{
    "还没有自己加的字段或选项；加一个：karez field add event mood --type text --zh 心情",
    "nothing was added yet; add a field: karez field add event mood --type text --en mood"};
inline constexpr Text kColumnCollection{"记录类别", "record"};
inline constexpr Text kColumnField{"字段", "field"};
inline constexpr Text kColumnType{"类型", "type"};
inline constexpr Text kColumnLabel{"标签", "label"};
inline constexpr Text kColumnChoices{"选项", "choices"};

}  // namespace karez::cli::say
