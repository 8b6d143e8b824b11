// One shape for every report: sections of typed columns whose sum rows are checked against their parts. What
// a report says is here; how it is written (text, JSON, sheet, page) is the affair of who prints it.
//
// Every cell of a number is a measure of its own type (karez/ledger/measure.h): cells of different types have
// no sum. A sum row is what the records give as a whole, counted without the rows above it; a statement is
// what somebody said that the rows come to (the plan above its batches). check() adds the rows up once more
// and flags whatever does not agree. Values; no thread rule.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "karez/ledger/measure.h"
#include "karez/model/wall_time.h"

namespace karez {

using Records = Measure<struct RecordsKind>;        ///< 条, 次: records, sites, duties
using Households = Measure<struct HouseholdsKind>;  ///< 户: each once
using Minutes = Measure<struct MinutesKind>;        ///< of volunteers' work

/// A cell; std::monostate: nothing is said there.
using ReportCell = std::variant<std::monostate, std::string, Day, Records, Households, Persons, PersonTimes,
                                Pieces, Fen, Minutes>;

/// What a column's number is, or that it is words; the order is that of ReportCell's alternatives.
enum class ColumnKind {
  nothing,
  text,
  day,
  records,
  households,
  persons,
  person_times,
  items,
  value,
  minutes
};
[[nodiscard]] std::string_view name_of(ColumnKind kind);  ///< in documents
[[nodiscard]] ColumnKind kind_of(const ReportCell& cell);

/// How a column's sum row follows from its rows.
enum class Adding {
  none,      ///< words, or numbers that have no sum
  all,       ///< the rows add up to it
  distinct,  ///< each thing once: at least the greatest row, at most all of them together
};

struct ReportColumn {
  std::string key;  ///< stable: "planned", "items.W550"
  ColumnKind kind = ColumnKind::text;
  std::string item;  ///< of kind items: which; items of different codes never share a column
  std::string list;  ///< of text: the list that its codes stand in ("site"), or the field ("event.trade")
  Adding adding = Adding::none;
};

using ReportRow = std::vector<ReportCell>;

/// What a source says that a column's rows come to.
struct ReportStatement {
  enum class Rule { equal, at_most };
  std::string source;  ///< who says so: "grant PLAN"
  std::size_t column = 0;
  ReportCell stated;
  Rule rule = Rule::equal;  ///< at_most: a store that need not be used up
};

struct ReportSection {
  std::string key;                 ///< stable: "by_type"
  std::vector<std::string> about;  ///< codes that its title names: a batch, an item
  std::vector<ReportColumn> columns;
  std::vector<ReportRow> rows;   ///< each as wide as columns
  std::optional<ReportRow> sum;  ///< as the records give it as a whole
  std::vector<ReportStatement> statements;
};

/// What does not add up: "the source says 120, its rows give 118".
struct ReportFlag {
  std::string section;
  std::vector<std::string> about;
  std::string column;
  std::string source;  ///< "sum" for a sum row, else the statement's
  ReportCell stated, given;
  bool operator==(const ReportFlag&) const = default;
};

/// A figure of the first sentence.
struct ReportFact {
  std::string key;
  ReportCell figure;
  std::string item;  ///< of items
};

/// What the lists call a code; nothing where they say nothing.
struct ReportNames {
  std::map<std::string, std::string> items, units, sites, campaigns;
};

struct Report {
  std::string kind;     ///< "batch", "day"
  std::string subject;  ///< a code: the batch, the site
  std::string campaign, site;
  std::optional<Day> first, last;
  std::vector<ReportFact> facts;
  std::vector<ReportSection> sections;
  std::vector<ReportFlag> flags;     ///< of check(), and of records that contradict themselves
  std::optional<bool> is_whole;      ///< of a day
  std::vector<std::string> waiting;  ///< laptops whose records are not all here
  std::uint64_t duplicates = 0, voided = 0, uncounted = 0;  ///< records of the scope outside of it
  ReportNames names;
  std::string heads;   ///< fingerprint of what it was computed from
  std::string digest;  ///< of a day: what its close signs
};

/// The sum of cells of one kind, with the least sure of their marks; empty cells add nothing. Nothing where
/// there is none, or where the kinds differ: those have no sum.
[[nodiscard]] std::optional<ReportCell> sum_of(const std::vector<ReportRow>& rows, std::size_t column);

/// Adds up every section's rows, and flags each sum row and statement that they do not give. Marks are not
/// compared: about 600 in parts is about 600.
void check(Report& report);

/// Cells that are not there make a row as wide as its columns.
void add_row(ReportSection& section, ReportRow row);

}  // namespace karez
