#include "karez/model/wall_time.h"

#include <doctest/doctest.h>

#include <string_view>

namespace karez {
namespace {

constexpr int kBeijing = 480;

TEST_CASE("WallTime: ISO 8601 with an offset reads as an instant and its offset") {
  CHECK(parse_wall_time("2022-07-14T08:01:26+08:00", 0) == WallTime{1'657'756'886'000, kBeijing});
  CHECK(parse_wall_time("2022-07-14T00:01:26Z", kBeijing) == WallTime{1'657'756'886'000, 0});
  CHECK(parse_wall_time("2022-07-13T20:31:26-0330", 0) == WallTime{1'657'756'886'000, -210});
}

TEST_CASE("WallTime: seconds, fraction and offset may be absent") {
  CHECK(parse_wall_time("2022-07-14 08:01", kBeijing) == WallTime{1'657'756'860'000, kBeijing});
  CHECK(parse_wall_time("2022-07-14T08:01+08:00", 0) == WallTime{1'657'756'860'000, kBeijing});
  CHECK(parse_wall_time("2022-07-14T08:01:26.5", kBeijing) == WallTime{1'657'756'886'500, kBeijing});
  CHECK(parse_wall_time("2022-07-14T08:01:26.0429999", kBeijing) == WallTime{1'657'756'886'042, kBeijing});
}

TEST_CASE("WallTime: times before 1970, in 2099 and on leap days come back as they were written") {
  for (std::string_view text :
       {"1950-01-01T00:00:00+08:00", "1969-12-31T23:59:59.999Z", "2099-12-31T23:59:59-11:30",
        "1900-02-28T12:00:00Z", "2000-02-29T12:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.001Z",
        "2024-02-29T00:00:00+18:00"}) {
    CAPTURE(text);
    const auto time = parse_wall_time(text, 0);
    REQUIRE(time.has_value());
    CHECK(format_wall_time(*time) == text);
  }
  CHECK(parse_wall_time("1950-01-01T00:00:00Z", 0)->ms == -631'152'000'000);
  CHECK(parse_wall_time("2099-12-31T23:59:59Z", 0)->ms == 4'102'444'799'000);
  CHECK(parse_wall_time("0001-01-01T00:00:00Z", 0)->ms == -62'135'596'800'000);
}

TEST_CASE("WallTime: anything else gives nothing") {
  for (std::string_view text : {"",
                                "2022-07-14",
                                "2022-07-14T",
                                "2022-7-14T08:01",
                                "2022-07-14T8:01",
                                "2022-07-14T24:00",
                                "2022-07-14T08:60",
                                "2022-07-14T08:01:60",
                                "2022-07-14T08:01:",
                                "2022-07-14T08:01:26.",
                                "2022-07-14T08:01:26,5",
                                "2022-07-14T08:01.5",
                                "2022-07-14t08:01",
                                "2022-07-14T08:01z",
                                "2022-07-14T08:01+08",
                                "2022-07-14T08:01+8:00",
                                "2022-07-14T08:01+18:01",
                                "2022-07-14T08:01+08:60",
                                "2022-07-14T08:01 +08:00",
                                " 2022-07-14T08:01",
                                "2022-07-14T08:01 ",
                                "2022-02-29T08:01",
                                "1900-02-29T08:01",
                                "2022-00-01T08:01",
                                "2022-13-01T08:01",
                                "2022-04-31T08:01",
                                "2022-01-00T08:01",
                                "0000-01-01T08:01",
                                "-001-01-01T08:01",
                                "2022-07-14T08:01Zx"}) {
    CAPTURE(text);
    CHECK(!parse_wall_time(text, 0));
  }
}

TEST_CASE("WallTime: years that the parser does not read are still printed") {
  CHECK(format_wall_time({-62'135'596'800'001, 0}) == "0000-12-31T23:59:59.999Z");
  CHECK(format_wall_time({-(std::int64_t{1} << 47), 0}).starts_with("-2490-"));
}

TEST_CASE("WallTime: offsets read and print as Z or with a colon") {
  CHECK(parse_offset("Z") == 0);
  CHECK(parse_offset("+00:00") == 0);
  CHECK(parse_offset("-0930") == -570);
  CHECK(parse_offset("+18:00") == 1080);
  CHECK(!parse_offset("+18:01"));
  CHECK(!parse_offset("+08"));
  CHECK(!parse_offset("08:00"));
  CHECK(!parse_offset(""));
  CHECK(format_offset(0) == "Z");
  CHECK(format_offset(480) == "+08:00");
  CHECK(format_offset(-570) == "-09:30");
}

TEST_CASE("Day: an instant falls on the day of its offset") {
  const WallTime late = *parse_wall_time("2022-07-14T23:30:00Z", 0);
  CHECK(format_day(day_of(late.ms, 0)) == "2022-07-14");
  CHECK(format_day(day_of(late.ms, kBeijing)) == "2022-07-15");
  CHECK(start_of(day_of(late.ms, kBeijing), kBeijing) == parse_wall_time("2022-07-15T00:00:00+08:00", 0)->ms);
  CHECK(day_of(-1, 0).number == -1);
  CHECK(day_of(0, 0).number == 0);
}

TEST_CASE("Day: every day of four centuries prints as the text that reads back") {
  Day previous = *parse_day("1799-12-31");
  for (std::int64_t number = previous.number + 1; number < previous.number + 146'097; ++number) {
    const auto back = parse_day(format_day({number}));
    REQUIRE(back.has_value());
    REQUIRE(back->number == number);
  }
}

TEST_CASE("Day: only whole dates of the calendar are days") {
  CHECK(parse_day("1970-01-01") == Day{0});
  CHECK(parse_day("2022-07-14") == Day{19'187});
  CHECK(!parse_day("2022-07-14 "));
  CHECK(!parse_day("2022-07-32"));
  CHECK(!parse_day("20220714"));
}

}  // namespace
}  // namespace karez
