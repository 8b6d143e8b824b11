// The benchmark's workload: a day of field work as a deterministic list of user actions, one list a laptop.
// The same seed gives the same actions on every machine, so that figures of two runs compare.
//
// Values. A port of a small JavaScript generator; line() gives its text form, whose hash a unit test pins.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace karez::bench {

struct Visit {
  std::string site, volunteer, people, note;
  std::int64_t started_ms = 0;
};

struct Handout {
  std::size_t visit = 0;  ///< row of its visit, on the same laptop
  std::string item, category, voucher;
  std::int64_t quantity = 0;
};

enum class ActionKind { visit, handout, edit, voiding };
enum class Column { note, people, site, quantity, category };

/// One thing that a volunteer does: one change, one durable commit.
struct Action {
  ActionKind kind = ActionKind::visit;
  std::size_t row = 0;  ///< the row made, edited or voided: counted per laptop from 0 in order of creation
  bool is_handout = false;  ///< of that row
  std::int64_t at_ms = 0;   ///< when: a row's own time, or some seconds after the action before
  Visit visit;
  Handout handout;
  Column column = Column::note;
  std::string text;           ///< an edit's new value
  std::int64_t quantity = 0;  ///< the new value of Column::quantity
};

struct Laptop {
  std::vector<Action> actions;
  std::vector<std::string> ids;  ///< of rows, as the text form names them (32 hex digits)
};

struct Workload {
  std::vector<Laptop> laptops;
  Laptop delta;  ///< 25 visits with their handouts that the first laptop records a day later; its own row
                 ///< numbers
  std::size_t rows = 0, actions = 0;  ///< without the delta
};

struct WorkloadSize {
  std::uint32_t laptops = 0, visits = 0, handouts = 0;
};
inline constexpr WorkloadSize kSizeS{10, 200, 3};
inline constexpr WorkloadSize kSizeM{126, 200, 3};
inline constexpr WorkloadSize kSizeL{1, 250'000, 3};
inline constexpr std::uint32_t kWorkloadSeed = 20241121;

[[nodiscard]] Workload make_workload(const WorkloadSize& size, std::uint32_t seed = kWorkloadSeed);

/// An action as a line of tab-separated text, without line end.
[[nodiscard]] std::string line(const Laptop& laptop, const Action& action);

/// A row as it stands after all actions.
struct FinalRow {
  bool is_handout = false;
  bool is_void = false;
  Visit visit;
  Handout handout;
};
[[nodiscard]] std::vector<FinalRow> final_rows(const Laptop& laptop);
/// The actions that change something: a few draws of the generator void what is void or set what is set.
[[nodiscard]] std::vector<Action> effective_actions(const Laptop& laptop);

inline constexpr std::array<const char*, 6> kCategories{"adult",  "child",    "elder",
                                                        "infant", "disabled", "pregnant"};

}  // namespace karez::bench
