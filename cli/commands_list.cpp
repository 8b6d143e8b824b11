// Looking at records: lists.
#include <algorithm>
#include <map>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/texts_sealed.h"
#include "karez/replica/sealing.h"

namespace karez::cli {
namespace {

struct ListArguments {
  std::string collection = "visit", day, site, limit;
  bool all = false, unseals = false;
};

/// A visit is an event, a handout a move.
const Collection* collection_behind(const Catalog& catalog, const std::string& name) {
  if (name == "visit") return catalog.collection("event");
  if (name == "handout") return catalog.collection("move");
  return catalog.collection(name);
}

int list_invitations(Context& context) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const auto invitations, context, replica.invitations());
  const int zone = replica.zone_minutes();
  Document list = Document::list();
  Table table;
  table.header = {context.say(say::kColumnFor), context.say(say::kColumnRole),
                  context.say(say::kColumnExpires), context.say(say::kColumnUsed),
                  context.say(say::kColumnId)};
  for (const InvitationState& state : invitations) {
    const Role* role = context.catalog().role(state.invite.role);
    const std::string role_name = role == nullptr ? std::to_string(state.invite.role) : role->name;
    const std::string id = public_name(state.invitation.author) + "-" + std::to_string(state.invitation.seq);
    const std::string expires = when_text({state.invite.expires_ms, zone});
    Document claimants = Document::list();
    for (const AuthorKey& claimant : state.claimants) claimants.add(public_name(claimant));
    Document one = Document::object();
    one.set("id", id).set("role", role_name).set("for", state.invite.label).set("expires", expires);
    one.set("counts", state.counts).set("used", !state.claimants.empty());
    one.set("admitted", state.admitted ? Document(public_name(*state.admitted)) : Document());
    one.set("claimants", std::move(claimants));
    list.add(std::move(one));
    const Text& used = state.admitted            ? say::kStandingAdmitted
                       : state.claimants.empty() ? say::kNo
                                                 : say::kOutsideNotAdmitted;
    table.rows.push_back(
        {one_line(state.invite.label), role_text(context, role_name), expires, context.say(used), id});
  }
  if (context.console.json) {
    context.console.document(
        Document::object().set("collection", "invitation").set("records", std::move(list)));
  }
  context.console.print(layout(table));
  return kDone;
}

/// Whether a handout belongs to a visit that is void: it stands outside totals with it.
class VoidVisits {
 public:
  explicit VoidVisits(Replica& replica) : replica_(replica) {}

  bool covers(const RecordView& view) {
    for (const FieldView& field : view.fields) {
      const auto* event = field.field == "event" ? std::get_if<RecordId>(&field.value.side) : nullptr;
      if (event != nullptr) return is_void(*event);
    }
    return false;
  }

 private:
  bool is_void(const RecordId& event) {
    const auto known = known_.find(event);
    if (known != known_.end()) return known->second;
    const auto view = replica_.show(event);
    return known_[event] = view.ok() && view->void_reason.has_value();
  }

  Replica& replica_;
  std::map<RecordId, bool> known_;
};

int run_list(Context& context, const ListArguments& arguments) {
  if (arguments.collection == "invitation") return list_invitations(context);
  const Collection* collection = collection_behind(context.catalog(), arguments.collection);
  if (collection == nullptr)
    return context.fail(ErrorCode::usage, say::kBadCollection, {arguments.collection});
  // Everything is asked for: a laptop that nobody admitted must find its own records.
  ListRequest request{arguments.collection, std::nullopt, arguments.site, true, 0};
  if (!arguments.day.empty()) {
    request.day = parse_day(arguments.day);
    if (!request.day) return context.fail(ErrorCode::usage, say::kBadDay, {arguments.day});
  }
  const auto limit = parse_count(arguments.limit);
  if (!limit) return context.fail(ErrorCode::usage, say::kBadCount, {arguments.limit});
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  collection = collection_behind(context.catalog(), arguments.collection);  // with the fields added there
  std::vector<RecordView> rows;
  Document list = Document::list();
  std::uint64_t listed = 0;
  VoidVisits void_visits(replica);
  std::optional<Unsealer> unsealer;
  if (arguments.unseals) {
    KAREZ_OR_FAIL(Unsealer opened, context, Unsealer::open(replica));
    unsealer.emplace(std::move(opened));
  }
  Status unsealed;
  const Status status = replica.list(request, [&](const RecordView& listed_view) {
    RecordView view = listed_view;
    const std::string& why = view.outside_because;
    const bool is_not_admitted = why == "not_admitted" || why == "rival" || why == "void_path";
    if (!view.counts && !arguments.all && !(view.own && is_not_admitted)) return true;
    if (!arguments.all && void_visits.covers(view)) return true;
    if (*limit > 0 && ++listed > *limit) return false;
    if (unsealer) unsealed = unsealer->open_fields(view);
    if (!unsealed) return false;
    if (context.console.json) {
      list.add(record_document(replica.catalog(), view));
    } else {
      rows.push_back(view);
    }
    return true;
  });
  if (!status) return context.fail(status.error());
  if (!unsealed) return context.fail(unsealed.error());
  if (context.console.json) {
    context.console.document(
        Document::object().set("collection", arguments.collection).set("records", std::move(list)));
    return kDone;
  }
  if (rows.empty()) {
    context.console.note(context.say(say::kNothingListed));
    return kDone;
  }
  context.console.print(records_text(context, *collection, arguments.collection, rows));
  note_remarks(context, rows);
  return kDone;
}

std::string listable(const Context& context) {
  std::string kinds = "visit|handout";
  for (const Collection& collection : context.catalog().collections()) kinds += "|" + collection.name;
  return kinds + "|invitation";
}

}  // namespace

void add_list_commands(CLI::App& app, Context& context) {
  CLI::App* list = add_command(app, context, "list", say::kHelpList, say::kGroupLook);
  auto listing = std::make_shared<ListArguments>();
  add_text(list, context, "what", listing->collection, say::kHelpWhat, listable(context));
  add_text(list, context, "--day", listing->day, say::kHelpDayFlag, context.say(say::kKindDate));
  add_text(list, context, "--site", listing->site, say::kHelpSiteFlag, context.say(say::kKindCode));
  add_flag(list, context, "--all", listing->all, say::kHelpAll);
  add_flag(list, context, "--unseal", listing->unseals, say::kHelpUnseal);
  add_text(list, context, "--limit", listing->limit, say::kHelpLimit, context.say(say::kKindNumber));
  on_chosen(list, context, listing, run_list);
}

}  // namespace karez::cli
