#include "stock_guard.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

/// Of a move: what its balance follows from.
constexpr std::array<std::string_view, 4> kFixedFields{"item", "qty", "from", "to"};
constexpr auto kHasAccounts = "SELECT 1 FROM account LIMIT 1";
constexpr auto kMovesOfEvent = "SELECT record FROM move WHERE event=?";
constexpr auto kAcceptancesOf = "SELECT record, credit FROM acceptance WHERE move=? ORDER BY record";

template <typename T>
const T* given(const Create& create, const Collection& collection, const char* name) {
  const Field* field = collection.field(name);
  if (field == nullptr) return nullptr;
  for (const FieldValue& one : create.fields) {
    if (one.field == FieldName::catalog(field->number)) return std::get_if<T>(&one.value.side);
  }
  return nullptr;
}

void give(Create& create, const Collection& collection, const char* name, const RecordId& id) {
  create.fields.push_back({FieldName::catalog(collection.field(name)->number), Value(Value::Side(id))});
  std::sort(create.fields.begin(), create.fields.end(),
            [](const FieldValue& a, const FieldValue& b) { return a.field < b.field; });
}

using Kind = StockRefusal::Kind;

}  // namespace

Error StockGuard::refuse(StockRefusal refusal, std::string message) {
  self_.stock_refusal = std::move(refusal);
  return {ErrorCode::refused, std::move(message)};
}

Status StockGuard::load() {
  if (accounts_) return {};
  bool has_accounts = false;
  KAREZ_TRY(for_each_row(self_.statements.get(kHasAccounts), [&](Statement&) { has_accounts = true; }));
  accounts_.emplace();
  if (!has_accounts) return {};
  KAREZ_ASSIGN(accounts_, stock_accounts(source()));
  return {};
}

Result<const StockAccount*> StockGuard::account(const std::string& code) {
  KAREZ_TRY(load());
  for (const StockAccount& one : *accounts_) {
    if (one.code == code && !one.is_closed && !one.is_duplicate) return &one;
  }
  return static_cast<const StockAccount*>(nullptr);
}

Result<StockReport> StockGuard::report(const std::set<RecordId>& accounts) {
  return own_stock(source(), accounts, self_.own_id);
}

Status StockGuard::prepare(Create& create) {
  const Collection* collection = self_.catalog.collection(create.collection);
  if (collection->name == "move") return prepare_move(create, *collection);
  if (collection->name == "acceptance") return prepare_acceptance(create, *collection);
  if (collection->name == "account") return prepare_account(create, *collection);
  return {};
}

Status StockGuard::prepare_move(Create& create, const Collection& collection) {
  // A catalog of before opened accounts writes as it always did.
  if (collection.field("debit") == nullptr || collection.field("credit") == nullptr) return {};
  if (given<RecordId>(create, collection, "debit") != nullptr ||
      given<RecordId>(create, collection, "credit") != nullptr) {
    return Error{ErrorCode::usage, "debit and credit follow from from and to; nothing was recorded"};
  }
  const auto* from = given<std::string>(create, collection, "from");
  const auto* to = given<std::string>(create, collection, "to");
  const auto* item = given<std::string>(create, collection, "item");
  const auto* qty = given<std::int64_t>(create, collection, "qty");
  if ((from == nullptr && to == nullptr) || item == nullptr || qty == nullptr) return {};
  const StockAccount* source = nullptr;
  const StockAccount* target = nullptr;
  if (from != nullptr) {
    KAREZ_ASSIGN(source, account(*from));
  }
  if (to != nullptr) {
    KAREZ_ASSIGN(target, account(*to));
  }
  if (source != nullptr && source == target) {
    return refuse({Kind::same_account, source->code, {}, {}, {}, 0, 0},
                  "from and to are both " + source->code + "; nothing was recorded: name two places");
  }
  if (source != nullptr && !is_mine(*source)) {
    return refuse({Kind::not_yours, source->code, *item, source->laptop, {}, 0, 0},
                  "only " + (source->laptop.empty() ? source->owner : source->laptop) + " may give from " +
                      source->code +
                      "; nothing was recorded: ask that laptop to hand over, or give from an account of this "
                      "one, or from outside (--from outside)");
  }
  // Texts and numbers are looked at before the fields grow.
  const std::string of = *item;
  const std::int64_t quantity = *qty;
  if (source != nullptr) {
    KAREZ_TRY(add(*source, of, -Total{quantity}));
    give(create, collection, "debit", source->id);
  }
  if (target == nullptr) return {};
  if (is_mine(*target)) KAREZ_TRY(add(*target, of, quantity));
  give(create, collection, "credit", target->id);
  return {};
}

Status StockGuard::add(const StockAccount& account, const std::string& item, Total qty) {
  if (!tally_.hand.contains(account.id)) {
    KAREZ_ASSIGN(const StockReport now, report({account.id}));
    ByItem& hand = tally_.hand[account.id];
    for (const auto& [place, line] : now.lines) {
      if (now.accounts[place.first].id == account.id) hand[place.second] = line.on_hand();
    }
  }
  tally_.hand[account.id][item] += qty;
  if (qty < 0) tally_.wanted[account.id][item] -= qty;
  return {};
}

Status StockGuard::end_change() {
  const std::map<RecordId, ByItem> wanted = std::exchange(tally_.wanted, {});
  if (is_mutant(Mutant::skip_stock_guard)) return {};
  for (const auto& [id, items] : wanted) {
    for (const auto& [item, qty] : items) {
      const Total left = tally_.hand[id][item];
      if (left >= 0 || qty == 0) continue;
      const auto one = std::find_if(accounts_->begin(), accounts_->end(),
                                    [&, of = id](const StockAccount& each) { return each.id == of; });
      const Total has = left + qty;
      return refuse({Kind::overdraws, one->code, item, {}, {}, has, qty},
                    one->code + " has " + to_text(has) + " " + item + ", and " + to_text(qty) +
                        " are wanted; nothing was recorded: accept what is under way (karez accept), record "
                        "what came in (karez move), or give from outside (--from outside)");
    }
  }
  return {};
}

Status StockGuard::check_acceptance(const RecordId& move, const StockAccount& into, const std::string& item,
                                    std::int64_t qty) {
  const auto key = self_.tables.key_of(move);
  bool is_accepted = tally_.accepted.contains(move);
  if (key) {
    KAREZ_TRY(for_each_row(self_.statements.get(kAcceptancesOf).bind(1, *key), [&](Statement& in) {
      const AuthorRow* author = self_.authors.find(author_of(in.integer(0)));
      is_accepted = is_accepted || (author != nullptr && self_.is_own(*author));
    }));
  }
  if (is_accepted && !is_mutant(Mutant::accept_twice)) {
    return refuse({Kind::accepted_already, into.code, item, {}, {}, 0, qty},
                  "this laptop has accepted " + to_text(move) +
                      " before; nothing was recorded: karez stock shows what is here");
  }
  const auto proof =
      std::find_if(proven_.begin(), proven_.end(), [&](const ProvenMove& one) { return one.id == move; });
  const bool is_proven =
      proof != proven_.end() && proof->item == item && proof->qty == qty && proof->credit == into.id;
  const Collection& moves = *self_.catalog.collection("move");
  std::optional<TableRow> row;
  if (key) {
    KAREZ_ASSIGN(row, self_.tables.row(moves, *key));
  }
  if (!row && is_proven) return {};
  if (!row) return Error{ErrorCode::not_found, "there is no record " + to_text(move) + " here"};
  // What is here is judged by the ledger's own reading: fields as they were recorded, voids as they count.
  KAREZ_ASSIGN(const StockReport here, report({into.id}));
  const auto sent = std::find_if(here.transit.begin(), here.transit.end(),
                                 [&](const StockTransit& one) { return one.move == move; });
  const AuthorRow* giver = self_.authors.find(author_of(*key));
  const bool is_cut = giver != nullptr && giver->counted_through > 0 && seq_of(*key) > giver->counted_through;
  const bool is_outside = giver == nullptr || is_cut || giver->standing == Standing::rival ||
                          giver->standing == Standing::void_path;
  if (is_outside) {
    return refuse(
        {Kind::giver_outside, into.code, item, giver == nullptr ? "" : giver->laptop, {}, 0, qty},
        "the giver's laptop was revoked or never admitted, so what it gives does not count; nothing "
        "was recorded: ask a coordinator");
  }
  if (is_proven) return {};
  if (sent != here.transit.end()) {
    if (sent->item == item && sent->qty == qty) return {};
    return refuse({Kind::differs, into.code, sent->item, sent->laptop, {}, sent->qty, qty},
                  "what was sent is " + sent->item + "=" + std::to_string(sent->qty) +
                      "; nothing was recorded: accept it as it was sent, and move back what is not there");
  }
  return refuse({Kind::not_for_here, into.code, item, into.laptop, {}, 0, qty},
                to_text(move) + " does not wait for " + into.code +
                    "; nothing was recorded: karez accept lists what waits here");
}

Status StockGuard::prepare_acceptance(Create& create, const Collection& collection) {
  const auto* code = given<std::string>(create, collection, "account");
  const auto* move = given<RecordId>(create, collection, "move");
  const auto* item = given<std::string>(create, collection, "item");
  const auto* qty = given<std::int64_t>(create, collection, "qty");
  if (code == nullptr || move == nullptr || item == nullptr || qty == nullptr) return {};
  if (given<RecordId>(create, collection, "credit") != nullptr) {
    return Error{ErrorCode::usage, "credit follows from the account; nothing was recorded"};
  }
  KAREZ_ASSIGN(const StockAccount* into, account(*code));
  if (into == nullptr) {
    return refuse({Kind::no_account, *code, *item, {}, {}, 0, *qty},
                  "no account " + *code + " is opened here; nothing was recorded: karez account list");
  }
  if (!is_mine(*into)) {
    return refuse({Kind::not_for_here, into->code, *item, into->laptop, {}, 0, *qty},
                  "it is for " + into->code + " of " + (into->laptop.empty() ? into->owner : into->laptop) +
                      ", not for this laptop; nothing was recorded");
  }
  KAREZ_TRY(check_acceptance(*move, *into, *item, *qty));
  tally_.accepted.insert(*move);
  KAREZ_TRY(add(*into, *item, *qty));
  give(create, collection, "credit", into->id);
  return {};
}

Status StockGuard::prepare_account(const Create& create, const Collection& collection) {
  const auto* code = given<std::string>(create, collection, "code");
  if (code == nullptr) return {};
  if (*code == "outside") {
    return Error{
        ErrorCode::refused,
        "outside is where everything unbounded comes from; nothing was recorded: choose another code"};
  }
  KAREZ_ASSIGN(const StockAccount* there, account(*code));
  if (there == nullptr) return {};
  return refuse({Kind::taken, there->code, {}, there->laptop, {}, 0, 0},
                "the account " + *code + " is opened already, for " +
                    (there->laptop.empty() ? there->owner : there->laptop) +
                    "; nothing was recorded: choose another code");
}

Status StockGuard::allow_write(const Collection& collection, const Field& field) {
  const bool is_fixed = collection.name == "move" &&
                        std::find(kFixedFields.begin(), kFixedFields.end(), field.name) != kFixedFields.end();
  if (!is_fixed && !field.write_once) return {};
  return refuse({Kind::fixed_field, {}, {}, {}, field.name, 0, 0},
                field.name +
                    " stands as it was recorded; nothing was changed: void the record (karez void ID "
                    "--reason ...) and record it anew");
}

Status StockGuard::allow_void(const Collection& collection, RecordKey record) {
  KAREZ_TRY(load());
  if (accounts_->empty()) return {};
  if (collection.name == "acceptance") {
    return refuse(
        {Kind::acceptance_stands, {}, {}, {}, {}, 0, 0},
        "what was accepted stands; nothing was changed: move it back to the giver (karez hand-over)");
  }
  std::vector<RecordKey> moves;
  if (collection.name == "move") {
    KAREZ_TRY(allow_void_of_move(record));
    moves.push_back(record);
  } else if (collection.name == "event") {
    KAREZ_TRY(for_each_row(self_.statements.get(kMovesOfEvent).bind(1, record),
                           [&](Statement& in) { moves.push_back(in.integer(0)); }));
  }
  const Collection& of_moves = *self_.catalog.collection("move");
  for (RecordKey key : moves) {
    KAREZ_ASSIGN(const auto row, self_.tables.row(of_moves, key));
    for (const char* name : {"debit", "credit"}) {
      const Field* field = of_moves.field(name);
      if (!row || field == nullptr) continue;
      const Value& value = row->values[static_cast<std::size_t>(field - of_moves.fields.data())];
      const auto* id = std::get_if<RecordId>(&value.side);
      const auto own = std::find_if(accounts_->begin(), accounts_->end(), [&](const StockAccount& one) {
        return id != nullptr && one.id == *id && is_mine(one);
      });
      if (own != accounts_->end()) KAREZ_TRY(add(*own, {}, 0));
    }
  }
  return {};
}

Status StockGuard::allow_void_of_move(RecordKey record) {
  const Collection& collection = *self_.catalog.collection("move");
  KAREZ_ASSIGN(const auto row, self_.tables.row(collection, record));
  if (!row || collection.field("credit") == nullptr) return {};
  const auto account_in = [&](const char* name) -> const StockAccount* {
    const Value& value =
        row->values[static_cast<std::size_t>(collection.field(name) - collection.fields.data())];
    const auto* id = std::get_if<RecordId>(&value.side);
    const auto found = std::find_if(accounts_->begin(), accounts_->end(),
                                    [&](const StockAccount& one) { return id != nullptr && one.id == *id; });
    return found == accounts_->end() ? nullptr : &*found;
  };
  const StockAccount* debit = account_in("debit");
  const StockAccount* credit = account_in("credit");
  const AuthorRow* author = self_.authors.find(author_of(record));
  const bool is_transfer = credit != nullptr && author != nullptr && credit->owner != author->name;
  if (!is_transfer) return {};
  bool is_accepted = false;
  KAREZ_TRY(for_each_row(self_.statements.get(kAcceptancesOf).bind(1, record),
                         [&](Statement&) { is_accepted = true; }));
  if (is_accepted) {
    return refuse({Kind::was_accepted, credit->code, {}, credit->laptop, {}, 0, 0},
                  credit->code + " has accepted it, and what was accepted stands; nothing was changed: ask " +
                      (credit->laptop.empty() ? credit->owner : credit->laptop) + " to hand it back");
  }
  if (debit == nullptr) return {};
  return refuse({Kind::handed_over, credit->code, {}, credit->laptop, {}, 0, 0},
                "it was handed over to " + credit->code +
                    ", which may have accepted it already; nothing was changed: ask " +
                    (credit->laptop.empty() ? credit->owner : credit->laptop) +
                    " to accept it and hand it back");
}

Status StockGuard::check_void() {
  if (tally_.hand.empty()) return {};
  std::set<RecordId> touched;
  for (const auto& [id, items] : tally_.hand) touched.insert(id);
  KAREZ_ASSIGN(const StockReport now, report(touched));
  for (const auto& [place, line] : now.lines) {
    const StockAccount& one = now.accounts[place.first];
    if (line.on_hand() >= 0 || !touched.contains(one.id)) continue;
    if (line.on_hand() >= tally_.hand[one.id][place.second]) continue;  // it was so before
    return refuse({Kind::void_overdraws, one.code, place.second, {}, {}, line.on_hand(), 0},
                  "with that " + one.code + " would have " + to_text(line.on_hand()) + " " + place.second +
                      "; nothing was changed: what it gave on must come back first");
  }
  return {};
}

}  // namespace karez
