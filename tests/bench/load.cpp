// karez-load: N simulated laptops against a relay of its own over loopback; rows 14 to 16 of the table. The
// relay is the real program in a process of its own; only session counts and rate limits are raised.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/load_client.h"
#include "bench/report.h"
#include "bench/workload.h"
#include "support/fleet.h"

using namespace karez;
using namespace karez::bench;
using testing::Fleet;
using testing::Person;

namespace {

constexpr std::size_t kInFlight = 16;
constexpr double kPatienceS = 120;
constexpr std::int64_t kLivePauseNs = 20'000'000;  // of the pair whose latency a storm must not spoil

struct Arguments {
  std::string relay_program, folder = "bench-scratch", json_file;
  std::vector<std::string> modes;
  std::size_t clients = 0;  ///< 0: what the mode's row says
  std::uint64_t changes = 800;
  double seconds = 5;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "karez-load: %s\n", why.c_str());
  std::exit(1);
}

/// The relay program in a process of its own; gone with this object.
class RelayProcess {
 public:
  RelayProcess(const Arguments& arguments, const std::string& folder)
      : program_(arguments.relay_program), folder_(folder) {
    start();
  }
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;
  ~RelayProcess() { stop(); }
  /// A new process on the same data.
  void restart() {
    stop();
    start();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] double resident_bytes() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) * 1024;
    }
    return 0;
  }

 private:
  void start() {
    port_ = 0;
    const std::string log = folder_ + "/relay.log";
    pid_ = ::fork();
    ENSURE(pid_ >= 0);
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // also when this program gives up
      if (std::freopen(log.c_str(), "w", stderr) == nullptr) ::_exit(126);
      const std::string data = folder_ + "/relay";
      const char* most = "2000000000";
      ::execl(program_.c_str(), "karez-relay", "--listen", "127.0.0.1:0", "--data", data.c_str(),
              "--max-sessions", "100000", "--max-per-address", "100000", "--changes-per-second", most,
              "--changes-burst", most, "--bytes-per-day", most, "--bytes-burst", most, nullptr);
      ::_exit(127);
    }
    for (const Stopwatch watch; port_ == 0;) {
      ::usleep(10'000);
      std::ifstream file(log);
      for (std::string line; std::getline(file, line);) {
        const auto entry = nlohmann::json::parse(line, nullptr, false);
        if (entry.is_object() && entry.value("event", "") == "listening") port_ = entry.at("port");
      }
      if (watch.seconds() > 10) give_up("the relay does not start; see " + log);
    }
  }
  void stop() const {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  std::string program_;
  std::string folder_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

/// All clients on one thread. Sockets are watched edge by edge; a client that is deaf is not asked.
class Swarm {
 public:
  explicit Swarm(std::uint16_t port) : port_(port), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    ENSURE(poll_ >= 0);
  }
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;
  ~Swarm() { ::close(poll_); }

  LoadClient& add(const Person& person) {
    return *clients_.emplace_back(std::make_unique<LoadClient>(person.key(), person.workspace()));
  }
  [[nodiscard]] LoadClient& operator[](std::size_t i) { return *clients_[i]; }
  [[nodiscard]] std::size_t size() const { return clients_.size(); }

  /// Where those who connect from now on go.
  void set_port(std::uint16_t port) { port_ = port; }
  void close_all() {
    for (const auto& client : clients_) client->close();
  }
  void connect(LoadClient& client) {
    client.connect(port_);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &client;
    ENSURE(::epoll_ctl(poll_, EPOLL_CTL_ADD, client.socket(), &event) == 0);
  }
  /// One round of whatever is ready.
  void step(int wait_ms) {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), wait_ms);
    for (int i = 0; i < count; ++i) {
      auto& client = *static_cast<LoadClient*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (client.socket() >= 0) client.on_ready();
    }
  }
  void until(const std::function<bool()>& is_done, const char* what) {
    const Stopwatch watch;
    for (std::int64_t next_ns = 0;;) {
      step(1);
      const std::int64_t now = steady_ns();
      if (now < next_ns) continue;
      next_ns = now + 2'000'000;
      if (is_done()) return;
      if (watch.seconds() > kPatienceS) give_up(std::string("waited too long: ") + what + trouble());
    }
  }
  /// Connects and logs in all of [first, end), at most 256 under way at a time.
  void connect_all(std::size_t first, std::size_t end) {
    std::size_t next = first;
    until(
        [&] {
          std::size_t open = 0;
          for (std::size_t i = first; i < next; ++i)
            open += clients_[i]->stage() != LoadClient::Stage::ready ? 1u : 0u;
          for (; next < end && open < 256; ++open) connect(*clients_[next++]);
          return next == end && open == 0;
        },
        "connections");
  }
  void until_acked(std::size_t first, std::size_t end, std::uint64_t seq) {
    std::size_t done = first;
    until(
        [&] {
          while (done < end && clients_[done]->acked_seq() >= seq) ++done;
          return done == end;
        },
        "acknowledgements");
  }

 private:
  std::string trouble() const {
    for (const auto& client : clients_) {
      if (!client->trouble().empty()) return " (" + client->trouble() + ")";
    }
    return "";
  }
  std::uint16_t port_;
  int poll_;
  std::vector<std::unique_ptr<LoadClient>> clients_;
};

/// Everything that a mode needs: people, a fresh relay, and a client for each.
struct Stage {
  Stage(const Arguments& arguments, const std::string& folder_, std::size_t people)
      : folder(emptied(folder_)), relay(arguments, folder), swarm(relay.port()) {
    for (std::size_t i = 0; i < people; ++i) {
      Person& person = fleet.enrol(fleet.invite(fleet.founder()), "laptop-" + std::to_string(i));
      persons.push_back(&person);
      swarm.add(person);
    }
  }
  /// Everybody is known to the relay, and logged in anew: a welcome says how far the relay is, and what came
  /// before is nobody's business here.
  void enrol_all() {
    swarm.connect_all(0, swarm.size());
    for (std::size_t i = 0; i < swarm.size(); ++i) swarm[i].send_pack(persons[i]->pack(1, 1));
    swarm.until_acked(0, swarm.size(), 1);
    swarm.close_all();
    swarm.connect_all(0, swarm.size());
  }

  static std::string emptied(const std::string& path) {
    fresh_folder(path);
    return path;
  }

  std::string folder;
  Fleet fleet;
  RelayProcess relay;
  Swarm swarm;
  std::vector<Person*> persons;
};

/// Notes as volunteers write them, one after the other.
const std::string& next_note() {
  static const Workload workload = make_workload(kSizeS);
  static std::size_t at = 0;
  for (;;) {
    const auto& actions = workload.laptops[at / 1000 % workload.laptops.size()].actions;
    const Action& action = actions[at++ % 1000 % actions.size()];
    if (action.kind == ActionKind::visit) return action.visit.note;
  }
}

std::vector<Operation> visit_with(std::string note, std::uint64_t seq) {
  Create create;
  create.collection = 5;
  create.fields = {
      {FieldName::catalog(2), Value(WallTime{testing::kStartMs + static_cast<std::int64_t>(seq), 480})},
      {FieldName::catalog(8), Value::of(std::move(note))}};
  return {create};
}

/// A day's changes of one person as packs; the person's own log stays as it was.
std::vector<Bytes> days_packs(const Person& person, std::uint64_t changes) {
  constexpr std::uint64_t kPackChanges = 800;
  Person copy = person;
  const std::uint64_t before = copy.seq();
  for (std::uint64_t i = 0; i < changes; ++i) copy.add(visit_with(next_note(), i));
  std::vector<Bytes> packs;
  for (std::uint64_t first = before + 1; first <= copy.seq(); first += kPackChanges) {
    packs.push_back(copy.pack(first, std::min(copy.seq(), first + kPackChanges - 1)));
  }
  return packs;
}

/// Writes one 200-byte change after the other and remembers when.
class LiveWriter {
 public:
  LiveWriter(Person& person, LoadClient& client) : person_(person), client_(client) {}
  void write() {
    person_.add(visit_with(std::string(160, 'x'), person_.seq()));
    client_.send_pack(person_.pack(person_.seq(), person_.seq()));
    sent_ns_.push_back(steady_ns());
  }
  [[nodiscard]] std::uint64_t in_flight() const {
    return person_.seq() - std::max<std::uint64_t>(1, client_.acked_seq());
  }
  [[nodiscard]] bool is_seen_by(const LoadClient& observer) const {
    return !observer.sights().empty() && observer.sights().back().seq == person_.seq();
  }
  /// Milliseconds from sending to the sight of it, ascending. The first change written here has seq 2.
  [[nodiscard]] std::vector<double> latencies_ms(const LoadClient& observer) const {
    std::vector<double> out;
    for (const LoadClient::Sight& sight : observer.sights()) {
      if (sight.seq < 2 || sight.seq - 2 >= sent_ns_.size()) continue;
      out.push_back(static_cast<double>(sight.at_ns - sent_ns_[sight.seq - 2]) * 1e-6);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  Person& person_;
  LoadClient& client_;
  std::vector<std::int64_t> sent_ns_;
};

double quantile(const std::vector<double>& ascending, double part) {
  if (ascending.empty()) give_up("no live change arrived");
  return ascending[static_cast<std::size_t>(part * static_cast<double>(ascending.size() - 1))];
}

void append_latency(std::vector<Figure>& out, const std::string& row, const std::vector<double>& latencies,
                    std::optional<Target> target) {
  out.push_back({row, "live latency p50", "ms", quantile(latencies, 0.5), {}, {}});
  out.push_back({row, "live latency p99", "ms", quantile(latencies, 0.99), {}, target});
}

std::vector<Figure> connect_mode(const Arguments& arguments, const std::string& folder) {
  Stage stage(arguments, folder, arguments.clients > 0 ? arguments.clients : 1000);
  const Stopwatch watch;
  stage.swarm.connect_all(0, stage.swarm.size());
  return {{"-",
           "connections with login",
           "1/s",
           static_cast<double>(stage.swarm.size()) / watch.seconds(),
           {},
           {}}};
}

std::vector<Figure> idle_mode(const Arguments& arguments, const std::string& folder) {
  Stage stage(arguments, folder, arguments.clients > 0 ? arguments.clients : 10'000);
  Swarm& swarm = stage.swarm;
  const auto clients = static_cast<double>(swarm.size());
  const auto wait_idly = [&] {
    for (std::size_t i = 0; i < swarm.size(); ++i) swarm[i].want();
    for (const Stopwatch watch; watch.seconds() < 2;) swarm.step(50);
  };
  // What ten thousand enrolments at once leave in the heap belongs to them and not to who waits: it has a
  // figure of its own.
  const double empty = stage.relay.resident_bytes();
  stage.enrol_all();
  wait_idly();
  const double with_enrolment = stage.relay.resident_bytes() - empty;
  swarm.close_all();
  stage.relay.restart();
  swarm.set_port(stage.relay.port());
  const double known = stage.relay.resident_bytes();
  swarm.connect_all(0, swarm.size());
  wait_idly();
  const double waiting = stage.relay.resident_bytes() - known;
  const std::string count = std::to_string(swarm.size());
  return {
      {"15", "relay memory per idle connection, " + count, "KiB", waiting / clients / 1024, {}, Target{10}},
      {"15b",
       "the same, all enrolled in the same process just before",
       "KiB",
       with_enrolment / clients / 1024,
       {},
       {}}};
}

std::vector<Figure> upload_mode(const Arguments& arguments, const std::string& folder, bool is_storm) {
  const std::size_t clients = arguments.clients > 0 ? arguments.clients : 1000;
  Stage stage(arguments, folder, clients + 2);  // the last two are the live pair
  Swarm& swarm = stage.swarm;
  stage.enrol_all();
  std::vector<std::vector<Bytes>> packs;
  for (std::size_t i = 0; i < clients; ++i) packs.push_back(days_packs(*stage.persons[i], arguments.changes));
  LiveWriter writer(*stage.persons[clients], swarm[clients]);
  LoadClient& observer = swarm[clients + 1];
  observer.watch(stage.persons[clients]->author());
  observer.want();
  for (std::size_t i = 0; is_storm && i < clients; ++i) swarm[i].close();

  const Stopwatch watch;
  for (std::size_t i = 0; i < clients; ++i) {
    if (is_storm) swarm.connect(swarm[i]);
    for (Bytes& pack : packs[i]) swarm[i].send_pack(std::move(pack));
  }
  std::int64_t next_ns = 0;
  std::size_t done = 0;
  double seconds = 0;
  swarm.until(
      [&] {
        if (observer.stage() == LoadClient::Stage::closed)
          give_up("the observer was cut off: " + observer.trouble());
        while (done < clients && swarm[done].acked_seq() >= arguments.changes + 1) ++done;
        if (done == clients) {
          if (seconds == 0) seconds = watch.seconds();
          return writer.is_seen_by(observer);  // what is under way counts too
        }
        if (steady_ns() >= next_ns) {
          writer.write();
          next_ns = steady_ns() + kLivePauseNs;
        }
        return false;
      },
      "acknowledgements");
  const double changes = static_cast<double>(clients * arguments.changes);
  const std::string measure = std::to_string(clients) + " laptops upload " +
                              std::to_string(arguments.changes) + " changes each, acknowledged";
  std::vector<Figure> out{{is_storm ? "16" : "-",
                           is_storm ? "storm: " + measure : measure,
                           "1/s",
                           changes / seconds,
                           {},
                           is_storm ? std::optional(Target{400'000, true}) : std::nullopt}};
  append_latency(out, is_storm ? "16" : "-", writer.latencies_ms(observer),
                 is_storm ? std::optional(Target{250}) : std::nullopt);
  return out;
}

std::vector<Figure> live_mode(const Arguments& arguments, const std::string& folder, bool has_slow_reader) {
  const std::size_t clients = arguments.clients > 0 ? arguments.clients : 1000;
  Stage stage(arguments, folder, clients + 1);
  Swarm& swarm = stage.swarm;
  stage.enrol_all();
  LiveWriter writer(*stage.persons[clients], swarm[clients]);
  for (std::size_t i = 0; i < clients; ++i) swarm[i].want();
  swarm[0].watch(stage.persons[clients]->author());
  LoadClient& slow = swarm[clients - 1];
  if (has_slow_reader) slow.set_reading(false);
  const auto received = [&] {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < clients; ++i) all += swarm[i].received_changes();
    return all;
  };
  for (const Stopwatch watch; watch.seconds() < 1;) swarm.step(10);
  const std::uint64_t before = received();
  const double memory = stage.relay.resident_bytes();
  const Stopwatch watch;
  while (watch.seconds() < arguments.seconds) {
    while (writer.in_flight() < kInFlight) writer.write();
    swarm.step(1);
  }
  const double rate = static_cast<double>(received() - before) / watch.seconds();
  const std::string measure =
      "live deliveries to " + std::to_string(clients) + " clients, 200-byte changes, 16 in flight";
  std::vector<Figure> out{{has_slow_reader ? "-" : "14",
                           has_slow_reader ? measure + ", one of them deaf" : measure,
                           "1/s",
                           rate,
                           {},
                           has_slow_reader ? std::nullopt : std::optional(Target{800'000, true})}};
  append_latency(out, has_slow_reader ? "-" : "14", writer.latencies_ms(swarm[0]), {});
  if (has_slow_reader) {
    out.push_back(
        {"-", "relay's memory grew by", "MiB", (stage.relay.resident_bytes() - memory) / 1048576, {}, {}});
  }
  return out;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Arguments& arguments) {
  Report report;
  const std::string folder = arguments.folder + "/karez-load-" + std::to_string(::getpid());
  fresh_folder(folder);
  report.machine = look_at_machine(folder);
  for (const std::string& mode : arguments.modes) {
    std::fprintf(stderr, "  %s\n", mode.c_str());
    const std::string own = folder + "/" + mode;
    std::vector<Figure> figures;
    if (mode == "connect") figures = connect_mode(arguments, own);
    if (mode == "idle") figures = idle_mode(arguments, own);
    if (mode == "upload" || mode == "storm") figures = upload_mode(arguments, own, mode == "storm");
    if (mode == "live" || mode == "slow-reader") figures = live_mode(arguments, own, mode == "slow-reader");
    report.figures.insert(report.figures.end(), figures.begin(), figures.end());
  }
  report.machine.fdatasync_per_s_after = fdatasync_rate(folder);
  std::filesystem::remove_all(folder);
  std::fputs(to_table(report).c_str(), stdout);
  if (!arguments.json_file.empty()) std::ofstream(arguments.json_file) << to_json(report);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  arguments.relay_program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "karez-relay";
  CLI::App app("Plays many laptops against a relay of its own.");
  const std::set<std::string> known{"connect", "upload", "live", "storm", "idle", "slow-reader"};
  app.add_option("modes", arguments.modes, "connect, upload, live, storm, idle, slow-reader")
      ->required()
      ->check(CLI::IsMember(known));
  app.add_option("--clients", arguments.clients, "laptops (0: what the mode's row says)")
      ->capture_default_str();
  app.add_option("--changes", arguments.changes, "that each of them uploads")->capture_default_str();
  app.add_option("--seconds", arguments.seconds, "how long live runs")->capture_default_str();
  app.add_option("--relay", arguments.relay_program, "the relay's program")->capture_default_str();
  app.add_option("--folder", arguments.folder, "scratch folder, on the disk that is to be measured")
      ->capture_default_str();
  app.add_option("--json", arguments.json_file, "write the figures to this file");
  CLI11_PARSE(app, count, words);
  ::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  return run(arguments);
}
