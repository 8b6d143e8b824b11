// Stock on a replica: accounts, moves, hand-overs and their acceptance.
#include <algorithm>
#include <set>

#include "karez/log/hand_over.h"
#include "karez/replica/rules.h"
#include "karez/replica/stock.h"
#include "stock_guard.h"

namespace karez {
namespace {

Value text(std::string value) { return value.empty() ? Value{} : Value::of(std::move(value)); }

StockSource source_of(Replica::Impl& self) {
  return {self.statements, self.authors, self.tables, self.catalog};
}

/// Accounts that something new may go to or come from.
bool is_open(const StockAccount& account) { return !account.is_closed && !account.is_duplicate; }

std::string owner_text(const StockAccount& account) {
  return account.laptop.empty() ? account.owner : account.laptop;
}

std::vector<NewRecord> records_of(const MoveRequest& request, WallTime now) {
  std::vector<NewRecord> records;
  for (const StockItem& one : request.items) {
    NewRecord move{"move", {}};
    move.fields = {{"item", text(one.item)},
                   {"qty", Value::of(one.qty)},
                   {"reason", text(request.reason)},
                   {"from", text(request.from)},
                   {"to", text(request.to)},
                   {"note", text(request.note)},
                   {"time", Value(Value::Side(request.time.value_or(now)))}};
    records.push_back(std::move(move));
  }
  return records;
}

/// Now, to the second: what a person would write down.
WallTime time_of_now(const Replica& replica) {
  const std::int64_t ms = replica.now_ms();
  return {ms - ((ms % 1000) + 1000) % 1000, replica.zone_minutes()};
}

NewRecord acceptance_of(const RecordId& move, const std::string& account, const std::string& item,
                        std::int64_t qty, WallTime now) {
  return {"acceptance",
          {{"move", Value(Value::Side(move))},
           {"account", text(account)},
           {"item", text(item)},
           {"qty", Value::of(qty)},
           {"time", Value(Value::Side(now))}}};
}

/// The one author behind a laptop's name. Errors: not_found, refused.
Result<const AuthorRow*> sole_author(Replica::Impl& self, const std::string& laptop) {
  KAREZ_ASSIGN(const std::vector<AuthorRow*> found, self.by_device(laptop));
  if (found.size() > 1) {
    return Error{ErrorCode::refused, "several laptops are called " + laptop +
                                         "; nothing was recorded: name one by its key, see karez devices"};
  }
  if (found.front()->is_forked()) {
    return Error{ErrorCode::refused,
                 laptop +
                     " was copied and goes on under another name; nothing was recorded: name the laptop "
                     "that it is now, see karez devices"};
  }
  return found.front();
}

/// Where a hand-over to this laptop or account goes. Errors: not_found, refused.
Result<StockAccount> receiving_account(Replica::Impl& self, const std::string& to) {
  KAREZ_ASSIGN(const std::vector<StockAccount> accounts, stock_accounts(source_of(self)));
  const auto named = std::find_if(accounts.begin(), accounts.end(),
                                  [&](const StockAccount& one) { return one.code == to && is_open(one); });
  if (named != accounts.end()) return *named;
  KAREZ_ASSIGN(const AuthorRow* laptop, sole_author(self, to));
  std::vector<StockAccount> owned;
  for (const StockAccount& one : accounts) {
    if (one.owner == laptop->name && is_open(one)) owned.push_back(one);
  }
  if (owned.size() == 1) return owned.front();
  if (owned.empty()) {
    self.stock_refusal = StockRefusal{StockRefusal::Kind::no_account, to, {}, laptop->laptop, {}, 0, 0};
    return Error{ErrorCode::refused,
                 "no account is opened here for " + to +
                     "; nothing was recorded: a coordinator opens one (karez account open), or record it as "
                     "given from outside"};
  }
  std::string codes;
  for (const StockAccount& one : owned) codes += (codes.empty() ? "" : ", ") + one.code;
  return Error{ErrorCode::usage, to + " has several accounts (" + codes +
                                     "); nothing was recorded: name one of them with --to"};
}

/// How the giver's log stands to what a code says of it. Errors: fork, refused.
Result<RecordId> proven_dot(Replica::Impl& self, const HandOverCode& code) {
  const PathStep& step = code.step;
  const Hash link = next_link(step.prev_link, step.content);
  RecordId id{step.author, step.seq, 0};
  const std::vector<AuthorRow*> rows = self.authors.rows_of(step.author);
  for (const AuthorRow* row : rows) {
    if (row->held_seq < step.seq || !self.tables.names().has_link(*row, step.seq, link)) continue;
    id.author = row->name_at(step.seq);
    return id;
  }
  for (const AuthorRow* row : rows) {
    if (row->held_seq == 0) continue;
    const bool is_cut = row->counted_through > 0 && step.seq > row->counted_through;
    const bool is_outside = row->standing == Standing::rival || row->standing == Standing::void_path;
    if (is_cut || is_outside) {
      self.stock_refusal = StockRefusal{StockRefusal::Kind::giver_outside, {}, {}, row->laptop, {}, 0, 0};
      return Error{ErrorCode::refused,
                   row->laptop +
                       " was revoked, so what it gives does not count; nothing was recorded: ask a "
                       "coordinator"};
    }
    if (row->held_seq >= step.seq || row->is_forked()) {
      return Error{ErrorCode::fork, "the log of " + row->laptop +
                                        " says otherwise here than the code; nothing was recorded: "
                                        "sync, and ask a coordinator"};
    }
  }
  return id;
}

template <typename T>
const T* side_of(const Create& create, const Collection& collection, const char* name) {
  const Field* field = collection.field(name);
  for (const FieldValue& one : create.fields) {
    if (field != nullptr && one.field == FieldName::catalog(field->number))
      return std::get_if<T>(&one.value.side);
  }
  return nullptr;
}

/// The moves of a code that go to accounts.
std::vector<ProvenMove> moves_of(const Catalog& catalog, const Change& change, const RecordId& dot) {
  const Collection& collection = *catalog.collection("move");
  std::vector<ProvenMove> moves;
  std::uint32_t k = 0;
  for (const Operation& op : change.operations) {
    const auto* create = std::get_if<Create>(&op);
    if (create == nullptr) continue;
    ++k;
    if (create->collection != collection.number) continue;
    const auto* item = side_of<std::string>(*create, collection, "item");
    const auto* qty = side_of<std::int64_t>(*create, collection, "qty");
    const auto* credit = side_of<RecordId>(*create, collection, "credit");
    if (item == nullptr || qty == nullptr || credit == nullptr || *qty < 0) continue;
    const auto* debit = side_of<RecordId>(*create, collection, "debit");
    moves.push_back({{dot.author, dot.seq, k},
                     *item,
                     *qty,
                     *credit,
                     debit == nullptr ? std::nullopt : std::optional<RecordId>(*debit)});
  }
  return moves;
}

}  // namespace

const std::optional<StockRefusal>& last_stock_refusal(Replica& replica) {
  return replica.impl().stock_refusal;
}

Result<StockReport> stock(Replica& replica) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  return stock_report(source_of(self));
}

Result<std::vector<std::string>> own_accounts(Replica& replica) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(const std::vector<StockAccount> accounts, stock_accounts(source_of(self)));
  std::vector<std::string> codes;
  for (const StockAccount& one : accounts) {
    if (one.owner == self.me().name && is_open(one)) codes.push_back(one.code);
  }
  return codes;
}

Result<RecordId> open_account(Replica& replica, const AccountRequest& request) {
  Replica::Impl& self = replica.impl();
  NewRecord record{"account", {}};
  {
    KAREZ_ASSIGN(const auto reading, self.begin_reading());
    KAREZ_ASSIGN(const AuthorRow* owner, sole_author(self, request.laptop));
    record.fields = {{"code", text(request.code)},
                     {"kind", text(request.kind)},
                     {"owner", text(owner->name)},
                     {"site", text(request.site)},
                     {"name_zh", text(request.name)}};
  }
  KAREZ_ASSIGN(const std::vector<RecordId> made, replica.create({&record, 1}));
  return made.front();
}

Result<std::vector<RecordId>> move_stock(Replica& replica, const MoveRequest& request) {
  return replica.create(records_of(request, time_of_now(replica)));
}

Result<HandOver> hand_over(Replica& replica, MoveRequest request) {
  Replica::Impl& self = replica.impl();
  self.stock_refusal.reset();
  if (request.from.empty()) {
    KAREZ_ASSIGN(const std::vector<std::string> own, own_accounts(replica));
    if (own.size() == 1) request.from = own.front();
    if (own.size() > 1) {
      return Error{ErrorCode::usage,
                   "this laptop has several accounts; nothing was recorded: name the one to give from with "
                   "--from"};
    }
  }
  {
    KAREZ_ASSIGN(const auto reading, self.begin_reading());
    KAREZ_ASSIGN(const StockAccount to, receiving_account(self, request.to));
    if (to.owner == self.me().name) {
      return Error{ErrorCode::usage, to.code +
                                         " is this laptop's own; nothing was recorded: karez move takes "
                                         "goods from one own account to another"};
    }
    request.to = to.code;
  }
  HandOver out;
  out.from = request.from;
  out.to = request.to;
  KAREZ_ASSIGN(out.moves, move_stock(replica, request));
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(const PathStep step, self.step_of(self.me(), out.moves.front().seq));
  out.code = hand_over_text(self.workspace_id, step);
  return out;
}

Result<std::vector<Accepted>> accept_code(Replica& replica, const std::string& code_text) {
  Replica::Impl& self = replica.impl();
  self.stock_refusal.reset();
  std::vector<ProvenMove> moves;
  std::vector<NewRecord> records;
  std::vector<Accepted> accepted;
  {
    KAREZ_ASSIGN(const auto reading, self.begin_reading());
    KAREZ_ASSIGN(const HandOverCode code, parse_hand_over(self.workspace_id, code_text));
    KAREZ_ASSIGN(const RecordId dot, proven_dot(self, code));
    moves = moves_of(self.catalog, code.change, dot);
    if (moves.empty()) {
      return Error{ErrorCode::malformed, "the code proves no hand-over; nothing was recorded"};
    }
    KAREZ_ASSIGN(const std::vector<StockAccount> accounts, stock_accounts(source_of(self)));
    const auto account_of = [&](const RecordId& id) {
      return std::find_if(accounts.begin(), accounts.end(),
                          [&](const StockAccount& one) { return one.id == id; });
    };
    const AuthorRow* giver = self.authors.find(code.step.author);
    const std::string laptop = giver == nullptr ? "" : giver->laptop;
    for (const ProvenMove& move : moves) {
      const auto account = account_of(move.credit);
      if (account == accounts.end()) {
        self.stock_refusal = StockRefusal{StockRefusal::Kind::no_account, {}, move.item, laptop, {}, 0, 0};
        return Error{ErrorCode::refused,
                     "the hand-over is for an account that this laptop does not know; nothing was recorded: "
                     "take in a bundle or sync, and accept it then"};
      }
      if (account->owner != self.me().name) {
        self.stock_refusal = StockRefusal{
            StockRefusal::Kind::not_for_here, account->code, move.item, account->laptop, {}, 0, 0};
        return Error{ErrorCode::refused, "the hand-over is for " + account->code + " of " +
                                             owner_text(*account) +
                                             ", not for this laptop; nothing was recorded"};
      }
      const auto from = move.debit ? account_of(*move.debit) : accounts.end();
      if (from != accounts.end() && from->owner != public_name(code.step.author)) {
        self.stock_refusal =
            StockRefusal{StockRefusal::Kind::not_yours, from->code, move.item, from->laptop, {}, 0, 0};
        return Error{ErrorCode::refused, "the giver may not give from " + from->code +
                                             "; nothing was recorded: ask a coordinator"};
      }
      records.push_back(acceptance_of(move.id, account->code, move.item, move.qty, time_of_now(replica)));
      accepted.push_back({{}, move.id, move.item, account->code, laptop, move.qty});
    }
  }
  StockGuard guard(self, std::move(moves));
  KAREZ_ASSIGN(const JudgedRecords made,
               self.create_all(std::span<const std::vector<NewRecord>>(&records, 1), false, {}, guard));
  for (std::size_t i = 0; i < accepted.size(); ++i) accepted[i].acceptance = made.ids.front()[i].value();
  return accepted;
}

Result<std::vector<StockTransit>> waiting_here(Replica& replica) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  const StockSource source = source_of(self);
  KAREZ_ASSIGN(const std::vector<StockAccount> accounts, stock_accounts(source));
  std::set<RecordId> mine;
  for (const StockAccount& one : accounts) {
    if (one.owner == self.me().name) mine.insert(one.id);
  }
  KAREZ_ASSIGN(StockReport all, own_stock(source, mine, self.own_id));
  std::erase_if(all.transit,
                [&](const StockTransit& one) { return !mine.contains(all.accounts[one.account].id); });
  return std::move(all.transit);
}

Result<std::vector<Accepted>> accept_moves(Replica& replica, std::span<const RecordId> moves) {
  KAREZ_ASSIGN(const std::vector<StockTransit> waiting, waiting_here(replica));
  std::vector<NewRecord> records;
  std::vector<Accepted> accepted;
  for (const RecordId& id : moves) {
    const auto sent =
        std::find_if(waiting.begin(), waiting.end(), [&](const StockTransit& one) { return one.move == id; });
    if (sent == waiting.end()) {
      return Error{ErrorCode::not_found, to_text(id) +
                                             " does not wait for this laptop; nothing was recorded: "
                                             "karez accept lists what waits"};
    }
    records.push_back(acceptance_of(id, sent->to, sent->item, sent->qty, time_of_now(replica)));
    accepted.push_back({{}, id, sent->item, sent->to, sent->laptop, sent->qty});
  }
  if (records.empty()) return accepted;
  KAREZ_ASSIGN(const std::vector<RecordId> made, replica.create(records));
  for (std::size_t i = 0; i < accepted.size(); ++i) accepted[i].acceptance = made[i];
  return accepted;
}

}  // namespace karez
