// Packing a bundle: what a laptop may lack of what is here, with everything signed that helps it.
#include "bundle_file.h"
#include "karez/storage/row.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr auto kHolderHeads = "SELECT author, seq, link FROM holder_head WHERE holder=?";
/// What a coordinator holds of an incarnation up to an arrival: receipts say which changes arrived by then.
constexpr auto kCoveredByHolding =
    "SELECT r.author, max(r.seq), r.link FROM receipt AS r JOIN holding AS h ON h.incarnation = r.incarnation"
    " WHERE h.author=? AND r.arrival <= h.arrival GROUP BY r.author";
constexpr auto kAnnouncements =
    "SELECT author, seq, link, last_record_ms, now_ms, signature FROM announcement ORDER BY author";
constexpr auto kHoldings =
    "SELECT h.author, r.key, h.incarnation, h.arrival, h.signature FROM holding AS h JOIN relay AS r"
    " ON r.id = 1 AND r.incarnation = h.incarnation ORDER BY h.author";
/// The newest of each author, of the incarnation that the relay has now. SQLite takes bare columns beside
/// max() from the row that holds the maximum.
constexpr auto kReceipts =
    "SELECT c.author, max(c.seq), c.link, c.relay, c.incarnation, c.arrival, c.signature FROM receipt AS c "
    "JOIN relay AS r"
    " ON r.id = 1 AND r.incarnation = c.incarnation AND r.key = c.relay GROUP BY c.author ORDER BY c.author";

}  // namespace

/// One packing: what goes in, where to.
class Replica::Impl::Packing {
 public:
  Packing(Impl& replica, BundleSink& sink, BundleSummary& summary)
      : replica_(replica), sink_(sink), summary_(summary) {}

  Status begin(const AuthorKey& addressee);
  Status add_notes();
  Status add_packs(const Heads& known);
  Status end() { return sink_.write(writer_.end()); }

 private:
  Status add_log(const AuthorKey& author, std::uint64_t after, std::uint64_t through);
  const AuthorRow* row_of(Statement& in) { return replica_.authors.find(in.integer(0)); }

  Impl& replica_;
  BundleSink& sink_;
  BundleSummary& summary_;
  BundleWriter writer_;
  std::uint64_t done_ = 0, total_ = 0;
};

Status Replica::Impl::Packing::begin(const AuthorKey& addressee) {
  summary_.heads = replica_.authors.heads();
  if (summary_.heads.size() > kBundleHeads) {
    return Error{ErrorCode::too_large, "a bundle can state the heads of " + std::to_string(kBundleHeads) +
                                           " laptops, more are here; nothing was written"};
  }
  const KeyPair own = replica_.key_pair();
  summary_.header = {replica_.workspace_id, own.author, addressee, replica_.clock().now_ms()};
  summary_.is_stated = true;
  return sink_.write(writer_.begin(summary_.header, summary_.heads, own));
}

Status Replica::Impl::Packing::add_notes() {
  const AuthorKey own = summary_.header.packer;
  KAREZ_ASSIGN(const Announcement mine, replica_.make_announcement(summary_.header.packed_ms));
  KAREZ_TRY(sink_.write(writer_.announcement(mine)));
  ++summary_.announcements;
  Status status;
  // Notes about a log that is not here help nobody, and a bundle holds at most one of each kind for each
  // head.
  const auto speaks = [&](const AuthorRow* row) { return status && row != nullptr && row->held_seq > 0; };
  KAREZ_TRY(for_each_row(replica_.statements.get(kAnnouncements), [&](Statement& in) {
    const AuthorRow* row = row_of(in);
    if (!speaks(row) || row->key == own) return;
    Announcement one;
    one.author = row->key;
    one.seq = number(in, 1);
    one.link = fixed<32>(in.blob(2));
    one.last_record_ms = in.integer(3);
    one.now_ms = in.integer(4);
    one.signature = fixed<64>(in.blob(5));
    status = sink_.write(writer_.announcement(one));
    ++summary_.announcements;
  }));
  KAREZ_TRY(for_each_row(replica_.statements.get(kHoldings), [&](Statement& in) {
    const AuthorRow* row = row_of(in);
    if (!speaks(row)) return;
    BundleHolding one;
    one.holding.author = row->key;
    one.relay.bytes = fixed<32>(in.blob(1));
    one.holding.incarnation = fixed<16>(in.blob(2));
    one.holding.arrival = number(in, 3);
    one.holding.signature = fixed<64>(in.blob(4));
    status = sink_.write(writer_.holding(one));
    ++summary_.holdings;
  }));
  KAREZ_TRY(for_each_row(replica_.statements.get(kReceipts), [&](Statement& in) {
    const AuthorRow* row = row_of(in);
    if (!speaks(row)) return;
    Receipt one;
    one.author = row->key;
    one.seq = number(in, 1);
    one.link = fixed<32>(in.blob(2));
    one.relay.bytes = fixed<32>(in.blob(3));
    one.incarnation = fixed<16>(in.blob(4));
    one.arrival = number(in, 5);
    one.signature = fixed<64>(in.blob(6));
    status = sink_.write(writer_.receipt(one));
    ++summary_.receipts;
  }));
  return status;
}

Status Replica::Impl::Packing::add_packs(const Heads& known) {
  const auto known_seq = [&](const AuthorKey& author) {
    const auto found = known.find(author);
    return found == known.end() ? std::uint64_t{0} : found->second.seq;
  };
  for (const auto& [author, head] : summary_.heads) {
    total_ += head.seq - std::min(head.seq, known_seq(author));
  }
  for (const auto& [author, head] : summary_.heads) {
    if (known_seq(author) < head.seq) KAREZ_TRY(add_log(author, known_seq(author), head.seq));
  }
  return {};
}

Status Replica::Impl::Packing::add_log(const AuthorKey& author, std::uint64_t after, std::uint64_t through) {
  while (after < through) {
    KAREZ_ASSIGN(auto pack, replica_.next_pack(author, after));
    if (!pack || pack->reached <= after) break;
    KAREZ_TRY(sink_.write(writer_.pack(pack->bytes)));
    add_to_summary(summary_, BundlePack{std::move(pack->bytes)});
    done_ += pack->reached - after;
    after = pack->reached;
    if (replica_.options.progress) replica_.options.progress("pack", std::min(done_, total_), total_);
  }
  if (after >= through) return {};
  return Error{ErrorCode::corrupt, "the log of " + public_name(author) + " ends at change " +
                                       std::to_string(after) + " instead of " + std::to_string(through) +
                                       "; nothing was written: run karez verify"};
}

Result<Heads> Replica::Impl::known_to_have(const AuthorRow& laptop) {
  Heads known;
  // What differs from ours at that place is another branch: then it is not known to have ours.
  const auto add = [&](Statement& in) {
    const AuthorRow* row = authors.find(in.integer(0));
    if (row == nullptr) return;
    const Head said{number(in, 1), fixed<32>(in.blob(2))};
    if (said.seq <= row->held_seq && log.link_at(row->id, said.seq) != said.link) return;
    Head& head = known[row->head_name()];
    if (said.seq > head.seq) head = said;
  };
  KAREZ_TRY(for_each_row(statements.get(kHolderHeads).bind(1, laptop.id), add));
  KAREZ_TRY(for_each_row(statements.get(kCoveredByHolding).bind(1, laptop.id), add));
  known[laptop.head_name()] = {laptop.held_seq, laptop.held_link};
  return known;
}

Result<BundleSummary> Replica::pack_bundle(const std::string& path, const std::string& for_laptop) {
  Impl& self = *impl_;
  // A copied database finds out here, before it signs anything under a key that is not its own alone.
  {
    KAREZ_ASSIGN(Transaction transaction, self.begin_write());
    KAREZ_TRY(self.meta.set("bundle_packed_ms", self.clock().now_ms()));
    KAREZ_TRY(self.commit(transaction));
  }
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  Heads known;
  AuthorKey addressee;
  if (!for_laptop.empty()) {
    const auto named = self.by_device(for_laptop);
    if (!named) {
      return Error{named.error().code, named.error().message + "; without --for the bundle is for anybody"};
    }
    const std::vector<AuthorRow*>& found = *named;
    if (found.size() > 1) {
      return Error{ErrorCode::refused,
                   "several laptops are called " + for_laptop + "; name one by its key, see karez devices"};
    }
    addressee = found.front()->key;
    if (found.front()->id == self.own_id)
      return Error{ErrorCode::refused, for_laptop + " is this laptop; name the one that the bundle goes to"};
    KAREZ_ASSIGN(known, self.known_to_have(*found.front()));
  }
  KAREZ_ASSIGN(const auto sink, BundleSink::create(path));
  BundleSummary summary;
  Impl::Packing packing(self, *sink, summary);
  KAREZ_TRY(packing.begin(addressee));
  KAREZ_TRY(packing.add_notes());
  KAREZ_TRY(packing.add_packs(known));
  KAREZ_TRY(packing.end());
  KAREZ_TRY(sink->finish());
  summary.bytes = summary.whole_bytes = sink->bytes();
  return summary;
}

}  // namespace karez
