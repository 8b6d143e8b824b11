// What the signatures of a session cover: schema/protocol.md section 2.
#include "karez/sync/replica_session.h"

namespace karez {

Bytes login_message(const WorkspaceId& workspace, const AuthorKey& author, const AuthorKey& relay,
                    const FixedBytes<32>& relay_nonce, const FixedBytes<32>& replica_nonce,
                    const FixedBytes<32>& channel_binding) {
  Writer writer;
  writer.raw(workspace.bytes);
  writer.raw(author.bytes);
  writer.raw(relay.bytes);
  writer.raw(relay_nonce);
  writer.raw(replica_nonce);
  writer.raw(channel_binding);
  return writer.take();
}

Bytes receipt_message(const WorkspaceId& workspace, const Receipt& receipt) {
  Writer writer;
  writer.raw(workspace.bytes);
  writer.raw(receipt.author.bytes);
  writer.u64_be(receipt.seq);
  writer.raw(receipt.link);
  writer.raw(receipt.relay.bytes);
  writer.raw(receipt.incarnation);
  writer.u64_be(receipt.arrival);
  return writer.take();
}

Bytes announcement_message(const WorkspaceId& workspace, const Announcement& announcement) {
  Writer writer;
  writer.raw(workspace.bytes);
  writer.raw(announcement.author.bytes);
  writer.u64_be(announcement.seq);
  writer.raw(announcement.link);
  writer.u64_be(static_cast<std::uint64_t>(announcement.last_record_ms));
  writer.u64_be(static_cast<std::uint64_t>(announcement.now_ms));
  return writer.take();
}

Bytes holding_message(const WorkspaceId& workspace, const AuthorKey& relay, const Holding& holding) {
  Writer writer;
  writer.raw(workspace.bytes);
  writer.raw(holding.author.bytes);
  writer.raw(relay.bytes);
  writer.raw(holding.incarnation);
  writer.u64_be(holding.arrival);
  return writer.take();
}

}  // namespace karez
