#include <set>

#include "karez/ledger/site_zones.h"
#include "karez/storage/row.h"
#include "outside.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr auto kNewestReceipt =
    "SELECT min(arrival) FROM receipt WHERE author=? AND seq>=? AND incarnation=?";
constexpr auto kHoldings = "SELECT author, max(arrival) FROM holding WHERE incarnation=? GROUP BY author";
constexpr auto kStatedBy = "SELECT holder, seq, link FROM holder_head WHERE author=? AND seq>=?";
constexpr auto kRelayNow = "SELECT incarnation, arrival, skew_ms, last_sync_ms FROM relay WHERE id=1";
constexpr auto kRelayHead = "SELECT seq, link FROM relay_head WHERE relay=1 AND author=?";
constexpr auto kNewestReceived =
    "SELECT max(seq) FROM receipt WHERE author=? AND incarnation=(SELECT incarnation FROM relay WHERE id=1)";

}  // namespace

WallTime Replica::Impl::wall_of(AuthorId author, std::uint64_t seq) {
  return log.wall_at(author, seq).value_or(WallTime{});
}

std::uint64_t Replica::Impl::through_on_relay(const AuthorRow& row) {
  Head said;
  (void)for_each_row(statements.get(kRelayHead).bind(1, row.id), [&](Statement& in) {
    said = {number(in, 0), fixed<32>(in.blob(1))};
  }).ok();
  const bool is_beyond = said.seq > row.held_seq && !is_own(row);  // of others there may be more than here
  const bool is_this_log = said.seq == 0 || is_beyond || tables.names().has_link(row, said.seq, said.link);
  if (is_this_log) return said.seq;
  // The relay's newest word is about a branch that is not here: of this one it gave receipts.
  std::uint64_t received = 0;
  (void)for_each_row(statements.get(kNewestReceived).bind(1, row.id), [&](Statement& in) {
    received = number(in, 0);
  }).ok();
  return std::min(received, row.held_seq);
}

bool Replica::Impl::is_coordinator(const AuthorRow& row) const {
  const std::vector<std::uint32_t> admitting = catalog.roles_with("admit");
  return std::find(admitting.begin(), admitting.end(), row.role) != admitting.end() &&
         row.counted_through > 0;
}

RecordState Replica::Impl::state_of(const AuthorRow& author, std::uint64_t seq) {
  if (is_coordinator(me())) return RecordState::at_headquarters;
  // A coordinator's laptop signed that it holds this log so far, in a bundle or beside it: no relay is needed
  // for that.
  bool is_stated = false;
  (void)for_each_row(statements.get(kStatedBy).bind(1, author.id).bind(2, seq), [&](Statement& in) {
    const AuthorRow* holder = authors.find(in.integer(0));
    if (is_stated || holder == nullptr || !is_coordinator(*holder)) return;
    const auto link = log.link_at(author.id, static_cast<std::uint64_t>(in.integer(1)));
    is_stated = link && std::ranges::equal(*link, in.blob(2));
  }).ok();
  if (is_stated) return RecordState::at_headquarters;
  Bytes incarnation;
  std::uint64_t cursor = 0;
  (void)for_each_row(statements.get(kRelayNow), [&](Statement& in) {
    incarnation.assign(in.blob(0).begin(), in.blob(0).end());
    cursor = static_cast<std::uint64_t>(in.integer(1));
  }).ok();
  std::uint64_t on_relay = through_on_relay(author);
  if (author.is_forked()) {
    // What branches share came to the relay with any of them.
    for (const AuthorRow* branch : authors.rows_of(author.key)) {
      if (authors.common(author, *branch) >= seq) on_relay = std::max(on_relay, through_on_relay(*branch));
    }
  }
  if (on_relay < seq) return RecordState::saved_here;
  // Arrived there with a receipt, or came from there before our cursor.
  std::uint64_t arrival = cursor;
  (void)for_each_row(statements.get(kNewestReceipt).bind(1, author.id).bind(2, seq).bind_blob(3, incarnation),
                     [&](Statement& in) {
                       if (!in.is_null(0)) arrival = static_cast<std::uint64_t>(in.integer(0));
                     })
      .ok();
  bool at_headquarters = false;
  (void)for_each_row(statements.get(kHoldings).bind_blob(1, incarnation), [&](Statement& in) {
    const AuthorRow* holder = authors.find(in.integer(0));
    at_headquarters = at_headquarters || (holder != nullptr && is_coordinator(*holder) &&
                                          static_cast<std::uint64_t>(in.integer(1)) >= arrival);
  }).ok();
  return at_headquarters ? RecordState::at_headquarters : RecordState::on_relay;
}

Result<std::vector<Sibling>> Replica::Impl::siblings_of(const Collection& collection, RecordKey key,
                                                        FieldKey field) {
  std::vector<Sibling> siblings;
  const auto add = [&](const RegisterWrite& write) {
    const AuthorRow* author = authors.named(write.dot.author, write.dot.seq);
    if (author == nullptr) return;  // only in a damaged file, which verify finds
    siblings.push_back({write.value, author->laptop, wall_of(author->id, write.dot.seq), write.dot});
  };
  KAREZ_ASSIGN(const std::vector<RegisterWrite> all, tables.writes(collection, key, field));
  for (std::size_t i : visible_writes(all)) add(all[i]);
  if (field != kVoidField) return siblings;
  // A void shows beside it the edits that it did not know of.
  KAREZ_ASSIGN(const std::vector<Dot> edits, tables.seen_by_void(collection, key));
  const std::vector<Sibling> voids = siblings;
  for (const Dot& dot : edits) {
    bool is_known = false;
    for (const RegisterWrite& write : all) {
      is_known = is_known || write.dot == dot;
      for (const Sibling& one : voids) {
        if (one.dot == write.dot)
          is_known = is_known || std::count(write.replaces.begin(), write.replaces.end(), dot) > 0;
      }
    }
    if (is_known) continue;
    std::vector<FieldKey> edited;
    for (const Field& one : collection.fields) edited.push_back(one.number);
    KAREZ_ASSIGN(const std::vector<FieldKey> own, tables.own_fields_written(key));
    edited.insert(edited.end(), own.begin(), own.end());
    for (FieldKey one : edited) {
      KAREZ_ASSIGN(const std::vector<RegisterWrite> writes, tables.writes(collection, key, one));
      for (std::size_t i : visible_writes(writes)) {
        if (writes[i].dot == dot) add(writes[i]);
      }
    }
  }
  return siblings;
}

Result<RecordView> Replica::Impl::view_of(const Collection& collection, const TableRow& row) {
  RecordView view;
  view.id = tables.id_of(row.record);
  view.collection = collection.name;
  const AuthorRow* owner = authors.find(author_of(row.record));
  if (owner == nullptr) {
    return Error{ErrorCode::corrupt,
                 "a record of " + collection.name +
                     " names an author that is not here; nothing was changed: run karez verify"};
  }
  const AuthorRow& author = *owner;
  view.who = author.laptop;
  view.own = is_own(author);
  view.recorded = wall_of(author.id, view.id.seq);
  view.void_reason = row.void_reason;
  view.outside_because = why_outside(author, row, catalog.may_write(author.role, collection.number));
  view.counts = view.outside_because.empty();
  if (row.duplicate_of) view.duplicate_of = tables.id_of(*row.duplicate_of);
  view.state = state_of(author, view.id.seq);
  std::set<FieldKey> in_conflict;
  KAREZ_TRY(for_each_row(statements.get("SELECT field FROM conflict WHERE record=?").bind(1, row.record),
                         [&](Statement& in) { in_conflict.insert(in.integer(0)); }));
  for (std::size_t i = 0; i < collection.fields.size(); ++i) {
    const Field& field = collection.fields[i];
    const bool has_siblings = in_conflict.count(field.number) > 0;
    if (row.values[i].is_null() && !has_siblings) continue;
    FieldView shown{field.name, row.values[i], {}};
    if (has_siblings) {
      KAREZ_ASSIGN(shown.siblings, siblings_of(collection, row.record, field.number));
    }
    view.fields.push_back(std::move(shown));
    const Collection* named = field.type == FieldType::code ? catalog.collection(field.of) : nullptr;
    if (named == nullptr || named->keys.empty() || row.values[i].is_null()) continue;
    KAREZ_ASSIGN(const auto holder, tables.holder(*named, named->keys.front(), row.values[i]));
    if (!holder) view.unknown_codes.push_back(field.name);
  }
  if (!collection.own.empty()) KAREZ_TRY(add_own_values(collection, row.record, in_conflict, view));
  return view;
}

Result<RecordView> Replica::show(const RecordId& id) {
  KAREZ_ASSIGN(const auto reading, impl_->begin_reading());
  KAREZ_ASSIGN(const auto where, impl_->locate(id));
  KAREZ_ASSIGN(const auto row, impl_->tables.row(*where.first, where.second));
  if (!row) return Error{ErrorCode::not_found, "there is no record " + to_text(id) + " here"};
  KAREZ_ASSIGN(RecordView view, impl_->view_of(*where.first, *row));
  KAREZ_TRY(impl_->show_sealed(view, {}));
  return view;
}

Status Replica::list(const ListRequest& request, const std::function<bool(const RecordView&)>& row_of) {
  Impl& self = *impl_;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  const bool is_visit = request.collection == "visit";
  const bool is_handout = request.collection == "handout";
  const Collection* collection = self.catalog.collection(is_visit     ? "event"
                                                         : is_handout ? "move"
                                                                      : std::string_view(request.collection));
  if (collection == nullptr) return Error{ErrorCode::usage, "there is no collection " + request.collection};
  const bool is_move = collection->name == "move";
  const std::string time = is_move ? "coalesce(t.time, e.time)" : "t.time";
  const std::string site = is_move                                ? "coalesce(t.site, e.site)"
                           : collection->field("site") != nullptr ? "t.site"
                                                                  : "NULL";
  std::string sql = "SELECT t.record" + (request.day ? ", " + time + ", " + site : "") + " FROM " +
                    quoted(collection->name) + " AS t";
  if (is_move) sql += " LEFT JOIN event AS e ON e.record = t.event";
  sql += " WHERE 1=1";
  if (is_visit) sql += " AND t.type='visit'";
  if (is_handout) sql += " AND t.reason='give'";
  if (!request.include_outside) {
    sql += " AND t.counted=1 AND t.void IS NULL AND t.duplicate_of IS NULL";
    if (is_move) sql += " AND e.void IS NULL";
  }
  if (request.day) sql += " AND " + time + ">=?1 AND " + time + "<?2";
  if (!request.site.empty()) sql += " AND " + site + "=?3";
  sql += " ORDER BY t.record";
  const bool lacks_time = request.day && collection->field("time") == nullptr;
  const bool lacks_site = !request.site.empty() && collection->field("site") == nullptr;
  if (lacks_time || lacks_site)
    return Error{ErrorCode::usage, collection->name + " has no " + (lacks_time ? "day" : "site")};
  // Row by row: whoever wants the first one does not wait for the last.
  KAREZ_ASSIGN(Statement find, self.database.prepare(sql));
  SiteZones zones(self.zone_minutes);
  if (request.day) {
    KAREZ_ASSIGN(zones, SiteZones::load(self.statements, self.catalog, self.zone_minutes));
    const SiteZones::Window window = zones.window(*request.day, *request.day);
    find.bind(1, window.from_ms).bind(2, window.to_ms);
  }
  if (!request.site.empty()) find.bind(3, request.site);
  for (std::uint64_t given = 0; request.limit == 0 || given < request.limit;) {
    KAREZ_ASSIGN(const bool has_row, find.step());
    if (!has_row) return {};
    if (request.day && zones.day_of(find.integer(1), find.text(2)) != *request.day) continue;
    KAREZ_ASSIGN(const auto row, self.tables.row(*collection, find.integer(0)));
    if (!row) continue;
    KAREZ_ASSIGN(RecordView view, self.view_of(*collection, *row));
    KAREZ_TRY(self.show_sealed(view, {}));
    ++given;
    if (!row_of(view)) break;
  }
  return {};
}

Result<std::vector<Conflict>> Replica::conflicts() {
  Impl& self = *impl_;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(const auto open, self.open_conflicts());
  std::vector<Conflict> conflicts;
  for (const auto& [key, number] : open) {
    const Collection* collection = self.tables.collection_of(key);
    if (collection == nullptr) continue;
    const Field* field = self.field_at(*collection, number);
    Conflict conflict;
    conflict.id = self.tables.id_of(key);
    conflict.collection = collection->name;
    conflict.field = field == nullptr ? "void" : field->name;
    KAREZ_ASSIGN(conflict.siblings, self.siblings_of(*collection, key, number));
    conflicts.push_back(std::move(conflict));
  }
  // Local keys order nothing that a person or another replica sees.
  std::sort(conflicts.begin(), conflicts.end(), [](const Conflict& a, const Conflict& b) {
    return std::pair(to_text(a.id), a.field) < std::pair(to_text(b.id), b.field);
  });
  return conflicts;
}

std::set<AuthorId> closed_logs_of(Authors& authors, Applier& applier, Tables& tables) {
  std::set<AuthorId> closed;
  if (!authors.has_forks()) return closed;
  for (const auto& [key, fact] : applier.facts()) {
    const Enrolment& one = fact.enrolment;
    if (one.is_founder || one.basis != EnrolBasis::successor) continue;
    const AuthorRow* row =
        tables.names().branch_with(one.introducer, one.introducer_seq, one.introducer_link);
    const bool is_end = row != nullptr && row->is_forked() && row->held_seq == one.introducer_seq;
    if (is_end && row->applied_seq == row->held_seq) closed.insert(row->id);
  }
  return closed;
}

std::set<AuthorId> Replica::Impl::closed_logs() { return closed_logs_of(authors, *applier, tables); }

Result<DayReport> Replica::Impl::day_now(Day day) {
  std::vector<std::string> unused;
  for (const InvitationState& state : applier->authority().invitations) {
    const Role* role = catalog.role(state.invite.role);
    const bool is_volunteer = role != nullptr && !role->writes.empty() && role->authority.empty();
    if (!is_volunteer || !state.counts || state.admitted || !state.claimants.empty()) continue;
    const AuthorRow* issuer = authors.find(state.invitation.author);
    unused.push_back("invitation " + (state.invite.label.empty() ? issuer->name.substr(0, 8) + "-" +
                                                                       std::to_string(state.invitation.seq)
                                                                 : state.invite.label));
  }
  DaySource source = day_source();
  source.closed_logs = closed_logs();
  return day_report(source, day, unused);
}

Result<DayReport> Replica::day(Day day) {
  KAREZ_ASSIGN(const auto reading, impl_->begin_reading());
  return impl_->day_now(day);
}

Result<ReplicaStatus> Replica::status() {
  Impl& self = *impl_;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  ReplicaStatus out;
  const AuthorRow& own = self.me();
  out.workspace = self.workspace_id;
  out.zone_minutes = self.zone_minutes;
  out.author = own.key;
  out.device_name = own.laptop;
  const Role* role = self.catalog.role(own.role);
  out.role = role == nullptr ? "" : role->name;
  out.standing = name_of(own.standing);
  out.relay_url = relay_url();
  out.own_seq = own.held_seq;
  out.heads = fingerprint_of(self.authors.heads());
  out.changes_held = self.authors.changes_held();
  for (const auto& row : self.authors.all()) {
    out.changes_applied += row->applied_seq - (row->from_seq - 1);
    const std::uint64_t on_relay = std::max(self.through_on_relay(*row), row->from_seq - 1);
    if (on_relay >= row->held_seq) continue;
    out.unsent += row->held_seq - on_relay;
    if (!self.is_own(*row)) continue;
    const std::int64_t oldest = self.wall_of(row->id, on_relay + 1).ms;
    out.oldest_unsent_ms = out.oldest_unsent_ms ? std::min(*out.oldest_unsent_ms, oldest) : oldest;
  }
  KAREZ_TRY(for_each_row(self.statements.get(kRelayNow), [&](Statement& in) {
    if (!in.is_null(2)) out.skew_ms = in.integer(2);
    if (!in.is_null(3)) out.last_sync_ms = in.integer(3);
  }));
  // States only grow along a log, so the newest change at headquarters is found by halving.
  std::uint64_t low = 0;
  for (std::uint64_t high = own.held_seq; low < high;) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    if (self.state_of(own, middle) == RecordState::at_headquarters) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  out.at_headquarters = low;
  KAREZ_ASSIGN(const auto open, self.open_conflicts());
  out.conflicts = open.size();
  for (const auto& row : self.authors.all()) {
    KAREZ_ASSIGN(const auto pin, self.applier->waits_for(*row));
    if (!pin) continue;
    const AuthorRow* other = self.authors.find(pin->author);
    if (other != nullptr && other->is_forked()) {
      const AuthorRow* branch = self.tables.names().branch_with(pin->author, pin->seq, pin->link);
      if (branch != nullptr) other = branch;
    }
    out.waiting.push_back(
        {row->laptop.empty() ? row->name : row->laptop, row->applied_seq + 1,
         other == nullptr || other->laptop.empty() ? public_name(pin->author) : other->laptop, pin->seq});
  }
  if (own.held_seq > 0) out.newest_own = self.wall_of(own.id, own.held_seq);
  out.workspace_name = self.meta.text("workspace_name").value_or("");
  const auto entry = self.applier->authority().authors.find(own.key);
  if (entry != self.applier->authority().authors.end()) out.cut = entry->second.cut_of(own.id);
  if (out.cut) {
    out.notices.push_back({ReplicaStatus::Notice::Kind::revoked,
                           "this laptop was revoked after its change " + std::to_string(*out.cut) +
                               "; records up to there count, later ones are kept and stand outside totals: "
                               "speak with a coordinator"});
  }
  for (const InvitationState& state : self.applier->authority().invitations) {
    // An admission counts from whoever invited or is more senior, and a successor is neither.
    const bool is_earlier =
        !(state.invitation.author == own.key) && self.keys.find(state.invitation.author) != nullptr;
    const bool is_open = state.counts && !state.admitted && state.invite.expires_ms >= self.clock().now_ms();
    if (is_earlier && is_open) ++out.stranded_invitations;
  }
  if (const auto notice = self.meta.text("notice"))
    out.notices.push_back({ReplicaStatus::Notice::Kind::copied, *notice});
  KAREZ_ASSIGN(out.laptops, laptop_states(self.day_source()));
  return out;
}

}  // namespace karez
