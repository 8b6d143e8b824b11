// Attacker: somebody with a valid enrolment and bad intent, who speaks to the relay without a Replica: forged
// signatures, other people's logs continued, two changes under one number, replays, packs from the far
// future, unknown operations, garbage and oversized frames. One thread.
#pragma once

#include "karez/log/pack.h"
#include "laptop.h"

namespace karez::sim {

class Attacker {
 public:
  Attacker(Setting& setting, Dice dice, const std::string& code);

  void strike_once();

 private:
  struct Made {
    PackHeader header;
    PackEntry entry;
    Hash link{};
  };
  /// A change that continues (prev_link, seq) of `author`, signed with the attacker's key.
  Made make(const AuthorKey& author, std::uint64_t seq, const Hash& prev, std::vector<Operation> operations,
            std::uint64_t ahead_ms);
  /// Its own next change, sent and written down.
  void send_own(std::vector<Operation> operations, std::uint64_t ahead_ms);
  void send_missing();
  void send(const Made& made);
  void forge(bool sign_as_victim);
  void fork();
  void replay();
  void noise();
  Operation some_write();

  Setting& setting_;
  Dice dice_;
  KeyPair key_;
  std::uint64_t seq_ = 0;
  Hash link_{};
  std::vector<Made> own_;  ///< its log
};

}  // namespace karez::sim
