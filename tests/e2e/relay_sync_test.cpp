// Real clients against a real relay over loopback: many at once, live, lost, slow, stopped.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <fstream>

#include "karez/transport/websocket_client.h"
#include "raw_client.h"

using namespace karez;
using namespace karez::testing;

namespace {

SyncOptions to(const std::string& url) {
  SyncOptions options;
  options.url = url;
  return options;
}

Result<SyncReport> sync(FakeReplica& replica, const std::string& url) {
  return run_sync(replica, system_clock(), system_random(), to(url));
}

/// A replica that stays in sync on a thread of its own. Look at it after stop() only, or at the atomics.
class LiveReplica {
 public:
  LiveReplica(FakeReplica& replica, const std::string& url) {
    SyncOptions options = to(url);
    options.live = true;
    options.poll_ms = 20;
    options.should_stop = [this] { return stop_.load(); };
    options.progress = [this](const SyncReport& report) {
      received = report.received_changes;
      in_sync = report.in_sync;
    };
    options.waiting = [this](const Error&, std::int64_t) { ++lost; };
    thread_ = std::thread([&replica, options, this] {
      const auto report = run_sync(replica, system_clock(), system_random(), options);
      ended_well = report.ok();
    });
  }
  ~LiveReplica() { stop(); }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::atomic<std::uint64_t> received = 0;
  std::atomic<bool> in_sync = false;
  std::atomic<int> lost = 0;
  std::atomic<bool> ended_well = false;

 private:
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

Head head_at(const Person& person, std::uint64_t seq) { return {seq, person.link(seq)}; }

/// Listens, and takes connections only into the kernel's queue: a relay that hangs.
class HungServer {
 public:
  HungServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ENSURE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    ENSURE(::listen(socket_, 8) == 0);
    ENSURE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
  }
  ~HungServer() { ::close(socket_); }
  std::uint16_t port = 0;

 private:
  int socket_;
};

}  // namespace

TEST_CASE("Relay sync: two laptops and headquarters hold the same after meeting the relay") {
  RelayBench bench;
  Fleet fleet;
  Person& ana = fleet.volunteer("ana");
  Person& ben = fleet.volunteer("ben");
  FakeReplica hq(fleet.founder(), true);
  FakeReplica a(ana);
  FakeReplica b(ben);
  a.write(50);
  b.write(70);
  for (FakeReplica* one : {&hq, &a, &b, &a, &hq}) {
    const auto report = sync(*one, bench.url());
    REQUIRE(report.ok());
    CHECK(report->in_sync);
  }
  CHECK(hq.heads() == a.heads());
  CHECK(hq.heads().size() == 3);
  REQUIRE(hq.announcements.size() == 2);  // of both laptops, though the last of them had nothing to send

  // Nothing new: little is said and nothing is sent.
  const auto again = sync(a, bench.url());
  REQUIRE(again.ok());
  CHECK(again->sent_changes == 0);
  CHECK(again->received_changes == 0);
  CHECK(again->bytes_sent + again->bytes_received < 4000);
}

TEST_CASE("Relay sync: 126 laptops of one address arrive at the same moment") {
  // That all are served is tested, not how fast two shared cores under a sanitizer are.
  const std::int64_t patience_ms = 60'000;
  RelayLimits limits;
  limits.request_ms = limits.handshake_ms = patience_ms;
  RelayBench bench(limits);
  Fleet fleet;
  FakeReplica hq(fleet.founder(), true);
  std::vector<std::unique_ptr<FakeReplica>> laptops;
  for (int i = 0; i < 126; ++i) {
    laptops.push_back(std::make_unique<FakeReplica>(fleet.volunteer("laptop " + std::to_string(i))));
    laptops.back()->write(10);
    laptops.back()->max_changes = 100;
  }
  hq.max_changes = 1000;
  hq.shelf.add_own(fleet.founder());
  std::vector<std::thread> threads;
  std::atomic<int> fine = 0;
  for (auto& laptop : laptops) {
    threads.emplace_back([&, replica = laptop.get()] {
      SyncOptions options = to(bench.url());
      options.hello_ms = options.connect_ms = patience_ms;
      const auto report = run_sync(*replica, system_clock(), system_random(), options);
      if (report.ok() && report->in_sync) {
        ++fine;
      } else if (!report.ok()) {
        MESSAGE(report.error().message);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(fine == 126);
  REQUIRE(sync(hq, bench.url()).ok());
  CHECK(hq.heads().size() == 127);
  for (auto& laptop : laptops) {
    CHECK(hq.heads().at(laptop->me->author()).seq == laptop->me->seq());
  }
}

TEST_CASE("Relay sync: what one laptop sends reaches a connected one at once") {
  RelayBench bench;
  Fleet fleet;
  Person& ana = fleet.volunteer("ana");
  Person& ben = fleet.volunteer("ben");
  FakeReplica a(ana);
  FakeReplica b(ben);
  REQUIRE(sync(b, bench.url()).ok());
  LiveReplica live(a, bench.url());
  REQUIRE(eventually([&] { return live.in_sync.load(); }));
  const std::uint64_t before = live.received;
  b.write(5);
  const std::int64_t start = steady_ms();
  REQUIRE(sync(b, bench.url()).ok());
  CHECK(eventually([&] { return live.received >= before + 5; }, 3000));
  CHECK(steady_ms() - start < 3000);
  live.stop();
  CHECK(live.ended_well);
  CHECK(a.heads().at(ben.author()).seq == ben.seq());
}

TEST_CASE("Relay sync: a live laptop comes back after the relay was away, and nothing acknowledged is gone") {
  RelayBench bench;
  Fleet fleet;
  FakeReplica a(fleet.founder());
  a.write(20);
  FakeReplica b(fleet.volunteer("ben"));
  REQUIRE(sync(b, bench.url()).ok());
  LiveReplica live(a, bench.url());
  REQUIRE(eventually([&] { return live.in_sync.load(); }));
  const Head before = head_at(fleet.founder(), 21);
  bench.relay->stop();
  REQUIRE(eventually([&] { return live.lost > 0; }, 5000));
  const auto refused = sync(b, bench.url());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::unreachable);
  bench.start();
  b.write(3);
  REQUIRE(sync(b, bench.url()).ok());
  CHECK(b.heads().at(fleet.founder().author()) == before);
  CHECK(bench.logged("\"event\":\"stopped\"") == 1);
}

TEST_CASE("Relay sync: a second session of one author replaces the first") {
  RelayBench bench;
  Fleet fleet;
  FakeReplica a(fleet.founder());
  REQUIRE(sync(a, bench.url()).ok());
  RawClient first(bench.relay->port());
  REQUIRE(first.upgrade());
  REQUIRE(first.login(fleet.founder()));
  RawClient second(bench.relay->port());
  REQUIRE(second.upgrade());
  REQUIRE(second.login(fleet.founder()));
  const nlohmann::json farewell = first.message();
  CHECK(farewell.value("type", "") == "error");
  CHECK(farewell.value("retry_after_ms", 0) > 0);
  CHECK(first.close_code() == 1008);
  CHECK(bench.logged("session_replaced") == 1);
}

TEST_CASE("Relay sync: an author over its rate waits and is not refused") {
  RelayLimits limits;
  limits.changes_burst = 10;
  limits.changes_per_second = 100;
  RelayBench bench(limits);
  Fleet fleet;
  Person& ben = fleet.volunteer("ben");
  FakeReplica b(ben);
  REQUIRE(sync(b, bench.url()).ok());
  b.write(100);
  const std::int64_t start = steady_ms();
  const auto report = sync(b, bench.url());
  REQUIRE(report.ok());
  CHECK(report->in_sync);
  CHECK(report->sent_changes == 100);
  CHECK(steady_ms() - start > 500);
}

TEST_CASE("Relay sync: coordinators are exempt from the rate until they are revoked") {
  RelayLimits limits;
  limits.changes_burst = 10;
  limits.changes_per_second = 100;
  RelayBench bench(limits);
  Fleet fleet;
  Person& cora = fleet.coordinator("cora");
  FakeReplica hq(fleet.founder(), true);
  hq.shelf.add_own(fleet.founder());
  REQUIRE(sync(hq, bench.url()).ok());
  FakeReplica c(cora, true);
  c.write(100);
  REQUIRE(sync(c, bench.url()).ok());
  CHECK(get(bench, "/metrics").find("karez_relay_packs_delayed_total 0\n") != std::string::npos);
  fleet.revoke(fleet.founder(), cora, cora.seq());
  hq.shelf.add_own(fleet.founder());
  REQUIRE(sync(hq, bench.url()).ok());
  c.write(100);
  REQUIRE(sync(c, bench.url()).ok());
  CHECK(get(bench, "/metrics").find("karez_relay_packs_delayed_total 0\n") == std::string::npos);
}

TEST_CASE("Relay sync: without a relay the client gives up in time") {
  Fleet fleet;
  FakeReplica a(fleet.founder());
  HungServer hung;
  const std::int64_t start = steady_ms();
  const auto silent = sync(a, "ws://127.0.0.1:" + std::to_string(hung.port));
  REQUIRE_FALSE(silent.ok());
  CHECK(silent.error().code == ErrorCode::unreachable);
  CHECK(steady_ms() - start < 10'000);
  const auto nobody = sync(a, "ws://127.0.0.1:1");
  REQUIRE_FALSE(nobody.ok());
  CHECK(nobody.error().code == ErrorCode::unreachable);
  CHECK(nobody.error().message.find("safe here") != std::string::npos);
  CHECK(sync(a, "http://a").error().code == ErrorCode::usage);
  CHECK(sync(a, "ws://no-such-host.invalid:8470").error().code == ErrorCode::unreachable);
}

TEST_CASE("Relay sync: who asks much and reads nothing is closed, the others go on") {
  RelayLimits limits;
  limits.idle_ms = 1500;
  limits.ping_ms = 500;
  RelayBench bench(limits);
  Fleet fleet;
  std::vector<std::unique_ptr<FakeReplica>> laptops;
  for (int i = 0; i < 8; ++i) {
    laptops.push_back(std::make_unique<FakeReplica>(fleet.volunteer("laptop " + std::to_string(i))));
    laptops.back()->write(300);
    laptops.back()->max_changes = 300;
    REQUIRE(sync(*laptops.back(), bench.url()).ok());
  }
  RawClient greedy(bench.relay->port(), 4096);
  REQUIRE(greedy.upgrade());
  REQUIRE(greedy.login(*fleet.people().at(1)));
  const std::string fetch =
      "{\"type\":\"fetch\",\"author\":\"" + to_hex(fleet.people().at(2)->author().bytes) + "\",\"after\":0}";
  const std::string want = "{\"type\":\"want\",\"incarnation\":\"" + std::string(32, '0') +
                           "\",\"since\":0,\"notes\":0,\"credit\":1000000000}";
  greedy.send(RawClient::frame(1, want));
  for (int i = 0; i < 300; ++i) {
    if (!greedy.send(RawClient::frame(1, fetch))) break;
  }
  // It must go, by the request limit or by the idle limit; the others sync meanwhile.
  laptops[3]->write(10);
  const auto meanwhile = sync(*laptops[3], bench.url());
  REQUIRE(meanwhile.ok());
  CHECK(meanwhile->in_sync);
  CHECK(eventually([&] { return get(bench, "/metrics").find("karez_relay_sessions 0") != std::string::npos; }));
}

TEST_CASE("Relay sync: the real program ends within 5 s of SIGTERM, with sessions open") {
  const TemporaryFolder folder;
  const std::string log = folder.path() + "/log";
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, STDERR_FILENO);
    const std::string data = folder.path() + "/data";
    ::execl(KAREZ_RELAY_PROGRAM, "karez-relay", "--listen", "127.0.0.1:0", "--data", data.c_str(), nullptr);
    ::_exit(127);
  }
  std::uint16_t port = 0;
  REQUIRE(eventually([&] {
    std::ifstream file(log);
    std::string line;
    std::getline(file, line);
    const nlohmann::json first = nlohmann::json::parse(line, nullptr, false);
    if (!first.is_object() || first.value("event", "") != "listening") return false;
    port = first["port"].get<std::uint16_t>();
    return true;
  }));
  Fleet fleet;
  RawClient early(port);
  REQUIRE(early.upgrade());
  RawClient guest(port);
  REQUIRE(guest.upgrade());
  REQUIRE(guest.login(fleet.founder()));
  const Bytes pack = fleet.founder().pack();
  guest.send(RawClient::frame(2, "P" + std::string(text_of(pack))));
  const std::int64_t start = steady_ms();
  ::kill(child, SIGTERM);
  // What was on its way is stored and acknowledged, or neither; then the farewell.
  CHECK(guest.close_code() == 1001);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(steady_ms() - start < 5000);
}
