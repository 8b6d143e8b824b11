// Real bytes for each target to begin with: `make-corpus SOURCES OUT` writes OUT/<target>/<name>. They come
// from schema/vectors (good and bad cases) and from small workspaces of which tests/support/fleet.h makes
// every byte. What a run of libFuzzer adds and -merge=1 keeps is in tests/fuzz/corpus.
#include "../../engine/sync/control_json.h"
#include "../../engine/sync/pack_frames.h"
#include "bundle_frames.h"
#include "corpus.h"
#include "karez/base/limits.h"
#include "karez/log/hand_over.h"
#include "support/changes.h"
#include "support/fleet.h"
#include "support/packs.h"

namespace karez::fuzz {
namespace {

/// What fuzz targets `pack_body` takes: first seq and count in two bytes each, then the columns.
Bytes body_of(ByteView pack) {
  const auto header = read_pack_header(pack);
  ENSURE(header.ok());
  const auto high = [](std::uint64_t n) { return static_cast<std::uint8_t>(n >> 8); };
  const auto low = [](std::uint64_t n) { return static_cast<std::uint8_t>(n); };
  return with_prefix(
      {high(header->first_seq), low(header->first_seq), high(header->count), low(header->count)},
      testing::raw_of(pack));
}

/// A day of one laptop: visits and handouts with the words of a camp, edits, a void, a private part.
void live_a_day(testing::Person& person, int visits) {
  for (int i = 0; i < visits; ++i) {
    Create event;
    event.collection = 6;
    event.fields = {{FieldName::catalog(1), Value::of(std::string("visit"))},
                    {FieldName::catalog(2), Value(Value::Side(WallTime{testing::kStartMs + i * 1000, 480}))},
                    {FieldName::catalog(3), Value::of("S00" + std::to_string(i % 4))},
                    {FieldName::catalog(5), Value::of(std::int64_t{i * 7})}};
    Create move;
    move.collection = 7;
    move.fields = {
        {FieldName::catalog(1), Value(Value::Side(RecordId{person.author(), person.seq() + 1, 1}))},
        {FieldName::catalog(2), Value::of(std::string(i % 3 == 0 ? "W550" : "毛巾"))},
        {FieldName::catalog(3), Value::of(std::int64_t{i})}};
    person.add({event, move});
    const RecordId record{person.author(), person.seq(), 1};
    if (i % 4 == 1)
      person.add({Write{record, FieldName::catalog(5), Value::of(std::int64_t{9}), {record.dot()}}});
    if (i % 4 == 2)
      person.add({Add{record, FieldName::catalog(8), 4},
                  Put{record, FieldName::catalog(9), Value::of(std::string("a"))}});
    if (i % 4 == 3)
      person.add(
          {Write{record, FieldName::catalog(kVoidField), Value::of(std::string("twice")), {record.dot()}}});
  }
}

void make_changes(Corpus& corpus) {
  const json vectors = corpus.vectors("content");
  add_cases(corpus, "change", vectors, {"good", "bad", "good_values", "bad_values"});
  add_cases(corpus, "change", corpus.vectors("enrolment"), {"good"});
  corpus.add("change", "rich", *encode(testing::rich_change()));
}

void make_packs(Corpus& corpus) {
  add_cases(corpus, "pack", corpus.vectors("pack"), {"good", "bad"});
  testing::Fleet fleet;
  testing::Person& author = fleet.volunteer("author");
  live_a_day(author, 12);
  PrivatePart part;
  part.salt.fill(7);
  part.bytes = {1, 2, 3};
  Change secret;
  secret.operations.push_back(Unknown{99, {1, 2, 3}});
  author.add(std::move(secret), part);
  author.add({Unknown{70, {}}});
  testing::Person& founder = fleet.founder();
  std::size_t number = 0;
  for (const testing::Person* person : {&author, &founder}) {
    for (std::uint64_t first = 1; first <= person->seq(); first += 5) {
      for (const std::uint64_t last : {first, std::min(first + 6, person->seq())}) {
        const Bytes pack = person->pack(first, last);
        corpus.add("pack", numbered("log", ++number), pack);
        if (person == &author) corpus.add("pack_body", numbered("log", number), body_of(pack));
      }
    }
  }
  const Bytes rich = *encode([&] {
    Change change = testing::rich_change();
    change.private_commitment.reset();
    return change;
  }());
  const PackEntry entry{rich, std::nullopt};
  PackHeader header;
  header.author = author.author();
  header.first_seq = 7;
  header.count = 1;
  corpus.add("pack_body", "rich", body_of(*encode_pack(header, std::span(&entry, 1))));
  number = 0;
  const json vectors = corpus.vectors("pack");
  for (const char* kind : {"good", "bad"}) {
    for (const json& one : vectors[kind]) {
      const Bytes pack = bytes_of(one);
      const auto about = read_pack_header(pack);
      if (!about || about->count > 64) continue;
      // What does not unpack stays with the target `pack`.
      Reader in(pack);
      in.raw(4 + 32 + 32);
      in.varint();
      in.varint();
      in.raw(32 + 64);
      Bytes raw(std::min<std::uint64_t>(in.varint(), kInputBytes));
      const ByteView frame = in.raw(in.remaining());
      if (ZSTD_decompress(raw.data(), raw.size(), frame.data(), frame.size()) != raw.size()) continue;
      corpus.add("pack_body", numbered(kind, ++number), body_of(pack));
    }
  }
}

void make_frames(Corpus& corpus) {
  add_cases(corpus, "frame", corpus.vectors("protocol"), {"frames", "bad_frames"});
  const json ranges = corpus.vectors("ranges");
  add_cases(corpus, "frame", ranges, {"frames", "bad_frames"});
  std::size_t number = 0;
  for (const json& run : ranges["runs"]) {
    for (const json& frames : run["frames"]) {
      for (const json& frame : frames) {
        if (++number % 5 == 0)
          corpus.add("frame", numbered("run", number), *from_hex(frame.get<std::string>()));
      }
    }
  }
  add_cases(corpus, "control_json", corpus.vectors("protocol"), {"good", "bad"});
}

/// A bundle of carla's for everybody, with everything that a bundle may hold.
Bytes rich_bundle(testing::Fleet& fleet, testing::Person& carla, testing::Person& anna,
                  const AuthorKey& addressee) {
  const KeyPair relay = testing::key_of("relay");
  Incarnation incarnation;
  incarnation.fill(1);
  Heads heads;
  for (const auto& person : fleet.people())
    heads[person->author()] = {person->seq(), person->link(person->seq())};
  BundleWriter writer;
  Writer out;
  out.raw(
      writer.begin({fleet.workspace(), carla.author(), addressee, testing::kStartMs}, heads, carla.key()));
  for (testing::Person* person : {&carla, &anna}) {
    Announcement said{person->author(),
                      person->seq(),
                      person->link(person->seq()),
                      testing::kStartMs,
                      testing::kStartMs + 5000,
                      0,
                      {}};
    said.signature =
        sign(person->key(), Purpose::announcement, announcement_message(fleet.workspace(), said));
    out.raw(writer.announcement(said));
  }
  Holding holding{carla.author(), incarnation, 17, {}};
  holding.signature =
      sign(carla.key(), Purpose::holding, holding_message(fleet.workspace(), relay.author, holding));
  out.raw(writer.holding({relay.author, holding}));
  Receipt receipt{anna.author(), anna.seq(), anna.link(anna.seq()), relay.author, incarnation, 3, {}};
  receipt.signature = sign(relay, Purpose::receipt, receipt_message(fleet.workspace(), receipt));
  out.raw(writer.receipt(receipt));
  for (const auto& person : fleet.people()) out.raw(writer.pack(person->pack()));
  out.raw(writer.end());
  return out.take();
}

void make_bundles(Corpus& corpus) {
  add_cases(corpus, "bundle", corpus.vectors("bundle"), {"good", "bad"});
  testing::Fleet fleet;
  testing::Person& carla = fleet.coordinator("carla");
  testing::Person& anna = fleet.volunteer("anna");
  live_a_day(anna, 5);
  const Bytes bundle = rich_bundle(fleet, carla, anna, {});
  corpus.add("bundle", "rich", bundle);
  corpus.add("bundle", "torn", ByteView(bundle).first(bundle.size() - 40));
  // The same as frames, whose checks the target makes itself.
  Writer frames;
  frames.u8(0);
  Reader in(ByteView(bundle).subspan(16));
  while (!in.at_end()) {
    const std::uint8_t kind = in.u8();
    const ByteView size = in.raw(4);
    const ByteView body = in.raw(static_cast<std::size_t>(size[1] << 16 | size[2] << 8 | size[3]));
    in.raw(16);
    frames.u8(kind);
    frames.u8(static_cast<std::uint8_t>(body.size() >> 8));
    frames.u8(static_cast<std::uint8_t>(body.size()));
    frames.raw(body);
  }
  ENSURE(in.finished());
  corpus.add("bundle", "frames", frames.bytes());
}

void make_invitations(Corpus& corpus) {
  add_cases(corpus, "invitation", corpus.vectors("enrolment"), {"good_codes", "bad_codes"});
  testing::Fleet fleet;
  testing::Person& carla = fleet.coordinator("carla");
  InvitationCode code = fleet.invite(carla, testing::kVolunteer, "for Li Na");
  code.relay_url = "ws://relay.example:8080/sync";
  code.relay_key = testing::key_of("relay").author;
  for (const InvitationCode& one : {code, fleet.invite(fleet.founder(), testing::kCoordinator)}) {
    const std::string text = to_text(one);
    corpus.add("invitation", numbered("code", one.relay_url.size()), text);
    const Bytes bytes = *from_base64url(std::string_view(text).substr(4));
    corpus.add("invitation", numbered("body", one.relay_url.size()),
               with_prefix({0}, ByteView(bytes).first(bytes.size() - 4)));
  }
}

void make_hand_overs(Corpus& corpus) {
  testing::Fleet fleet;
  testing::Person& giver = fleet.volunteer("wang");
  for (std::size_t moves = 1; moves <= 3; ++moves) {
    std::vector<Operation> operations;
    for (std::size_t i = 0; i < moves; ++i) {
      Create move;
      move.collection = 6;
      move.fields = {{FieldName::catalog(2), Value::of(std::string("W550"))},
                     {FieldName::catalog(3), Value::of(static_cast<std::int64_t>(24 + i))},
                     {FieldName::catalog(8), Value::of(std::string("BAG1"))},
                     {FieldName::catalog(22), Value(Value::Side(RecordId{fleet.founder().author(), 2, 1}))}};
      operations.emplace_back(std::move(move));
    }
    const Dot dot = giver.add(std::move(operations));
    const std::string text = hand_over_text(fleet.workspace(), giver.step(dot.seq));
    corpus.add("hand_over", numbered("code", moves), text);
    const Bytes bytes = *from_base64url(std::string_view(text).substr(4));
    corpus.add("hand_over", numbered("body", moves),
               with_prefix({0}, ByteView(bytes).first(bytes.size() - 4)));
    corpus.add("hand_over", numbered("cut", moves), std::string_view(text).substr(0, text.size() / 2));
  }
}

void make_csv(Corpus& corpus) {
  std::size_t number = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus.source("tests/fixtures"))) {
    if (entry.path().extension() != ".csv") continue;
    if (const std::size_t size = entry.file_size(); size > 900 && size % 16 != 0)
      continue;  // some are enough
    std::ifstream file(entry.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    text.resize(std::min<std::size_t>(text.size(), 700));
    corpus.add("csv", numbered("fixture", ++number), text);
  }
  const std::vector<std::string> cases{
      "",
      "a",
      "a,b\n1,2\n",
      "\xEF\xBB\xBF"
      "a,b\r\n\"1\",\"x, \"\"y\"\"\r\nz\"\r\n",
      "a\n\"open",
      "a,b\n1\n",
      "a\n\"x\"y\n",
      "\n\n\r\na\r\r\n1\r",
      "a\n\xFF\n",
      std::string("a\n\0\n", 4),
      "v\n2022-07-14T08:30:00+08:00\n2022-07-14 08:30\n14:00\n2022-02-30\n0001-01-01T00:00Z\n",
      "v\n39.9042\n-179.9999999\n1e3\n12345678901234567890\n-1\n+5\n0x10\n",
      "v\na;b|c\n;;\n是\nyes\ntrue\n1\n0\nS001\nvisit\nrider\n\" x \"\n"};
  number = 0;
  for (const std::string& text : cases) corpus.add("csv", numbered("case", ++number), text);
}

void make_tables(Corpus& corpus) {
  std::size_t number = 0;
  for (const auto& entry : fs::directory_iterator(corpus.source("tests/fixtures/imports"))) {
    if (entry.path().extension() != ".xlsx" && entry.path().extension() != ".csv") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    corpus.add("xlsx", numbered("fixture", ++number), text);
    corpus.add("xlsx", numbered("cut", number), std::string_view(text).substr(0, text.size() / 2));
  }
}

void make_http(Corpus& corpus) {
  const std::vector<std::string> requests{
      "GET /sync HTTP/1.1\r\nHost: relay:8080\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /metrics?x=1 HTTP/1.1\r\n\r\n",
      "POST /sync HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
      "POST /sync HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
      "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET http://x/ HTTP/1.1\r\n\r\n",
      "GET  / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
      "GET / HTTP/1.1\nHost: a\n\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\nA : b\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
      "GET / HTTP/1.1\r\nConnection: close, te\r\nTE: trailers\r\n\r\n",
      "\r\n\r\n",
      "GET / HTTP/1.1",
      std::string("GET /\0 HTTP/1.1\r\n\r\n", 19)};
  std::size_t number = 0;
  for (const std::string& request : requests) corpus.add("http", numbered("request", ++number), request);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 65; ++i) many += "x: y\r\n";
  corpus.add("http", "many", many + "\r\n");
}

}  // namespace
}  // namespace karez::fuzz

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s SOURCES OUT\n", argv[0]);
    return 2;
  }
  karez::fuzz::Corpus corpus(argv[1], argv[2]);
  using namespace karez::fuzz;
  for (const auto make : {make_changes, make_packs, make_frames, make_bundles, make_invitations,
                          make_hand_overs, make_csv, make_tables, make_http, make_scripts}) {
    make(corpus);
  }
  return 0;
}
