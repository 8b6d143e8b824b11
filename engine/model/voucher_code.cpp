#include "karez/model/voucher_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
constexpr std::string_view kPrefix = "KZ";
constexpr std::size_t kRandomSymbols = 9;
constexpr std::size_t kSymbols = kRandomSymbols + 1;
constexpr std::size_t kModulus = 31;
static_assert(kAlphabet.size() == kModulus);

using Symbols = std::array<std::size_t, kSymbols>;

/// The symbols behind the prefix; nothing if the text is not in the form at all.
std::optional<Symbols> symbols_of(std::string_view code) {
  std::string plain;
  for (char c : code) {
    if (c == '-' || c == ' ') continue;
    plain.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  if (plain.size() != kPrefix.size() + kSymbols || !plain.starts_with(kPrefix)) return std::nullopt;
  Symbols symbols{};
  for (std::size_t i = 0; i < kSymbols; ++i) {
    symbols[i] = kAlphabet.find(plain[kPrefix.size() + i]);
    if (symbols[i] == std::string_view::npos) return std::nullopt;
  }
  return symbols;
}

/// Zero for a good code. Two weights never agree modulo the prime, so neither one wrong symbol nor two that
/// changed places can cancel out.
std::size_t remainder_of(const Symbols& symbols) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < kSymbols; ++i) sum += (i + 1) * symbols[i];
  return sum % kModulus;
}

std::string letters_of(const Symbols& symbols) {
  std::string text(kPrefix);
  for (std::size_t i = 0; i < kSymbols; ++i) {
    if (i % 5 == 0) text.push_back('-');
    text.push_back(kAlphabet[symbols[i]]);
  }
  return text;
}

/// Hyphens where Karez prints them: a symbol that is in no code of ours was read or typed wrong.
bool is_printed_form(std::string_view code) {
  const auto is_symbol = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  if (code.size() != 14 || code[2] != '-' || code[8] != '-') return false;
  const bool has_prefix = (code[0] == 'K' || code[0] == 'k') && (code[1] == 'Z' || code[1] == 'z');
  return has_prefix && std::all_of(code.begin() + 3, code.begin() + 8, is_symbol) &&
         std::all_of(code.begin() + 9, code.end(), is_symbol);
}

}  // namespace

VoucherForm voucher_form(std::string_view code) {
  const auto symbols = symbols_of(code);
  if (!symbols) return is_printed_form(code) ? VoucherForm::mistyped : VoucherForm::foreign;
  const bool is_good = remainder_of(*symbols) == 0 || is_mutant(Mutant::accept_typing_slip);
  return is_good ? VoucherForm::good : VoucherForm::mistyped;
}

std::string printed_voucher(std::string_view code) {
  const auto symbols = symbols_of(code);
  return symbols && remainder_of(*symbols) == 0 ? letters_of(*symbols) : std::string(code);
}

std::string make_voucher_code(Random& random) {
  Symbols symbols{};
  for (std::size_t i = 0; i < kRandomSymbols;) {
    std::array<std::uint8_t, 1> byte{};
    random.fill(byte);
    // 248 = 8 * 31: what lies above would make some symbols likelier than others.
    if (byte[0] < 8 * kModulus) symbols[i++] = byte[0] % kModulus;
  }
  for (symbols.back() = 0; remainder_of(symbols) != 0;) ++symbols.back();
  return letters_of(symbols);
}

}  // namespace karez
