// The frames of a bundle, written a second time (schema/bundle-format.md, section 1): the engine's writer
// makes no wrong ones.
#pragma once

#include "fuzz.h"
#include "karez/sync/bundle.h"

namespace karez::fuzz {

class FrameChain {
 public:
  FrameChain() { file_.raw(view_of(std::string_view("karez bundle\r\n\x1a\n", 16))); }
  void add(std::uint8_t kind, ByteView body) {
    Writer frame;
    frame.u8(kind);
    for (int shift = 24; shift >= 0; shift -= 8) frame.u8(static_cast<std::uint8_t>(body.size() >> shift));
    frame.raw(body);
    check_ = blake2b_128({view_of("karez/bundle/1"), check_, frame.bytes()});
    file_.raw(frame.bytes());
    file_.raw(check_);
  }
  [[nodiscard]] const Bytes& bytes() const { return file_.bytes(); }
  Bytes take() { return file_.take(); }

 private:
  Writer file_;
  FixedBytes<16> check_{};
};

}  // namespace karez::fuzz
