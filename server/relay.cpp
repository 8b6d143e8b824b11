#include "karez/relay/relay.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <thread>

#include "data_dir.h"
#include "door.h"
#include "services.h"

namespace karez {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::milliseconds kAcceptPause{
    100};  // after an accept failed, mostly for want of descriptors
constexpr std::chrono::milliseconds kStopPoll{5};
constexpr int kBacklog = 512;

}  // namespace

/// Everything of one relay. Members are destroyed from the last to the first: coroutines (held by the I/O
/// context) go before what they refer to.
struct Relay::Impl {
  Impl(const RelayOptions& options, const Clock& clock, Random& random,
       std::unique_ptr<relay::DataDir> folder, std::unique_ptr<relay::PackStore> store,
       relay::PackReader reader)
      : log(options.log, clock),
        dir(std::move(folder)),
        host({dir->key(), store->incarnation(), store->state(), std::move(reader), options.limits, clock, log,
              metrics}),
        connections(options.limits),
        services{host,           connections, metrics,        log,  clock, random,
                 options.limits, dir->path(), clock.now_ms(), false},
        acceptor(io),
        timer(io),
        accept_timer(io) {
    const auto deliver = [this](relay::Commit commit) {
      auto shared = std::make_shared<relay::Commit>(std::move(commit));
      asio::post(io, [this, shared] { host.deliver(*shared); });
    };
    const auto post = [this](std::function<void()> work) { asio::post(io, std::move(work)); };
    host.connect_store(std::move(store), deliver, post);
  }

  Status listen(const RelayOptions& options);
  void spawn(asio::awaitable<void> work);
  void run();
  static asio::awaitable<void> accept_sockets(Impl* impl);
  static asio::awaitable<void> keep_time(Impl* impl);

  relay::EventLog log;
  relay::Metrics metrics;
  std::unique_ptr<relay::DataDir> dir;
  relay::Host host;
  relay::Connections connections;
  relay::Services services;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  asio::steady_timer timer;
  asio::steady_timer accept_timer;
  std::uint16_t port = 0;
  std::thread thread;
};

Status Relay::Impl::listen(const RelayOptions& options) {
  error_code failed;
  const asio::ip::address address = asio::ip::make_address(options.address, failed);
  if (failed)
    return Error{ErrorCode::usage,
                 "the address to listen on must be numeric, not \"" + options.address + "\""};
  const tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(endpoint, failed);
  if (!failed) acceptor.listen(kBacklog, failed);
  if (failed) {
    return Error{ErrorCode::refused, "cannot listen on " + options.address + " port " +
                                         std::to_string(options.port) + ": " + failed.message()};
  }
  port = acceptor.local_endpoint(failed).port();
  return {};
}

void Relay::Impl::spawn(asio::awaitable<void> work) {
  asio::co_spawn(io, std::move(work), [this](std::exception_ptr thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
      log.error("relay_failed", {relay::field("reason", failure.what())});
    }
  });
}

asio::awaitable<void> Relay::Impl::accept_sockets(Impl* impl) {
  while (!impl->services.stopping) {
    auto [failed, socket] = co_await impl->acceptor.async_accept(kTuple);
    if (impl->services.stopping) co_return;
    if (failed) {
      impl->log.warn("accept_failed", {relay::field("reason", failed.message())});
      impl->accept_timer.expires_after(kAcceptPause);
      co_await impl->accept_timer.async_wait(kTuple);
      continue;
    }
    relay::open_door(std::move(socket), impl->services);
  }
}

asio::awaitable<void> Relay::Impl::keep_time(Impl* impl) {
  for (;;) {
    const std::int64_t now_ms = relay::steady_now_ms();
    impl->host.tick(now_ms);
    impl->connections.for_each([](relay::Connection& one, std::int64_t now) { one.sweep(now); }, now_ms);
    impl->timer.expires_after(kTick);
    co_await impl->timer.async_wait(kTuple);
  }
}

void Relay::Impl::run() {
  // What a coroutine throws is logged where it was spawned; what a plain handler throws would be our bug, and
  // the relay goes on serving the others.
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& failure) {
      log.error("handler_failed", {relay::field("reason", failure.what())});
    }
  }
}

Relay::Relay(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Relay::~Relay() { stop(); }

Result<std::unique_ptr<Relay>> Relay::start(const RelayOptions& options, const Clock& clock, Random& random) {
  KAREZ_ASSIGN(std::unique_ptr<relay::DataDir> dir, relay::DataDir::open(options.data_dir, random));
  relay::PackStoreOptions store_options;
  store_options.folder = options.data_dir;
  store_options.workspace = options.workspace;
  store_options.new_incarnation = options.new_incarnation;
  KAREZ_ASSIGN(std::unique_ptr<relay::PackStore> store, relay::PackStore::open(store_options, clock, random));
  KAREZ_ASSIGN(relay::PackReader reader, relay::PackReader::open(options.data_dir));
  auto impl =
      std::make_unique<Impl>(options, clock, random, std::move(dir), std::move(store), std::move(reader));
  KAREZ_TRY(impl->listen(options));
  const std::optional<WorkspaceId> workspace = impl->host.workspace();
  impl->log.info("listening",
                 {relay::field("address", options.address), relay::field("port", std::uint64_t{impl->port}),
                  relay::field("relay_key", to_hex(impl->host.relay_key().author.bytes)),
                  relay::field("incarnation", to_hex(impl->host.incarnation())),
                  relay::field("workspace", workspace ? to_hex(workspace->bytes) : std::string("none yet")),
                  relay::field("end", impl->host.end())});
  impl->spawn(Impl::accept_sockets(impl.get()));
  impl->spawn(Impl::keep_time(impl.get()));
  impl->thread = std::thread([raw = impl.get()] { raw->run(); });
  return std::unique_ptr<Relay>(new Relay(std::move(impl)));
}

std::uint16_t Relay::port() const { return impl_->port; }
AuthorKey Relay::key() const { return impl_->dir->key().author; }

void Relay::stop() {
  Impl& impl = *impl_;
  if (!impl.thread.joinable()) return;
  const auto limit =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(impl.services.limits.stop_ms);
  impl.log.info("stopping", {relay::field("connections", std::uint64_t{impl.connections.count()})});
  asio::post(impl.io, [&impl] {
    impl.services.stopping = true;
    error_code ignored;
    impl.acceptor.close(ignored);
    impl.accept_timer.cancel();
    impl.connections.for_each([](relay::Connection& one, std::int64_t) { one.stop_reading(); }, 0);
  });
  // Everything queued becomes durable and its results reach the I/O thread before the farewell that is posted
  // next.
  impl.host.stop_store();
  asio::post(impl.io, [&impl] {
    impl.connections.for_each([](relay::Connection& one, std::int64_t) { one.go_away(); }, 0);
  });
  while (impl.connections.count() > 0 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(kStopPoll);
  }
  impl.io.stop();
  impl.thread.join();
  impl.log.info("stopped", {relay::field("end", impl.host.end())});
}

}  // namespace karez
