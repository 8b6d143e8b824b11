#include "connections.h"

#include <chrono>
#include <utility>
#include <vector>

namespace karez::relay {

std::int64_t steady_now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void Connections::add(const std::shared_ptr<Connection>& connection) {
  all_[connection.get()] = connection;
  count_ = all_.size();
}

void Connections::remove(const Connection* connection) {
  all_.erase(connection);
  count_ = all_.size();
}

void Connections::for_each(void (*action)(Connection&, std::int64_t), std::int64_t now_ms) {
  // A copy: an action may end a connection.
  std::vector<std::shared_ptr<Connection>> alive;
  alive.reserve(all_.size());
  for (const auto& [key, connection] : all_) {
    if (auto one = connection.lock()) alive.push_back(std::move(one));
  }
  for (const auto& connection : alive) action(*connection, now_ms);
}

AddressSlot::AddressSlot(AddressSlot&& other) noexcept
    : connections_(std::exchange(other.connections_, nullptr)), address_(std::move(other.address_)) {}

bool AddressSlot::try_take(Connections& connections, const std::string& address) {
  std::size_t& taken = connections.before_login_[address];
  if (taken >= connections.limits_.sessions_per_address_before_login) return false;
  ++taken;
  connections_ = &connections;
  address_ = address;
  return true;
}

void AddressSlot::release() {
  Connections* const connections = std::exchange(connections_, nullptr);
  if (connections == nullptr) return;
  const auto held = connections->before_login_.find(address_);
  if (--held->second == 0) connections->before_login_.erase(held);
}

}  // namespace karez::relay
