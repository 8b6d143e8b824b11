#include "cli/measure_text.h"

#include <doctest/doctest.h>

namespace karez::cli {
namespace {

std::string zh(Total total, Precision precision = Precision::exact) {
  return number_phrase(Language::zh, total, precision);
}
std::string en(Total total, Precision precision = Precision::exact) {
  return number_phrase(Language::en, total, precision);
}

TEST_CASE("Measure text: numbers as the papers write them, with every digit") {
  CHECK(zh(0) == "0");
  CHECK(zh(9'999) == "9999");
  CHECK(zh(10'000) == "1万");
  CHECK(zh(10'001) == "1.0001万");
  CHECK(zh(145'000) == "14.5万");
  CHECK(zh(304'852) == "30.4852万");
  CHECK(zh(99'999'999) == "9999.9999万");
  CHECK(zh(150'000'000) == "1.5亿");
  CHECK(zh(150'000'001) == "15000.0001万");
  CHECK(zh(-145'000) == "-14.5万");
  CHECK(en(0) == "0");
  CHECK(en(999) == "999");
  CHECK(en(9'999) == "9,999");
  CHECK(en(145'000) == "145,000");
  CHECK(en(-1'000'000) == "-1,000,000");
  CHECK(en(Total{1} << 100) == "1,267,650,600,228,229,401,496,703,205,376");
}

TEST_CASE("Measure text: marks") {
  CHECK(zh(30'000, Precision::over) == "3万余");
  CHECK(zh(600, Precision::about) == "约600");
  CHECK(zh(100, Precision::near) == "近100");
  CHECK(zh(20'000, Precision::plan) == "预计2万");
  CHECK(zh(0, Precision::about) == "0");
  CHECK(en(30'000, Precision::over) == "more than 30,000");
  CHECK(en(600, Precision::about) == "about 600");
  CHECK(en(100, Precision::near) == "nearly 100");
  CHECK(en(20'000, Precision::plan) == "planned 20,000");
}

TEST_CASE("Measure text: units of the four kinds") {
  CHECK(phrase(Language::zh, Persons{7'000, Precision::over}) == "7000余人");
  CHECK(phrase(Language::zh, PersonTimes{145'000}) == "14.5万人次");
  CHECK(phrase(Language::zh, Pieces{1'000}) == "1000件");
  CHECK(phrase(Language::zh, Pieces{1'000}, "瓶") == "1000瓶");
  CHECK(phrase(Language::en, Persons{600, Precision::about}) == "about 600 persons");
  CHECK(phrase(Language::en, PersonTimes{145'000}) == "145,000 person-times");
  CHECK(phrase(Language::en, Pieces{5}, "boxes") == "5 boxes");
}

TEST_CASE("Measure text: fen become yuan without losing one") {
  CHECK(phrase(Language::zh, Fen{0}) == "0元");
  CHECK(phrase(Language::zh, Fen{5}) == "0.05元");
  CHECK(phrase(Language::zh, Fen{123'450}) == "1234.5元");
  CHECK(phrase(Language::zh, Fen{99'999'900}) == "99.9999万元");
  CHECK(phrase(Language::zh, Fen{30'485'200}) == "30.4852万元");
  CHECK(phrase(Language::zh, Fen{30'485'201}) == "30.485201万元");
  CHECK(phrase(Language::zh, Fen{94'600'000, Precision::about}) == "约94.6万元");
  CHECK(phrase(Language::en, Fen{30'485'200}) == "304,852 yuan");
  CHECK(phrase(Language::en, Fen{123'450}) == "1,234.50 yuan");
  CHECK(phrase(Language::en, Fen{-5}) == "-0.05 yuan");
  CHECK(yuan_text(0) == "0.00");
  CHECK(yuan_text(-5) == "-0.05");
  CHECK(yuan_text(30'485'201) == "304852.01");
}

}  // namespace
}  // namespace karez::cli
