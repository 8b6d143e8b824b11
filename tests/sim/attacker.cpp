#include "attacker.h"

#include "karez/log/enrolment.h"

namespace karez::sim {

Attacker::Attacker(Setting& setting, Dice dice, const std::string& code) : setting_(setting), dice_(dice) {
  FixedBytes<32> seed{};
  dice_.fill(seed);
  key_ = key_pair_from_seed(seed);
  const auto parsed = parse_invitation_code(code);
  ENSURE(parsed.ok());
  link_ = link_zero(setting_.workspace, key_.author);
  send_own({Operation(claim(*parsed, key_.author, "attacker"))}, 0);
}

Attacker::Made Attacker::make(const AuthorKey& author, std::uint64_t seq, const Hash& prev,
                              std::vector<Operation> operations, std::uint64_t ahead_ms) {
  Change change;
  change.author = author;
  change.seq = seq;
  const auto now = static_cast<std::uint64_t>(setting_.timeline.now_ms());
  change.time = {now + ahead_ms, 0};
  change.wall = {static_cast<std::int64_t>(now + ahead_ms), 480};
  change.operations = std::move(operations);
  collect_authors(change);
  auto content = encode(change);
  ENSURE(content.ok());
  Made made;
  made.link = next_link(prev, *content);
  made.entry.content = std::move(*content);
  made.header.workspace = setting_.workspace;
  made.header.author = author;
  made.header.first_seq = seq;
  made.header.count = 1;
  made.header.prev_link = prev;
  made.header.signature = sign_head(key_, setting_.workspace, seq, made.link);
  return made;
}

void Attacker::send(const Made& made) {
  const auto pack = encode_pack(made.header, std::span(&made.entry, 1));
  if (pack && setting_.relay.is_up()) setting_.relay.submit_unasked(setting_.workspace, *pack);
}

void Attacker::send_own(std::vector<Operation> operations, std::uint64_t ahead_ms) {
  const Made made = make(key_.author, seq_ + 1, link_, std::move(operations), ahead_ms);
  seq_ += 1;
  link_ = made.link;
  setting_.book.found(key_.author, seq_, link_, made.header.prev_link);
  setting_.book.content(link_, made.entry.content);
  own_.push_back(made);
  send_missing();
}

/// Everything that the relay does not have (any more).
void Attacker::send_missing() {
  if (!setting_.relay.is_up()) return;
  const auto head = setting_.relay.head_of(key_.author);
  for (std::uint64_t seq = head ? head->seq + 1 : 1; seq <= seq_; ++seq) send(own_[seq - 1]);
}

Operation Attacker::some_write() {
  Create create;
  create.collection = 5;
  create.fields = {{FieldName::catalog(1), Value::of(std::string("visit"))},
                   {FieldName::catalog(2), Value(Value::Side(WallTime{setting_.timeline.now_ms(), 480}))},
                   {FieldName::catalog(5), Value::of(static_cast<std::int64_t>(dice_.below(99)))}};
  return create;
}

/// Continues somebody's log, under a signature that is its own, or copied from elsewhere.
void Attacker::forge(bool copies_signature) {
  std::vector<Hash> victims;
  for (const auto& [author, link] : setting_.book.newest()) {
    if (author != key_.author) victims.push_back(link);
  }
  if (victims.empty()) return;
  const Hash victim = dice_.one_of(victims);
  const Book::Change& last = *setting_.book.find(victim);
  Made made = make(last.author, last.seq + 1, victim, {some_write()}, 0);
  if (copies_signature) dice_.fill(made.header.signature);
  send(made);
}

void Attacker::fork() {
  // The rival of its own newest change: both are branches of a forked log.
  if (seq_ < 2 || !setting_.relay.is_up()) return;
  const Made rival = make(key_.author, seq_, own_[seq_ - 1].header.prev_link, {some_write()}, 1);
  setting_.book.ghost(key_.author);
  setting_.book.found(key_.author, seq_, rival.link, rival.header.prev_link);
  setting_.book.content(rival.link, rival.entry.content);
  send(rival);
}

void Attacker::replay() {
  if (!setting_.relay.is_up() || setting_.relay.end() == 0) return;
  const auto packs = setting_.relay.packs_after(dice_.below(setting_.relay.end()), 1);
  if (!packs.empty()) setting_.relay.submit_unasked(setting_.workspace, *packs.front().bytes);
}

void Attacker::noise() {
  if (!setting_.relay.is_up()) return;
  RelaySession session(setting_.relay, setting_.relay.clock(), dice_);
  while (session.next_frame()) continue;
  Frame frame;
  frame.is_binary = dice_.chance(0.5);
  frame.bytes.resize(dice_.chance(0.1) ? 300 * 1024 : dice_.below(300));
  dice_.fill(frame.bytes);
  if (session.receive(frame).ok()) throw Violation("G16", "the relay took a stranger's noise");
}

void Attacker::strike_once() {
  ++setting_.figures.attacks;
  setting_.timeline.trace("attack", seq_, 0);
  constexpr std::uint64_t kYearMs = 365ull * 24 * 3600 * 1000;
  switch (dice_.below(8)) {
    case 0:
      return send_own({some_write()}, 0);
    case 1:
      return send_own({some_write()}, 60 * kYearMs);
    case 2:
      return send_own({Operation(Unknown{200 + dice_.below(50), Bytes(dice_.below(40), 7)})}, 0);
    case 3:
      return forge(false);
    case 4:
      return forge(true);
    case 5:
      return fork();
    case 6:
      return replay();
    default:
      return noise();
  }
}

}  // namespace karez::sim
