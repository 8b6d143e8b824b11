// The encodings of text files that spreadsheets write, by glibc's iconv.
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "karez/base/text.h"
#include "karez/exchange/table_file.h"

namespace karez {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16LittleMark = "\xFF\xFE";
constexpr std::string_view kUtf16BigMark = "\xFE\xFF";

Error no_text(const std::string& why, std::size_t line) {
  return {ErrorCode::malformed, "this is not a text file that can be read (" + why + " in line " +
                                    std::to_string(line) +
                                    "); nothing was imported: save it as \"CSV UTF-8\" or as .xlsx"};
}

std::size_t line_at(std::string_view text, std::size_t place) {
  return 1 + static_cast<std::size_t>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
}

Result<std::string> convert(std::string_view bytes, const char* from, const std::string& name) {
  const iconv_t converter = iconv_open("UTF-8", from);
  if (converter == reinterpret_cast<iconv_t>(-1))
    return Error{ErrorCode::internal, "this machine cannot read " + name};
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  std::array<char, 16 * 1024> room;
  char* in = const_cast<char*>(bytes.data());  // iconv does not write there
  std::size_t left = bytes.size();
  bool is_bad = false;
  while (left > 0 && !is_bad) {
    char* to = room.data();
    std::size_t free = room.size();
    const std::size_t result = iconv(converter, &in, &left, &to, &free);
    out.append(room.data(), static_cast<std::size_t>(to - room.data()));
    is_bad = result == static_cast<std::size_t>(-1) && errno != E2BIG;
  }
  iconv_close(converter);
  if (!is_bad) return out;
  const std::size_t line = static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')) + 1;
  return no_text("neither UTF-8 nor " + name, line);
}

}  // namespace

Result<std::string> decode_text(std::string bytes, std::string& encoding) {
  std::string text;
  if (bytes.starts_with(kUtf16LittleMark) || bytes.starts_with(kUtf16BigMark)) {
    encoding = "UTF-16";
    const char* from = bytes.starts_with(kUtf16LittleMark) ? "UTF-16LE" : "UTF-16BE";
    KAREZ_ASSIGN(text, convert(std::string_view(bytes).substr(2), from, encoding));
  } else if (is_utf8(bytes)) {
    encoding = "UTF-8";
    text = std::move(bytes);
    if (text.starts_with(kUtf8Mark)) text.erase(0, kUtf8Mark.size());
  } else {
    encoding = "GB18030";
    const std::size_t zero = bytes.find('\0');
    if (zero != std::string::npos) return no_text("a zero byte", line_at(bytes, zero));
    KAREZ_ASSIGN(text, convert(bytes, "GB18030", encoding));
  }
  if (text.find('\n') == std::string::npos) std::replace(text.begin(), text.end(), '\r', '\n');
  return text;
}

char separator_of(std::string_view text) {
  std::array<std::pair<char, std::size_t>, 3> counts{{{',', 0}, {'\t', 0}, {';', 0}}};
  bool is_quoted = false, has_text = false;
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '\n' && has_text) break;
    has_text = has_text || (c != '\n' && c != '\r');
    for (auto& [separator, count] : counts) count += c == separator ? 1u : 0u;
  }
  const auto most = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->second == 0 ? ',' : most->first;
}

}  // namespace karez
