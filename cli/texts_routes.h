// Sentences about the ways home beside the relay: bundles, laptops that serve. As texts.h. Constants; any
// thread.
#pragma once

#include "cli/texts.h"

namespace karez::cli::say {

inline constexpr Text kHelpBundle{"把更改装进文件（U盘），带到别的电脑",
                                  "carry changes as a file, on a USB stick"};
inline constexpr Text kHelpBundlePack{"打包：写出别的电脑可能没有的更改和回执",
                                      "write what other laptops may lack, with receipts"};
inline constexpr Text kHelpBundleApply{"收下一个包里的更改和回执（重复收也没关系）",
                                       "take in what a bundle holds (twice does no harm)"};
inline constexpr Text kHelpBundleShow{"看一个包里有什么，不收下",
                                      "what a bundle holds, without taking it in"};
inline constexpr Text kHelpBundleFile{"包文件，例如 /media/usb/home.karez",
                                      "the bundle, as in /media/usb/home.karez"};
inline constexpr Text kHelpBundleFor{
    "只装这台电脑还没有的（名字或编号）；不写则全部装上，谁都能用",
    "only what this laptop is not known to have (its name or key); without it everything, for anybody"};
inline constexpr Text kPacking{"打包", "packing"};
inline constexpr Text kApplying{"收下", "taking in"};

inline constexpr Text kBundlePacked{"已写好 {0}：{1} 次更改，{2} 字节；可以拔出U盘了",
                                    "{0} is written: {1} changes, {2} bytes; the stick may be taken out"};
inline constexpr Text kBundlePackedNothing{
    "已写好 {0}：没有新的更改，只有回执和本机的情况（{2} 字节）",
    "{0} is written: no new changes, only receipts and what is here ({2} bytes)"};
inline constexpr Text kBundleForOnly{"只给 {0}：别的电脑收下后会说还缺什么",
                                     "it is for {0} alone: another laptop will say what it lacks"};
inline constexpr Text kBundleApplied{"已收下 {0} 打的包：新更改 {1} 次，新回执 {2} 个",
                                     "taken in from {0}: {1} new changes, {2} new receipts"};
inline constexpr Text kBundleShelved{"  {0} 个包段先放着，等它们之前的更改到齐",
                                     "  {0} packs are kept aside until what comes before them arrives"};
inline constexpr Text kBundleRefused{"  拒绝了 {0} 的第 {1} 到 {2} 次更改：{3}",
                                     "  refused, changes {1} to {2} of {0}: {3}"};
inline constexpr Text kStrandedInvitations{
    "改用新身份之前发的邀请码还有 {0} 个没用上：本机已不能接纳凭它们加入的电脑，请重新发邀请码（karez "
    "invite）",
    "{0} invitations from before this laptop took a name of its own are not used yet, and it can no longer "
    "admit whoever joins by them: give new invitations for those (karez invite)"};
inline constexpr Text kBundleNewAuthor{
    "包里有用本机密钥写的、本机却没有的更改：本机的数据库是副本或恢复过的，今后以新电脑的身份继续，什么也不会"
    "丢",
    "the bundle shows changes under this laptop's key that are not here: its database was copied or "
    "restored; it goes "
    "on as a laptop of its own, and nothing is lost"};
inline constexpr Text kLackLog{"  还缺 {0} 的第 {1} 到 {2} 次更改", "  lacking: changes {1} to {2} of {0}"};
inline constexpr Text kLackEnrolment{
    "  还缺 {0} 的日志开头（第 {1} 到 {2} 次更改），还不知道它是谁",
    "  lacking: the log of {0} from its beginning (changes {1} to {2}), so who it is"};
inline constexpr Text kLackPin{"  {0} 的第 {1} 次更改在等 {3} 的第 {2} 次更改",
                               "  change {1} of {0} waits for change {2} of {3}"};
inline constexpr Text kBundlePartial{
    "收下了一部分，还缺 {0} 处；请让有它们的电脑再打一个包（karez bundle pack 文件 --for 本机名）",
    "taken in, but {0} things are lacking: ask a laptop that has them for another bundle (karez bundle pack "
    "FILE --for "
    "this laptop)"};
inline constexpr Text kBundleSomeRefused{
    "{0} 个包段被拒绝，其余已收下；本机记录都安全",
    "{0} packs were refused, the rest is taken in; all records are safe here"};

inline constexpr Text kFaultNotABundle{"{0} 不是 karez 的包文件；什么也没有收下",
                                       "{0} is not a bundle of karez; nothing was taken in"};
inline constexpr Text kFaultNewer{"{0} 是更新版本的程序写的；请更新本机的程序，什么也没有收下",
                                  "{0} was written by a newer karez: update this one; nothing was taken in"};
inline constexpr Text kFaultTorn{
    "{0} 不完整：在第 {1} 字节之后断了（没拷完就拔了？）；之前的内容是好的，请再拷一次",
    "{0} is torn: it ends after byte {1} (was the stick taken out too early?); what is "
    "before that is whole: copy it once more"};
inline constexpr Text kFaultDamaged{
    "{0} 在第 {1} 字节之后损坏；之前的内容是好的，请再拷一次",
    "{0} is damaged after byte {1}; what is before that is whole: copy it once more"};
inline constexpr Text kFaultMalformed{
    "{0} 在第 {1} 字节之后不合格式；之前的内容是好的（{2}）",
    "{0} breaks the format after byte {1}; what is before that is whole ({2})"};
inline constexpr Text kFaultStatement{
    "{0} 的打包声明不是它所说的电脑签的；什么也没有收下",
    "the statement in {0} is not signed by the laptop that it names; nothing was "
    "taken in"};
inline constexpr Text kBundleTitle{"{0} 打的包，{1}，{2} 字节", "packed by {0}, {1}, {2} bytes"};
inline constexpr Text kBundleWhole{"完整：{0} 次更改，{1} 个回执，{2} 个总部声明，{3} 个到场声明",
                                   "whole: {0} changes, {1} receipts, {2} holdings, {3} announcements"};
inline constexpr Text kBundleForWhom{"给 {0}", "for {0}"};
inline constexpr Text kBundleForAnybody{"谁都能用", "for anybody"};
inline constexpr Text kBundleForeign{"这个包属于别的工作区，本机不会收下",
                                     "it belongs to another workspace than this laptop"};
inline constexpr Text kColumnFrom{"从", "from"};
inline constexpr Text kColumnTo{"到", "to"};

inline constexpr Text kHelpServe{"让这台电脑当近处的中继（同一网络里的电脑都能连）",
                                 "be a relay for the laptops on the same network"};
inline constexpr Text kHelpServeAddress{"监听的地址（默认所有网卡）",
                                        "address to listen on (default: every network)"};
inline constexpr Text kHelpServePort{"端口（0 表示任选）", "port (0: any free one)"};
inline constexpr Text kHelpNear{
    "与一台运行 karez serve 的电脑同步（只这一次，不换中继）",
    "sync with a laptop that runs karez serve (this once; the relay stays the same)"};
inline constexpr Text kNearOrRelay{"--near 和 --relay 只能用一个", "give either --near or --relay"};
inline constexpr Text kNearIsNotRelay{
    "还有 {0} 次更改没到工作区的中继：有信号的电脑会一并带去",
    "{0} changes are not on the workspace's relay yet: whoever has signal first "
    "brings them along"};
inline constexpr Text kBadPort{"端口要在 0 到 65535 之间", "a port lies between 0 and 65535"};
inline constexpr Text kServing{"这台电脑正在为近处的电脑中继。在别的电脑上运行：",
                               "this laptop is a relay for those nearby. On each of them type:"};
inline constexpr Text kServeLine{"  karez sync --near {0}", "  karez sync --near {0}"};
inline constexpr Text kServeNoNetwork{"没有连上任何网络：别的电脑现在连不到这里",
                                      "no network is up: other laptops cannot reach this one now"};
inline constexpr Text kServeHowToStop{"按 Ctrl-C 结束；收下的都已存盘",
                                      "Ctrl-C ends it; what it took is on its disk"};
inline constexpr Text kServeEnded{"已结束：累计收到 {0} 次更改，交出 {1} 次",
                                  "ended: {0} changes came in, {1} went out"};
inline constexpr Text kServeLost{"自己的数据暂时合不进来（{0}），{1}后再试",
                                 "this laptop's own records wait ({0}), trying again in {1}"};

}  // namespace karez::cli::say
