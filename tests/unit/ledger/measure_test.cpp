#include "karez/ledger/measure.h"

#include <doctest/doctest.h>

#include <array>

using namespace karez;

namespace {

template <typename A, typename B>
concept Addable = requires(A a, B b) {
  a + b;
}
|| requires(A a, B b) { a += b; };
template <typename A, typename B>
concept Comparable = requires(A a, B b) {
  a == b;
};

// What may be added, and what may not: a wrong sum is an error of the compiler, not of a report.
static_assert(Addable<Persons, Persons> && Addable<PersonTimes, PersonTimes> && Addable<Pieces, Pieces> &&
              Addable<Fen, Fen>);
static_assert(!Addable<Persons, PersonTimes> && !Addable<PersonTimes, Persons>);
static_assert(!Addable<Persons, Pieces> && !Addable<Persons, Fen> && !Addable<PersonTimes, Pieces>);
static_assert(!Addable<PersonTimes, Fen> && !Addable<Pieces, Fen> && !Addable<Fen, Pieces>);
static_assert(!Addable<Persons, Total> && !Addable<Persons, int> && !Addable<int, Persons>);
static_assert(!Comparable<Persons, PersonTimes> && !Comparable<Pieces, Fen>);

constexpr std::array kAll{Precision::exact, Precision::over, Precision::near, Precision::about,
                          Precision::plan};

}  // namespace

TEST_CASE("Precision: the mark of a sum hangs neither on order nor on grouping nor on repetition") {
  for (const Precision a : kAll) {
    CHECK(joined(a, a) == a);
    CHECK(joined(a, Precision::exact) == a);
    CHECK(joined(a, Precision::plan) == Precision::plan);
    for (const Precision b : kAll) {
      CHECK(joined(a, b) == joined(b, a));
      CHECK(precision_of(name_of(joined(a, b))) == joined(a, b));  // no mark but these five
      for (const Precision c : kAll) CHECK(joined(joined(a, b), c) == joined(a, joined(b, c)));
    }
  }
  CHECK(joined(Precision::over, Precision::near) == Precision::about);
  CHECK(joined(Precision::over, Precision::about) == Precision::about);
  CHECK(joined(Precision::near, Precision::about) == Precision::about);
}

TEST_CASE("Precision: a code from a later catalog is taken for about, none for exact") {
  CHECK(precision_of("") == Precision::exact);
  CHECK(precision_of("over") == Precision::over);
  CHECK(precision_of("roughly") == Precision::about);
}

TEST_CASE("Measure: a sum keeps the mark of its parts, whatever their order") {
  const Persons parts[]{Persons{3}, Persons{600, Precision::over}, Persons{-1}};
  CHECK(parts[0] + parts[1] + parts[2] == Persons{602, Precision::over});
  CHECK(parts[2] + (parts[1] + parts[0]) == Persons{602, Precision::over});
  CHECK(Fen{1} + Fen{1} == Fen{2});
  CHECK(Fen{2, Precision::about} == 2);
  CHECK_FALSE(Fen{2, Precision::about} == Fen{2});
}

TEST_CASE("Total: its text is read back, and nothing else is") {
  for (const Total total : {Total{0}, Total{-1}, Total{1} << 100, -(Total{1} << 100)}) {
    CHECK(parse_total(to_text(total)) == total);
  }
  for (const char* text :
       {"", "-", "1.5", "+1", " 1", "1e9", "0x1", "999999999999999999999999999999999999999"}) {
    CHECK_MESSAGE(!parse_total(text), text);
  }
}
