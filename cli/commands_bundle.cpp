// Bundles: what travels by hand.
#include <algorithm>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/texts_routes.h"

namespace karez::cli {
namespace {

struct BundleArguments {
  std::string file;
  std::string for_laptop;
};

LaptopNames names_of(Replica& replica) {
  auto names = replica.laptop_names();
  return names ? std::move(*names) : LaptopNames();
}

Document for_document(const AuthorKey& addressee) {
  return addressee.is_zero() ? Document() : Document(public_name(addressee));
}

/// The sentence for a fault, with the file's name and the place. Gives the exit code.
int fail_for(Context& context, const std::string& file, const BundleSummary& bundle) {
  const std::vector<std::string> values{one_line(file), std::to_string(bundle.whole_bytes),
                                        one_line(bundle.error.message)};
  const auto text = [&]() -> const Text& {
    switch (bundle.fault) {
      case BundleFault::not_a_bundle:
        return say::kFaultNotABundle;
      case BundleFault::newer:
        return say::kFaultNewer;
      case BundleFault::torn:
        return say::kFaultTorn;
      case BundleFault::damaged:
        return say::kFaultDamaged;
      case BundleFault::statement:
        return say::kFaultStatement;
      default:
        return say::kFaultMalformed;
    }
  };
  return context.fail(bundle.error.code, text(), values);
}

int run_pack(Context& context, const BundleArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const BundleSummary bundle, context,
                replica.pack_bundle(arguments.file, arguments.for_laptop));
  const AuthorKey& addressee = bundle.header.addressee;
  LaptopNames names = names_of(replica);
  // The branches of a copied laptop have one key: it was packed for the one that was asked for.
  const bool is_name = std::any_of(names.begin(), names.end(),
                                   [&](const auto& one) { return one.second == arguments.for_laptop; });
  if (is_name) names[addressee] = arguments.for_laptop;
  if (context.console.json) {
    Document out = Document::object();
    out.set("file", arguments.file).set("bytes", bundle.bytes).set("for", for_document(addressee));
    out.set("for_laptop", laptop_name_document(names, addressee)).set("packs", bundle.packs);
    out.set("changes", bundle.changes).set("held", std::uint64_t{bundle.heads.size()});
    out.set("announcements", bundle.announcements).set("holdings", bundle.holdings);
    context.console.document(out.set("receipts", bundle.receipts));
  }
  const Text& text = bundle.changes == 0 ? say::kBundlePackedNothing : say::kBundlePacked;
  context.console.print(context.say(
      text, {one_line(arguments.file), std::to_string(bundle.changes), std::to_string(bundle.bytes)}));
  if (!addressee.is_zero())
    context.console.print(context.say(say::kBundleForOnly, {laptop_name_text(names, addressee)}));
  return kDone;
}

Document lacks_document(const std::vector<BundleLack>& lacks) {
  Document list = Document::list();
  for (const BundleLack& lack : lacks) {
    const bool is_pin = lack.why == BundleLack::Why::pin;
    Document one = Document::object();
    one.set("why", is_pin ? "pin" : lack.why == BundleLack::Why::log ? "log" : "enrolment");
    one.set("laptop", lack.name).set("author", public_name(lack.author)).set("first", lack.first);
    one.set("last", is_pin ? lack.first : lack.last);
    one.set("for", is_pin ? Document(lack.other) : Document());
    list.add(std::move(one.set("for_change", is_pin ? Document(lack.last) : Document())));
  }
  return list;
}

Document applied_document(const BundleArguments& arguments, const BundleApplied& applied,
                          const LaptopNames& names, int zone) {
  const BundleSummary& bundle = applied.bundle;
  Document refused = Document::list();
  for (const SyncRefusal& refusal : applied.refused) {
    Document one = Document::object();
    one.set("laptop", laptop_name_document(names, refusal.author)).set("author", public_name(refusal.author));
    one.set("first", refusal.first).set("last", refusal.last);
    one.set("code", std::string(name_of(refusal.error.code)));
    refused.add(std::move(one.set("message", refusal.error.message)));
  }
  Document out = Document::object();
  out.set("state", applied.is_complete() ? "complete" : "partial").set("file", arguments.file);
  out.set("bytes", bundle.bytes).set("whole_bytes", bundle.whole_bytes);
  out.set("fault",
          bundle.fault == BundleFault::none ? Document() : Document(std::string(name_of(bundle.fault))));
  out.set("packer", public_name(bundle.header.packer)).set("packer_laptop", applied.packer);
  out.set("packed_at", time_document(bundle.header.packed_ms, zone))
      .set("for", for_document(bundle.header.addressee));
  out.set("new_changes", applied.new_changes).set("packs", bundle.packs);
  out.set("repeated_packs", applied.repeated_packs).set("shelved_packs", applied.shelved_packs);
  out.set("refused_packs", applied.refused_packs).set("new_receipts", applied.new_receipts);
  out.set("refused", std::move(refused)).set("lacks", lacks_document(applied.lacks));
  return out.set("new_author", applied.is_new_author);
}

void print_lack(Context& context, const BundleLack& lack) {
  const Text& text = lack.why == BundleLack::Why::log         ? say::kLackLog
                     : lack.why == BundleLack::Why::enrolment ? say::kLackEnrolment
                                                              : say::kLackPin;
  context.console.print(context.say(text, {one_line(lack.name), std::to_string(lack.first),
                                           std::to_string(lack.last), one_line(lack.other)}));
}

int run_apply(Context& context, const BundleArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const BundleApplied applied, context, replica.apply_bundle(arguments.file));
  const BundleSummary& bundle = applied.bundle;
  const bool is_read = !(bundle.header.workspace == WorkspaceId{});
  if (is_read) {
    const LaptopNames names = names_of(replica);
    if (context.console.json)
      context.console.document(applied_document(arguments, applied, names, replica.zone_minutes()));
    context.console.print(
        context.say(say::kBundleApplied, {one_line(applied.packer), std::to_string(applied.new_changes),
                                          std::to_string(applied.new_receipts)}));
    if (applied.shelved_packs > 0)
      context.console.print(context.say(say::kBundleShelved, {std::to_string(applied.shelved_packs)}));
    for (const SyncRefusal& refusal : applied.refused) {
      context.console.print(context.say(
          say::kBundleRefused, {laptop_name_text(names, refusal.author), std::to_string(refusal.first),
                                std::to_string(refusal.last), one_line(refusal.error.message)}));
    }
    for (const BundleLack& lack : applied.lacks) print_lack(context, lack);
    if (applied.is_new_author) {
      context.console.note(context.say(say::kBundleNewAuthor));
      KAREZ_OR_FAIL(const ReplicaStatus status, context, replica.status());
      note_stranded_invitations(context, status);
    }
  }
  if (bundle.fault != BundleFault::none) return fail_for(context, arguments.file, bundle);
  if (applied.refused_packs > 0) {
    return context.fail(ErrorCode::refused, say::kBundleSomeRefused, {std::to_string(applied.refused_packs)});
  }
  if (applied.lacks.empty()) return kDone;
  return context.fail(ErrorCode::gap, say::kBundlePartial, {std::to_string(applied.lacks.size())});
}

Document shown_document(const BundleArguments& arguments, const BundleSummary& bundle,
                        const LaptopNames& names, const Document& is_own, int zone) {
  Document runs = Document::list();
  for (const auto& [author, run] : bundle.runs) {
    Document one = Document::object();
    one.set("laptop", laptop_name_document(names, author)).set("author", public_name(author));
    runs.add(std::move(one.set("first", run.first).set("last", run.last).set("changes", run.changes)));
  }
  const BundleHeader& header = bundle.header;
  Document out = Document::object();
  out.set("file", arguments.file).set("whole", bundle.fault == BundleFault::none);
  out.set("fault",
          bundle.fault == BundleFault::none ? Document() : Document(std::string(name_of(bundle.fault))));
  out.set("bytes", bundle.bytes).set("whole_bytes", bundle.whole_bytes);
  out.set("workspace_id", to_hex(header.workspace.bytes)).set("own_workspace", is_own);
  out.set("packer", public_name(header.packer))
      .set("packer_laptop", laptop_name_document(names, header.packer));
  out.set("packed_at", time_document(header.packed_ms, zone)).set("for", for_document(header.addressee));
  out.set("for_laptop", laptop_name_document(names, header.addressee));
  out.set("held", std::uint64_t{bundle.heads.size()}).set("stated", bundle.is_stated);
  out.set("packs", bundle.packs).set("changes", bundle.changes).set("announcements", bundle.announcements);
  out.set("holdings", bundle.holdings).set("receipts", bundle.receipts);
  return out.set("authors", std::move(runs));
}

int run_show_bundle(Context& context, const BundleArguments& arguments) {
  KAREZ_OR_FAIL(const BundleSummary bundle, context,
                read_bundle(arguments.file, [&](std::uint64_t done, std::uint64_t of) {
                  context.console.progress(context.say(say::kVerifying), done, of);
                }));
  if (bundle.header.workspace == WorkspaceId{}) return fail_for(context, arguments.file, bundle);
  // A replica gives the names; without one there are keys.
  LaptopNames names;
  Document is_own;
  int zone = 0;
  if (auto replica = context.open()) {
    names = names_of(*replica);
    zone = replica->zone_minutes();
    const auto status = replica->status();
    if (status) is_own = Document(status->workspace == bundle.header.workspace);
    if (status && !(status->workspace == bundle.header.workspace)) {
      context.console.print(context.say(say::kBundleForeign));
      names.clear();
    }
  }
  if (context.console.json) context.console.document(shown_document(arguments, bundle, names, is_own, zone));
  const BundleHeader& header = bundle.header;
  context.console.print(
      context.say(say::kBundleTitle, {laptop_name_text(names, header.packer),
                                      time_text(header.packed_ms, zone), std::to_string(bundle.bytes)}));
  context.console.print(header.addressee.is_zero()
                            ? context.say(say::kBundleForAnybody)
                            : context.say(say::kBundleForWhom, {laptop_name_text(names, header.addressee)}));
  Table table;
  table.header = {context.say(say::kColumnName), context.say(say::kColumnFrom), context.say(say::kColumnTo),
                  context.say(say::kColumnChanges)};
  table.is_number = {false, true, true, true};
  for (const auto& [author, run] : bundle.runs) {
    table.rows.push_back({laptop_name_text(names, author), std::to_string(run.first),
                          std::to_string(run.last), std::to_string(run.changes)});
  }
  if (!table.rows.empty()) context.console.print(layout(table));
  if (bundle.fault != BundleFault::none) return fail_for(context, arguments.file, bundle);
  context.console.print(context.say(say::kBundleWhole,
                                    {std::to_string(bundle.changes), std::to_string(bundle.receipts),
                                     std::to_string(bundle.holdings), std::to_string(bundle.announcements)}));
  return kDone;
}

}  // namespace

void add_bundle_commands(CLI::App& app, Context& context) {
  CLI::App* bundle = add_command(app, context, "bundle", say::kHelpBundle, say::kGroupSync);
  bundle->require_subcommand(1);
  const auto add = [&](const char* name, const Text& help) {
    CLI::App* command = add_command(*bundle, context, name, help, say::kGroupSync);
    auto arguments = std::make_shared<BundleArguments>();
    add_text(command, context, "file", arguments->file, say::kHelpBundleFile, context.say(say::kKindFile))
        ->required();
    return std::pair(command, arguments);
  };
  const auto pack = add("pack", say::kHelpBundlePack);
  add_text(pack.first, context, "--for", pack.second->for_laptop, say::kHelpBundleFor);
  on_chosen(pack.first, context, pack.second, run_pack);
  const auto apply = add("apply", say::kHelpBundleApply);
  on_chosen(apply.first, context, apply.second, run_apply);
  const auto show = add("show", say::kHelpBundleShow);
  on_chosen(show.first, context, show.second, run_show_bundle);
}

}  // namespace karez::cli
