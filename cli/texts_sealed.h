// Sentences about personal fields: sealed, opened, erased. As texts.h. Constants; any thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kSealed{"已密封", "sealed"};
inline constexpr Text kErased{"已删除", "erased"};
inline constexpr Text kHelpUnseal{"显示姓名、电话等密封内容（只有统筹的电脑能看）",
                                  "show sealed personal fields (on a coordinator's laptop alone)"};
inline constexpr Text kHelpErase{
    "删除一个人的姓名、电话、证件号：各电脑和中继上都删掉，不能恢复",
    "erase a person's name, phone and identity number everywhere; it cannot be undone"};
inline constexpr Text kHelpEraseReason{"理由（会一直留存，请不要写个人信息）",
                                       "why (it is kept for good: no personal details in it)"};
inline constexpr Text kHelpYes{"不再询问", "do not ask"};
inline constexpr Text kEraseAsk{
    "将删除 {0} "
    "的个人信息：本机、中继和每台同步的电脑都会删掉，不能恢复。其余记录保留。已导出的表格、纸张和备份不在其内"
    "。"
    "确定请输入 yes：",
    "This erases the personal fields of {0} here, on the relay and on every laptop that syncs. It cannot be "
    "undone. "
    "The rest of the record stays. Exported sheets, paper and old backups are not reached. Type yes to go "
    "on:"};
inline constexpr Text kEraseDeclined{"没有删除任何内容", "nothing was erased"};
inline constexpr Text kEraseNeedsYes{"删除不能恢复；在脚本里请加 --yes；没有删除任何内容",
                                     "erasing cannot be undone; say --yes in a script; nothing was erased"};
inline constexpr Text kErasedNow{"已删除 {0} 的个人信息（{1}）。请同步：中继和其他电脑收到后各自删除",
                                 "the personal fields of {0} are erased ({1}). Sync now: the relay and the "
                                 "other laptops erase theirs when they take it"};
inline constexpr Text kErasedNotWiped{
    "数据库正被别的程序使用：密文的残余要到下次写入时才清除",
    "another program uses the database: remains of the ciphertext go at the next write"};
inline constexpr Text kHelpSealing{
    "密封钥匙：哪些电脑能看个人信息；给新统筹分发",
    "sealing keys: which laptops can read personal fields; give them to new coordinators"};
inline constexpr Text kHelpSealingRenew{"换一把新钥匙（以后的记录用新的）",
                                        "make a new key; what comes later is sealed to it"};
inline constexpr Text kSealingNone{
    "还没有密封钥匙；第一次邀请或第一次记录个人信息时会自动生成",
    "there is no sealing key yet; the first invitation or the first personal field makes one"};
inline constexpr Text kSealingKey{"钥匙第 {0} 代 {1}{2}", "key, generation {0} {1}{2}"};
inline constexpr Text kSealingCurrent{"，现用", ", in use"};
inline constexpr Text kSealingReaders{"能看的电脑：{0}", "laptops that can read: {0}"};
inline constexpr Text kSealingLacking{"还缺钥匙的统筹电脑：{0}", "coordinators' laptops that lack keys: {0}"};
inline constexpr Text kSealingKept{"已记下 {0} 项，请同步", "recorded {0} operations; sync now"};
inline constexpr Text kHelpDuplicateParties{
    "查电话或证件号相同的主体（只有统筹的电脑能查）",
    "parties with one phone or identity number (on a coordinator's laptop alone)"};
inline constexpr Text kDuplicatesNeedDay{"请写日期，或用 --parties", "say a day, or --parties"};
inline constexpr Text kNoDuplicateParties{"没有电话或证件号相同的主体",
                                          "no two parties have one phone or identity number"};
inline constexpr Text kDuplicateParties{"{0} 相同：{1}", "same {0}: {1}"};

}  // namespace karez::cli::say
