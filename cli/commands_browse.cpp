// Looking at records: lists, and one record with its history.
#include <algorithm>
#include <set>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"

namespace karez::cli {
namespace {

constexpr std::size_t kCellColumns = 32;

struct ListArguments {
  std::string collection = "visit", day, site, limit;
  bool all = false;
};
struct ShowArguments {
  std::string id;
};

/// A visit is an event, a handout a move.
const Collection* collection_behind(const Catalog& catalog, const std::string& name) {
  if (name == "visit") return catalog.collection("event");
  if (name == "handout") return catalog.collection("move");
  return catalog.collection(name);
}

std::optional<std::uint64_t> parse_count(const std::string& text) {
  if (text.empty()) return 0;
  const bool is_number =
      text.size() <= 18 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? std::optional<std::uint64_t>(std::stoull(text)) : std::nullopt;
}

const FieldView* find_field(const RecordView& view, const std::string& name) {
  const auto found = std::find_if(view.fields.begin(), view.fields.end(),
                                  [&](const FieldView& field) { return field.field == name; });
  return found == view.fields.end() ? nullptr : &*found;
}

/// The fields that some row has, in the catalog's order; `type` and `reason` say nothing in a list of visits
/// or handouts.
std::vector<const Field*> columns_of_rows(const Collection& collection, const std::string& list,
                                          const std::vector<RecordView>& rows) {
  std::vector<const Field*> columns;
  for (const Field& field : collection.fields) {
    if (field.internal) continue;
    if ((list == "visit" && field.name == "type") || (list == "handout" && field.name == "reason")) continue;
    const bool is_used = std::any_of(rows.begin(), rows.end(), [&](const RecordView& view) {
      return find_field(view, field.name) != nullptr;
    });
    if (is_used) columns.push_back(&field);
  }
  return columns;
}

bool is_number(const Field& field) {
  return field.merge != MergeKind::set &&
         (field.type == FieldType::integer || field.type == FieldType::count);
}

std::string list_text(const Context& context, const Collection& collection, const std::string& list,
                      const std::vector<RecordView>& rows) {
  const auto columns = columns_of_rows(collection, list, rows);
  Table table;
  table.header.push_back(context.say(say::kColumnId));
  table.is_number.push_back(false);
  for (const Field* field : columns) {
    table.header.push_back(context.label(*field));
    table.is_number.push_back(is_number(*field));
  }
  for (const Text& text : {say::kColumnWho, say::kColumnState, say::kColumnRemark}) {
    table.header.push_back(context.say(text));
  }
  for (const RecordView& view : rows) {
    std::vector<std::string> row{short_id(view.id)};
    for (const Field* field : columns) {
      const FieldView* shown = find_field(view, field->name);
      const std::string text = shown == nullptr ? "" : one_line(value_text(context, field, shown->value));
      row.push_back(shortened(text, kCellColumns));
    }
    row.push_back(one_line(view.who));
    row.push_back(state_text(context, view.state));
    row.push_back(remark_text(context, view));
    table.rows.push_back(std::move(row));
  }
  return layout(table);
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
    const std::string expires = time_text(state.invite.expires_ms / 1000 * 1000, zone);
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

int run_list(Context& context, const ListArguments& arguments) {
  if (arguments.collection == "invitation") return list_invitations(context);
  const Collection* collection = collection_behind(context.catalog(), arguments.collection);
  if (collection == nullptr)
    return context.fail(ErrorCode::usage, say::kBadCollection, {arguments.collection});
  // Everything is asked for: a laptop that is not admitted yet must find its own records.
  ListRequest request{arguments.collection, std::nullopt, arguments.site, true, 0};
  if (!arguments.day.empty()) {
    request.day = parse_day(arguments.day);
    if (!request.day) return context.fail(ErrorCode::usage, say::kBadDay, {arguments.day});
  }
  const auto limit = parse_count(arguments.limit);
  if (!limit) return context.fail(ErrorCode::usage, say::kBadCount, {arguments.limit});
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const ReplicaStatus own, context, replica.status());
  std::vector<RecordView> rows;
  Document list = Document::list();
  std::uint64_t listed = 0;
  const Status status = replica.list(request, [&](const RecordView& view) {
    const bool is_waiting_here = view.id.author == own.author && view.outside_because == "not_admitted";
    if (!view.counts && !arguments.all && !is_waiting_here) return true;
    if (*limit > 0 && ++listed > *limit) return false;
    if (context.console.json) {
      list.add(record_document(replica.catalog(), view));
    } else {
      rows.push_back(view);
    }
    return true;
  });
  if (!status) return context.fail(status.error());
  if (context.console.json) {
    context.console.document(
        Document::object().set("collection", arguments.collection).set("records", std::move(list)));
    return kDone;
  }
  if (rows.empty()) {
    context.console.note(context.say(say::kNothingListed));
    return kDone;
  }
  context.console.print(list_text(context, *collection, arguments.collection, rows));
  return kDone;
}

/// The handouts of a visit, by the local key that the tables hold.
Result<std::vector<RecordId>> handouts_of(Replica& replica, const RecordId& visit) {
  const std::string local_key = "(SELECT id FROM author WHERE name = '" + public_name(visit.author) +
                                "') << 42 | " + std::to_string(visit.seq) + " << 10 | " +
                                std::to_string(visit.k);
  const std::string sql =
      "SELECT (SELECT name FROM author WHERE id = record >> 42) || '-' || (record >> 10 & 4294967295) || '-' "
      "||"
      " (record & 1023) FROM move WHERE event = (" +
      local_key + ") ORDER BY record";
  std::vector<std::string> texts;
  KAREZ_TRY(replica.query(
      sql, [](const std::vector<std::string>&) {},
      [&](const std::vector<Replica::QueryCell>& row) {
        texts.push_back(row.at(0).text);
        return true;
      }));
  std::vector<RecordId> ids;
  for (const std::string& text : texts) {
    KAREZ_ASSIGN(const RecordId id, replica.find(text));
    ids.push_back(id);
  }
  return ids;
}

std::string setting_text(const Context& context, const RecordView& view, const HistoryEntry& entry) {
  const Field* field = field_of(context.catalog(), view.collection, entry.field);
  const std::string label = field_label(context, field, entry.field);
  const std::string value = one_line(value_text(context, field, entry.value));
  if (entry.what == "create") return label + " " + value;
  if (entry.what == "set") return context.say(say::kHistorySet, {label, value});
  if (entry.what == "add") return context.say(say::kHistoryAdd, {label, value});
  if (entry.what == "put") return context.say(say::kHistoryPut, {label, value});
  if (entry.what == "drop") return context.say(say::kHistoryDrop, {label, value});
  if (entry.what == "void") return context.say(say::kHistoryVoid, {value});
  if (entry.what == "unvoid") return context.say(say::kHistoryUnvoid);
  return entry.what;
}

std::string dot_text(const Dot& dot) { return public_name(dot.author) + "-" + std::to_string(dot.seq); }

Document history_document(const RecordView& view, const Catalog& catalog,
                          const std::vector<HistoryEntry>& history) {
  Document list = Document::list();
  for (const HistoryEntry& entry : history) {
    const Field* field = field_of(catalog, view.collection, entry.field);
    if (field != nullptr && field->internal) continue;
    Document one = Document::object();
    one.set("change", dot_text(entry.dot)).set("who", entry.who).set("when", format_wall_time(entry.when));
    one.set("what", entry.what).set("field", entry.field.empty() ? Document() : Document(entry.field));
    one.set("value", value_document(field, entry.value)).set("counts", entry.counts);
    one.set("state", state_name(entry.state));
    list.add(std::move(one));
  }
  return list;
}

std::string fields_text(const Context& context, const RecordView& view) {
  Table table;
  table.indent = 2;
  for (const FieldView& shown : view.fields) {
    const Field* field = field_of(context.catalog(), view.collection, shown.field);
    if (field != nullptr && field->internal) continue;
    const std::string label = field_label(context, field, shown.field);
    if (shown.siblings.empty()) {
      table.rows.push_back({label, one_line(value_text(context, field, shown.value))});
      continue;
    }
    for (std::size_t i = 0; i < shown.siblings.size(); ++i) {
      const Sibling& sibling = shown.siblings[i];
      const Text& form = i == 0 ? say::kSiblingShown : say::kSibling;
      table.rows.push_back(
          {i == 0 ? label : "", context.say(form, {one_line(value_text(context, field, sibling.value)),
                                                   one_line(sibling.who), format_wall_time(sibling.when)})});
    }
  }
  return layout(table);
}

/// One row a change and field; what a record began with stands in one row.
std::string history_text(const Context& context, const RecordView& view,
                         const std::vector<HistoryEntry>& history) {
  Table table;
  table.indent = 2;
  std::string beginning;
  for (const HistoryEntry& entry : history) {
    const std::string setting = setting_text(context, view, entry);
    if (entry.what == "create") {
      beginning += (beginning.empty() ? "" : ", ") + setting;
      if (!table.rows.empty()) continue;
    }
    const std::string change = dot_text(entry.dot);
    table.rows.push_back({format_wall_time(entry.when), one_line(entry.who),
                          change.substr(0, 8) + change.substr(std::min(change.find('-'), change.size())),
                          state_text(context, entry.state), setting,
                          entry.counts ? "" : context.say(say::kDoesNotCount)});
  }
  if (!beginning.empty()) table.rows.front()[4] = context.say(say::kHistoryCreate, {beginning});
  return layout(table);
}

int run_show(Context& context, const ShowArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const RecordId id, context, replica.find(arguments.id));
  KAREZ_OR_FAIL(const RecordView view, context, replica.show(id));
  KAREZ_OR_FAIL(const auto history, context, replica.history(id));
  std::vector<RecordView> handouts;
  if (view.collection == "event") {
    KAREZ_OR_FAIL(const auto ids, context, handouts_of(replica, id));
    for (const RecordId& handout : ids) {
      KAREZ_OR_FAIL(RecordView one, context, replica.show(handout));
      handouts.push_back(std::move(one));
    }
  }
  if (context.console.json) {
    Document out = record_document(replica.catalog(), view);
    if (view.collection == "event") {
      Document list = Document::list();
      for (const RecordView& handout : handouts) list.add(record_document(replica.catalog(), handout));
      out.set("handouts", std::move(list));
    }
    context.console.document(out.set("history", history_document(view, replica.catalog(), history)));
    return kDone;
  }
  Console& console = context.console;
  const Collection* collection = context.catalog().collection(view.collection);
  const std::string kind = collection == nullptr ? view.collection : context.label(*collection);
  console.print(console.painted(Colour::bold, kind + " " + to_text(id)));
  console.print(context.say(say::kRecordedBy, {one_line(view.who), format_wall_time(view.recorded)}));
  console.print(context.say(say::kIsAt, {state_text(context, view.state)}));
  const std::string remark = remark_text(context, view);
  if (!remark.empty()) console.print("  " + console.painted(Colour::yellow, remark));
  console.print(fields_text(context, view));
  if (!handouts.empty()) {
    console.print(context.say(say::kTitleHandouts));
    const Collection* move = context.catalog().collection("move");
    for (RecordView& handout : handouts) {
      std::erase_if(handout.fields, [](const FieldView& field) { return field.field == "event"; });
    }
    console.print(list_text(context, *move, "handout", handouts));
  }
  console.print(context.say(say::kTitleHistory));
  console.print(history_text(context, view, history));
  return kDone;
}

std::string kinds(const Context& context) {
  std::string kinds = "visit|handout";
  for (const Collection& collection : context.catalog().collections()) kinds += "|" + collection.name;
  return kinds + "|invitation";
}

}  // namespace

void add_browse_commands(CLI::App& app, Context& context) {
  CLI::App* list = add_command(app, context, "list", say::kHelpList, say::kGroupLook);
  auto listing = std::make_shared<ListArguments>();
  add_text(list, context, "what", listing->collection, say::kHelpWhat, kinds(context));
  add_text(list, context, "--day", listing->day, say::kHelpDayFlag, context.say(say::kKindDate));
  add_text(list, context, "--site", listing->site, say::kHelpSiteFlag, context.say(say::kKindCode));
  add_flag(list, context, "--all", listing->all, say::kHelpAll);
  add_text(list, context, "--limit", listing->limit, say::kHelpLimit, context.say(say::kKindNumber));
  on_chosen(list, context, listing, run_list);

  CLI::App* show = add_command(app, context, "show", say::kHelpShow, say::kGroupLook);
  auto showing = std::make_shared<ShowArguments>();
  add_text(show, context, "id", showing->id, say::kHelpId, "ID")->required();
  on_chosen(show, context, showing, run_show);
}

}  // namespace karez::cli
