// Applying a bundle: packs go the way that a session's packs go; what others signed is checked and kept; what
// is lacking is named.
#include "bundle_file.h"
#include "karez/base/mutants.h"
#include "karez/storage/row.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr std::size_t kStoreBytes = 256 * 1024;  // as a session stores them
constexpr std::size_t kRefusalsKept = 100;
constexpr std::size_t kLacksKept = 1000;

constexpr auto kKeepCarried =
    "INSERT INTO announcement (author, seq, link, last_record_ms, now_ms, relay_ms, signature, carried)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (author) DO UPDATE SET seq=excluded.seq, "
    "link=excluded.link,"
    " last_record_ms=excluded.last_record_ms, now_ms=excluded.now_ms, relay_ms=excluded.relay_ms,"
    " signature=excluded.signature, carried=1"
    " WHERE excluded.seq > seq OR (excluded.seq = seq AND excluded.now_ms > now_ms)";
constexpr auto kToCarry =
    "SELECT author, seq, link, last_record_ms, now_ms, relay_ms, signature FROM announcement WHERE carried=1";
/// Not if a newer one came meanwhile.
constexpr auto kCarried = "UPDATE announcement SET carried=0 WHERE author=? AND seq=? AND now_ms=?";
constexpr auto kKeepHolderHead =
    "INSERT INTO holder_head (holder, author, seq, link) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (holder, author) DO UPDATE SET seq=excluded.seq, link=excluded.link WHERE excluded.seq > "
    "seq";
constexpr auto kHasReceipt = "SELECT 1 FROM receipt WHERE author=? AND seq=? AND incarnation=?";
constexpr auto kHomeRelayRow = "SELECT key, incarnation FROM relay WHERE id=1";
constexpr auto kMakeHomeRelay =
    "INSERT INTO relay (id, key, incarnation, arrival, notes, stated) VALUES (1, ?, ?, 0, 0, 0)";
constexpr auto kShelved = "SELECT author, min(first_seq) FROM aside GROUP BY author";

}  // namespace

class Replica::Impl::Applying {
 public:
  Applying(Impl& replica, BundleApplied& applied) : replica_(replica), applied_(applied) {}

  Status take(BundleItem&& item);
  /// What waits is stored, notes are kept, and what is lacking is named.
  Status finish();

 private:
  Status check_header(const BundleHeader& header) const;
  Status take_pack(Bytes pack);
  Status store_packs();
  /// Whether this key of ours wrote elsewhere what is not here: then it is not ours alone.
  Status check_own(const PackHeader& header, ByteView pack);
  Status check_own_in_statement();
  Status keep_notes();
  Status keep_statement(AuthorRow& packer);
  Status keep_receipt(const Receipt& receipt);
  Status keep_holding(const BundleHolding& one);
  /// The workspace's relay as it is pinned here, and its incarnation; zero if not known.
  Status read_home_relay();
  Status name_lacks();
  [[nodiscard]] std::string shown(const AuthorRow& row) const {
    return row.laptop.empty() ? row.name : row.laptop;
  }
  [[nodiscard]] std::string shown(const AuthorKey& key) const {
    const AuthorRow* row = replica_.authors.find(key);
    return row == nullptr ? public_name(key) : shown(*row);
  }

  Impl& replica_;
  BundleApplied& applied_;
  std::vector<Incoming> packs_;
  std::size_t pack_bytes_ = 0;
  std::vector<Announcement> announcements_;
  std::vector<BundleHolding> holdings_;
  std::vector<Receipt> receipts_;
  AuthorKey home_relay_;
  Incarnation home_incarnation_{};
  bool has_home_row_ = false;
};

Status Replica::Impl::Applying::check_header(const BundleHeader& header) const {
  if (header.workspace == replica_.workspace_id) return {};
  return Error{ErrorCode::wrong_workspace,
               "the bundle belongs to another workspace; nothing of it was taken"};
}

Status Replica::Impl::Applying::take(BundleItem&& item) {
  if (const auto* header = std::get_if<BundleHeader>(&item)) KAREZ_TRY(check_header(*header));
  add_to_summary(applied_.bundle, item);
  if (std::holds_alternative<BundleStatement>(item)) return check_own_in_statement();
  if (auto* one = std::get_if<Announcement>(&item)) announcements_.push_back(*one);
  if (auto* one = std::get_if<BundleHolding>(&item)) holdings_.push_back(*one);
  if (auto* one = std::get_if<Receipt>(&item)) receipts_.push_back(*one);
  if (auto* one = std::get_if<BundlePack>(&item)) return take_pack(std::move(one->pack));
  return {};
}

Status Replica::Impl::Applying::take_pack(Bytes pack) {
  if (const auto header = read_pack_header(pack); header && header->author == replica_.me().key) {
    KAREZ_TRY(check_own(*header, pack));
  }
  pack_bytes_ += pack.size();
  packs_.push_back({0, std::move(pack)});
  return pack_bytes_ >= kStoreBytes ? store_packs() : Status();
}

Status Replica::Impl::Applying::store_packs() {
  if (packs_.empty()) return {};
  std::vector<std::uint64_t> firsts;
  for (const Incoming& one : packs_) {
    const auto header = read_pack_header(one.pack);
    firsts.push_back(header ? header->first_seq : 0);
  }
  pack_bytes_ = 0;
  KAREZ_ASSIGN(const std::vector<Stored> results, replica_.store(std::exchange(packs_, {}), false));
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Stored& stored = results[i];
    applied_.new_changes += stored.changes;
    if (stored.outcome == PackOutcome::repeated) ++applied_.repeated_packs;
    if (stored.outcome == PackOutcome::aside) ++applied_.shelved_packs;
    if (stored.outcome != PackOutcome::refused) continue;
    ++applied_.refused_packs;
    if (applied_.refused.size() < kRefusalsKept) {
      applied_.refused.push_back(
          {stored.author, firsts[i], std::max(firsts[i], stored.seq), stored.error, false});
    }
  }
  return {};
}

Status Replica::Impl::own_key_is_shared(std::uint64_t seq, const std::string& where) {
  const AuthorKey shared = me().key;
  return in_write([&]() -> Status {
    // The first write of a database that was put back has found it out by itself.
    if (!(me().key == shared)) return {};
    return become_new_author(where + " holds other changes under this laptop's name (up to " +
                             std::to_string(seq) +
                             "): its database was copied or restored; it goes on as a laptop of its own");
  });
}

Status Replica::Impl::Applying::check_own(const PackHeader& header, ByteView pack) {
  const AuthorRow& own = replica_.me();
  const auto opened = open_pack(pack, AbsentParts::accepted);
  // Only what our own key signed proves anything about it.
  if (!opened || !(header.workspace == replica_.workspace_id)) return {};
  const bool is_ours = header.last_seq() <= own.held_seq &&
                       replica_.log.link_at(own.id, header.last_seq()) == opened->last_link();
  if (is_ours) return {};
  applied_.is_new_author = true;
  return replica_.own_key_is_shared(header.last_seq(), "the bundle");
}

Status Replica::Impl::Applying::check_own_in_statement() {
  const AuthorRow& own = replica_.me();
  const auto said = applied_.bundle.heads.find(own.head_name());
  if (said == applied_.bundle.heads.end()) return {};
  const bool is_ours =
      said->second.seq <= own.held_seq && replica_.log.link_at(own.id, said->second.seq) == said->second.link;
  if (is_ours) return {};
  // Anybody can sign that he holds anything: only a laptop whose records count is believed this without a
  // proof.
  const AuthorRow* packer = replica_.authors.find(applied_.bundle.header.packer);
  if (packer == nullptr || packer->counted_through == 0) return {};
  applied_.is_new_author = true;
  return replica_.own_key_is_shared(said->second.seq, "the laptop that packed the bundle");
}

Status Replica::Impl::Applying::finish() {
  if (applied_.bundle.header.workspace == WorkspaceId{}) return {};  // not even its header could be read
  KAREZ_TRY(store_packs());
  KAREZ_TRY(replica_.refresh());
  if (applied_.bundle.is_stated) KAREZ_TRY(keep_notes());
  applied_.packer = shown(applied_.bundle.header.packer);
  return name_lacks();
}

Status Replica::Impl::Applying::read_home_relay() {
  home_relay_.bytes = fixed<32>(replica_.meta.bytes("relay_key"));
  return for_each_row(replica_.statements.get(kHomeRelayRow), [&](Statement& in) {
    home_relay_.bytes = fixed<32>(in.blob(0));
    home_incarnation_ = fixed<16>(in.blob(1));
    has_home_row_ = true;
  });
}

Status Replica::Impl::Applying::keep_notes() {
  KAREZ_ASSIGN(Transaction transaction, replica_.begin_write());
  KAREZ_TRY(read_home_relay());
  for (const Receipt& one : receipts_) KAREZ_TRY(keep_receipt(one));
  for (const BundleHolding& one : holdings_) KAREZ_TRY(keep_holding(one));
  for (const Announcement& one : announcements_) {
    const AuthorRow* row = replica_.authors.find(one.author);
    if (row == nullptr || row->id == replica_.own_id) continue;
    const Bytes message = announcement_message(replica_.workspace_id, one);
    if (karez::verify(one.author, Purpose::announcement, message, one.signature))
      KAREZ_TRY(replica_.keep_carried(one));
  }
  if (AuthorRow* packer = replica_.authors.find(applied_.bundle.header.packer))
    KAREZ_TRY(keep_statement(*packer));
  return replica_.commit(transaction);
}

Status Replica::Impl::Applying::keep_statement(AuthorRow& packer) {
  if (packer.id == replica_.own_id) return {};
  for (const auto& [name, head] : applied_.bundle.heads) {
    const AuthorRow* row = replica_.log_with_head(name, head);
    if (row != nullptr && row->held_seq > 0) KAREZ_TRY(replica_.keep_holder_head(packer.id, row->id, head));
  }
  return {};
}

Status Replica::Impl::keep_holder_head(AuthorId holder, AuthorId author, const Head& head) {
  return statements.get(kKeepHolderHead)
      .bind(1, holder)
      .bind(2, author)
      .bind(3, head.seq)
      .bind_blob(4, head.link)
      .run();
}

Status Replica::Impl::keep_carried(const Announcement& one) {
  KAREZ_ASSIGN(const AuthorRow* row, row_announced(one.author, one.seq, one.link));
  // When it was said is only the author's own word; no later than now it was.
  const std::int64_t said_ms = std::min(one.now_ms, clock().now_ms());
  Statement& keep = statements.get(kKeepCarried);
  keep.bind(1, row->id)
      .bind(2, one.seq)
      .bind_blob(3, one.link)
      .bind(4, one.last_record_ms)
      .bind(5, one.now_ms);
  return keep.bind(6, said_ms).bind_blob(7, one.signature).run();
}

Result<std::vector<Announcement>> Replica::Impl::announcements_to_carry() {
  KAREZ_TRY(refresh());
  std::vector<Announcement> out;
  KAREZ_TRY(for_each_row(statements.get(kToCarry), [&](Statement& in) {
    const AuthorRow* row = authors.find(in.integer(0));
    if (row == nullptr || row->held_seq == 0) return;
    Announcement one;
    one.author = row->key;
    one.seq = number(in, 1);
    one.link = fixed<32>(in.blob(2));
    one.last_record_ms = in.integer(3);
    one.now_ms = in.integer(4);
    one.relay_ms = in.integer(5);
    one.signature = fixed<64>(in.blob(6));
    out.push_back(one);
  }));
  return out;
}

Status Replica::Impl::announcements_carried(const std::vector<Announcement>& announcements) {
  if (relay_id != kHomeRelay) return {};  // it is for the workspace's relay still
  return in_write([&]() -> Status {
    for (const Announcement& one : announcements) {
      KAREZ_ASSIGN(const AuthorRow* row, row_announced(one.author, one.seq, one.link));
      KAREZ_TRY(statements.get(kCarried).bind(1, row->id).bind(2, one.seq).bind(3, one.now_ms).run());
    }
    return {};
  });
}

/// Only the relay that is pinned here is believed, only about what stands here with the same link.
Status Replica::Impl::Applying::keep_receipt(const Receipt& receipt) {
  if (home_relay_.is_zero() || !(receipt.relay == home_relay_)) return {};
  const AuthorRow* row = replica_.tables.names().branch_with(receipt.author, receipt.seq, receipt.link);
  if (row == nullptr) return {};
  const Bytes message = receipt_message(replica_.workspace_id, receipt);
  const bool is_signed = karez::verify(receipt.relay, Purpose::receipt, message, receipt.signature);
  if (!is_signed && !is_mutant(Mutant::believe_bundled_receipt)) return {};
  if (!has_home_row_) {
    KAREZ_TRY(replica_.statements.get(kMakeHomeRelay)
                  .bind_blob(1, receipt.relay.bytes)
                  .bind_blob(2, receipt.incarnation)
                  .run());
    home_incarnation_ = receipt.incarnation;
    has_home_row_ = true;
  }
  bool is_known = false;
  KAREZ_TRY(for_each_row(replica_.statements.get(kHasReceipt)
                             .bind(1, row->id)
                             .bind(2, receipt.seq)
                             .bind_blob(3, receipt.incarnation),
                         [&](Statement&) { is_known = true; }));
  if (is_known) return {};
  KAREZ_TRY(replica_.add_receipt(row->id, receipt));
  // Another incarnation than the one known here: kept, and counted once a session has learnt which one is
  // true.
  if (receipt.incarnation != home_incarnation_) return {};
  ++applied_.new_receipts;
  return replica_.raise_relay_head(kHomeRelay, row->id, {receipt.seq, receipt.link});
}

Status Replica::Impl::Applying::keep_holding(const BundleHolding& one) {
  const AuthorRow* row = replica_.authors.find(one.holding.author);
  const bool is_of_home =
      has_home_row_ && one.relay == home_relay_ && one.holding.incarnation == home_incarnation_;
  if (row == nullptr || row->id == replica_.own_id || !is_of_home) return {};
  const Bytes message = holding_message(replica_.workspace_id, one.relay, one.holding);
  if (!karez::verify(one.holding.author, Purpose::holding, message, one.holding.signature)) return {};
  return replica_.keep_holding(row->id, one.holding);
}

Status Replica::Impl::Applying::name_lacks() {
  const auto add = [&](BundleLack lack) {
    if (applied_.lacks.size() < kLacksKept) applied_.lacks.push_back(std::move(lack));
  };
  std::map<AuthorKey, std::uint64_t> through;  // what is lacking of each log ends there, by name
  std::map<AuthorKey, std::uint64_t> held_of;
  if (applied_.bundle.is_stated) {
    for (const auto& [name, head] : applied_.bundle.heads) {
      const AuthorRow* row = replica_.log_with_head(name, head);
      through[name] = head.seq;
      const bool is_it = row != nullptr && (head.seq > row->held_seq ||
                                            replica_.tables.names().has_link(*row, head.seq, head.link));
      held_of[name] = is_it ? row->held_seq : 0;
    }
  }
  KAREZ_TRY(for_each_row(replica_.statements.get(kShelved), [&](Statement& in) {
    const AuthorRow* row = replica_.authors.find(in.integer(0));
    if (row == nullptr) return;
    // Of a branch that is not here the changes before it are lacking, however long the others are.
    const std::uint64_t last = number(in, 1) - 1;
    through[row->head_name()] = last;
    held_of[row->head_name()] = std::min(row->held_seq, last - 1);
  }));
  for (const auto& [name, last] : through) {
    const std::uint64_t held = held_of[name];
    if (held >= last) continue;
    const AuthorRow* known = replica_.log_named(name, last);
    const bool is_enrolled = held > 0 || (known != nullptr && known->held_seq > 0);
    const auto why = is_enrolled ? BundleLack::Why::log : BundleLack::Why::enrolment;
    add({why, name, known == nullptr ? shown(name) : shown(*known), held + 1, last, ""});
  }
  for (const auto& row : replica_.authors.all()) {
    KAREZ_ASSIGN(const auto pin, replica_.applier->waits_for(*row));
    if (pin)
      add({BundleLack::Why::pin, row->head_name(), shown(*row), row->applied_seq + 1, pin->seq,
           shown(pin->author)});
  }
  return {};
}

Result<BundleApplied> Replica::apply_bundle(const std::string& path) {
  Impl& self = *impl_;
  KAREZ_TRY(self.refresh());
  self.relay_id = kNoRelay;  // what comes by hand says nothing about what a relay holds
  BundleApplied applied;
  BundleReader reader;
  Impl::Applying applying(self, applied);
  const Status read = read_bundle_file(
      path, reader, applied.bundle.bytes, [&](BundleItem&& item) { return applying.take(std::move(item)); },
      [&](std::uint64_t done, std::uint64_t of) {
        if (self.options.progress) self.options.progress("apply", done, of);
      });
  self.relay_id = kNoRelay;
  applied.bundle.whole_bytes = reader.whole_bytes();
  applied.bundle.fault = reader.fault();
  if (const Status status = reader.finish(); !status) applied.bundle.error = status.error();
  const Status finished = read ? applying.finish() : read;
  self.relay_id = kHomeRelay;
  KAREZ_TRY(finished);
  return applied;
}

}  // namespace karez
