// Stock on a replica: opening accounts, moving goods, handing over without signal, accepting, and what stands
// where. Every local write that would break the ledger's rules is refused before it is saved, by
// Replica::create, edit, void_record and resolve too (schema/ledger.md).
//
// Thread: as Replica. Errors: refused with a sentence for people; last_stock_refusal() says the same in
// parts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "karez/ledger/stock.h"
#include "karez/replica/replica.h"

namespace karez {

/// Why the last write of this replica was refused, in parts, for a program that speaks other languages.
struct StockRefusal {
  enum class Kind {
    overdraws,          ///< `account` has `has` of `item`, `wants` are wanted
    not_yours,          ///< only `laptop` may give from `account`
    fixed_field,        ///< `field` stands as it was recorded
    handed_over,        ///< a move to another's account cannot be voided
    was_accepted,       ///< `account` has accepted it
    acceptance_stands,  ///< an acceptance cannot be voided
    void_overdraws,     ///< voiding it would leave `has` of `item` in `account`
    same_account,       ///< from and to are one
    no_account,         ///< no account is opened under `account`
    taken,              ///< `account` is opened already, for `laptop`
    not_for_here,       ///< it is for `account` of `laptop`
    accepted_already,   ///< it is in `account` already
    differs,            ///< item or quantity is not what was sent
    giver_outside,      ///< the giver's records do not count (revoked, or never admitted)
  };
  Kind kind = Kind::overdraws;
  std::string account, item, laptop, field;
  Total has = 0, wants = 0;
};
/// Of the last call that wrote; nothing if it went well or was refused for another reason.
[[nodiscard]] const std::optional<StockRefusal>& last_stock_refusal(Replica& replica);

/// Balances, what is under way, and cases. Errors: io, corrupt.
[[nodiscard]] Result<StockReport> stock(Replica& replica);

/// Codes of the opened accounts that this laptop may debit, ascending. Errors: io.
[[nodiscard]] Result<std::vector<std::string>> own_accounts(Replica& replica);

struct AccountRequest {
  std::string code;
  std::string laptop;  ///< name or key of the laptop that may debit it
  std::string kind = "bag";
  std::string site, name;
};
/// Errors: not_found (laptop), refused (several laptops, no right, the code is taken).
[[nodiscard]] Result<RecordId> open_account(Replica& replica, const AccountRequest& request);

struct StockItem {
  std::string item;
  std::int64_t qty = 0;
  bool operator==(const StockItem&) const = default;
};
struct MoveRequest {
  std::vector<StockItem> items;
  std::string from, to;  ///< codes; empty: outside
  std::string reason = "alloc";
  std::string note;
  std::optional<WallTime> time;
};
/// One change. Errors: refused.
[[nodiscard]] Result<std::vector<RecordId>> move_stock(Replica& replica, const MoveRequest& request);

struct HandOver {
  std::vector<RecordId> moves;
  std::string from, to;  ///< codes; from may be empty: outside
  std::string code;      ///< proves the moves to the receiver without any log
};
/// Moves goods to the account of another laptop and makes the code that proves it. `request.to` is the name
/// of a laptop that owns one opened account, or the account's code; an empty `from` is this laptop's own
/// account if it has exactly one.
///
/// Errors: not_found (laptop, account), refused.
[[nodiscard]] Result<HandOver> hand_over(Replica& replica, MoveRequest request);

struct Accepted {
  RecordId acceptance, move;
  std::string item, account, laptop;  ///< laptop: the giver's; empty: not known here
  std::int64_t qty = 0;
};
/// Accepts what a code proves, whether or not the giver's log has arrived. All of it or nothing.
///
/// Errors: malformed (cut short, damaged), wrong_workspace, bad_signature, fork (the giver's log says
/// otherwise here), refused (for another laptop, accepted already, the giver does not count).
[[nodiscard]] Result<std::vector<Accepted>> accept_code(Replica& replica, const std::string& code);
/// What waits for this laptop, by move. Errors: io.
[[nodiscard]] Result<std::vector<StockTransit>> waiting_here(Replica& replica);
/// One change. Errors: not_found, refused.
[[nodiscard]] Result<std::vector<Accepted>> accept_moves(Replica& replica, std::span<const RecordId> moves);

}  // namespace karez
