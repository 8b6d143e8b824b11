// The rows that the ledger judges, as their authors recorded them: what was edited later is read as it was at
// first, and of voids the author's own word is told apart from other people's.
#include <algorithm>
#include <string_view>

#include "karez/ledger/stock.h"
#include "karez/log/change.h"
#include "karez/storage/tables.h"

namespace karez {
namespace {

constexpr auto kAccounts =
    "SELECT record, code, kind, owner, site, void IS NOT NULL, duplicate_of IS NOT NULL FROM account"
    " WHERE owner IS NOT NULL AND code IS NOT NULL AND counted=1";
#define KAREZ_ACCEPTANCES "SELECT record, move, item, qty, credit, counted FROM acceptance WHERE "
constexpr auto kAcceptances = KAREZ_ACCEPTANCES "credit IS NOT NULL";
constexpr auto kAcceptancesFor = KAREZ_ACCEPTANCES "credit=?";
#undef KAREZ_ACCEPTANCES
#define KAREZ_MOVES(condition)                                                                   \
  "SELECT t.record, t.item, t.qty, t.\"from\", t.\"to\", t.debit, t.credit, t.event, t.counted," \
  " t.void IS NOT NULL OR e.void IS NOT NULL,"                                                   \
  " EXISTS (SELECT 1 FROM field_write AS w WHERE w.record=t.record),"                            \
  " EXISTS (SELECT 1 FROM field_write AS w WHERE w.record=t.event AND w.field=0)"                \
  " FROM move AS t LEFT JOIN event AS e ON e.record=t.event WHERE " condition
constexpr auto kDebits = KAREZ_MOVES("t.debit IS NOT NULL");
constexpr auto kCredits = KAREZ_MOVES("t.credit IS NOT NULL AND t.debit IS NULL");
constexpr auto kDebitsOf = KAREZ_MOVES("t.debit=?");
constexpr auto kCreditsOf = KAREZ_MOVES("t.credit=?");
constexpr auto kOneMove = KAREZ_MOVES("t.record=?");
#undef KAREZ_MOVES
/// Moves that name a code and no opening; which of the codes are opened is looked up by the reader.
constexpr auto kUnopened =
    "SELECT record, item, qty, \"from\" FROM move WHERE \"from\" IS NOT NULL AND debit IS NULL AND counted=1"
    " AND void IS NULL AND duplicate_of IS NULL";
constexpr auto kVoids = "SELECT author, seq, value FROM field_write WHERE record=? AND field=0";

class StockReader {
 public:
  /// `own` 0: everything, as everybody sees it.
  StockReader(const StockSource& source, std::vector<StockAccount> accounts, AuthorId own)
      : source_(source), own_(own), ledger_(accounts), accounts_(std::move(accounts)) {
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
      by_id_.emplace(accounts_[i].id, i);
      by_code_.emplace(accounts_[i].code, i);  // the first of a code is not a duplicate
    }
  }

  Status read_all() {
    KAREZ_TRY(read_acceptances(source_.statements.get(kAcceptances)));
    KAREZ_TRY(read_moves(source_.statements.get(kDebits)));
    KAREZ_TRY(read_moves(source_.statements.get(kCredits)));
    KAREZ_TRY(read_accepted());
    return read_unopened();
  }

  Status read(const std::set<RecordId>& accounts) {
    for (const RecordId& id : accounts) {
      const auto key = source_.tables.key_of(id);
      if (!key) continue;
      KAREZ_TRY(read_acceptances(source_.statements.get(kAcceptancesFor).bind(1, *key)));
    }
    for (const RecordId& id : accounts) {
      const auto key = source_.tables.key_of(id);
      if (!key) continue;
      KAREZ_TRY(read_moves(source_.statements.get(kDebitsOf).bind(1, *key)));
      KAREZ_TRY(read_moves(source_.statements.get(kCreditsOf).bind(1, *key)));
    }
    return read_accepted();
  }

  StockReport report() { return ledger_.report(); }

 private:
  /// A row before what was edited is looked up: nothing else may be read while rows come.
  struct Row {
    RecordKey record = 0, event = 0;
    StockMove move;
    bool has_writes = false, event_has_voids = false;
  };

  [[nodiscard]] std::optional<std::size_t> account_at(Statement& in, int column) {
    if (in.is_null(column)) return std::nullopt;
    const auto found = by_id_.find(source_.tables.id_of(in.integer(column)));
    if (found == by_id_.end()) return std::nullopt;
    return found->second;
  }

  void set_author(RecordKey record, std::string& author, std::string& laptop, bool& counts) {
    const AuthorRow* row = source_.authors.find(author_of(record));
    if (row == nullptr) return;
    author = row->name;
    laptop = row->laptop;
    counts = counts || row->id == own_;
  }

  Status read_acceptances(Statement& find) {
    std::vector<StockAcceptance> rows;
    KAREZ_TRY(for_each_row(find, [&](Statement& in) {
      if (in.is_null(1) || in.is_null(2) || in.is_null(3)) return;
      StockAcceptance one;
      one.id = source_.tables.id_of(in.integer(0));
      one.move = source_.tables.id_of(in.integer(1));
      one.item = in.text(2);
      one.qty = in.integer(3);
      one.account = account_at(in, 4);
      one.counts = in.integer(5) == 1;
      set_author(in.integer(0), one.author, one.laptop, one.counts);
      rows.push_back(std::move(one));
    }));
    for (StockAcceptance& one : rows) ledger_.add(std::move(one));
    return {};
  }

  Status read_moves(Statement& find) {
    std::vector<Row> edited;
    KAREZ_TRY(for_each_row(find, [&](Statement& in) {
      if (own_ != 0 && !read_.insert(in.integer(0)).second) return;  // debits one and credits another of them
      Row row;
      row.record = in.integer(0);
      row.event = in.integer(7);
      StockMove& move = row.move;
      move.id = source_.tables.id_of(row.record);
      move.item = in.text(1);
      move.qty = in.integer(2);
      move.from = in.text(3);
      move.to = in.text(4);
      move.debit = account_at(in, 5);
      move.credit = account_at(in, 6);
      move.counts = in.integer(8) == 1;
      move.is_shown_void = in.integer(9) == 1;
      row.has_writes = in.integer(10) == 1;
      row.event_has_voids = in.integer(11) == 1;
      set_author(row.record, move.author, move.laptop, move.counts);
      if (row.has_writes || row.event_has_voids) {
        edited.push_back(std::move(row));
      } else {
        ledger_.add(move);
      }
    }));
    for (Row& row : edited) {
      if (row.has_writes) KAREZ_TRY(restore(row));
      if (row.has_writes) KAREZ_TRY(follow_void(row.record, "move", row));
      if (row.event_has_voids) KAREZ_TRY(follow_void(row.event, "event", row));
      ledger_.add(row.move);
    }
    return {};
  }

  /// What the move was recorded with.
  Status restore(Row& row) {
    const Collection& collection = *source_.catalog.collection("move");
    const auto initial = [&](const char* name) -> Result<Value> {
      KAREZ_ASSIGN(const auto writes,
                   source_.tables.writes(collection, row.record, collection.field(name)->number));
      const Value& first = writes.front().value;
      return fits(source_.catalog, *collection.field(name), first) ? first : Value{};
    };
    const auto text = [&](const char* name, std::string& shown) -> Status {
      KAREZ_ASSIGN(const Value first, initial(name));
      const auto* said = std::get_if<std::string>(&first.side);
      const std::string before = said == nullptr ? std::string() : *said;
      row.move.is_edited = row.move.is_edited || before != shown;
      shown = before;
      return {};
    };
    KAREZ_TRY(text("item", row.move.item));
    KAREZ_TRY(text("from", row.move.from));
    KAREZ_TRY(text("to", row.move.to));
    KAREZ_ASSIGN(const Value quantity, initial("qty"));
    const auto* said = std::get_if<std::int64_t>(&quantity.side);
    const std::int64_t before = said == nullptr ? 0 : *said;
    row.move.is_edited = row.move.is_edited || before != row.move.qty;
    row.move.qty = before;
    return {};
  }

  /// The newest word of the move's own author on whether `record` is void.
  Status follow_void(RecordKey record, const char* collection, Row& row) {
    const AuthorRow* mover = source_.authors.find(author_of(row.record));
    const std::uint32_t number = source_.catalog.collection(collection)->number;
    std::optional<std::pair<std::uint64_t, AuthorKey>> newest;
    bool is_void = false;
    KAREZ_TRY(for_each_row(source_.statements.get(kVoids).bind(1, record), [&](Statement& in) {
      const AuthorRow* writer = source_.authors.find(in.integer(0));
      if (writer == nullptr || mover == nullptr || !(writer->key == mover->key)) return;
      const auto seq = static_cast<std::uint64_t>(in.integer(1));
      if (writer->id != own_ && !source_.tables.counts(*writer, seq, number)) return;
      const std::pair place{seq, writer->name_at(seq)};
      if (newest && place < *newest) return;
      const auto value = decode_value(in.blob(2));
      newest = place;
      is_void = value.ok() && !value->is_null();
    }));
    row.move.is_void = row.move.is_void || is_void;
    return {};
  }

  Status read_accepted() {
    for (const RecordId& id : ledger_.missing()) {
      const auto key = source_.tables.key_of(id);
      if (key) KAREZ_TRY(read_moves(source_.statements.get(kOneMove).bind(1, *key)));
    }
    return {};
  }

  Status read_unopened() {
    if (accounts_.empty()) return {};
    return for_each_row(source_.statements.get(kUnopened), [&](Statement& in) {
      const auto account = by_code_.find(std::string(in.text(3)));
      const AuthorRow* author = source_.authors.find(author_of(in.integer(0)));
      if (account == by_code_.end() || author == nullptr) return;
      ledger_.add_case(StockCaseKind::unopened_debit, account->second, std::string(in.text(1)), in.integer(2),
                       author->laptop, source_.tables.id_of(in.integer(0)));
    });
  }

  const StockSource& source_;
  AuthorId own_ = 0;
  StockLedger ledger_;
  std::vector<StockAccount> accounts_;
  std::map<RecordId, std::size_t> by_id_;
  std::map<std::string, std::size_t> by_code_;
  std::set<RecordKey> read_;
};

}  // namespace

Result<std::vector<StockAccount>> stock_accounts(const StockSource& source) {
  std::vector<StockAccount> accounts;
  KAREZ_TRY(for_each_row(source.statements.get(kAccounts), [&](Statement& in) {
    StockAccount one;
    one.id = source.tables.id_of(in.integer(0));
    one.code = in.text(1);
    one.kind = in.text(2);
    one.owner = in.text(3);
    one.site = in.text(4);
    one.is_closed = in.integer(5) == 1;
    one.is_duplicate = in.integer(6) == 1;
    accounts.push_back(std::move(one));
  }));
  if (accounts.empty()) return accounts;
  std::multimap<std::string_view, const AuthorRow*> owners;
  for (const auto& row : source.authors.all()) owners.emplace(row->name, row.get());
  for (StockAccount& one : accounts) {
    const auto [first, last] = owners.equal_range(one.owner);
    for (auto found = first; found != last; ++found) {
      const AuthorRow& owner = *found->second;
      // Of branches the least name: in which order they came is no matter.
      if (one.laptop.empty() || (!owner.laptop.empty() && owner.laptop < one.laptop))
        one.laptop = owner.laptop;
      one.owner_is_forked = one.owner_is_forked || owner.is_forked();
      one.owner_is_revoked =
          one.owner_is_revoked || (owner.counted_through > 0 && owner.counted_through < owner.held_seq);
    }
  }
  std::sort(accounts.begin(), accounts.end(), [](const StockAccount& a, const StockAccount& b) {
    return std::tie(a.code, a.is_duplicate, a.is_closed, a.id) <
           std::tie(b.code, b.is_duplicate, b.is_closed, b.id);
  });
  return accounts;
}

Result<StockReport> stock_report(const StockSource& source) {
  KAREZ_ASSIGN(std::vector<StockAccount> accounts, stock_accounts(source));
  StockReader reader(source, std::move(accounts), 0);
  KAREZ_TRY(reader.read_all());
  return reader.report();
}

Result<StockReport> own_stock(const StockSource& source, const std::set<RecordId>& opened, AuthorId own) {
  KAREZ_ASSIGN(std::vector<StockAccount> accounts, stock_accounts(source));
  StockReader reader(source, std::move(accounts), own);
  KAREZ_TRY(reader.read(opened));
  return reader.report();
}

}  // namespace karez
