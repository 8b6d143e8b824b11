// A bundle brought to a replica. The input is a list of frames, one byte for the kind and then:
//
//     1 header: packer u8, addressee u8      2 heads: piece      3 the statement that belongs to them
//     4 announcement of person u8            5 holding of person u8, arrival u16
//     6 receipt for person u8, seq u8, relay u8
//     7 pack of person u8, first u8, length u8: what that person wrote
//     8 end                                  0 a frame as it stands: kind u8, piece
//
// Checks and signatures are made here. A reader that only shows and one that takes in see the same; the
// replica is whole after it; the same bundle again adds nothing; what is refused at the header changes
// nothing.
#include "bundle_frames.h"
#include "replica_bed.h"

namespace karez::fuzz {
namespace {

constexpr int kMostFrames = 60;

class Packer {
 public:
  explicit Packer(const People& people) : people_(people) {
    incarnation_.fill(1);
    header_.workspace = people.fleet.workspace();
  }

  Bytes pack(ByteView bytes) {
    Steps steps(bytes);
    for (int i = 0; i < kMostFrames && !steps.at_end(); ++i) add(steps);
    return chain_.take();
  }

 private:
  const testing::Person& person(std::uint8_t which) const {
    return *people_.fleet.people()[which % people_.fleet.people().size()];
  }

  void add(Steps& steps) {
    const std::uint8_t kind = steps.u8() % 9;
    Writer body;
    switch (kind) {
      case 0: {
        const std::uint8_t own = steps.u8();
        return chain_.add(own, steps.piece());
      }
      case 1:
        write_header(steps, body);
        break;
      case 2:
        body.raw(steps.piece());
        digest_ = next_heads_digest(digest_, body.bytes());
        count_ += heads_in(body.bytes());
        break;
      case 3:
        write_statement(body);
        break;
      case 4:
        write_announcement(person(steps.u8()), body);
        break;
      case 5:
        write_holding(steps, body);
        break;
      case 6:
        write_receipt(steps, body);
        break;
      case 7: {
        const testing::Person& of = person(steps.u8());
        const std::uint64_t first = 1 + steps.u8() % of.seq();
        body.raw(of.pack(first, std::min<std::uint64_t>(of.seq(), first + steps.u8() % 8)));
        ++packs_;
        break;
      }
      default:
        body.varint(packs_);
        break;
    }
    chain_.add(kind, body.bytes());
  }

  static std::uint64_t heads_in(ByteView page) {
    Reader reader(page);
    std::uint64_t heads = 0;
    while (!reader.failed() && !reader.at_end()) {
      reader.raw(32);
      reader.varint();
      reader.raw(32);
      ++heads;
    }
    return heads;
  }
  void write_header(Steps& steps, Writer& body) {
    packer_ = &person(steps.u8());
    const std::uint8_t addressee = steps.u8();
    header_.packer = packer_->author();
    header_.addressee = addressee == 0 ? AuthorKey{} : person(addressee).author();
    header_.packed_ms = testing::kStartMs;
    body.varint(kBundleVersion);
    body.raw(header_.workspace.bytes);
    body.raw(header_.packer.bytes);
    body.raw(header_.addressee.bytes);
    body.zigzag(header_.packed_ms);
  }
  void write_statement(Writer& body) {
    BundleStatement statement{count_, digest_, {}};
    statement.signature = sign(packer_->key(), Purpose::statement, statement_message(header_, statement));
    body.varint(statement.count);
    body.raw(statement.digest);
    body.raw(statement.signature);
  }
  void write_announcement(const testing::Person& of, Writer& body) {
    Announcement said{of.author(), of.seq(), of.link(of.seq()), testing::kStartMs, testing::kStartMs + 9000,
                      0,           {}};
    said.signature = sign(of.key(), Purpose::announcement, announcement_message(header_.workspace, said));
    body.raw(said.author.bytes);
    body.varint(said.seq);
    body.raw(said.link);
    body.zigzag(said.last_record_ms);
    body.zigzag(said.now_ms);
    body.raw(said.signature);
  }
  void write_holding(Steps& steps, Writer& body) {
    const testing::Person& of = person(steps.u8());
    Holding holding{of.author(), incarnation_, steps.u16(), {}};
    holding.signature =
        sign(of.key(), Purpose::holding, holding_message(header_.workspace, relay_.author, holding));
    body.raw(holding.author.bytes);
    body.raw(relay_.author.bytes);
    body.raw(holding.incarnation);
    body.varint(holding.arrival);
    body.raw(holding.signature);
  }
  void write_receipt(Steps& steps, Writer& body) {
    const testing::Person& of = person(steps.u8());
    const std::uint64_t seq = 1 + steps.u8() % of.seq();
    const KeyPair key = steps.u8() % 2 == 0 ? relay_ : testing::key_of("another relay");
    Receipt receipt{of.author(), seq, of.link(seq), key.author, incarnation_, seq, {}};
    receipt.signature = sign(key, Purpose::receipt, receipt_message(header_.workspace, receipt));
    body.raw(receipt.author.bytes);
    body.varint(receipt.seq);
    body.raw(receipt.link);
    body.raw(receipt.relay.bytes);
    body.raw(receipt.incarnation);
    body.varint(receipt.arrival);
    body.raw(receipt.signature);
  }

  const People& people_;
  const testing::Person* packer_ = people_.fleet.people().front().get();
  const KeyPair relay_ = testing::key_of("relay");
  Incarnation incarnation_{};
  FrameChain chain_;
  BundleHeader header_;
  Hash digest_{};
  std::uint64_t count_ = 0;
  std::uint64_t packs_ = 0;
};

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  static ReplicaBed bed;
  const Bytes bundle = Packer(bed.people()).pack(bytes);
  const std::string path = (bed.folder() / "bundle").string();
  write_file(path, text_of(bundle));
  const auto shown = read_bundle(path);
  FUZZ_CHECK(shown.ok() && shown->bytes == bundle.size());
  if (shown->header.packer.is_zero()) return Verdict::refused;  // nothing behind the magic

  bed.reset();
  auto replica = bed.open();
  FUZZ_CHECK(replica.ok());
  const auto applied = replica->apply_bundle(path);
  if (!applied) {
    FUZZ_CHECK(applied.error().code == ErrorCode::wrong_workspace);
    FUZZ_CHECK(dump_of(*replica) == bed.dump());
    return Verdict::refused;
  }
  FUZZ_CHECK(applied->bundle.fault == shown->fault);
  FUZZ_CHECK(applied->bundle.packs == shown->packs && applied->bundle.whole_bytes == shown->whole_bytes);
  const std::string dump = dump_of(*replica);
  if (applied->new_changes == 0 && !applied->is_new_author) FUZZ_CHECK(dump == bed.dump());
  const auto again = replica->apply_bundle(path);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->new_changes == 0 && again->new_receipts == 0 && !again->is_new_author);
  FUZZ_CHECK(again->refused_packs == applied->refused_packs);
  FUZZ_CHECK(dump_of(*replica) == dump);
  const auto verified = replica->verify();
  FUZZ_CHECK(verified.ok() && verified->ok);
  return applied->is_complete() ? Verdict::taken : Verdict::refused;
}

}  // namespace karez::fuzz
