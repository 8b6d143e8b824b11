#include "xlsx_texts.h"

#include <algorithm>
#include <cctype>

#include "sheet_texts.h"

namespace karez {
namespace {

constexpr std::string_view kCut = "…";

/// The length in bytes of the character at the start of well-formed UTF-8.
std::size_t character_bytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/// UTF-16 code units of a character of so many bytes.
std::size_t units_of(std::size_t bytes) { return bytes == 4 ? 2 : 1; }

bool reads_like_escape(std::string_view text) {
  return text.size() >= 7 && text.starts_with("_x") && text[6] == '_' &&
         std::all_of(text.begin() + 2, text.begin() + 6,
                     [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

std::string escaped_byte(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {'_', 'x', '0', '0', kDigits[byte >> 4], kDigits[byte & 15], '_'};
}

/// At most so many UTF-16 units of well-formed UTF-8.
std::string_view first_units(std::string_view text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t units = 0; at < text.size();) {
    const std::size_t bytes = character_bytes(text.substr(at));
    units += units_of(bytes);
    if (units > most) break;
    at += bytes;
  }
  return text.substr(0, at);
}

std::string small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return small;
}

}  // namespace

std::string xlsx_cell_text(std::string_view original, bool& is_shortened) {
  const std::string clean = without_bad_bytes(original);
  std::string text;
  std::size_t units = 0;
  std::size_t cut_at = 0;  // where "…" still has room
  for (std::size_t at = 0; at < clean.size();) {
    const std::string_view rest = std::string_view(clean).substr(at);
    const std::size_t bytes = character_bytes(rest);
    const auto first = static_cast<unsigned char>(rest.front());
    std::string one(rest.substr(0, bytes));
    if (reads_like_escape(rest)) {
      one = "_x005F_";
    } else if ((first < 0x20 && first != '\t' && first != '\n') || first == 0x7F) {
      one = escaped_byte(rest.front());
    } else if (one == "\xEF\xBF\xBE" || one == "\xEF\xBF\xBF") {
      one = one.back() == '\xBE' ? "_xFFFE_" : "_xFFFF_";
    }
    // Escapes are counted as they stand: the library counts so, and Excel's own count is never higher.
    units += one.size() == bytes ? units_of(bytes) : one.size();
    if (units > kXlsxCellUnits) {
      is_shortened = true;
      return text.substr(0, cut_at) + std::string(kCut);
    }
    text += one;
    if (units < kXlsxCellUnits) cut_at = text.size();
    at += bytes;
  }
  return text;
}

std::string xlsx_sheet_name(std::string_view wanted, std::set<std::string>& taken) {
  std::string name = without_bad_bytes(wanted);
  for (char& c : name) {
    const bool is_forbidden = std::string_view("[]:*?/\\").find(c) != std::string_view::npos;
    if (is_forbidden || static_cast<unsigned char>(c) < 0x20) c = '_';
  }
  const auto trim = [](std::string text) {
    // Neither end may be an apostrophe.
    if (text.starts_with('\'')) text.front() = '_';
    if (text.ends_with('\'')) text.back() = '_';
    return text;
  };
  if (name.empty()) name = "Sheet";
  std::string tried = trim(std::string(first_units(name, kXlsxNameUnits)));
  // Excel keeps "History" for itself.
  for (int next = 2; small_letters(tried) == "history" || taken.contains(small_letters(tried)); ++next) {
    const std::string suffix = " " + std::to_string(next);
    tried = trim(std::string(first_units(name, kXlsxNameUnits - suffix.size())) + suffix);
  }
  taken.insert(small_letters(tried));
  return tried;
}

}  // namespace karez
