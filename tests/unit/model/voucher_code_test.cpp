#include "karez/model/voucher_code.h"

#include <doctest/doctest.h>

#include <set>
#include <utility>

#include "karez/model/catalog.h"

using namespace karez;

namespace {

constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

}  // namespace

TEST_CASE("Voucher codes: every wrong symbol and every two that changed places are found") {
  for (int i = 0; i < 20; ++i) {
    const std::string code = make_voucher_code(system_random());
    REQUIRE(code.size() == 14);
    CHECK(voucher_form(code) == VoucherForm::good);
    for (std::size_t at = 3; at < code.size(); ++at) {
      if (code[at] == '-') continue;
      for (char symbol : kAlphabet) {
        std::string slip = code;
        slip[at] = symbol;
        CHECK((voucher_form(slip) == VoucherForm::good) == (slip == code));
      }
      for (std::size_t other = at + 1; other < code.size(); ++other) {
        std::string slip = code;
        std::swap(slip[at], slip[other]);
        if (slip == code || code[other] == '-') continue;
        CHECK(voucher_form(slip) == VoucherForm::mistyped);
      }
    }
  }
}

TEST_CASE("Voucher codes: one code in every way of typing it, and nothing else is ours") {
  const std::string code = make_voucher_code(system_random());
  std::string plain;
  for (char c : code) {
    if (c != '-') plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  CHECK(printed_voucher(plain) == code);
  CHECK(printed_voucher(" " + code + " ") == code);
  for (const char* foreign : {"", "V100015", "KZ", "KZ-1234", "kz0123456789", "XY-ABCDE-FGHJK"}) {
    CHECK(voucher_form(foreign) == VoucherForm::foreign);
    CHECK(printed_voucher(foreign) == foreign);
  }
  // A symbol that no code has was read wrong.
  CHECK(voucher_form("KZ-O0000-00000") == VoucherForm::mistyped);
}

TEST_CASE("Voucher codes: a field for vouchers takes what is printed and refuses a slip") {
  const Catalog& catalog = Catalog::built_in();
  const Field& field = *catalog.collection("move")->field("voucher");
  std::string code = make_voucher_code(system_random());
  CHECK(parse_value(catalog, field, " " + code, 0)->side == Value::of(code).side);
  CHECK(parse_value(catalog, field, "v 1", 0)->side == Value::of(std::string("v 1")).side);
  code[3] = code[3] == '2' ? '3' : '2';
  CHECK_FALSE(parse_value(catalog, field, code, 0).ok());
}

TEST_CASE("Voucher codes: they are random") {
  std::set<std::string> codes;
  for (int i = 0; i < 1000; ++i) codes.insert(make_voucher_code(system_random()));
  CHECK(codes.size() == 1000);
}
