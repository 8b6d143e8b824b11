// Every case of schema/vectors against this codec. The vectors come from tests/vectors/make.py, which knows
// only the two pages of schema/: where both disagree, the page decides. Control messages of protocol.json
// belong to tests/unit/sync.
#include <doctest/doctest.h>

#include <algorithm>

#include "karez/log/enrolment.h"
#include "karez/log/heads.h"
#include "karez/log/pack.h"
#include "unit/log/vectors_json.h"

namespace karez {
namespace {

using nlohmann::json;
using testing::bytes_of;
using testing::cases_of;
using testing::described;
using testing::hex_bytes;
using testing::hex_fixed;
using testing::hex_key;
using testing::hex_workspace;

/// Whether an error is one of those that a header promises for bad input.
bool is_one_of(const Error& error, std::initializer_list<ErrorCode> codes) {
  return !error.message.empty() && std::find(codes.begin(), codes.end(), error.code) != codes.end();
}

TEST_CASE("Vectors: good content decodes to what is described and encodes to the same bytes") {
  for (const json& one : cases_of("content.json", "good")) {
    INFO(testing::name_of(one));
    const Bytes content = bytes_of(one);
    const Result<Change> change = decode_change(content);
    REQUIRE_MESSAGE(change.ok(), change.error().message);
    CHECK(change->authors.size() == one.at("counts").at("authors"));
    CHECK(change->pins.size() == one.at("counts").at("pins"));
    CHECK(change->operations.size() == one.at("counts").at("operations"));
    if (one.contains("change")) CHECK(described(*change) == one.at("change"));
    const Result<Bytes> again = encode(*change);
    REQUIRE_MESSAGE(again.ok(), again.error().message);
    CHECK(*again == content);
  }
}

TEST_CASE("Vectors: bad content is refused") {
  for (const json& one : cases_of("content.json", "bad")) {
    INFO(testing::name_of(one));
    const Result<Change> change = decode_change(bytes_of(one));
    CHECK(!change.ok());
    if (change) continue;
    CHECK_MESSAGE(is_one_of(change.error(), {ErrorCode::malformed, ErrorCode::too_large}),
                  change.error().message);
  }
}

TEST_CASE("Vectors: good content cut anywhere or followed by a byte is refused") {
  for (const json& one : cases_of("content.json", "good")) {
    INFO(testing::name_of(one));
    const Bytes content = bytes_of(one);
    if (content.size() > 600) continue;
    for (std::size_t size = 0; size < content.size(); ++size) {
      const Bytes cut(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(!decode_change(cut).ok());
    }
    for (const std::uint8_t byte : Bytes{0x00, 0x01, 0xFF}) {
      Bytes longer = content;
      longer.push_back(byte);
      CHECK(!decode_change(longer).ok());
    }
  }
}

TEST_CASE("Vectors: good values outside of changes") {
  for (const json& one : cases_of("content.json", "good_values")) {
    INFO(testing::name_of(one));
    const Bytes bytes = bytes_of(one);
    const Result<Value> value = decode_value(bytes);
    REQUIRE_MESSAGE(value.ok(), value.error().message);
    if (one.contains("value")) CHECK(described(*value) == one.at("value"));
    CHECK(encode_value(*value) == bytes);
  }
}

TEST_CASE("Vectors: bad values outside of changes are refused") {
  for (const json& one : cases_of("content.json", "bad_values")) {
    INFO(testing::name_of(one));
    CHECK(!decode_value(bytes_of(one)).ok());
  }
}

TEST_CASE("Vectors: names of authors and records") {
  for (const json& one : cases_of("chain.json", "names")) {
    const AuthorKey author = hex_key(one.at("author"));
    const RecordId id{author, one.at("record").at(1).get<std::uint64_t>(),
                      one.at("record").at(2).get<std::uint32_t>()};
    CHECK(public_name(author) == one.at("public_name").get<std::string>());
    CHECK(to_text(id) == one.at("text").get<std::string>());
    const auto parsed = parse_record_id(one.at("text").get<std::string>());
    REQUIRE(parsed.has_value());
    CHECK(parsed->author == one.at("public_name").get<std::string>());
    CHECK(parsed->seq == id.seq);
    CHECK(parsed->k == id.k);
  }
}

TEST_CASE("Vectors: hashes and commitments") {
  for (const json& one : cases_of("chain.json", "hashes")) {
    const Bytes data = hex_bytes(one.at("hex"));
    CHECK(to_hex(blake2b({data})) == one.at("h"));
    CHECK(to_hex(blake2b_128({data})) == one.at("h16"));
  }
  for (const json& one : cases_of("chain.json", "commitments")) {
    const Bytes part = hex_bytes(one.at("part"));
    CHECK(to_hex(private_commitment(hex_fixed<16>(one.at("salt")), part)) == one.at("commitment"));
  }
}

TEST_CASE("Vectors: links") {
  for (const json& one : cases_of("chain.json", "link_zeros")) {
    INFO(testing::name_of(one));
    CHECK(to_hex(link_zero(hex_workspace(one.at("workspace")), hex_key(one.at("author")))) == one.at("link"));
  }
  for (const json& one : cases_of("chain.json", "logs")) {
    INFO(testing::name_of(one));
    const WorkspaceId workspace =
        one.at("is_founder").get<bool>() ? WorkspaceId{} : hex_workspace(one.at("workspace"));
    Hash link = link_zero(workspace, hex_key(one.at("author")));
    CHECK(to_hex(link) == one.at("links").at(0));
    for (std::size_t n = 0; n < one.at("contents").size(); ++n) {
      link = next_link(link, hex_bytes(one.at("contents").at(n)));
      CHECK(to_hex(link) == one.at("links").at(n + 1));
    }
    if (one.at("is_founder").get<bool>()) CHECK(one.at("links").at(1) == one.at("workspace"));
  }
}

TEST_CASE("Vectors: fingerprints, added up, taken down and moved") {
  for (const json& one : cases_of("chain.json", "fingerprints")) {
    INFO(testing::name_of(one));
    Heads heads;
    Fingerprint sum;
    Fingerprint moved;
    for (const json& row : one.at("heads")) {
      const AuthorKey author = hex_key(row.at(0));
      const Head head{row.at(1).get<std::uint64_t>(), hex_fixed<32>(row.at(2))};
      heads[author] = head;
      sum.add(author, head);
      moved.move(author, Head{}, Head{1, Hash{}});
      moved.move(author, Head{1, Hash{}}, head);
    }
    CHECK(fingerprint_of(heads).hex() == one.at("fingerprint"));
    CHECK(sum.hex() == one.at("fingerprint"));
    CHECK(moved.hex() == one.at("fingerprint"));
    for (const auto& [author, head] : heads) sum.remove(author, head);
    CHECK(sum == Fingerprint{});
  }
}

/// The purpose of a name in the table of section 4.
Purpose purpose_of(const std::string& name) {
  constexpr std::array<std::pair<std::string_view, Purpose>, 7> kNames{
      {{"head", Purpose::head},
       {"claim", Purpose::claim},
       {"successor", Purpose::successor},
       {"login", Purpose::login},
       {"receipt", Purpose::receipt},
       {"announcement", Purpose::announcement},
       {"holding", Purpose::holding}}};
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& row) { return row.first == name; });
  ENSURE(found != kNames.end());
  return found->second;
}

void check_signed(const json& one) {
  INFO(testing::name_of(one));
  const Purpose purpose = purpose_of(one.at("purpose"));
  const KeyPair key = key_pair_from_seed(hex_fixed<32>(one.at("seed")));
  const Bytes message = hex_bytes(one.at("message"));
  const Signature signature = hex_fixed<64>(one.at("signature"));
  CHECK(tag_of(purpose) == one.at("tag").get<std::string>());
  CHECK(to_hex(key.author.bytes) == one.at("key"));
  CHECK(to_hex(sign(key, purpose, message)) == one.at("signature"));
  CHECK(verify(key.author, purpose, message, signature));
  if (purpose != Purpose::head || !one.contains("fields")) return;
  const json& fields = one.at("fields");
  const WorkspaceId workspace = hex_workspace(fields.at("workspace"));
  const auto seq = fields.at("seq").get<std::uint64_t>();
  const Hash link = hex_fixed<32>(fields.at("link"));
  CHECK(head_message(workspace, hex_key(fields.at("author")), seq, link) == message);
  CHECK(sign_head(key, workspace, seq, link) == signature);
  CHECK(verify_head(workspace, key.author, seq, link, signature));
}

TEST_CASE("Vectors: good signatures, byte for byte") {
  for (const json& one : cases_of("signatures.json", "good")) check_signed(one);
  for (const json& one : cases_of("protocol.json", "signed")) check_signed(one);
}

TEST_CASE("Vectors: bad signatures do not verify") {
  for (const json& one : cases_of("signatures.json", "bad")) {
    INFO(testing::name_of(one));
    CHECK(!verify(hex_key(one.at("key")), purpose_of(one.at("purpose")), hex_bytes(one.at("message")),
                  hex_fixed<64>(one.at("signature"))));
  }
}

void check_header(const PackHeader& header, const json& one) {
  CHECK(to_hex(header.workspace.bytes) == one.at("workspace"));
  CHECK(to_hex(header.author.bytes) == one.at("author"));
  CHECK(header.first_seq == one.at("first_seq"));
  CHECK(header.count == one.at("count"));
  CHECK(to_hex(header.prev_link) == one.at("prev_link"));
  CHECK(to_hex(header.signature) == one.at("signature"));
}

void check_changes(const OpenedPack& pack, const json& changes) {
  REQUIRE(pack.changes.size() == changes.size());
  for (std::size_t n = 0; n < changes.size(); ++n) {
    const OpenedChange& change = pack.changes[n];
    CHECK(to_hex(change.content) == changes.at(n).at("content"));
    CHECK(to_hex(change.link) == changes.at(n).at("link"));
    json part;
    if (change.private_part) part = {to_hex(change.private_part->salt), to_hex(change.private_part->bytes)};
    CHECK(part == changes.at(n).at("private"));
  }
}

/// What is encoded again opens to the same changes (other zstd encoders may give other bytes).
void check_encoded_again(const OpenedPack& pack) {
  std::vector<PackEntry> entries;
  for (const OpenedChange& change : pack.changes) entries.push_back({change.content, change.private_part});
  const Result<Bytes> bytes = encode_pack(pack.header, entries);
  REQUIRE_MESSAGE(bytes.ok(), bytes.error().message);
  const Result<OpenedPack> again = open_pack(*bytes);
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  CHECK(again->last_link() == pack.last_link());
  CHECK(again->changes.size() == pack.changes.size());
}

TEST_CASE("Vectors: good packs open, and open again after encoding") {
  for (const json& one : cases_of("pack.json", "good")) {
    INFO(testing::name_of(one));
    const Bytes bytes = bytes_of(one);
    const Result<PackHeader> header = read_pack_header(bytes);
    REQUIRE_MESSAGE(header.ok(), header.error().message);
    check_header(*header, one);
    const Result<OpenedPack> pack = open_pack(bytes);
    REQUIRE_MESSAGE(pack.ok(), pack.error().message);
    check_header(pack->header, one);
    CHECK(to_hex(pack->last_link()) == one.at("last_link"));
    if (one.contains("changes")) check_changes(*pack, one.at("changes"));
    check_encoded_again(*pack);
  }
}

TEST_CASE("Vectors: bad packs are refused") {
  for (const json& one : cases_of("pack.json", "bad")) {
    INFO(testing::name_of(one));
    const Result<OpenedPack> pack = open_pack(bytes_of(one));
    CHECK(!pack.ok());
    if (pack) continue;
    CHECK_MESSAGE(
        is_one_of(pack.error(), {ErrorCode::malformed, ErrorCode::too_large, ErrorCode::bad_signature,
                                 ErrorCode::broken_chain, ErrorCode::wrong_workspace, ErrorCode::withheld}),
        pack.error().message);
  }
}

TEST_CASE("Vectors: a short good pack cut anywhere is refused") {
  for (const json& one : cases_of("pack.json", "good")) {
    INFO(testing::name_of(one));
    const Bytes bytes = bytes_of(one);
    if (bytes.size() > 1500) continue;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(!open_pack(cut).ok());
    }
  }
}

json proved(const Enrolment& enrolment) {
  json out = {{"author", to_hex(enrolment.author.bytes)},
              {"link", to_hex(enrolment.link)},
              {"is_founder", enrolment.is_founder},
              {"is_recovery", enrolment.is_recovery},
              {"device_name", enrolment.device_name}};
  if (enrolment.is_founder) return out;
  out["role"] = enrolment.role;
  out["basis"] = static_cast<int>(enrolment.basis);
  out["introducer"] = to_hex(enrolment.introducer.bytes);
  out["introducer_seq"] = enrolment.introducer_seq;
  return out;
}

TEST_CASE("Vectors: good first changes prove what is told about them") {
  for (const json& one : cases_of("enrolment.json", "good")) {
    INFO(testing::name_of(one));
    const Bytes content = bytes_of(one);
    const WorkspaceId workspace = hex_workspace(one.at("workspace"));
    const Result<Change> change = decode_change(content);
    REQUIRE_MESSAGE(change.ok(), change.error().message);
    const Result<Enrolment> enrolment = check_first_change(workspace, *change, content);
    REQUIRE_MESSAGE(enrolment.ok(), enrolment.error().message);
    CHECK(proved(*enrolment) == one.at("proves"));
    const Result<WorkspaceId> claimed = claimed_workspace(*change, content);
    REQUIRE_MESSAGE(claimed.ok(), claimed.error().message);
    CHECK(*claimed == workspace);
  }
}

TEST_CASE("Vectors: bad first changes are strangers") {
  for (const json& one : cases_of("enrolment.json", "bad")) {
    INFO(testing::name_of(one));
    const Bytes content = bytes_of(one);
    const Result<Change> change = decode_change(content);
    if (!change) {
      CHECK(is_one_of(change.error(), {ErrorCode::malformed, ErrorCode::too_large}));
      continue;
    }
    const auto enrolment = check_first_change(hex_workspace(one.at("workspace")), *change, content);
    CHECK(!enrolment.ok());
    if (enrolment) continue;
    CHECK_MESSAGE(is_one_of(enrolment.error(),
                            {ErrorCode::stranger, ErrorCode::bad_signature, ErrorCode::wrong_workspace,
                             ErrorCode::malformed, ErrorCode::too_large}),
                  enrolment.error().message);
  }
}

TEST_CASE("Vectors: good invitation codes are read and written as they are") {
  for (const json& one : cases_of("enrolment.json", "good_codes")) {
    INFO(testing::name_of(one));
    const Result<InvitationCode> code = parse_invitation_code(one.at("text").get<std::string>());
    REQUIRE_MESSAGE(code.ok(), code.error().message);
    CHECK(to_hex(code->workspace.bytes) == one.at("workspace"));
    CHECK(to_hex(code->one_time_seed) == one.at("one_time_seed"));
    CHECK(described(code->issuer_first) == one.at("issuer_first"));
    CHECK(described(code->invitation) == one.at("invitation"));
    CHECK(code->relay_url == one.at("relay_url").get<std::string>());
    CHECK(to_hex(code->relay_key.bytes) == one.at("relay_key"));
    CHECK(to_text(*code) == one.at("text").get<std::string>());
    const Result<Invite> invite = invite_of(*code);
    REQUIRE(invite.ok());
    CHECK(invite->role == one.at("invite").at("role"));
    CHECK(invite->label == one.at("invite").at("label").get<std::string>());
    CHECK(to_hex(invite->one_time.bytes) == one.at("invite").at("one_time"));
    for (const json& copied : one.at("copied")) {
      const Result<InvitationCode> again = parse_invitation_code(copied.get<std::string>());
      REQUIRE_MESSAGE(again.ok(), again.error().message);
      CHECK(to_text(*again) == one.at("text").get<std::string>());
    }
  }
}

TEST_CASE("Vectors: bad invitation codes are refused") {
  for (const json& one : cases_of("enrolment.json", "bad_codes")) {
    INFO(testing::name_of(one));
    const Result<InvitationCode> code = parse_invitation_code(one.at("text").get<std::string>());
    CHECK(!code.ok());
    if (code) continue;
    CHECK_MESSAGE(is_one_of(code.error(), {ErrorCode::malformed, ErrorCode::bad_signature,
                                           ErrorCode::stranger, ErrorCode::wrong_workspace}),
                  code.error().message);
  }
}

}  // namespace
}  // namespace karez
