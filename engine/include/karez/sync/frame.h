// One wire message of a session: whole, or seen from outside, or shared by many receivers. Values; no thread
// rule.
#pragma once

#include <memory>

#include "karez/base/bytes.h"

namespace karez {

/// What an end of a session is given; valid as long as the bytes it points to.
struct FrameView {
  bool is_binary = false;
  ByteView bytes;
};

struct Frame {
  bool is_binary = false;
  Bytes bytes;

  // NOLINTNEXTLINE(google-explicit-constructor): a frame is always also its view.
  operator FrameView() const { return {is_binary, bytes}; }
};

/// A relay's frame on its way out: immutable, so that one buffer serves all receivers.
struct SharedFrame {
  bool is_binary = false;
  std::uint32_t packs = 0;  ///< that it carries
  std::shared_ptr<const Bytes> bytes;

  SharedFrame() = default;
  SharedFrame(bool binary, Bytes content)
      : is_binary(binary), bytes(std::make_shared<const Bytes>(std::move(content))) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a control message that only one receiver gets.
  SharedFrame(Frame frame) : SharedFrame(frame.is_binary, std::move(frame.bytes)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  operator FrameView() const { return {is_binary, *bytes}; }
};

}  // namespace karez
