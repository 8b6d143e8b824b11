// The WebSocket end of a session: reads and writes around a RelaySession. Behind this
// header, so that Beast's WebSocket is compiled in one place. Thread: the I/O thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "services.h"

namespace karez::relay {

/// Answers a checked upgrade request and carries a session over the socket. `request` is the whole header.
void start_link(boost::asio::ip::tcp::socket socket, const std::string& request, AddressSlot slot,
                Services& services);

}  // namespace karez::relay
