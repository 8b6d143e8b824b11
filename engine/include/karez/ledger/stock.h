// Stock: what stands in opened accounts, as a double-entry ledger that nobody stores. Every figure is a
// function of the records held, never of their order: an account's balance follows from its owner's own log
// alone, so what the owner's laptop kept at or above zero stays there on every replica (schema/ledger.md).
//
// Sources: O'Neil 1986, "The Escrow Transactional Method" (a bounded quantity that is debited without asking
// the others); Balegas et al. 2015, "Extending Eventually Consistent Cloud Databases for Enforcing Numeric
// Invariants" (bounded counters: rights belong to one replica and are handed over). Deviation: rights change
// hands by a move and the receiver's acceptance, which may arrive in any order.
//
// Values; no thread rule.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "karez/ledger/check.h"
#include "karez/ledger/day.h"
#include "karez/storage/authors.h"

namespace karez {

/// An opened account: one author may debit it.
struct StockAccount {
  RecordId id;
  std::string code, kind, site;
  std::string owner;          ///< public name of the author that may debit it
  std::string laptop;         ///< how that author is called; empty: not known here
  bool is_closed = false;     ///< its record is void: nothing new resolves to it
  bool is_duplicate = false;  ///< an older account has its code
  bool owner_is_forked = false;
  bool owner_is_revoked = false;
};

/// A move that debits or credits opened accounts, as its author recorded it.
struct StockMove {
  RecordId id;
  std::string author;  ///< public name of the key that signed it
  std::string laptop;
  std::string item, from, to;
  std::int64_t qty = 0;
  std::optional<std::size_t> debit, credit;  ///< places in the list of accounts
  bool counts = false;
  bool is_void = false;        ///< its author's own newest word says so
  bool is_shown_void = false;  ///< somebody's void of it, or of its visit, is shown
  bool is_edited = false;      ///< shows another item, quantity, from or to than it was recorded with
};

/// What an owner says to have received.
struct StockAcceptance {
  RecordId id, move;
  std::string author, laptop;
  std::string item;
  std::int64_t qty = 0;
  std::optional<std::size_t> account;
  bool counts = false;
};

/// One item in one account. received = given + on hand + in transit.
struct StockLine {
  Total received = 0;
  Total given = 0;       ///< left the account and arrived: outside, or accepted
  Total in_transit = 0;  ///< sent to another account and not accepted yet
  Total arriving = 0;    ///< sent here and not accepted yet
  [[nodiscard]] Total on_hand() const { return received - given - in_transit; }
  bool operator==(const StockLine&) const = default;
};

/// One item over all opened accounts. in = out + on hand + in transit.
struct StockTotal {
  Total in = 0, out = 0, on_hand = 0, in_transit = 0;
  bool operator==(const StockTotal&) const = default;
};

/// A move to another's account that waits for its acceptance.
struct StockTransit {
  RecordId move;
  std::string item, from, to, laptop;
  std::int64_t qty = 0;
  std::size_t account = 0;  ///< whose owner accepts
  bool operator==(const StockTransit&) const = default;
};

/// What does not fit together, by name. Stable: documents and checks use the names.
enum class StockCaseKind {
  overdrawn,           ///< an account below zero: a fork, a revocation, or software without a guard
  foreign_debit,       ///< somebody else debits an account; it does not debit
  unopened_debit,      ///< names an account's code without its opening; it does not debit
  accepted_uncounted,  ///< accepted, and the giver's record does not count: it left the giver all the same
  unmatched,           ///< accepted, and the move is not here
  differs,             ///< accepted otherwise than the move says
  accepted_twice,      ///< one move accepted again, by another branch of a copied laptop
  foreign_acceptance,  ///< somebody else accepts for an account; it does not credit
  void_ignored,        ///< a void that the ledger does not follow
  edit_ignored,        ///< an edit of what was fixed at the recording
};
[[nodiscard]] std::string_view name_of(StockCaseKind kind);

struct StockCase {
  StockCaseKind kind = StockCaseKind::overdrawn;
  std::string account, item;
  Total qty = 0;       ///< by how much, or how much it is about
  std::string laptop;  ///< whose doing, or whose account
  std::string why;     ///< of overdrawn: "fork", "revoked", "unguarded"
  std::uint64_t count = 0;
  std::vector<RecordId> records;  ///< ascending, at most kCaseRecords
  bool operator==(const StockCase&) const = default;
};
inline constexpr std::size_t kCaseRecords = 20;

struct StockReport {
  std::vector<StockAccount> accounts;                              ///< by (code, id)
  std::map<std::pair<std::size_t, std::string>, StockLine> lines;  ///< by place of the account, item
  std::map<std::string, StockTotal> totals;                        ///< by item
  std::vector<StockTransit> transit;                               ///< by move
  std::vector<StockCase> cases;                                    ///< by kind, account, item, laptop
  [[nodiscard]] Total on_hand(std::size_t account, const std::string& item) const;
};

/// The judge: from rows to balances and cases. Acceptances first, then moves, each in any order; a move that
/// touches no opened account may be left out unless an acceptance names it.
class StockLedger {
 public:
  explicit StockLedger(std::vector<StockAccount> accounts) { report_.accounts = std::move(accounts); }
  void add(StockAcceptance acceptance);
  void add(const StockMove& move);
  /// A case that the reader found.
  void add_case(StockCaseKind kind, std::size_t account, const std::string& item, Total qty,
                const std::string& laptop, const RecordId& record);
  /// Moves that acceptances name and that were not added.
  [[nodiscard]] std::vector<RecordId> missing() const;
  /// Ends the judgement.
  [[nodiscard]] StockReport report();

 private:
  struct Taken {
    StockAcceptance acceptance;
    bool is_matched = false;
  };
  struct CaseKey {
    StockCaseKind kind;
    std::string account, item, laptop, why;
    auto operator<=>(const CaseKey&) const = default;
  };
  struct CaseSum {
    Total qty = 0;
    std::set<RecordId> records;
  };
  [[nodiscard]] bool owns(std::optional<std::size_t> account, const std::string& author) const;
  StockLine& line(std::size_t account, const std::string& item) { return report_.lines[{account, item}]; }
  Total match(const StockMove& move, bool is_transfer);

  StockReport report_;
  std::map<RecordId, std::vector<Taken>> taken_;  ///< by move
  std::set<RecordId> seen_;                       ///< moves named by acceptances that came
  std::map<CaseKey, CaseSum> cases_;
};

/// What a coordinator should look at: a check for each case, kinds "stock_overdrawn" and "stock_case".
void add_checks(const StockReport& report, std::vector<Check>& checks);

class Tables;

/// What the ledger reads.
struct StockSource {
  Statements& statements;
  Authors& authors;
  Tables& tables;
  const Catalog& catalog;
};

/// The accounts that are opened here, by (code, id).
[[nodiscard]] Result<std::vector<StockAccount>> stock_accounts(const StockSource& source);

/// The whole ledger. Errors: io, corrupt.
[[nodiscard]] Result<StockReport> stock_report(const StockSource& source);

/// The ledger of these accounts alone, as their owner `own` (a local id) must see them: its own records count
/// whatever a coordinator has said or will say of it. Errors: io, corrupt.
[[nodiscard]] Result<StockReport> own_stock(const StockSource& source, const std::set<RecordId>& accounts,
                                            AuthorId own);

}  // namespace karez
