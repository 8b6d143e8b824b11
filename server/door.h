// The door: one coroutine per accepted socket until its HTTP request is answered or becomes a WebSocket
// session. Thread: the I/O thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "services.h"

namespace karez::relay {

/// Starts serving a socket. Lifetime: `services` outlives the socket's I/O context.
void open_door(boost::asio::ip::tcp::socket socket, Services& services);

}  // namespace karez::relay
