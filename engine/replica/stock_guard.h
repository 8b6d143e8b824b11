// What the ledger forbids is refused before it is saved: a guard watches one local write. It names the opened
// accounts in the records that are made, and looks at the balances once the write stands in the tables of a
// transaction that nobody has committed. Private to replica.
#pragma once

#include <map>
#include <set>

#include "karez/replica/stock.h"
#include "replica_impl.h"

namespace karez {

/// A move that its giver's signature proves although his log is not here.
struct ProvenMove {
  RecordId id;
  std::string item;
  std::int64_t qty = 0;
  RecordId credit;
  std::optional<RecordId> debit;
};

class StockGuard {
 public:
  explicit StockGuard(Replica::Impl& self, std::vector<ProvenMove> proven = {})
      : self_(self), proven_(std::move(proven)) {}

  using ByItem = std::map<std::string, Total>;
  /// What was counted for the records prepared so far.
  struct Tally {
    std::map<RecordId, ByItem> hand;    ///< of own accounts: on hand, with the records prepared so far
    std::map<RecordId, ByItem> wanted;  ///< debited by the change that is prepared
    std::set<RecordId> accepted;        ///< moves accepted by new records
  };
  [[nodiscard]] const Tally& tally() const { return tally_; }
  /// Forgets the records that were prepared since `before`.
  void set_tally(Tally before) { tally_ = std::move(before); }

  /// Before a record is made: names the accounts that it debits and credits. Errors: refused.
  Status prepare(Create& create);
  /// When all records of a change are prepared: no account of this laptop may end below zero with it, since
  /// the log may be cut off behind any change. Errors: refused.
  Status end_change();
  /// Before a field is written that shows something else. Errors: refused.
  Status allow_write(const Collection& collection, const Field& field);
  /// Before a record is voided or its void undone. Errors: refused.
  Status allow_void(const Collection& collection, RecordKey record);
  /// After a void or its undoing stands in the tables, before its commit. Errors: refused.
  Status check_void();

 private:
  Result<const StockAccount*> account(const std::string& code);
  /// Counts with a record that is about to be made.
  Status add(const StockAccount& account, const std::string& item, Total qty);
  Status load();
  Status prepare_move(Create& create, const Collection& collection);
  Status prepare_acceptance(Create& create, const Collection& collection);
  Status prepare_account(const Create& create, const Collection& collection);
  Status allow_void_of_move(RecordKey record);
  Status check_acceptance(const RecordId& move, const StockAccount& into, const std::string& item,
                          std::int64_t qty);
  Result<StockReport> report(const std::set<RecordId>& accounts);
  Error refuse(StockRefusal refusal, std::string message);
  [[nodiscard]] bool is_mine(const StockAccount& account) { return account.owner == self_.me().name; }
  [[nodiscard]] StockSource source() {
    return {self_.statements, self_.authors, self_.tables, self_.catalog};
  }

  Replica::Impl& self_;
  std::vector<ProvenMove> proven_;
  std::optional<std::vector<StockAccount>> accounts_;
  Tally tally_;
};

}  // namespace karez
