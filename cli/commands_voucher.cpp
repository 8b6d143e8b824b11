// Vouchers: codes that can be checked without signal, and what became of them.
#include <algorithm>
#include <charconv>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/texts_rules.h"
#include "karez/model/voucher_code.h"
#include "karez/replica/vouchers.h"

namespace karez::cli {
namespace {

struct MakeArguments {
  std::string count, out, qty, from, to;
  std::string campaign, item, pool;
};
struct CheckArguments {
  std::string code;
};
struct ListVouchersArguments {
  std::string campaign;
  bool is_unused_only = false;
};

int run_make(Context& context, const MakeArguments& arguments) {
  VoucherRequest request;
  const char* const end = arguments.count.data() + arguments.count.size();
  const auto [stop, ec] = std::from_chars(arguments.count.data(), end, request.count);
  if (ec != std::errc() || stop != end) request.count = 0;  // refused below, in plain words
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  request.campaign = arguments.campaign;
  request.item = arguments.item;
  request.parent = arguments.pool;
  if (!arguments.qty.empty()) {
    KAREZ_OR_FAIL(const Value qty, context, replica.parse("grant", "qty", arguments.qty));
    request.qty = std::get<std::int64_t>(qty.side);
  }
  KAREZ_OR_FAIL(request.valid_from, context, replica.parse("grant", "valid_from", arguments.from));
  KAREZ_OR_FAIL(request.valid_to, context, replica.parse("grant", "valid_to", arguments.to));
  KAREZ_OR_FAIL(const auto codes, context, make_vouchers(replica, request));
  const std::string count = std::to_string(codes.size());
  Document out = Document::object();
  out.set("made", static_cast<std::uint64_t>(codes.size()));
  if (!arguments.out.empty()) {
    std::string text = "code\n";
    for (const std::string& code : codes) text += code + "\n";
    const Status written = system_files().write_durably(arguments.out, text);
    if (!written) return context.fail(written.error());
    out.set("file", arguments.out);
  } else {
    out.set("codes", Document::list_of(codes));
  }
  if (context.console.json) {
    context.console.document(out);
    return kDone;
  }
  if (!arguments.out.empty()) {
    context.console.print(context.say(say::kVouchersWritten, {count, arguments.out}));
    return kDone;
  }
  for (const std::string& code : codes) context.console.print(code);
  context.console.note(context.say(say::kVouchersMade, {count}));
  return kDone;
}

const char* name_of(VoucherUse::State state) {
  if (state == VoucherUse::State::unused) return "unused";
  return state == VoucherUse::State::part ? "part" : "used";
}

Document use_document(const VoucherUse& use) {
  Document out = Document::object();
  out.set("code", use.code).set("type", use.type);
  out.set("campaign", use.campaign.empty() ? Document() : Document(use.campaign));
  out.set("qty", use.qty ? Document(*use.qty) : Document()).set("uses", use.uses);
  const auto date = [](std::optional<Day> day) { return day ? Document(format_day(*day)) : Document(); };
  out.set("valid_from", date(use.valid_from)).set("valid_to", date(use.valid_to));
  return out.set("used", Document::of_total(use.used)).set("state", name_of(use.state));
}

std::string use_text(const Context& context, const VoucherUse& use) {
  if (use.state == VoucherUse::State::unused) return context.say(say::kVoucherUnused);
  const std::string uses = std::to_string(use.uses);
  if (use.state == VoucherUse::State::used) {
    return context.say(say::kVoucherUsed, {uses, to_text(use.used)});
  }
  return context.say(say::kVoucherPart, {uses, to_text(use.used), to_text(Total{*use.qty} - use.used)});
}

int run_check(Context& context, const CheckArguments& arguments) {
  const VoucherForm form = voucher_form(arguments.code);
  if (form == VoucherForm::mistyped) {
    return context.fail(ErrorCode::refused, say::kVoucherMistyped, {one_line(arguments.code)});
  }
  const std::string code = printed_voucher(arguments.code);
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const auto uses, context, vouchers(replica, code));
  if (context.console.json) {
    Document out = Document::object();
    out.set("code", code).set("form", form == VoucherForm::good ? "good" : "foreign");
    out.set("issued", !uses.empty());
    out.set("voucher", uses.empty() ? Document() : use_document(uses.front()));
    context.console.document(out);
    return kDone;
  }
  const Text& sentence = form == VoucherForm::good ? say::kVoucherGood : say::kVoucherForeign;
  context.console.print(context.say(sentence, {one_line(code)}));
  context.console.print(uses.empty() ? context.say(say::kVoucherUnknown) : use_text(context, uses.front()));
  if (uses.empty() || (!uses.front().valid_from && !uses.front().valid_to)) return kDone;
  const auto date = [](std::optional<Day> day) { return day ? format_day(*day) : std::string("…"); };
  context.console.print(
      context.say(say::kVoucherDays, {date(uses.front().valid_from), date(uses.front().valid_to)}));
  const Day today = day_of(replica.now_ms(), replica.zone_minutes());
  if (!is_valid_on(uses.front(), today)) {
    context.console.print(context.say(say::kVoucherNotToday, {format_day(today)}));
  }
  return kDone;
}

int run_list_vouchers(Context& context, const ListVouchersArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(auto all, context, vouchers(replica));
  std::erase_if(all, [&](const VoucherUse& use) {
    return !arguments.campaign.empty() && use.campaign != arguments.campaign;
  });
  const auto count = [&](VoucherUse::State state) {
    return static_cast<std::uint64_t>(
        std::count_if(all.begin(), all.end(), [&](const VoucherUse& use) { return use.state == state; }));
  };
  const std::uint64_t unused = count(VoucherUse::State::unused), part = count(VoucherUse::State::part);
  const std::uint64_t used = count(VoucherUse::State::used);
  const std::size_t size = all.size();
  if (arguments.is_unused_only) {
    std::erase_if(all, [](const VoucherUse& use) { return use.state != VoucherUse::State::unused; });
  }
  if (context.console.json) {
    Document list = Document::list();
    for (const VoucherUse& use : all) list.add(use_document(use));
    Document out = Document::object();
    out.set("unused", unused).set("part", part).set("used", used);
    context.console.document(out.set("vouchers", std::move(list)));
    return kDone;
  }
  for (const VoucherUse& use : all) {
    context.console.print(one_line(use.code) + "  " + use_text(context, use));
  }
  context.console.print(context.say(say::kVoucherTotals, {std::to_string(size), std::to_string(unused),
                                                          std::to_string(part), std::to_string(used)}));
  return kDone;
}

}  // namespace

void add_voucher_commands(CLI::App& app, Context& context) {
  if (context.catalog().collection("grant") == nullptr) return;  // a catalog from before them
  CLI::App* voucher = add_command(app, context, "voucher", say::kHelpVoucher, say::kGroupRecord);
  voucher->require_subcommand(1);
  CLI::App* make = add_command(*voucher, context, "make", say::kHelpVoucherMake, say::kGroupRecord);
  auto making = std::make_shared<MakeArguments>();
  add_text(make, context, "count", making->count, say::kHelpVoucherCount, context.say(say::kKindNumber))
      ->required();
  add_text(make, context, "--campaign", making->campaign, say::kHelpVoucherCampaign);
  add_text(make, context, "--item", making->item, say::kHelpVoucherItem);
  add_text(make, context, "--pool", making->pool, say::kHelpVoucherPool);
  add_text(make, context, "--qty", making->qty, say::kHelpVoucherQty, context.say(say::kKindNumber));
  add_text(make, context, "--valid-from", making->from, say::kHelpValidFrom, context.say(say::kKindDate));
  add_text(make, context, "--valid-to", making->to, say::kHelpValidTo, context.say(say::kKindDate));
  add_text(make, context, "--out", making->out, say::kHelpVoucherOut, context.say(say::kKindFile));
  on_chosen(make, context, making, run_make);

  CLI::App* check = add_command(*voucher, context, "check", say::kHelpVoucherCheck, say::kGroupLook);
  auto checking = std::make_shared<CheckArguments>();
  add_text(check, context, "code", checking->code, say::kHelpVoucherCode)->required();
  on_chosen(check, context, checking, run_check);

  CLI::App* list = add_command(*voucher, context, "list", say::kHelpVoucherList, say::kGroupLook);
  auto listing = std::make_shared<ListVouchersArguments>();
  add_text(list, context, "--campaign", listing->campaign, say::kHelpVoucherCampaign);
  add_flag(list, context, "--unused", listing->is_unused_only, say::kHelpUnusedOnly);
  on_chosen(list, context, listing, run_list_vouchers);
}

}  // namespace karez::cli
