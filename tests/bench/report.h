// What a run has measured: figures with their targets, as a table for people and as JSON for the next run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/machine.h"

namespace karez::bench {

/// What must be reached: of the ratio to plain SQLite where there is one, else of the figure itself.
struct Target {
  double value = 0;
  bool is_at_least = false;  ///< else at most
};

struct Figure {
  std::string row;  ///< number in the table of targets; "8b" is the second measure of row 8
  std::string measure, unit;
  double karez = 0;
  std::optional<double> plain;  ///< the same rows in plain SQLite, in the same run
  std::optional<Target> target;

  [[nodiscard]] std::optional<double> ratio() const;
  [[nodiscard]] std::optional<bool> is_reached() const;
};

struct Report {
  Machine machine;
  std::vector<Figure> figures;
};

[[nodiscard]] std::string to_table(const Report& report);
[[nodiscard]] std::string to_json(const Report& report);
/// What changed against an earlier run's JSON, row by row.
[[nodiscard]] std::string comparison(const Report& report, const std::string& earlier_json);

}  // namespace karez::bench
