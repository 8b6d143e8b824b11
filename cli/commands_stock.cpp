// Accounts and what stands in them: opening, moving, handing over without signal, accepting.
#include <algorithm>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/stock.h"
#include "cli/texts_stock.h"
#include "karez/replica/stock.h"

namespace karez::cli {
namespace {

constexpr std::size_t kCodeColumns = 64;

struct AccountArguments {
  AccountRequest request;
};
struct StockArguments {
  std::string account;
};
struct MoveArguments {
  std::vector<std::string> items;
  std::vector<std::string> gives;
  MoveRequest request;
};
struct AcceptArguments {
  std::vector<std::string> words;
  bool all = false;
};

Document optional_text(const std::string& text) { return text.empty() ? Document() : Document(text); }

std::string place_text(const Context& context, const std::string& place) {
  return place.empty() ? context.say(say::kOutside) : one_line(place);
}

std::string owner_text(const StockAccount& account) {
  return account.laptop.empty() ? account.owner.substr(0, 8) : one_line(account.laptop);
}

int run_account_open(Context& context, const AccountArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const Value kind, context, replica.parse("account", "kind", arguments.request.kind));
  AccountRequest request = arguments.request;
  if (const auto* code = std::get_if<std::string>(&kind.side)) request.kind = *code;
  const auto opened = open_account(replica, request);
  if (!opened) return fail_write(context, replica, opened.error());
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(*opened)).set("code", request.code).set("laptop", request.laptop);
    context.console.document(out.set("kind", request.kind));
  }
  context.console.print(context.say(say::kAccountOpened, {one_line(request.code), one_line(request.laptop)}));
  return kDone;
}

Document account_document(const StockReport& report, std::size_t place) {
  const StockAccount& account = report.accounts[place];
  Document items = Document::object();
  for (const auto& [at, line] : report.lines) {
    if (at.first != place) continue;
    Document one = Document::object();
    one.set("received", Document::of_total(line.received)).set("given", Document::of_total(line.given));
    one.set("on_hand", Document::of_total(line.on_hand()));
    one.set("in_transit", Document::of_total(line.in_transit));
    items.set(at.second, std::move(one.set("arriving", Document::of_total(line.arriving))));
  }
  Document out = Document::object();
  out.set("id", to_text(account.id)).set("code", account.code).set("kind", account.kind);
  out.set("owner", account.owner).set("laptop", optional_text(account.laptop));
  out.set("site", optional_text(account.site)).set("closed", account.is_closed);
  return out.set("duplicate", account.is_duplicate).set("items", std::move(items));
}

Document transit_document(const StockReport& report, const StockTransit& sent) {
  Document out = Document::object();
  out.set("id", to_text(sent.move)).set("item", sent.item).set("qty", sent.qty);
  out.set("from", optional_text(sent.from)).set("to", sent.to).set("laptop", sent.laptop);
  const std::string& receiver = report.accounts[sent.account].laptop;
  return out.set("receiver", optional_text(receiver));
}

Document case_document(const StockCase& one) {
  Document records = Document::list();
  for (const RecordId& id : one.records) records.add(to_text(id));
  Document out = Document::object();
  out.set("kind", std::string(name_of(one.kind))).set("account", one.account).set("item", one.item);
  out.set("qty", Document::of_total(one.qty)).set("laptop", optional_text(one.laptop));
  out.set("why", optional_text(one.why)).set("records", one.count);
  return out.set("ids", std::move(records));
}

const Text& sentence_of(const StockCase& one) {
  switch (one.kind) {
    case StockCaseKind::overdrawn:
      return one.why == "fork"      ? say::kCaseFork
             : one.why == "revoked" ? say::kCaseRevoked
                                    : say::kCaseUnguarded;
    case StockCaseKind::foreign_debit:
      return say::kCaseForeignDebit;
    case StockCaseKind::unopened_debit:
      return say::kCaseUnopened;
    case StockCaseKind::accepted_uncounted:
      return say::kCaseAcceptedUncounted;
    case StockCaseKind::unmatched:
      return say::kCaseUnmatched;
    case StockCaseKind::differs:
      return say::kCaseDiffers;
    case StockCaseKind::accepted_twice:
      return say::kCaseAcceptedTwice;
    case StockCaseKind::foreign_acceptance:
      return say::kCaseForeignAcceptance;
    case StockCaseKind::void_ignored:
      return say::kCaseVoidIgnored;
    case StockCaseKind::edit_ignored:
      break;
  }
  return say::kCaseEditIgnored;
}

std::string case_text(const Context& context, const StockCase& one) {
  return context.say(sentence_of(one),
                     {one_line(one.account), one_line(one.item), to_text(one.qty),
                      one.laptop.empty() ? "?" : one_line(one.laptop), std::to_string(one.count)});
}

void print_transit(Context& context, const std::vector<StockTransit>& transit) {
  Table table;
  table.header = {context.say(say::kColumnId),       context.say(say::kColumnItem),
                  context.say(say::kColumnQuantity), context.say(say::kColumnFromPlace),
                  context.say(say::kColumnToPlace),  context.say(say::kColumnLaptop)};
  table.is_number = {false, false, true, false, false, false};
  for (const StockTransit& one : transit) {
    table.rows.push_back({short_id(one.move), one_line(one.item), std::to_string(one.qty),
                          place_text(context, one.from), place_text(context, one.to), one_line(one.laptop)});
  }
  context.console.print(layout(table));
}

void print_accounts(Context& context, const StockReport& report, const std::string& only) {
  Table table;
  table.header = {context.say(say::kColumnAccount),   context.say(say::kColumnLaptop),
                  context.say(say::kColumnItem),      context.say(say::kColumnReceived),
                  context.say(say::kColumnGiven),     context.say(say::kColumnOnHand),
                  context.say(say::kColumnInTransit), context.say(say::kColumnArriving)};
  table.is_number = {false, false, false, true, true, true, true, true};
  for (std::size_t i = 0; i < report.accounts.size(); ++i) {
    const StockAccount& account = report.accounts[i];
    if (!only.empty() && account.code != only) continue;
    std::string code = one_line(account.code);
    if (account.is_closed) code += " (" + context.say(say::kAccountClosed) + ")";
    if (account.is_duplicate) code += " (" + context.say(say::kAccountDuplicate) + ")";
    bool is_empty = true;
    for (const auto& [at, line] : report.lines) {
      if (at.first != i) continue;
      is_empty = false;
      table.rows.push_back({code, owner_text(account), one_line(at.second), to_text(line.received),
                            to_text(line.given), to_text(line.on_hand()), to_text(line.in_transit),
                            to_text(line.arriving)});
    }
    if (is_empty) table.rows.push_back({code, owner_text(account), "-", "0", "0", "0", "0", "0"});
  }
  context.console.print(layout(table));
}

int run_account_list(Context& context, const NoArguments&) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const StockReport report, context, stock(replica));
  if (context.console.json) {
    Document list = Document::list();
    for (std::size_t i = 0; i < report.accounts.size(); ++i) list.add(account_document(report, i));
    context.console.document(Document::object().set("accounts", std::move(list)));
    return kDone;
  }
  Table table;
  table.header = {context.say(say::kColumnAccount), context.say(say::kColumnKind),
                  context.say(say::kColumnLaptop), context.say(say::kColumnSite)};
  for (const StockAccount& one : report.accounts) {
    table.rows.push_back({one_line(one.code), one_line(one.kind), owner_text(one), one_line(one.site)});
  }
  context.console.print(report.accounts.empty() ? context.say(say::kNoAccounts) : layout(table));
  return kDone;
}

int run_stock(Context& context, const StockArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(StockReport report, context, stock(replica));
  const std::string& only = arguments.account;
  const bool is_there = std::any_of(report.accounts.begin(), report.accounts.end(),
                                    [&](const StockAccount& one) { return one.code == only; });
  if (!only.empty() && !is_there) return context.fail(ErrorCode::not_found, say::kNoSuchAccount, {only});
  if (!only.empty()) {
    std::erase_if(report.transit,
                  [&](const StockTransit& one) { return one.from != only && one.to != only; });
    std::erase_if(report.cases, [&](const StockCase& one) { return one.account != only; });
  }
  if (context.console.json) {
    Document accounts = Document::list(), transit = Document::list(), cases = Document::list();
    for (std::size_t i = 0; i < report.accounts.size(); ++i) {
      if (only.empty() || report.accounts[i].code == only) accounts.add(account_document(report, i));
    }
    for (const StockTransit& one : report.transit) transit.add(transit_document(report, one));
    for (const StockCase& one : report.cases) cases.add(case_document(one));
    Document totals = Document::object();
    for (const auto& [item, total] : report.totals) {
      Document one = Document::object();
      one.set("in", Document::of_total(total.in)).set("out", Document::of_total(total.out));
      one.set("on_hand", Document::of_total(total.on_hand));
      totals.set(item, std::move(one.set("in_transit", Document::of_total(total.in_transit))));
    }
    Document out = Document::object();
    out.set("accounts", std::move(accounts)).set("in_transit", std::move(transit));
    out.set("cases", std::move(cases));
    // Of one account alone there is no sum over all of them.
    context.console.document(out.set("totals", only.empty() ? std::move(totals) : Document()));
    return kDone;
  }
  if (report.accounts.empty()) {
    context.console.print(context.say(say::kNoAccounts));
    return kDone;
  }
  print_accounts(context, report, only);
  if (!report.transit.empty()) {
    context.console.print(context.say(say::kUnderWay));
    print_transit(context, report.transit);
  }
  if (!report.cases.empty()) context.console.print(context.say(say::kCases));
  for (const StockCase& one : report.cases) context.console.print(case_text(context, one));
  return kDone;
}

Result<MoveRequest> request_of(Replica& replica, const MoveArguments& arguments) {
  MoveRequest request = arguments.request;
  std::vector<std::string> texts = arguments.items;
  texts.insert(texts.end(), arguments.gives.begin(), arguments.gives.end());
  for (const std::string& text : texts) {
    KAREZ_ASSIGN(const ItemQuantity give, parse_item_quantity(replica, text));
    const auto* item = std::get_if<std::string>(&give.item.side);
    const auto* qty = std::get_if<std::int64_t>(&give.quantity.side);
    if (item != nullptr && qty != nullptr) request.items.push_back({*item, *qty});
  }
  KAREZ_ASSIGN(const Value reason, replica.parse("move", "reason", request.reason));
  if (const auto* code = std::get_if<std::string>(&reason.side)) request.reason = *code;
  return request;
}

Document ids_document(const std::vector<RecordId>& ids) {
  Document list = Document::list();
  for (const RecordId& id : ids) list.add(to_text(id));
  return list;
}

int run_move(Context& context, const MoveArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const MoveRequest request, context, request_of(replica, arguments));
  if (request.items.empty()) return context.fail(ErrorCode::usage, say::kNothingGiven);
  const auto moved = move_stock(replica, request);
  if (!moved) return fail_write(context, replica, moved.error());
  if (context.console.json) context.console.document(Document::object().set("ids", ids_document(*moved)));
  for (const RecordId& id : *moved) context.console.print(context.say(say::kMoveSaved, {to_text(id)}));
  return kDone;
}

/// In lines that a screen shows and a message keeps; white space in a code does not matter.
std::string in_lines(const std::string& code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); i += kCodeColumns)
    out += (i > 0 ? "\n" : "") + code.substr(i, kCodeColumns);
  return out;
}

int run_hand_over(Context& context, const MoveArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(MoveRequest request, context, request_of(replica, arguments));
  if (request.items.empty()) return context.fail(ErrorCode::usage, say::kNothingGiven);
  const auto handed = hand_over(replica, std::move(request));
  if (!handed) return fail_write(context, replica, handed.error());
  if (context.console.json) {
    Document out = Document::object();
    out.set("ids", ids_document(handed->moves)).set("from", optional_text(handed->from));
    context.console.document(out.set("to", handed->to).set("code", handed->code));
    return kDone;
  }
  // The code alone goes to stdout, as an invitation's does.
  context.console.print(in_lines(handed->code));
  context.console.note(
      context.say(say::kHandedOver, {place_text(context, handed->from), one_line(handed->to)}));
  return kDone;
}

int tell_accepted(Context& context, const std::vector<Accepted>& accepted) {
  if (context.console.json) {
    Document list = Document::list();
    for (const Accepted& one : accepted) {
      Document entry = Document::object();
      entry.set("id", to_text(one.acceptance)).set("move", to_text(one.move)).set("item", one.item);
      entry.set("qty", one.qty).set("account", one.account);
      list.add(std::move(entry.set("laptop", optional_text(one.laptop))));
    }
    context.console.document(Document::object().set("accepted", std::move(list)));
    return kDone;
  }
  for (const Accepted& one : accepted) {
    context.console.print(
        context.say(say::kAcceptedOne, {one_line(one.item), std::to_string(one.qty), one_line(one.account)}));
  }
  if (accepted.empty()) context.console.print(context.say(say::kNothingWaits));
  const bool is_unknown =
      std::any_of(accepted.begin(), accepted.end(), [](const Accepted& one) { return one.laptop.empty(); });
  if (is_unknown) context.console.note(context.say(say::kGiverUnknown));
  return kDone;
}

int accept_by_code(Context& context, Replica& replica, const std::string& code) {
  const auto accepted = accept_code(replica, code);
  if (accepted) return tell_accepted(context, *accepted);
  const Error& error = accepted.error();
  switch (error.code) {
    case ErrorCode::malformed:
    case ErrorCode::too_large:
      return context.fail(error.code, say::kCodeMalformed, {error.message});
    case ErrorCode::wrong_workspace:
      return context.fail(error.code, say::kCodeForeign, {error.message});
    case ErrorCode::bad_signature:
      return context.fail(error.code, say::kCodeUnsigned, {error.message});
    case ErrorCode::fork:
      return context.fail(error.code, say::kCodeFork, {error.message});
    default:
      return fail_write(context, replica, error);
  }
}

int run_accept(Context& context, const AcceptArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  std::vector<RecordId> moves;
  if (!arguments.words.empty()) {
    KAREZ_OR_FAIL(std::string code, context, read_code(arguments.words.front()));
    for (std::size_t i = 1; i < arguments.words.size(); ++i) code += arguments.words[i];
    const bool is_file = code != arguments.words.front() && arguments.words.size() == 1;
    const bool is_id = !is_file && parse_record_id(arguments.words.front()).has_value();
    if (!is_id) return accept_by_code(context, replica, code);
    for (const std::string& word : arguments.words) {
      KAREZ_OR_FAIL(const RecordId id, context, replica.find(word));
      moves.push_back(id);
    }
  } else {
    KAREZ_OR_FAIL(const StockReport report, context, stock(replica));
    KAREZ_OR_FAIL(const std::vector<StockTransit> waiting, context, waiting_here(replica));
    if (!arguments.all) {
      if (context.console.json) {
        Document list = Document::list();
        for (const StockTransit& one : waiting) list.add(transit_document(report, one));
        context.console.document(Document::object().set("waiting", std::move(list)));
        return kDone;
      }
      context.console.print(context.say(waiting.empty() ? say::kNothingWaits : say::kWaits));
      if (!waiting.empty()) print_transit(context, waiting);
      return kDone;
    }
    for (const StockTransit& one : waiting) moves.push_back(one.move);
  }
  const auto accepted = accept_moves(replica, moves);
  if (!accepted) return fail_write(context, replica, accepted.error());
  return tell_accepted(context, *accepted);
}

void add_move_options(CLI::App* command, Context& context, MoveArguments& arguments, const Text& to) {
  const std::string item_quantity = context.say(say::kKindItemQuantity);
  add_texts(command, context, "what", arguments.items, say::kHelpGiveWords, item_quantity);
  add_texts(command, context, "--give", arguments.gives, say::kHelpGiveFlag, item_quantity);
  add_text(command, context, "--from", arguments.request.from, say::kHelpFromPlace);
  add_text(command, context, "--to", arguments.request.to, to);
  add_text(command, context, "--reason", arguments.request.reason, say::kHelpMoveReason);
  add_text(command, context, "--note", arguments.request.note, say::kHelpMoveNote);
}

}  // namespace

void add_stock_commands(CLI::App& app, Context& context) {
  CLI::App* account = add_command(app, context, "account", say::kHelpAccount, say::kGroupPeople);
  account->require_subcommand(1);
  CLI::App* open = add_command(*account, context, "open", say::kHelpAccountOpen, say::kGroupPeople);
  auto opening = std::make_shared<AccountArguments>();
  AccountRequest& request = opening->request;
  add_text(open, context, "code", request.code, say::kHelpAccountCode)->required();
  add_text(open, context, "--owner", request.laptop, say::kHelpAccountOwner)->required();
  add_text(open, context, "--kind", request.kind, say::kHelpAccountKind);
  add_text(open, context, "--site", request.site, say::kHelpAccountSite);
  add_text(open, context, "--name", request.name, say::kHelpAccountName);
  on_chosen(open, context, opening, run_account_open);
  CLI::App* list = add_command(*account, context, "list", say::kHelpAccountList, say::kGroupPeople);
  on_chosen(list, context, std::make_shared<NoArguments>(), run_account_list);

  CLI::App* show = add_command(app, context, "stock", say::kHelpStock, say::kGroupLook);
  auto showing = std::make_shared<StockArguments>();
  add_text(show, context, "account", showing->account, say::kHelpStockAccount);
  on_chosen(show, context, showing, run_stock);

  CLI::App* move = add_command(app, context, "move", say::kHelpMove, say::kGroupRecord);
  auto moving = std::make_shared<MoveArguments>();
  add_move_options(move, context, *moving, say::kHelpToPlace);
  on_chosen(move, context, moving, run_move);

  CLI::App* hand = add_command(app, context, "hand-over", say::kHelpHandOver, say::kGroupRecord);
  auto handing = std::make_shared<MoveArguments>();
  add_move_options(hand, context, *handing, say::kHelpHandOverTo);
  hand->get_option("--to")->required();
  on_chosen(hand, context, handing, run_hand_over);

  CLI::App* accept = add_command(app, context, "accept", say::kHelpAccept, say::kGroupRecord);
  auto accepting = std::make_shared<AcceptArguments>();
  add_texts(accept, context, "what", accepting->words, say::kHelpAcceptWords);
  add_flag(accept, context, "--all", accepting->all, say::kHelpAcceptAll);
  on_chosen(accept, context, accepting, run_accept);
}

}  // namespace karez::cli
