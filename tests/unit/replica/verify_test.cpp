// verify against a sweep over a small replica: in the cells of the log and of the tables that follow from it
// bits are turned, one at a time (KAREZ_FLIPPED_BITS=8: every bit there is), and verify must say that
// something is wrong.
//
// Not in it, since no log says what they should hold: meta, author.time, and what was heard of relays and
// from other laptops (relay, relay_head, receipt, announcement, holding, holder_head, pinned, aside).
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

#include "karez/log/pack.h"
#include "karez/replica/own_fields.h"
#include "karez/storage/database.h"
#include "karez/storage/schema.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

struct Cell {
  Statement::Type type = Statement::Type::null;
  std::int64_t integer = 0;
  Bytes bytes;  ///< of a text or a blob

  [[nodiscard]] std::size_t size() const {
    if (type == Statement::Type::null) return 0;
    return type == Statement::Type::integer ? 8 : bytes.size();
  }
  [[nodiscard]] Cell flipped(std::size_t at, unsigned bit) const {
    Cell other = *this;
    if (type == Statement::Type::integer) {
      const auto turned = static_cast<std::uint64_t>(integer) ^ (std::uint64_t{1} << (8 * at + bit));
      other.integer = static_cast<std::int64_t>(turned);
    } else {
      other.bytes[at] = static_cast<std::uint8_t>(other.bytes[at] ^ (1u << bit));
    }
    return other;
  }
  void bind(Statement& statement, int position) const {
    if (type == Statement::Type::integer) statement.bind(position, integer);
    if (type == Statement::Type::blob) statement.bind_blob(position, bytes);
    if (type == Statement::Type::text) statement.bind(position, text_of(bytes));
  }
};

struct Column {
  std::string name;
  bool is_key = false;
};
using Row = std::vector<Cell>;

/// Another program's hand in the file of a replica that is open.
class Tamperer {
 public:
  explicit Tamperer(const std::string& home) : database_(*Database::open(home + "/replica.db")) {
    REQUIRE(database_.execute("PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON").ok());
  }

  std::vector<Column> columns(const std::string& table) {
    std::vector<Column> out;
    auto info = database_.prepare("SELECT name, pk FROM pragma_table_info(?)");
    REQUIRE(info.ok());
    info->bind(1, table);
    REQUIRE(for_each_row(*info, [&](Statement& in) {
              out.push_back({std::string(in.text(0)), in.integer(1) > 0});
            }).ok());
    return out;
  }
  std::vector<Row> rows(const std::string& table) {
    std::vector<Row> out;
    auto all = database_.prepare("SELECT * FROM \"" + table + "\"");
    REQUIRE(all.ok());
    REQUIRE(for_each_row(*all, [&](Statement& in) {
              Row& row = out.emplace_back();
              for (int i = 0; i < in.column_count(); ++i) {
                const ByteView bytes = in.type(i) == Statement::Type::text ? view_of(in.text(i)) : in.blob(i);
                const bool is_number = in.type(i) == Statement::Type::integer;
                row.push_back({in.type(i), is_number ? in.integer(i) : 0,
                               is_number ? Bytes() : Bytes(bytes.begin(), bytes.end())});
              }
            }).ok());
    return out;
  }
  /// False if another row stands where this one would go.
  bool put(const std::string& table, const std::vector<Column>& columns, const Row& row, std::size_t column,
           const Cell& value) {
    std::string sql = "UPDATE \"" + table + "\" SET \"" + columns[column].name + "\"=? WHERE ";
    std::string between;
    for (const Column& one : columns) {
      if (!one.is_key) continue;
      sql += between + "\"" + one.name + "\"=?";
      between = " AND ";
    }
    auto update = database_.prepare(sql);
    REQUIRE_MESSAGE(update.ok(), sql);
    value.bind(*update, 1);
    int position = 2;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].is_key) row[i].bind(*update, position++);
    }
    if (!update->run().ok()) return false;
    REQUIRE(database_.changes() == 1);
    return true;
  }

 private:
  Database database_;
};

/// Two laptops and headquarters, and something of every kind that a log can say.
void record_everything(ReplicaFleet& fleet) {
  std::mt19937_64 order(1);
  using Kind = FieldSetting::Kind;
  fleet.join("l1");
  fleet.join("l2");
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {{"W550", 24}});
  record_visit(fleet["l2"], "S002", 3, {});
  fleet.settle(order);
  REQUIRE(set_field(fleet["l1"], id, "note", Value::of(std::string("one"))).ok());
  REQUIRE(set_field(fleet["l2"], id, "note", Value::of(std::string("other"))).ok());
  REQUIRE(set_field(fleet["l2"], id, "tally", Value::of(std::int64_t{4}), Kind::add).ok());
  REQUIRE(set_field(fleet["l1"], id, "tags", Value::of(std::string("hot")), Kind::put).ok());
  fleet.settle(order);
  REQUIRE(set_field(fleet["l2"], id, "tags", Value::of(std::string("hot")), Kind::drop).ok());
  REQUIRE(add_own_field(fleet.hq(), {"event", "mood", "text", "", "", {}}).ok());
  REQUIRE(set_field(fleet.hq(), id, "mood", Value::of(std::string("glad"))).ok());
  const std::vector<NewRecord> site{{"site", {{"code", Value::of(std::string("S001"))}}}};
  REQUIRE(fleet.hq().create(site).ok());
  const RecordId wrong = record_visit(fleet["l1"], "S001", 1, {});
  fleet.settle(order);
  REQUIRE(fleet.hq().void_record(wrong, "twice").ok());
  REQUIRE(fleet.hq().revoke("l2", std::nullopt, "lost").ok());
  record_visit(fleet["l2"], "S002", 5, {});
  fleet.settle(order);
}

/// Whether two packs hold the same signed changes: zstd frames have bits that nobody reads (padding, reserved
/// ones), and a pack's own bytes are neither hashed nor signed (schema/log-format.md).
bool is_same_log(ByteView a, ByteView b) {
  const auto one = open_pack(a);
  const auto other = open_pack(b);
  if (!one || !other || one->header.signature != other->header.signature) return false;
  const auto is_same = [](const OpenedChange& x, const OpenedChange& y) {
    return x.content == y.content && x.link == y.link;
  };
  return one->header.prev_link == other->header.prev_link &&
         std::equal(one->changes.begin(), one->changes.end(), other->changes.begin(), other->changes.end(),
                    is_same);
}

/// How many bits of each byte are turned: KAREZ_FLIPPED_BITS, 1 to 8; unless told, one bit of every fourth
/// byte.
struct Extent {
  unsigned bits = 1, step = 4;
  Extent() {
    const char* wanted = std::getenv("KAREZ_FLIPPED_BITS");
    if (wanted == nullptr) return;
    bits = static_cast<unsigned>(std::clamp(std::atoi(wanted), 1, 8));
    step = 1;
  }
};

}  // namespace

TEST_CASE("Verify: a bit that is turned anywhere in the log or the tables is found") {
  ReplicaFleet fleet;
  record_everything(fleet);
  Replica& replica = fleet.hq();
  Tamperer tamperer(fleet.home("hq"));
  std::vector<std::string> tables{"author", "change", "pack", "authority_change"};
  for (const DerivedTable& table : derived_tables(Catalog::built_in())) tables.push_back(table.name);
  std::map<std::string, std::uint64_t> flips;
  const auto is_sound = [&] {
    const auto report = replica.verify();
    return report.ok() && report->ok;
  };
  REQUIRE(is_sound());
  const Extent extent;
  std::uint64_t total = 0, harmless = 0;
  for (const std::string& table : tables) {
    const std::vector<Column> columns = tamperer.columns(table);
    for (const Row& row : tamperer.rows(table)) {
      for (std::size_t column = 0; column < columns.size(); ++column) {
        if (table == "author" && columns[column].name == "time") continue;
        // Where every fourth byte is taken, each cell begins at another one.
        for (std::size_t n = total % extent.step; n < row[column].size() * extent.bits; n += extent.step) {
          const std::size_t at = n / extent.bits;
          const auto bit = static_cast<unsigned>((at + n) % 8);
          const Cell turned = row[column].flipped(at, bit);
          if (!tamperer.put(table, columns, row, column, turned)) continue;
          const bool is_found = !is_sound();
          const bool is_harmless = !is_found && table == "pack" && columns[column].name == "bytes" &&
                                   is_same_log(turned.bytes, row[column].bytes);
          harmless += is_harmless ? 1 : 0;
          CHECK_MESSAGE((is_found || is_harmless),
                        table << "." << columns[column].name << " byte " << at << " bit " << bit);
          Row now = row;
          now[column] = turned;
          REQUIRE(tamperer.put(table, columns, now, column, row[column]));
          ++flips[table];
          ++total;
        }
      }
    }
    REQUIRE_MESSAGE(is_sound(), table);
  }
  std::cout << total << " flipped bits, " << harmless
            << " of them in bits of packs that nobody reads, the others found:";
  for (const auto& [table, count] : flips) std::cout << " " << table << " " << count;
  std::cout << "\n";
  CHECK(harmless * 100 < flips["pack"]);
  for (const char* table : {"author", "change", "pack", "authority_change", "event", "move", "site",
                            "field_write", "counter_add", "set_operation", "conflict", "own_field_value"}) {
    CHECK_MESSAGE(flips[table] > 0, table);
  }
}
