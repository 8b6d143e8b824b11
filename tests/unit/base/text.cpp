#include "karez/base/text.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace karez {
namespace {

using namespace std::string_view_literals;

TEST_CASE("Text: well-formed UTF-8 is accepted up to the last code point of each length") {
  for (std::string_view good :
       {""sv, "a"sv, "\0"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
        "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv, "一瓶水传递爱 💧"sv}) {
    CHECK(is_utf8(good));
  }
}

TEST_CASE("Text: overlong forms, surrogates, numbers past U+10FFFF and cut characters are refused") {
  for (std::string_view bad : {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2\x41"sv,
                               "\xE0\x80\x80"sv, "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv,
                               "\xE6\xB0"sv, "\xF0\x80\x80\x80"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv,
                               "\xF5\x80\x80\x80"sv, "\xF0\x9F\x92"sv, "\xFE"sv, "\xFF"sv, "good\xFF"sv}) {
    CHECK(!is_utf8(bad));
  }
}

TEST_CASE("Text: Chinese characters and emoji take two columns, combining marks none") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("淮北") == 4);
  CHECK(display_width("A1水") == 4);
  CHECK(display_width("（）") == 4);
  CHECK(display_width("💧") == 2);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(display_width("\xFF\xFF") == 2);
}

TEST_CASE("Text: padding counts columns and never cuts") {
  CHECK(padded("水", 4) == "水  ");
  CHECK(padded("水", 2) == "水");
  CHECK(padded("淮北一", 4) == "淮北一");
  CHECK(padded("", 2) == "  ");
}

}  // namespace
}  // namespace karez
