#include "karez/exchange/sheet.h"

#include "karez/base/text.h"
#include "sheet_texts.h"

namespace karez {
namespace {

/// Beyond 2^53 a double, which is every number in a spreadsheet, is no longer exact.
constexpr Int128 kExactNumber = Int128{1} << 53;

std::string digits_of(Int128 number) {
  if (number == 0) return "0";
  const bool is_negative = number < 0;
  std::string digits;
  for (; number != 0; number /= 10) {
    const int digit = static_cast<int>(number % 10);
    digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
  }
  return is_negative ? "-" + digits : digits;
}

}  // namespace

Cell sum_cell(Int128 sum) {
  if (sum > kExactNumber || sum < -kExactNumber) return digits_of(sum);
  return static_cast<std::int64_t>(sum);
}

bool is_exact_number(std::int64_t number) { return number <= kExactNumber && number >= -kExactNumber; }

const std::string& heading_of(const Column& column, Headings headings) {
  if (headings == Headings::names) return column.name;
  const std::string& label = headings == Headings::zh ? column.zh : column.en;
  return label.empty() ? column.name : label;
}

const std::string& title_of(const Sheet& sheet, Headings headings) {
  if (headings == Headings::names) return sheet.name;
  const std::string& label = headings == Headings::zh ? sheet.zh : sheet.en;
  return label.empty() ? sheet.name : label;
}

std::string scaled_text(std::int64_t number, int decimals) {
  const Int128 wide = number;
  std::string digits = digits_of(wide < 0 ? -wide : wide);
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, ".");
  return number < 0 ? "-" + digits : digits;
}

std::string without_bad_bytes(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string clean;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 1;
    while (length < 4 && at + length <= text.size() && !is_utf8(text.substr(at, length))) ++length;
    const std::string_view one = text.substr(at, length);
    const bool is_good = at + length <= text.size() && is_utf8(one);
    clean += is_good ? one : std::string_view("\xEF\xBF\xBD");
    at += is_good ? length : 1;
  }
  return clean;
}

Result<std::unique_ptr<WorkbookWriter>> write_workbook(const std::string& path,
                                                       const WorkbookOptions& options) {
  if (path.ends_with(".xlsx")) return write_xlsx(path, options);
  if (path.ends_with(".csv")) return write_csv(path, options);
  return Error{ErrorCode::usage, "\"" + path + "\" ends neither in .xlsx nor in .csv; nothing was written"};
}

}  // namespace karez
