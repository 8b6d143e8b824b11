#include "karez/log/pack.h"

#include <doctest/doctest.h>

#include <zstd.h>

#include <string>
#include <utility>
#include <vector>

#include "karez/base/limits.h"
#include "support/changes.h"
#include "support/packs.h"

namespace karez {
namespace {

using testing::Fleet;
using testing::forged;
using testing::Person;
using testing::raw_of;

Create site(const std::string& name) {
  Create op;
  op.collection = 2;
  op.fields = {{FieldName::catalog(1), Value::of(name)}};
  return op;
}

PrivatePart secret(const std::string& text) {
  PrivatePart part;
  part.salt.fill(7);
  part.bytes.assign(text.begin(), text.end());
  return part;
}

/// A founder with three changes, the last with a private part.
struct Sample {
  Sample() {
    fleet.founder().add({site("S001")});
    Change sealed;
    sealed.operations = {site("S002")};
    fleet.founder().add(sealed, secret("+86 10"));
  }
  Person& founder() { return fleet.founder(); }
  Fleet fleet;
};

ErrorCode refusal(ByteView pack) {
  const auto opened = open_pack(pack);
  REQUIRE(!opened.ok());
  CHECK(!opened.error().message.empty());
  return opened.error().code;
}

/// What a frame unpacks to, taken into its columns so that a test may bend one.
struct Parts {
  explicit Parts(ByteView raw) {
    Reader in(raw);
    columns.resize(static_cast<std::size_t>(in.varint()));
    std::vector<std::size_t> sizes;
    for (auto& [encoding, data] : columns) {
      encoding = in.u8();
      sizes.push_back(static_cast<std::size_t>(in.varint()));
    }
    const ByteView all = in.sized(raw.size());
    shapes.assign(all.begin(), all.end());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const ByteView data = in.raw(sizes[i]);
      columns[i].second.assign(data.begin(), data.end());
    }
    REQUIRE(in.finished());
  }
  [[nodiscard]] Bytes raw() const {
    Writer out;
    out.varint(columns.size());
    for (const auto& [encoding, data] : columns) {
      out.u8(encoding);
      out.varint(data.size());
    }
    out.sized(shapes);
    for (const auto& [encoding, data] : columns) out.raw(data);
    return out.take();
  }
  std::vector<std::pair<std::uint8_t, Bytes>> columns;
  Bytes shapes;
};

// Numbers of columns (schema/log-format.md, section 5).
constexpr std::size_t kPrivateColumn = 10;
constexpr std::size_t kPartColumn = 13;
constexpr std::size_t kWholeColumn = 16;
constexpr std::uint8_t kRuns = 2;

TEST_CASE("Pack: a founder's log opens as it was sealed") {
  Sample sample;
  Person& founder = sample.founder();
  const Bytes pack = founder.pack();
  const auto opened = open_pack(pack);
  REQUIRE(opened.ok());
  CHECK(opened->header.workspace == sample.fleet.workspace());
  CHECK(opened->header.last_seq() == 3);
  REQUIRE(opened->changes.size() == 3);
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    const OpenedChange& one = opened->changes[seq - 1];
    CHECK(one.change == founder.change(seq));
    CHECK(one.content == founder.content(seq));
    CHECK(one.link == founder.link(seq));
    CHECK(one.private_part == founder.entry(seq)->private_part);
  }
  CHECK(opened->last_link() == founder.link(3));
}

TEST_CASE("Pack: any run of a log opens, and one change is a run") {
  Sample sample;
  for (std::uint64_t first = 1; first <= 3; ++first) {
    for (std::uint64_t last = first; last <= 3; ++last) {
      const auto opened = open_pack(sample.founder().pack(first, last));
      REQUIRE(opened.ok());
      CHECK(opened->header.prev_link == sample.founder().link(first - 1));
      CHECK(opened->last_link() == sample.founder().link(last));
    }
  }
}

TEST_CASE("Pack: an enrolled author's log opens in the founder's workspace only") {
  Sample sample;
  Person& volunteer = sample.fleet.volunteer("li");
  CHECK(open_pack(volunteer.pack()).ok());
  PackHeader header = volunteer.header(1, 1);
  header.workspace.bytes[0] ^= 1;
  CHECK(refusal(forged(header, raw_of(volunteer.pack()))) == ErrorCode::bad_signature);
  header.signature = sign_head(volunteer.key(), header.workspace, 1, volunteer.link(1));
  CHECK(refusal(forged(header, raw_of(volunteer.pack()))) == ErrorCode::broken_chain);
}

TEST_CASE("Pack: a founder's log names the workspace that it makes") {
  Sample sample;
  Person& founder = sample.founder();
  PackHeader header = founder.header(1, 3);
  header.workspace.bytes[0] ^= 1;
  header.signature = sign_head(founder.key(), header.workspace, 3, founder.link(3));
  CHECK(refusal(forged(header, raw_of(founder.pack()))) == ErrorCode::wrong_workspace);
}

TEST_CASE("Pack: a log that does not begin at its link zero is a broken chain") {
  Sample sample;
  Person& founder = sample.founder();
  PackHeader header = founder.header(1, 1);
  header.prev_link = link_zero(sample.fleet.workspace(), founder.author());
  const Hash link = next_link(header.prev_link, founder.content(1));
  header.signature = sign_head(founder.key(), header.workspace, 1, link);
  CHECK(refusal(forged(header, raw_of(founder.pack(1, 1)))) == ErrorCode::broken_chain);
}

TEST_CASE("Pack: another seq, author, order or content breaks the signature") {
  Sample sample;
  Person& founder = sample.founder();
  const Bytes raw = raw_of(founder.pack(2, 3));
  PackHeader header = founder.header(2, 3);
  CHECK(open_pack(forged(header, raw)).ok());
  header.first_seq = 3;
  CHECK(refusal(forged(header, raw)) == ErrorCode::bad_signature);
  header = founder.header(2, 3);
  header.author = testing::key_of("somebody").author;
  CHECK(refusal(forged(header, raw)) == ErrorCode::bad_signature);
  header = founder.header(2, 3);
  header.prev_link[31] ^= 1;
  CHECK(refusal(forged(header, raw)) == ErrorCode::bad_signature);
  Bytes altered = raw;
  const auto letter = std::search(altered.begin(), altered.end(), std::begin("S001"), std::end("S001") - 1);
  REQUIRE(letter != altered.end());
  *letter = 'T';
  CHECK(refusal(forged(founder.header(2, 3), altered)) == ErrorCode::bad_signature);
}

TEST_CASE("Pack: every cut and every flipped byte is refused or still the same changes") {
  Sample sample;
  const Bytes pack = sample.founder().pack();
  for (std::size_t size = 0; size < pack.size(); ++size) {
    CHECK(!open_pack(ByteView(pack).first(size)).ok());
  }
  for (std::size_t i = 0; i < pack.size(); ++i) {
    Bytes bad = pack;
    bad[i] ^= 0x10;
    const auto opened = open_pack(bad);
    if (opened.ok()) CHECK(opened->last_link() == sample.founder().link(3));
  }
}

TEST_CASE("Pack: the frame is exactly one of exactly the stated size") {
  Sample sample;
  Person& founder = sample.founder();
  const PackHeader header = founder.header(1, 3);
  const Bytes raw = raw_of(founder.pack());
  CHECK(open_pack(forged(header, raw)).ok());
  CHECK(refusal(forged(header, raw, raw.size() - 1)) == ErrorCode::malformed);
  CHECK(refusal(forged(header, raw, raw.size() + 1)) == ErrorCode::malformed);
  CHECK(refusal(forged(header, raw, 0)) == ErrorCode::malformed);
  CHECK(refusal(forged(header, raw, limits::kPackRawBytes + 1)) == ErrorCode::too_large);
  Bytes trailing = forged(header, raw);
  trailing.push_back(0);
  CHECK(refusal(trailing) == ErrorCode::malformed);
  Bytes bomb(64 * 1024 * 1024, 0);
  Bytes frame(ZSTD_compressBound(bomb.size()));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), bomb.data(), bomb.size(), 3));
  CHECK(refusal(forged(header, raw, limits::kPackRawBytes, frame)) == ErrorCode::malformed);
  const Bytes skippable = *from_hex("502a4d180400000001020304");
  CHECK(refusal(forged(header, {}, 0, skippable)) == ErrorCode::malformed);
}

TEST_CASE("Pack: entries beyond the count, short of it or malformed are refused") {
  Sample sample;
  Person& founder = sample.founder();
  Bytes raw = raw_of(founder.pack());
  PackHeader header = founder.header(1, 3);
  header.count = 2;
  CHECK(refusal(forged(header, raw)) == ErrorCode::malformed);
  header.count = 4;
  CHECK(refusal(forged(header, raw)) == ErrorCode::malformed);
  header.count = 0;
  CHECK(refusal(forged(header, raw)) == ErrorCode::malformed);
  header.count = limits::kPackChanges + 1;
  CHECK(refusal(forged(header, raw)) == ErrorCode::too_large);
  header = founder.header(1, 3);
  header.first_seq = limits::kSeq;
  CHECK(refusal(forged(header, raw)) == ErrorCode::malformed);
}

TEST_CASE("Pack: a private part fits its commitment, is there, and is nowhere else") {
  Sample sample;
  Person& founder = sample.founder();
  const PackHeader header = founder.header(3, 3);
  const Parts parts(raw_of(founder.pack(3, 3)));
  Parts bent = parts;
  bent.columns[kPartColumn].second.back() ^= 1;
  CHECK(refusal(forged(header, bent.raw())) == ErrorCode::malformed);
  bent = parts;
  for (std::size_t i = kPartColumn - 1; i <= kPartColumn; ++i) bent.columns[i].second.clear();
  bent.columns[kPrivateColumn] = {0, {2}};
  CHECK(refusal(forged(header, bent.raw())) == ErrorCode::withheld);
  for (const std::uint8_t flag : Bytes{0, 3}) {
    bent.columns[kPrivateColumn] = {0, {flag}};
    CHECK(refusal(forged(header, bent.raw())) == ErrorCode::malformed);
  }
  Parts uncalled(raw_of(founder.pack(2, 2)));
  uncalled.columns[kPrivateColumn] = {0, {2}};
  CHECK(refusal(forged(founder.header(2, 2), uncalled.raw())) == ErrorCode::malformed);
}

TEST_CASE("Pack: every kind of operation and value comes back byte for byte, in columns") {
  const auto key = testing::key_of("author");
  const WorkspaceId workspace{blake2b({view_of("a workspace")})};
  std::vector<PackEntry> entries;
  Hash link = blake2b({view_of("the link before")});
  PackHeader header{workspace, key.author, 7, 0, link, {}};
  for (std::uint64_t i = 0; i < 5; ++i) {
    Change change = testing::rich_change();
    change.seq = header.first_seq + i;
    change.time.ms += i * 1000;
    PrivatePart part{FixedBytes<16>{static_cast<std::uint8_t>(i)}, Bytes{1, 2, 3}};
    change.private_commitment = private_commitment(part.salt, part.bytes);
    auto content = encode(change);
    REQUIRE_MESSAGE(content.ok(), content.error().message);
    link = next_link(link, *content);
    entries.push_back({std::move(*content), part});
  }
  header.count = entries.size();
  header.signature = sign_head(key, workspace, header.last_seq(), link);
  const auto pack = encode_pack(header, entries);
  REQUIRE(pack.ok());
  CHECK(Parts(raw_of(*pack)).columns[kWholeColumn].second.empty());
  for (const auto& opened : {open_pack(*pack), read_stored_pack(*pack)}) {
    REQUIRE_MESSAGE(opened.ok(), opened.error().message);
    CHECK(opened->last_link() == link);
    REQUIRE(opened->changes.size() == entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      CHECK(opened->changes[i].content == entries[i].content);
      CHECK(opened->changes[i].private_part == entries[i].private_part);
    }
  }
}

TEST_CASE("Pack: a stored pack is read without its signature, and with every other check") {
  Sample sample;
  Person& founder = sample.founder();
  PackHeader header = founder.header(1, 3);
  header.signature.fill(0);
  const Bytes raw = raw_of(founder.pack());
  CHECK(refusal(forged(header, raw)) == ErrorCode::bad_signature);
  const auto read = read_stored_pack(forged(header, raw));
  REQUIRE(read.ok());
  CHECK(read->last_link() == founder.link(3));
  header.prev_link[0] ^= 1;
  CHECK(read_stored_pack(forged(header, raw)).error().code == ErrorCode::broken_chain);
  CHECK(read_stored_pack(forged(founder.header(1, 3), ByteView(raw).first(raw.size() - 1))).error().code ==
        ErrorCode::malformed);
}

TEST_CASE("Pack: what is rebuilt is bounded, however little it is built from") {
  Fleet fleet;
  Person& founder = fleet.founder();
  for (int i = 0; i < 70; ++i) founder.add({site(std::string(limits::kTextBytes, 'a'))});
  // 63 of these texts fit 1 MiB; the pack holds the text once and names it as often as it likes.
  const Bytes most = founder.pack(2, 64);
  CHECK(open_pack(most).ok());
  CHECK(most.size() < 1024);
  std::vector<PackEntry> entries;
  for (std::uint64_t seq = 2; seq <= 71; ++seq) entries.push_back(*founder.entry(seq));
  CHECK(encode_pack(founder.header(2, 71), entries).error().code == ErrorCode::too_large);
  PackHeader header = founder.header(2, 71);
  Parts parts(raw_of(most));
  for (auto& [encoding, data] : parts.columns) {
    if (encoding == kRuns && data.size() == 2) data[1] = 70;
    if (encoding == 4) data.resize(data.size() + 7, 0);
    if (encoding == 0 && data.size() == 63) data.resize(70, data.back());
    if (encoding == 1 && data.size() > 63) data.resize(data.size() + 14, 1);
  }
  CHECK(refusal(forged(header, parts.raw())) == ErrorCode::too_large);
  // Ten bytes that ask for 2^63 operations, or authors, in one change.
  for (const std::size_t column : {std::size_t{14}, std::size_t{4}}) {
    Writer runs;
    runs.varint(std::uint64_t{1} << 63);
    runs.varint(63);
    Parts endless(raw_of(most));
    endless.columns[column] = {kRuns, runs.take()};
    CHECK(!open_pack(forged(founder.header(2, 64), endless.raw())).ok());
  }
}

TEST_CASE("Pack: a content that does not follow the grammar travels whole") {
  Sample sample;
  Person& founder = sample.founder();
  PackEntry entry{founder.content(2), std::nullopt};
  entry.content.push_back(0);
  const Bytes pack = encode_pack(founder.header(2, 2), std::span(&entry, 1)).value();
  const Parts parts(raw_of(pack));
  CHECK(!parts.columns[kWholeColumn].second.empty());
  PackHeader header = founder.header(2, 2);
  header.signature =
      sign_head(founder.key(), header.workspace, 2, next_link(header.prev_link, entry.content));
  CHECK(refusal(forged(header, parts.raw())) == ErrorCode::malformed);  // whole, it is still not a change
  entry.content = founder.content(2);
  Parts whole(raw_of(encode_pack(founder.header(2, 2), std::span(&entry, 1)).value()));
  CHECK(whole.columns[kWholeColumn].second.empty());
}

TEST_CASE("Pack: a day of small changes weighs little") {
  Fleet fleet;
  Person& founder = fleet.founder();
  for (int i = 0; i < 500; ++i) founder.add({site("S" + std::to_string(100 + i % 60))});
  CHECK(founder.pack(2).size() < 500 * 3);
}

TEST_CASE("Pack: sealing refuses what would not open") {
  Sample sample;
  Person& founder = sample.founder();
  const PackHeader header = founder.header(2, 2);
  PackEntry entry{founder.content(3), std::nullopt};
  CHECK(encode_pack(header, std::span(&entry, 1)).error().code == ErrorCode::usage);
  entry = {founder.content(2), secret("nobody committed to this")};
  CHECK(encode_pack(header, std::span(&entry, 1)).error().code == ErrorCode::usage);
  CHECK(encode_pack(header, {}).error().code == ErrorCode::usage);
  PackHeader none = header;
  none.count = 0;
  CHECK(encode_pack(none, {}).error().code == ErrorCode::usage);
  entry = {founder.content(3), std::nullopt};  // commits to a part that is not given: sealed as absent
  const auto withheld = encode_pack(founder.header(3, 3), std::span(&entry, 1));
  REQUIRE(withheld.ok());
  CHECK(refusal(*withheld) == ErrorCode::withheld);
}

TEST_CASE("Pack: runs beyond the limits ask to be split") {
  Fleet fleet;
  Person& founder = fleet.founder();
  for (int i = 0; i < 20; ++i) founder.add({Unknown{99, Bytes(60'000, static_cast<std::uint8_t>(i))}});
  std::vector<PackEntry> entries;
  for (std::uint64_t seq = 2; seq <= founder.seq(); ++seq) entries.push_back(*founder.entry(seq));
  CHECK(encode_pack(founder.header(2, 21), entries).error().code == ErrorCode::too_large);
  Bytes noise(60'000);
  Hash block{};
  for (std::size_t i = 0; i < noise.size(); ++i) {
    if (i % 32 == 0) block = blake2b({block});
    noise[i] = block[i % 32];
  }
  for (int i = 0; i < 5; ++i) {
    noise[0] = static_cast<std::uint8_t>(i);
    std::rotate(noise.begin(), noise.begin() + 30'000, noise.end());
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(byte * 5 + i);
    founder.add({Unknown{99, noise}});
  }
  entries.clear();
  for (std::uint64_t seq = 22; seq <= founder.seq(); ++seq) entries.push_back(*founder.entry(seq));
  CHECK(encode_pack(founder.header(22, 26), entries).error().code == ErrorCode::too_large);
}

TEST_CASE("Pack: its header reads without unpacking") {
  Sample sample;
  const Bytes pack = sample.founder().pack(2, 3);
  const auto header = read_pack_header(pack);
  REQUIRE(header.ok());
  CHECK(header->author == sample.founder().author());
  CHECK(header->first_seq == 2);
  CHECK(header->last_seq() == 3);
  CHECK(read_pack_header(view_of("KZP")).error().code == ErrorCode::malformed);
  CHECK(read_pack_header(Bytes(limits::kPackBytes + 1)).error().code == ErrorCode::too_large);
}

}  // namespace
}  // namespace karez
