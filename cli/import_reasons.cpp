#include "cli/import_reasons.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace karez::cli {
namespace {

/// English with '*' for what varies, and Chinese with {0}, {1} for it.
struct Reason {
  std::string_view pattern;
  Text text;
};

constexpr std::array kReasons{
    Reason{"*: missing", {"{0}：没有填", ""}},
    Reason{"visit: the number is missing", {"服务号没有填", ""}},
    Reason{"*: \"*\" is not one of the codes of *", {"{0}：“{1}” 不在 {2} 的选项里", ""}},
    Reason{"*: \"*\" is not a whole number", {"{0}：“{1}” 不是整数", ""}},
    Reason{"*: negative (*)", {"{0}：不能是负数（{1}）", ""}},
    Reason{"*: * is too large", {"{0}：{1} 太大", ""}},
    Reason{"*: longer than * bytes", {"{0}：超过 {1} 字节", ""}},
    Reason{"*: \"*\" is neither yes nor no", {"{0}：“{1}” 不是“是”或“否”", ""}},
    Reason{"*: \"*\" is neither 1 nor 0", {"{0}：“{1}” 不是 1 或 0", ""}},
    Reason{"*: \"*\" is not a date like *", {"{0}：“{1}” 不是日期，应如 {2}", ""}},
    Reason{"*: \"*\" is not a time like *", {"{0}：“{1}” 不是时间，应如 {2}", ""}},
    Reason{"*: \"*\" is not in degrees like *", {"{0}：“{1}” 不是经纬度，应如 {2}", ""}},
    Reason{"the row has * cells, the header *", {"这一行有 {0} 格，表头有 {1} 格", ""}},
    Reason{"text stands after a closing quote *", {"引号后面还有文字（格内的引号要写两遍）", ""}},
    Reason{"the row is longer than * bytes", {"这一行超过 {0} 字节", ""}},
    Reason{"*: differs from the first row of visit *", {"{0}：与服务 {1} 的第一行不同", ""}},
    Reason{"*: visit * has another value already *",
           {"{0}：服务 {1} 已有另一个值（用 karez edit 更正）", ""}},
    Reason{"*: stands already in row *", {"{0}：第 {1} 行已有", ""}},
    Reason{"*: stands already in an earlier row", {"{0}：前面的行已有", ""}},
    Reason{"*: no record \"*\" was imported before", {"{0}：还没有导入过 “{1}” 这条记录", ""}},
    Reason{"*: the cell holds the error *", {"{0}：单元格是错误值 {1}", ""}},
    Reason{"*: the cell holds a formula without a result*", {"{0}：公式没有结果，请打开文件保存一次", ""}},
    Reason{"*: the number * is shown as a date and is none", {"{0}：{1} 不是有效日期", ""}},
    Reason{"*: a number of more than 15 digits*",
           {"{0}：数字超过 15 位，表格软件会丢位，请把该列设为文本重填", ""}},
    Reason{"*: the column has no heading", {"{0}：该列没有表头", ""}},
    Reason{"a value stands in column *, which has no heading", {"第 {0} 列没有表头，却有内容", ""}},
    Reason{"* has * *, and * are wanted; *", {"{0} 只有 {2} {1} 件，不够 {3} 件", ""}},
    Reason{"only * may give from *; *", {"只有 {0} 能从 {1} 发出", ""}},
    Reason{"from and to are both *; *", {"来源和去向都是 {0}", ""}},
};

/// What the stars stand for; nothing if the pattern does not fit. The shortest text for each star.
std::optional<std::vector<std::string>> matched(std::string_view pattern, std::string_view text) {
  std::vector<std::string> stars;
  for (std::size_t star = pattern.find('*'); star != std::string_view::npos; star = pattern.find('*')) {
    if (text.substr(0, star) != pattern.substr(0, star)) return std::nullopt;
    text.remove_prefix(star);
    pattern.remove_prefix(star + 1);
    const std::string_view behind = pattern.substr(0, pattern.find('*'));
    const std::size_t end = behind.empty() ? text.size() : text.find(behind);
    if (end == std::string_view::npos) return std::nullopt;
    stars.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (text != pattern) return std::nullopt;
  return stars;
}

}  // namespace

std::string reason_in(Language language, const std::string& reason) {
  if (language == Language::en) return reason;
  for (const Reason& one : kReasons) {
    const auto stars = matched(one.pattern, reason);
    if (stars) return fill(one.text, language, *stars);
  }
  return reason;
}

}  // namespace karez::cli
