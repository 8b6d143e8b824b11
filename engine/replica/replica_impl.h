// What is behind Replica: the stores, who we are, and the few steps that every write shares. Private to
// replica.
#pragma once

#include <algorithm>
#include <set>

#include "clone_guard.h"
#include "karez/base/limits.h"
#include "karez/log/sealing.h"
#include "karez/replica/replica.h"
#include "karez/replica/stock.h"
#include "karez/storage/applier.h"
#include "karez/storage/aside.h"
#include "karez/storage/erasures.h"
#include "karez/storage/meta.h"
#include "karez/storage/schema.h"
#include "key_file.h"

namespace karez {

struct ImportBatch;
struct JudgedRecords;
class StockGuard;

inline constexpr std::int64_t kNoRelay = 0;
inline constexpr std::int64_t kHomeRelay = 1;

struct Replica::Impl final : ReplicaStore {
  Impl(ReplicaOptions given, Catalog parsed, Database opened)
      : options(std::move(given)),
        catalog(std::move(parsed)),
        database(std::move(opened)),
        statements(database),
        meta(statements),
        authors(statements),
        log(statements, authors),
        aside(statements),
        erasures(statements, authors, log),
        tables(statements, catalog, authors, log),
        keys(files(), options.home + "/author.key") {}

  // Opening (replica_open.cpp).
  static Result<std::unique_ptr<Impl>> make(const ReplicaOptions& options, bool must_exist);
  Status begin_life(const WorkspaceId& id, const FixedBytes<32>& seed, Operation first,
                    const std::string& relay_url, const AuthorKey& relay_key, int zone,
                    const std::string& workspace_name);
  Status load_identity();
  /// Errors: refused (the key file is gone or not ours), malformed.
  Status load_own_key();
  /// Reads caches anew if another process has committed, or after a rollback.
  Status refresh();
  /// Holds one state of the database for a reading that takes several statements, while others may be
  /// writing.
  class Reading {
   public:
    explicit Reading(Impl& self) : self_(self) {}
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading();

   private:
    Impl& self_;
  };
  /// Begins a reading and refreshes the caches to its state; nothing if one is under way already.
  Result<std::unique_ptr<Reading>> begin_reading();
  /// Begins a write: file lock, transaction, caches, clone guard.
  Result<Transaction> begin_write();
  /// What a write needs once its transaction has begun: caches, clone guard.
  Status prepare_write();
  /// The tables from the log, inside the caller's transaction.
  Status rebuild_tables();
  Status commit(Transaction& transaction);
  /// Notes how far each log is held, on a coordinator's replica: what it knew when (day_as_of()).
  Status note_known();
  Status guard_first_write();
  /// After the commit that moved the nonce: only the new one is expected from now on.
  Status settle_guard();
  /// Goes on under a fresh key that the old one introduces.
  Status become_new_author(const std::string& why);

  // Writing (replica_write.cpp).
  /// Appends and applies one change of `as` (our own author unless the recovery key writes). `builds_on`:
  /// authors that it pins, said before or not, although none of its operations names them.
  Status append_change(const KeyPair& as, AuthorRow& row, std::vector<Operation> operations,
                       const std::set<AuthorKey>& builds_on = {});
  /// The same by our own author, as several changes where one would have to mean two branches of an author.
  Status append_edit(std::vector<Operation> operations);
  /// A void names all edits that it knows of. Where they are of several branches no one change can: their
  /// values are written again here first.
  Status take_over_edits(const Collection& collection, RecordKey key);
  Status take_over_own_values(const Collection& collection, RecordKey key);
  /// Pins the logs that a change builds on (replica_pins.cpp).
  Status add_pins(const AuthorRow& row, Change& change, const StreamNames::Meant& meant,
                  const std::set<AuthorKey>& builds_on,
                  std::vector<std::pair<AuthorId, std::uint64_t>>& pinned);
  Result<Create> make_create(const NewRecord& record, std::uint64_t seq);
  /// What create_all(), create_unblocked() and the ledger's own records share: the rules are asked and the
  /// balances looked at before each change.
  Result<JudgedRecords> create_all(std::span<const std::vector<NewRecord>> changes, bool leaves_out_blocked,
                                   const std::set<std::size_t>& keep_first, StockGuard& stock,
                                   const ImportBatch* import = nullptr);
  /// The records of change number `seq` as they are to be made; nothing for those in `is_left`, and for those
  /// that `stock` refuses if `refused` takes them (their `change` is the caller's to fill).
  Result<std::vector<std::optional<Create>>> prepare_change(const std::vector<NewRecord>& records,
                                                            std::uint64_t seq,
                                                            const std::vector<bool>& is_left,
                                                            StockGuard& stock, JudgedRecords* judged);
  /// The change that says which of this author's last changes an import made (import_undo.cpp).
  Status append_import_mark(const ImportBatch& import, std::uint64_t changes, std::uint64_t records);
  Status add_edit(const RecordId& id, const FieldSetting& setting, StockGuard& stock,
                  std::vector<Operation>& out);
  Result<Write> make_void_write(const Collection& collection, RecordKey key, const Value& reason);
  Result<std::vector<RegisterWrite>> writes_to_replace(const Collection& collection, RecordKey key,
                                                       FieldKey field);
  Result<std::pair<const Collection*, RecordKey>> locate(const RecordId& id);
  /// What an id that no record bears stood for before its laptop's log parted into branches
  /// (replica_find.cpp): at most one record of each branch.
  std::set<RecordId> named_before_split(const RecordId& id);
  Status check_right(const Collection& collection) const;
  Status admit_sole_claims();
  Result<PathStep> step_of(AuthorRow& row, std::uint64_t seq);
  /// The founder's first change as our own enrolment proves it: so the recovery key works on any replica,
  /// also when headquarters' laptop is gone.
  Result<PathStep> founder_step();

  // Sealed fields (sealing.cpp): schema/sealed-fields.md.
  /// Takes the text of a sealed field out of what is about to be written: a marker stays, the text waits in
  /// `to_seal` for the change that will hold the marker.
  Status take_to_seal(const Field& field, Value& value);
  /// The same for an edit, which then replaces what is visible.
  Status add_sealed_edit(const std::pair<const Collection*, RecordKey>& where, const RecordId& id,
                         const Field& field, const Value& value, std::vector<Operation>& out);
  /// Before changes are made: a key, if one of them seals something, and of no change more than one record's
  /// values: what is erased is the private part of a change. Errors: refused, usage.
  Status prepare_to_seal(std::span<const std::vector<NewRecord>> changes);
  /// Seals what waits for this change into its private part, before its content is encoded.
  Status seal_into(OpenedChange& opened);
  /// Sees to it that there is a key before something is sealed: a coordinator makes the first one by itself.
  /// Errors: refused (nobody has told this laptop the key yet).
  Status ensure_sealing_key();
  /// The newest key that counts; of a laptop that never synced, the one that its invitation told.
  Result<std::optional<SealingKey>> sealing_key();
  Result<std::optional<SealingKey>> invited_sealing_key();
  Result<SealingSecrets> sealing_secrets();
  /// A new key with its wraps: for every coordinator that counts (but `without`), and the recovery key.
  Result<std::vector<Operation>> make_sealing_key(const std::set<AuthorKey>& without);
  /// Wraps of the secrets that this replica can open, for coordinators that have none; `also` is about to
  /// become one.
  Result<std::vector<Operation>> missing_wraps(const std::optional<AuthorKey>& also);
  Result<std::vector<AuthorKey>> sealing_holders();
  /// What goes with an invitation: the key to seal to, so that who joins without signal knows it. The first
  /// invitation of a workspace makes it.
  Status tell_sealing_key(std::vector<Operation>& operations);
  /// A revocation; of one who can open what is sealed, with a new key that he cannot open.
  Result<std::vector<Operation>> revocation(Revoke revoke);
  // Erasing (erasing.cpp).
  /// Whether a counted erase names the change: its private part is, and stays, away.
  Result<bool> is_erased(const AuthorRow& row, std::uint64_t seq);
  /// Whether the private part of a change may be absent: an erase by somebody whose role may erase is held,
  /// whether or not it counts (still): what is gone does not come back by a revocation.
  Result<bool> may_be_absent(const AuthorRow& row, std::uint64_t seq);
  /// Whether a private part that is absent from a pack is so rightly, in each of its changes.
  Result<bool> is_rightly_absent(const AuthorRow* row, const OpenedPack& pack);
  /// A pack without the parts that are erased here; nothing if it holds none of those.
  Result<std::optional<std::pair<std::shared_ptr<const OpenedPack>, Bytes>>> without_erased(
      const AuthorRow& row, const OpenedPack& pack);
  /// Removes the private parts that erases which count name. Gives whether packs that waited for an erase
  /// came in.
  Result<bool> carry_out_erasures();
  /// After the commit: removes what was erased from the file itself.
  Status wipe_erased();

  /// What a sealed field shows to somebody who holds `secrets` (none: to everybody else).
  Result<Value> shown_sealed(const Collection& collection, RecordKey key, const Field& field,
                             const Value& value, const SealingSecrets& secrets);
  /// A view's sealed fields, by shown_sealed().
  Status show_sealed(RecordView& view, const SealingSecrets& secrets);

  // Coordinators' own fields (own_fields.cpp).
  /// Extends the catalog by the definitions that count here, if they may be others than before.
  Status load_definitions();
  Status add_own_values(const Collection& collection, RecordKey key, const std::set<FieldKey>& in_conflict,
                        RecordView& view);
  /// The field of a key; null for the void field, and for an own field that nothing defines here.
  const Field* field_at(const Collection& collection, FieldKey field);
  /// Conflicts that conflicts() lists: none in fields that nothing defines here.
  Result<std::vector<std::pair<RecordKey, FieldKey>>> open_conflicts();

  // Reading (replica_read.cpp).
  Result<RecordView> view_of(const Collection& collection, const TableRow& row);
  /// The last change of this log that the workspace's relay is known to hold.
  std::uint64_t through_on_relay(const AuthorRow& row);
  RecordState state_of(const AuthorRow& author, std::uint64_t seq);
  /// Whether this author's replica is headquarters: his role admits others, and he counts.
  [[nodiscard]] bool is_coordinator(const AuthorRow& row) const;
  Result<std::vector<Sibling>> siblings_of(const Collection& collection, RecordKey key, FieldKey field);
  WallTime wall_of(AuthorId author, std::uint64_t seq);
  AuthorRow& me() { return *authors.find(own_id); }
  /// Whether this replica wrote a log: its keys' first logs are its own, their branches came from copies of
  /// it.
  [[nodiscard]] bool is_own(const AuthorRow& row) const {
    return row.parent == 0 && keys.find(row.key) != nullptr;
  }
  [[nodiscard]] bool is_own(const Dot& dot) {
    const AuthorRow* row = authors.named(dot.author, dot.seq);
    return row != nullptr && is_own(*row);
  }
  DaySource day_source() { return {statements, authors, catalog, zone_minutes, {}, &log}; }
  /// Branches of copied laptops at whose very end the laptop went on under a new name: nobody writes there
  /// any more. A log without branches is never among them: one that only was copied may go on.
  std::set<AuthorId> closed_logs();
  /// Replica::day() inside a reading or a write that the caller holds.
  Result<DayReport> day_now(Day day);
  Result<std::vector<AuthorRow*>> by_device(const std::string& name);

  // ReplicaStore (replica_sync.cpp).
  void begin_group() override { is_grouped = true; }
  Status end_group() override;
  /// A write of the sync: a transaction of its own, or a part of the group's.
  Status in_write(const std::function<Status()>& work);
  Result<std::vector<Stored>> store_in(std::optional<Transaction>& transaction,
                                       const std::vector<Incoming>& packs, bool advance);
  WorkspaceId workspace() override { return workspace_id; }
  KeyPair key_pair() override { return *keys.find(me().key); }
  Result<RelayCursor> open_relay(const AuthorKey& relay, const Incarnation& incarnation) override;
  Heads heads() override;
  std::optional<Hash> link_at(const AuthorKey& name, std::uint64_t seq) override;
  Heads relay_heads() override;
  Status set_relay_heads(const Heads& heads) override;
  Result<std::optional<NextPack>> next_pack(const AuthorKey& name, std::uint64_t after) override;
  Result<std::vector<Stored>> store(std::vector<Incoming> packs, bool advance) override;
  Status store_receipt(const Receipt& receipt) override;
  Status store_notes(std::uint64_t notes_end, std::vector<Announcement> announcements,
                     std::vector<Holding> holdings) override;
  Status note_skew(std::int64_t skew_ms) override;
  Status advance_cursor(std::uint64_t arrival) override;
  Result<Announcement> make_announcement(std::int64_t now_ms) override;
  Result<std::optional<Holding>> make_holding() override;
  Result<std::vector<Announcement>> announcements_to_carry() override;
  Status announcements_carried(const std::vector<Announcement>& announcements) override;
  Status key_is_shared(std::uint64_t relay_seq, const Hash& relay_link) override;
  std::optional<AuthorKey> branch_with(const AuthorKey& author, std::uint64_t seq, const Hash& link) override;
  AuthorRow* log_named(const AuthorKey& name, std::uint64_t seq);
  /// The log that somebody means by a head; null if it is not here.
  AuthorRow* log_with_head(const AuthorKey& name, const Head& head);
  Status keep_relay_head(const AuthorKey& name, const Head& head);
  Result<AuthorRow*> row_announced(const AuthorKey& author, std::uint64_t seq, const Hash& link);

  // What comes from others (replica_packs.cpp).
  /// Where a pack belongs among its author's logs.
  struct PackPlace {
    enum class Kind {
      repeated,  ///< the row has all of it
      next,      ///< goes on where the row ends
      branch,    ///< shares with the row what lies below from_seq
      gap,       ///< what it goes on from is not here
    };
    Kind kind = Kind::gap;
    AuthorRow* row = nullptr;
    std::uint64_t from_seq = 0;
  };
  Result<PackPlace> place_of(const std::vector<AuthorRow*>& rows, const OpenedPack& pack);
  /// Places a pack and stores it unless it is a repetition or lies beyond a gap.
  Result<PackPlace> place_pack(const std::shared_ptr<const OpenedPack>& opened, ByteView bytes,
                               std::uint64_t& appended);
  Result<AuthorRow*> begin_branch(const PackPlace& place, const std::vector<AuthorRow*>& rows,
                                  const OpenedPack& pack);
  Status take_from_aside(const AuthorKey& author, std::uint64_t& appended);
  /// What others said of an author's logs is attached to those that they turn out to mean.
  Status find_branches_again(const AuthorKey& author);
  Status take_relay_heads_apart(const AuthorKey& name, const AuthorKey& author);
  Status go_on_as_new_author(std::uint64_t seq);
  Stored take_pack(const Incoming& incoming);
  Status append_pack(AuthorRow& row, std::shared_ptr<const OpenedPack> opened, ByteView bytes,
                     std::uint64_t& appended);
  /// Notes what a relay has of an author, unless it is known to have more.
  Status raise_relay_head(std::int64_t relay, AuthorId author, const Head& head);
  Status add_receipt(AuthorId author, const Receipt& receipt);
  /// Unless a newer one is kept.
  Status keep_holding(AuthorId author, const Holding& holding);
  Status find_near_relay(const AuthorKey& relay);

  // Bundles (replica_bundle.cpp, replica_bundle_apply.cpp).
  class Packing;
  class Applying;
  /// What a laptop is known to have: its own log, what it stated to hold, and what its holding covers.
  Result<Heads> known_to_have(const AuthorRow& laptop);
  /// A word that came by hand: nobody's clock stood beside the author's when he gave it.
  Status keep_carried(const Announcement& announcement);
  Status keep_covered(const Holding& holding);
  Status keep_holder_head(AuthorId holder, AuthorId author, const Head& head);
  /// The database was put back, or its key is used elsewhere: goes on as a new author.
  Status own_key_is_shared(std::uint64_t seq, const std::string& where);

  ReplicaOptions options;
  Catalog catalog;
  Database database;
  Statements statements;
  Meta meta;
  Authors authors;
  LogStore log;
  Aside aside;
  Erasures erasures;
  Tables tables;
  std::unique_ptr<Applier> applier;
  KeyFile keys;
  std::unique_ptr<CloneGuard> guard;
  WorkspaceId workspace_id;
  AuthorId own_id = 0;
  int zone_minutes = 0;
  bool is_guarded = false;  ///< this process has changed the nonce
  bool is_reading = false;  ///< a Reading is alive
  /// The relay of the session under way: kHomeRelay is the workspace's own; kNoRelay: packs come by hand.
  std::int64_t relay_id = kHomeRelay;
  bool is_near = false;                    ///< the session is with a laptop that serves
  bool is_renamed = false;                 ///< a branch came with the pack that is taken
  bool rebuild_is_due = false;             ///< changes that are applied have other names since
  std::optional<std::uint64_t> copied_at;  ///< a branch of our own key came, up to this change
  bool is_stale = false;                   ///< a rollback left the caches behind the database
  bool is_grouped = false;                 ///< between begin_group() and end_group()
  std::optional<Transaction> group;        ///< of the group, once it has written
  std::int64_t seen_version = -1;
  std::optional<StockRefusal> stock_refusal;  ///< why the last write was refused, if the ledger did
  bool may_be_unwiped = true;                 ///< erased bytes may still lie in the file's free pages
  std::vector<SealedValue> to_seal;           ///< personal values of the write under way
  std::string own_nonce;                      ///< what this process put into the database

  [[nodiscard]] const Clock& clock() const {
    return options.clock != nullptr ? *options.clock : system_clock();
  }
  [[nodiscard]] Files& files() const { return options.files != nullptr ? *options.files : system_files(); }
  [[nodiscard]] Random& random() const {
    return options.random != nullptr ? *options.random : system_random();
  }
};

/// Impl::closed_logs() of any replica, also of one in memory.
[[nodiscard]] std::set<AuthorId> closed_logs_of(Authors& authors, Applier& applier, Tables& tables);

}  // namespace karez
