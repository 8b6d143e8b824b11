// Damage to a SQLite file, as a list of steps: turned bits, other bytes, a lost end, pages in the wrong
// place, cells with other values, lost rows, letters changed in the text of a table, a foreign write-ahead
// log. So a short input says what would take a file of hundreds of kilobytes.
//
// A step is one byte for its kind and then:
//
//     0 turn      page u16, offset u16, mask u8
//     1 overwrite page u16, offset u16, piece
//     2 cut       bytes u32
//     3 misplace  page u16, over page u16
//     4 cell      table u8, row u8, column u8, type u8, piece
//     5 lose      table u8, row u8
//     6 letter    object u8, offset u16, mask u8: of the text in sqlite_schema, as it stands in the file
//     7 log       piece: the file's write-ahead log
//
// Numbers are taken modulo what there is. Steps 4 and 5 come first, whatever the order: SQLite does them.
#pragma once

#include <string>
#include <vector>

#include "fuzz.h"

namespace karez::fuzz {

class Damage {
 public:
  /// `path`: the whole file, as all those are that will be damaged.
  explicit Damage(const std::string& path);
  /// Damages the file at `path`, which no one has open.
  void apply(const std::string& path, ByteView steps) const;

 private:
  std::vector<std::string> texts_;  ///< of tables, indexes and views
};

}  // namespace karez::fuzz
