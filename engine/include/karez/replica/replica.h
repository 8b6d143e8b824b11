// Replica: one database file on one machine, and everything that a program does with it: open, record, merge,
// read, observe. This is the engine's face.
//
// Thread: one thread per Replica. Several processes may open one home: writes are serialised by the file
// lock, reads see committed states only. A call that writes and returns success is durable when it returns.
// Errors: every call returns Result; nothing throws.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "karez/base/clock.h"
#include "karez/base/files.h"
#include "karez/ledger/day.h"
#include "karez/log/authority.h"
#include "karez/log/enrolment.h"
#include "karez/model/catalog.h"
#include "karez/replica/bundle.h"
#include "karez/sync/replica_session.h"

namespace karez {

struct ReplicaOptions {
  std::string home;              ///< folder that holds replica.db, replica.lock, author.key
  std::string state_folder;      ///< holds the clone guard's nonce; empty: the user's state folder
  std::string catalog_json;      ///< empty: the built-in catalog
  const Clock* clock = nullptr;  ///< null: the system's
  Random* random = nullptr;
  Files* files = nullptr;
  /// Long work reports here: what, done, of how many.
  std::function<void(const std::string&, std::uint64_t, std::uint64_t)> progress;
};

struct InitRequest {
  std::string workspace_name;
  std::string device_name;
  std::string relay_url;  ///< may be empty
  int zone_minutes = 8 * 60;
};

struct FieldSetting {
  enum class Kind { set, add, put, drop };
  std::string field;      ///< name in the catalog, or "void"
  Kind kind = Kind::set;  ///< set a register; add to a counter; put into or drop from a set
  Value value;
};

/// A record to be made. A reference to the n-th record of the same call is RecordId{zero key, 0, n}.
struct NewRecord {
  std::string collection;
  std::vector<std::pair<std::string, Value>> fields;  ///< a set's initial value is a list
};

/// Where a record has arrived.
enum class RecordState { saved_here, on_relay, at_headquarters };

struct Sibling {
  Value value;
  std::string who;  ///< device name
  WallTime when;
  Dot dot;
};

struct FieldView {
  std::string field;
  Value value;                    ///< a set: a list; absent fields are null
  std::vector<Sibling> siblings;  ///< all visible writes, the shown one first; empty unless in conflict
};

struct RecordView {
  RecordId id;
  std::string collection;
  std::string who;                ///< device name of the author
  bool own = false;               ///< recorded by this replica, under whichever of its keys
  WallTime recorded;              ///< the author's wall time at creation
  std::vector<FieldView> fields;  ///< in the catalog's order, non-null or in conflict
  std::optional<std::string> void_reason;
  bool counts = false;          ///< in totals: its author counts, not void, not a duplicate
  std::string outside_because;  ///< if not: "void", "duplicate", "not_admitted", "revoked", "no_right", ...
  std::optional<RecordId> duplicate_of;
  std::vector<std::string> unknown_codes;  ///< fields whose code has no counted record yet
  RecordState state = RecordState::saved_here;
};

struct HistoryEntry {
  Dot dot;
  std::string who;
  WallTime when;
  std::string what;  ///< "create", "set", "add", "put", "drop", "void", "unvoid"
  std::string field;
  Value value;
  bool counts = true;
  RecordState state = RecordState::saved_here;
};

struct Conflict {
  RecordId id;
  std::string collection;
  std::string field;              ///< "void" for an edit against a void
  std::vector<Sibling> siblings;  ///< the shown one first
};

struct ListRequest {
  std::string collection;  ///< or "visit", "handout"
  std::optional<Day> day;
  std::string site;
  bool include_outside = false;  ///< also what does not count
  std::uint64_t limit = 0;       ///< 0: all
};

struct ReplicaStatus {
  std::string workspace_name;
  WorkspaceId workspace;
  int zone_minutes = 0;
  AuthorKey author;
  std::string device_name;  ///< as shown: NAME or NAME#2
  std::string role;         ///< founder counts as coordinator
  std::string standing;
  std::optional<std::uint64_t> cut;
  std::string relay_url;
  std::uint64_t changes_held = 0;  ///< of all authors
  std::uint64_t changes_applied = 0;
  std::uint64_t own_seq = 0;
  std::optional<WallTime> newest_own;  ///< when this laptop's newest change was made, by its own clock
  std::uint64_t unsent = 0;  ///< changes that no relay receipt covers (all authors' that the relay lacks)
  std::optional<std::int64_t> oldest_unsent_ms;  ///< wall time of the oldest own one
  std::uint64_t at_headquarters = 0;  ///< own changes that some coordinator's replica states to hold
  Fingerprint heads;
  std::optional<std::int64_t> skew_ms;  ///< own clock minus the relay's at the last contact
  std::optional<std::int64_t> last_sync_ms;
  std::uint64_t conflicts = 0;
  struct Waiting {
    std::string who;
    std::uint64_t seq;
    std::string for_whom;
    std::uint64_t for_seq;
  };
  std::vector<Waiting> waiting;      ///< changes that are held and not applied
  std::vector<LaptopState> laptops;  ///< every author, by name
  /// What the person at this laptop must know: its database was copied or restored and it goes on under a
  /// new name; it was revoked (after `cut`).
  struct Notice {
    enum class Kind { copied, revoked };
    Kind kind = Kind::copied;
    std::string text;  ///< a plain sentence, English
  };
  std::vector<Notice> notices;
  /// Invitations that this laptop gave before it went on under a name of its own, still valid and not
  /// settled: it cannot admit whoever comes by them any more.
  std::uint64_t stranded_invitations = 0;
};

struct Device {
  LaptopState state;
  std::string key;  ///< public name
  std::string invited_by;
  std::string revoked_by, revoke_reason;
};

struct VerifyFinding {
  std::string what;   ///< "log", "table", "file", "heads", "receipt"
  std::string where;  ///< "laptop-01 change 17", "event <id> person_times"
  std::string message;
};

struct VerifyReport {
  bool ok = false;
  std::uint64_t changes = 0, signatures = 0, records = 0;
  std::vector<VerifyFinding> where;  ///< at most 1,000
};

class Replica {
 public:
  /// Founds a workspace: this replica is headquarters. The recovery key's file is written once, beside the
  /// database. Errors: refused if the home has a replica already.
  static Result<Replica> init(const ReplicaOptions& options, const InitRequest& request,
                              std::string& recovery_file);
  /// Enrols with an invitation code; needs no signal. Errors: refused, malformed, stranger.
  static Result<Replica> join(const ReplicaOptions& options, const std::string& code,
                              const std::string& device_name);
  /// Errors: not_found (says how to begin), corrupt, io, too new a schema (refused).
  static Result<Replica> open(const ReplicaOptions& options);
  Replica(Replica&&) noexcept;
  Replica& operator=(Replica&&) noexcept;
  ~Replica();

  [[nodiscard]] const Catalog& catalog() const;
  [[nodiscard]] int zone_minutes() const;
  [[nodiscard]] const std::string& home() const;
  [[nodiscard]] std::int64_t now_ms() const;
  [[nodiscard]] std::string relay_url() const;
  Status set_relay_url(const std::string& url);

  // Record. Each call is one change, durable when it returns.
  /// Errors: usage (unknown field), refused (not the role's right, value does not fit), too_large.
  Result<std::vector<RecordId>> create(std::span<const NewRecord> records);
  /// Several changes in one commit: each element is one change. For imports.
  Result<std::vector<std::vector<RecordId>>> create_all(std::span<const std::vector<NewRecord>> changes);
  Status edit(const RecordId& id, std::span<const FieldSetting> settings);
  Status void_record(const RecordId& id, const std::string& reason);
  /// Replaces all siblings of a field by `keep`. Errors: not_found (no such conflict).
  Status resolve(const RecordId& id, const std::string& field, const Value& keep);

  // Read.
  /// A record id's text (the author's name may be shortened as long as it is unambiguous). An id from before
  /// its laptop's log was found to have branches (schema/log-format.md section 9) is still good where one
  /// branch alone has such a record.
  ///
  /// Errors: usage (no id, or it fits several laptops or several branches: those are named), not_found.
  Result<RecordId> find(const std::string& id_text);
  /// The records of a collection whose reference `field` names `id`, by id; also those outside of totals.
  ///
  /// Errors: usage (no such field, or it is no reference), not_found (`id`).
  Result<std::vector<RecordId>> referring(const std::string& collection, const std::string& field,
                                          const RecordId& id);
  /// The counted record behind a natural key, e.g. ("site", "S001").
  Result<std::optional<RecordId>> find_by_key(const std::string& collection, const Value& key);
  /// Value of a typed text for a field, refs included.
  Result<Value> parse(const std::string& collection, const std::string& field, const std::string& text);
  Result<RecordView> show(const RecordId& id);
  Result<std::vector<HistoryEntry>> history(const RecordId& id);
  Status list(const ListRequest& request, const std::function<bool(const RecordView&)>& row);
  Result<std::vector<Conflict>> conflicts();
  Result<DayReport> day(Day day);
  Result<ReplicaStatus> status();
  /// Device names as shown, by what packs, bundles and refusals call a laptop: a log's name and its author's
  /// key, which of several branches stands for the first that came. Whoever has not enrolled here has none.
  Result<std::map<AuthorKey, std::string>> laptop_names();
  /// The canonical dump: collections by number, records by id, public columns and ids; equal for the same
  /// changes and catalog version on every machine, byte for byte. Given line by line.
  Status dump(const std::function<void(std::string_view line)>& line);
  /// Read-only SQL over the tables and views. Errors: usage (SQLite's sentence), refused (writes).
  struct QueryCell {
    enum class Kind { null, integer, real, text, bytes } kind = Kind::null;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
  };
  Status query(const std::string& sql, const std::function<void(const std::vector<std::string>&)>& columns,
               const std::function<bool(const std::vector<QueryCell>&)>& row);

  // Authority.
  Result<InvitationCode> invite(const std::string& role, const std::string& label, std::int64_t expires_ms);
  /// By device name, key prefix; an ambiguous claim is settled for this one.
  Status admit(const std::string& device);
  /// Cuts at `seq` (default: what is applied here). With a recovery file, by the recovery key.
  Status revoke(const std::string& device, std::optional<std::uint64_t> seq, const std::string& reason,
                const std::string& recovery_file = {});
  Result<std::vector<Device>> devices();
  Result<std::vector<InvitationState>> invitations();

  // Sync and proof.
  [[nodiscard]] ReplicaStore& sync_store();
  /// The same for a session with a laptop that serves (`karez serve`): with a cursor of its own, whatever key
  /// it has; its receipts spare sending twice and never make a record "on the relay". Lifetime: until the
  /// next call of either.
  [[nodiscard]] ReplicaStore& near_store();
  /// Writes what `for_laptop` (a name or a key; empty: anybody) may lack into a file, which appears whole or
  /// not at all.
  ///
  /// Errors: not_found (laptop, folder), refused (names several laptops, or this one), io, busy (somebody
  /// writes it). Memory: a pack and the heads. Persists: the file and its folder, when it returns.
  Result<BundleSummary> pack_bundle(const std::string& path, const std::string& for_laptop);
  /// Takes in what a bundle holds, as a session would. What is whole before a damage is taken in; the answer
  /// says what was wrong and what is lacking. Applying it again, or in another order, ends in the same state.
  ///
  /// Errors: not_found, wrong_workspace, io, busy; what was stored before stays.
  Result<BundleApplied> apply_bundle(const std::string& path);
  /// Changes when anybody committed to this replica.
  [[nodiscard]] std::int64_t change_counter();
  /// Re-checks every chain and signature, rebuilds every table from the log and compares cell by cell.
  Result<VerifyReport> verify();
  /// Rebuilds the tables from the log.
  Status rebuild();

  /// For the floor's other parts (rules.h, stock.h, ...): what is behind this class, opaque elsewhere.
  struct Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  explicit Replica(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace karez
