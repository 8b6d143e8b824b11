// karez-relay: the program around Relay. Parses arguments, waits for a signal, prints JSON lines on stderr.
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "karez/relay/backup.h"
#include "karez/relay/relay.h"

namespace {

using namespace karez;

constexpr int kHardLimitSeconds =
    4;  // after a signal; acknowledged changes are on the disk, so leaving is always safe

/// Splits "127.0.0.1:8470" or "[::1]:8470".
bool parse_listen(const std::string& text, RelayOptions& options) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  std::string address = text.substr(0, colon);
  if (address.front() == '[' && address.back() == ']') address = address.substr(1, address.size() - 2);
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos)
    return false;
  const unsigned long number = std::stoul(port);
  if (number > 65535) return false;
  options.address = address;
  options.port = static_cast<std::uint16_t>(number);
  return true;
}

void add_limits(CLI::App& app, RelayLimits& limits) {
  const char* group = "Limits";
  const auto add = [&](const char* name, auto& value, const char* help) {
    app.add_option(name, value, help)->capture_default_str()->group(group);
  };
  add("--max-sessions", limits.sessions, "Connections at one time");
  add("--max-per-address", limits.sessions_per_address_before_login,
      "Connections of one address that have not logged in; further ones wait");
  add("--max-outbound-bytes", limits.outbound_bytes,
      "Messages that may wait for one slow reader before it is closed");
  add("--max-inbound-bytes", limits.inbound_bytes, "Packs that may wait for the disk before reading pauses");
  add("--cache-bytes", limits.cache_bytes, "Packs kept in memory for handing on");
  add("--request-ms", limits.request_ms, "Time for an HTTP request to arrive");
  add("--handshake-ms", limits.handshake_ms, "Time from upgrade to login");
  add("--ping-ms", limits.ping_ms, "Ping after this much silence");
  add("--idle-ms", limits.idle_ms, "Close after this much silence");
  add("--changes-per-second", limits.changes_per_second,
      "Changes an author may send in the long run; what is above waits, it is not refused");
  add("--changes-burst", limits.changes_burst,
      "Changes an author may send at once: a week of offline work fits");
  add("--bytes-per-day", limits.bytes_per_day,
      "Bytes an author may send in the long run; what is above waits");
  add("--bytes-burst", limits.bytes_burst, "Bytes an author may send at once");
}

/// One socket per session, and some for ourselves.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void write_line(std::string_view line) {
  std::string text(line);
  text += '\n';
  // One write, so that lines of several programs in one log do not mix. A lost log line must not stop the
  // relay.
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return 2;
    case ErrorCode::not_found:
      return 3;
    case ErrorCode::refused:
    case ErrorCode::wrong_workspace:
    case ErrorCode::busy:
      return 4;
    default:
      return 1;
  }
}

/// Tells on stdout, as one JSON object, what a backup or a restored folder holds.
int tell(const Result<RelayBackup>& made, const char* what, const std::string& where) {
  if (!made) {
    std::cerr << "karez-relay: " << made.error().message << "\n";
    return exit_code(made.error().code);
  }
  const nlohmann::json told{
      {what, where},
      {"workspace", made->workspace ? nlohmann::json(to_hex(made->workspace->bytes)) : nlohmann::json()},
      {"end", made->end},
      {"changes", made->changes},
      {"authors", made->authors},
      {"bytes", made->bytes}};
  std::cout << told.dump() << "\n";
  return 0;
}

/// Stops within the limit whatever the disk does; a second signal ends the process at once.
[[noreturn]] void stop_and_leave(Relay& relay, const sigset_t& signals) {
  std::thread guard([signals] {
    const timespec limit{kHardLimitSeconds, 0};
    const bool second = sigtimedwait(&signals, nullptr, &limit) > 0;
    write_line(second ? R"({"level":"warn","event":"stopped_at_once"})"
                      : R"({"level":"warn","event":"stopped_at_hard_limit"})");
    std::_Exit(second ? 1 : 0);
  });
  guard.detach();
  relay.stop();
  std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  RelayOptions options;
  std::string listen = "127.0.0.1:8470";
  std::string workspace;
  bool json_logs = true;
  CLI::App app{
      "karez-relay: stores the changes of field laptops and hands them on.\n"
      "It needs one folder and one port; it never needs to understand a record."};
  app.add_option("--listen", listen, "Numeric address and port; port 0 takes any free one")
      ->capture_default_str();
  app.add_option("--data", options.data_dir, "Folder of the store; made if missing")->required();
  app.add_option("--workspace", workspace,
                 "Serve only this workspace (64 hex digits); else the first that comes");
  app.add_flag("--new-incarnation", options.new_incarnation,
               "After restoring the folder from a backup: earlier receipts no longer count");
  app.add_flag("--json-logs,!--no-logs", json_logs, "JSON lines on stderr (default); --no-logs: none");
  app.set_version_flag("--version", "karez-relay 0.1.0, protocol 1");
  add_limits(app, options.limits);
  std::string backup;
  CLI::App* const back_up = app.add_subcommand(
      "backup",
      "Copies the store in --data, as of one moment, into a new folder; the relay may run meanwhile");
  CLI::App* const restore = app.add_subcommand(
      "restore", "Makes the folder --data of a backup; laptops then send again what came after it");
  for (CLI::App* const command : {back_up, restore}) {
    command->add_option("folder", backup, "The backup's folder")->required();
    command->fallthrough();
  }
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? 0 : 2;
  }
  if (*back_up)
    return tell(back_up_relay(options.data_dir, backup, system_clock(), system_random()), "backup", backup);
  if (*restore) {
    return tell(restore_relay(backup, options.data_dir, system_clock(), system_random()), "restored",
                options.data_dir);
  }
  if (!parse_listen(listen, options)) {
    std::cerr << "karez-relay: --listen needs ADDRESS:PORT, for example 0.0.0.0:8470\n";
    return 2;
  }
  if (!workspace.empty()) {
    const auto id = fixed_from_hex<32>(workspace);
    if (!id) {
      std::cerr << "karez-relay: --workspace needs 64 hex digits\n";
      return 2;
    }
    options.workspace = WorkspaceId{*id};
  }
  if (json_logs) options.log = write_line;

  // Blocked before any thread exists, so that only this one takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();

  Result<std::unique_ptr<Relay>> relay = Relay::start(options, system_clock(), system_random());
  if (!relay) {
    std::cerr << "karez-relay: " << relay.error().message << "\n";
    return exit_code(relay.error().code);
  }
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
  stop_and_leave(**relay, signals);
}
