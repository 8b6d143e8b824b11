#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "support/replica_fleet.h"
#include "support/wide_branches.h"

// Bundles between real replicas: what goes in, what comes of it, what it says about who holds what.

namespace karez {
namespace {

using namespace karez::testing;

struct Stick {
  TemporaryFolder folder;
  std::string path = folder.path() + "/usb.karez";

  Bytes bytes() const {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return {text.begin(), text.end()};
  }
  void put(const Bytes& bytes) const {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
};

BundleSummary pack(Replica& replica, const Stick& stick, const std::string& for_laptop = "") {
  auto packed = replica.pack_bundle(stick.path, for_laptop);
  REQUIRE_MESSAGE(packed.ok(), (packed ? "" : packed.error().message));
  return *packed;
}

BundleApplied apply(Replica& replica, const Stick& stick) {
  auto applied = replica.apply_bundle(stick.path);
  REQUIRE_MESSAGE(applied.ok(), (applied ? "" : applied.error().message));
  return *applied;
}

RecordState state_of(Replica& replica, const RecordId& id) {
  const auto view = replica.show(id);
  REQUIRE(view.ok());
  return view->state;
}

}  // namespace

TEST_CASE(
    "Bundle: a volunteer's word about a log is no proof that it is at headquarters, a coordinator's is") {
  ReplicaFleet fleet;
  Stick stick;
  fleet.join("l1");
  fleet.join("l2");
  const RecordId id = record_visit(fleet["l1"], "S001", 3, {{"W550", 2}});
  pack(fleet["l1"], stick);
  CHECK(apply(fleet["l2"], stick).is_complete());
  pack(fleet["l2"], stick);
  CHECK(apply(fleet["l1"], stick).is_complete());
  CHECK(state_of(fleet["l1"], id) == RecordState::saved_here);

  pack(fleet["l1"], stick);
  CHECK(apply(fleet.hq(), stick).is_complete());
  pack(fleet.hq(), stick, "l1");
  CHECK(apply(fleet["l1"], stick).is_complete());
  CHECK(state_of(fleet["l1"], id) == RecordState::at_headquarters);
  // What is recorded afterwards is not.
  const RecordId later = record_visit(fleet["l1"], "S001", 3, {});
  CHECK(state_of(fleet["l1"], later) == RecordState::saved_here);
}

TEST_CASE("Bundle: what comes by hand says nothing about what a relay holds") {
  ReplicaFleet fleet;
  Stick stick;
  fleet.join("l1");
  record_visit(fleet["l1"], "S001", 3, {});
  pack(fleet["l1"], stick);
  apply(fleet.hq(), stick);
  CHECK(fleet.hq().sync_store().relay_heads().empty());
  CHECK(fleet.hq().status()->unsent == fleet.hq().status()->changes_held);
}

TEST_CASE(
    "Bundle: receipts count only from the pinned relay, for what stands here, and raise what is on it") {
  ReplicaFleet fleet;
  Stick stick;
  fleet.join("l1");
  const RecordId id = record_visit(fleet["l1"], "S001", 3, {});
  const KeyPair relay = key_pair_from_seed(FixedBytes<32>{1});
  const KeyPair other = key_pair_from_seed(FixedBytes<32>{2});
  const Incarnation incarnation{7};
  // Both have met the relay; the laptop only shook hands.
  REQUIRE(fleet.hq().sync_store().open_relay(relay.author, incarnation).ok());
  REQUIRE(fleet["l1"].sync_store().open_relay(relay.author, incarnation).ok());
  pack(fleet["l1"], stick);
  apply(fleet.hq(), stick);
  const AuthorKey author = fleet["l1"].status()->author;
  const Head head = fleet["l1"].sync_store().heads().at(author);
  const auto receipt_by = [&](const KeyPair& by, const Hash& link) {
    Receipt receipt{author, head.seq, link, by.author, incarnation, 5, {}};
    receipt.signature =
        sign(by, Purpose::receipt, receipt_message(fleet.hq().sync_store().workspace(), receipt));
    return receipt;
  };
  const auto offer = [&](const Receipt& receipt) {
    const BundleHeader header{fleet.hq().sync_store().workspace(), other.author, {}, 0};
    BundleWriter writer;
    Bytes bytes = writer.begin(header, {{author, head}}, other);
    for (const Bytes& more : {writer.receipt(receipt), writer.end()})
      bytes.insert(bytes.end(), more.begin(), more.end());
    stick.put(bytes);
    return apply(fleet["l1"], stick).new_receipts;
  };
  CHECK(offer(receipt_by(other, head.link)) == 0);
  CHECK(offer(receipt_by(relay, Hash{9})) == 0);
  Receipt forged = receipt_by(relay, head.link);
  forged.arrival += 1;
  CHECK(offer(forged) == 0);
  CHECK(state_of(fleet["l1"], id) == RecordState::saved_here);
  CHECK(offer(receipt_by(relay, head.link)) == 1);
  CHECK(state_of(fleet["l1"], id) == RecordState::on_relay);
  CHECK(offer(receipt_by(relay, head.link)) == 0);
}

TEST_CASE("Bundle: a restored laptop learns from a bundle that its key wrote more, and goes on as another") {
  ReplicaFleet fleet;
  Stick stick;
  fleet.join("l1");
  record_visit(fleet["l1"], "S001", 1, {});
  pack(fleet["l1"], stick);
  apply(fleet.hq(), stick);
  // A clone of the whole disk, the guard's nonce too: nothing local tells it.
  std::filesystem::copy(fleet.home("l1"), fleet.home("copy"), std::filesystem::copy_options::recursive);
  record_visit(fleet["l1"], "S001", 2, {});
  pack(fleet["l1"], stick);
  const AuthorKey before = fleet["l1"].status()->author;
  apply(fleet.hq(), stick);
  Replica& copy = fleet.reopen("copy");
  const BundleApplied applied = apply(copy, stick);
  CHECK(applied.is_complete());
  CHECK_FALSE(copy.status()->author == before);
  CHECK(copy.verify()->ok);
}

TEST_CASE(
    "Bundle: a laptop that was put back becomes one other laptop, though guard and bundle both tell it") {
  ReplicaFleet fleet;
  Stick stick;
  fleet.join("l1");
  record_visit(fleet["l1"], "S001", 1, {});
  std::filesystem::copy(fleet.home("l1"), fleet.home("image"), std::filesystem::copy_options::recursive);
  record_visit(fleet.reopen("l1"), "S001", 2, {});
  pack(fleet["l1"], stick);
  std::filesystem::remove_all(fleet.home("l1"));
  std::filesystem::rename(fleet.home("image"), fleet.home("l1"));
  Replica& back = fleet.reopen("l1");
  const std::size_t logs = back.sync_store().heads().size();
  CHECK(apply(back, stick).is_complete());
  CHECK(back.sync_store().heads().size() == logs + 1);
  CHECK(back.verify()->ok);
}

TEST_CASE(
    "Bundle: a statement of a stranger does not make a laptop give up its name, one of a known laptop does") {
  ReplicaFleet fleet;
  Stick stick;
  fleet.join("l1");
  const AuthorKey me = fleet["l1"].status()->author;
  const auto state_more = [&](const KeyPair& packer) {
    Heads heads = fleet["l1"].sync_store().heads();
    heads[me].seq += 5;
    BundleWriter writer;
    const BundleHeader header{fleet.hq().sync_store().workspace(), packer.author, {}, 0};
    Bytes bytes = writer.begin(header, heads, packer);
    const Bytes end = writer.end();
    bytes.insert(bytes.end(), end.begin(), end.end());
    stick.put(bytes);
    return apply(fleet["l1"], stick);
  };
  CHECK_FALSE(state_more(key_pair_from_seed(FixedBytes<32>{3})).is_new_author);
  CHECK(fleet["l1"].status()->author == me);
  pack(fleet.hq(), stick);
  apply(fleet["l1"], stick);
  CHECK(state_more(fleet.hq().sync_store().key_pair()).is_new_author);
  CHECK_FALSE(fleet["l1"].status()->author == me);
}

TEST_CASE("Bundle: the parts of a bundle that was cut short are named as lacking") {
  ReplicaFleet fleet;
  Stick stick;
  fleet.join("l1");
  record_visit(fleet["l1"], "S001", 1, {});
  pack(fleet["l1"], stick);
  const Bytes whole = stick.bytes();
  stick.put({whole.begin(), whole.end() - 600});
  const BundleApplied applied = apply(fleet.hq(), stick);
  CHECK(applied.bundle.fault == BundleFault::torn);
  REQUIRE(applied.lacks.size() == 1);
  CHECK(applied.lacks.front().why == BundleLack::Why::enrolment);
  CHECK(applied.lacks.front().first == 1);
  stick.put(whole);
  CHECK(apply(fleet.hq(), stick).is_complete());
}

TEST_CASE("Bundle: a pack that cannot be read is refused alone") {
  ReplicaFleet fleet;
  Stick stick;
  fleet.join("l1");
  record_visit(fleet["l1"], "S001", 1, {});
  Replica& l1 = fleet["l1"];
  const Heads heads = l1.sync_store().heads();
  const KeyPair key = l1.sync_store().key_pair();
  const auto good = l1.sync_store().next_pack(key.author, 0);
  REQUIRE(good.ok());
  BundleWriter writer;
  Bytes bytes = writer.begin({l1.sync_store().workspace(), key.author, {}, 0}, heads, key);
  Bytes bent = (*good)->bytes;
  bent.back() ^= 1;
  for (const Bytes& more :
       {writer.pack(view_of("no pack")), writer.pack(bent), writer.pack((*good)->bytes), writer.end()}) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  stick.put(bytes);
  const BundleApplied applied = apply(fleet.hq(), stick);
  CHECK(applied.refused_packs == 2);
  CHECK(applied.lacks.empty());
  CHECK(applied.new_changes == heads.at(key.author).seq);
}

TEST_CASE("Bundle: a log comes whole although the pack across its split also holds changes of another") {
  for (const bool goes_on : {false, true}) {
    CAPTURE(goes_on);
    WideBranches w(goes_on);
    Stick stick;
    pack(w.fleet.hq(), stick);
    const BundleApplied applied = apply(w.fleet["l2"], stick);
    CHECK(applied.is_complete());
    CHECK(applied.refused.empty());
    CHECK(w.fleet["l2"].sync_store().heads().contains(w.name));
    CHECK(w.is_same("l2", "hq"));
  }
}

}  // namespace karez
