// Being a relay for the laptops on the same network: the server library on a folder of its own beside the
// replica, and this replica as its first client. So nothing that a relay promises is promised twice in two
// ways: what is acknowledged is in the relay's store, and this laptop gets it as every other one does.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/stop_signals.h"
#include "cli/texts_routes.h"
#include "karez/base/files.h"
#include "karez/relay/relay.h"
#include "karez/transport/websocket_client.h"

namespace karez::cli {
namespace {

struct ServeArguments {
  std::string address = "0.0.0.0";
  std::string port = "8470";
};

/// The camp's whole log may come through one laptop's session, ours: the rates of a relay on the internet
/// would hold it up for days. Who may come at all is decided by enrolment, as everywhere.
RelayLimits near_limits() {
  RelayLimits limits;
  limits.changes_burst = 10'000'000;
  limits.changes_per_second = 10'000;
  limits.bytes_burst = 4'000'000'000;
  limits.bytes_per_day = 4'000'000'000;
  return limits;
}

/// The addresses under which others may reach this machine, as they are typed.
std::vector<std::string> reachable(const std::string& address, std::uint16_t port) {
  std::vector<std::string> urls;
  const auto add = [&](const std::string& host) {
    const bool is_v6 = host.find(':') != std::string::npos;
    urls.push_back("ws://" + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port));
  };
  if (address != "0.0.0.0" && address != "::") {
    add(address);
    return urls;
  }
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return urls;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    const bool is_up = (one->ifa_flags & IFF_UP) != 0 && (one->ifa_flags & IFF_LOOPBACK) == 0;
    if (!is_up || one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    char text[INET_ADDRSTRLEN] = {};
    sockaddr_in where{};
    std::memcpy(&where, one->ifa_addr, sizeof where);
    if (::inet_ntop(AF_INET, &where.sin_addr, text, sizeof text) != nullptr) add(text);
  }
  ::freeifaddrs(list);
  return urls;
}

/// Where our own replica reaches the relay in this process.
std::string own_url(const std::string& address, std::uint16_t port) {
  const std::string host = address == "0.0.0.0" ? "127.0.0.1" : address == "::" ? "[::1]" : address;
  const bool is_bare_v6 = host.find(':') != std::string::npos && host.front() != '[';
  return "ws://" + (is_bare_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

/// A home that was copied or restored goes on as a new author; its relay's store went back too, and its
/// arrivals must not be taken for those that others have seen.
bool is_of_another_life(const std::string& folder, const std::string& author) {
  const auto line = system_files().read_small(folder + "/served-by");
  return line && *line != author + "\n";
}

Status note_life(const std::string& folder, const std::string& author) {
  return system_files().write_durably(folder + "/served-by", author + "\n");
}

Result<std::unique_ptr<Relay>> start_relay(Context& context, Replica& replica,
                                           const ServeArguments& arguments, std::uint16_t port) {
  // A write first: a copied database finds out that it is one.
  KAREZ_TRY(replica.set_relay_url(replica.relay_url()));
  KAREZ_ASSIGN(const ReplicaStatus status, replica.status());
  const std::string author = public_name(status.author);
  RelayOptions options;
  options.address = arguments.address;
  options.port = port;
  options.data_dir = context.home + "/relay";
  options.workspace = status.workspace;
  options.limits = near_limits();
  options.new_incarnation = is_of_another_life(options.data_dir, author);
  KAREZ_ASSIGN(std::unique_ptr<Relay> relay, Relay::start(options, system_clock(), system_random()));
  KAREZ_TRY(note_life(options.data_dir, author));
  return relay;
}

void tell_start(Context& context, const Relay& relay, const std::vector<std::string>& urls,
                const std::string& own) {
  Console& console = context.console;
  if (console.json) {
    Document out = Document::object();
    out.set("state", "serving").set("addresses", Document::list_of(urls)).set("local", own);
    out.set("port", std::uint64_t{relay.port()});
    console.document(out.set("relay_key", to_hex(relay.key().bytes)));
  }
  console.print(context.say(say::kServing));
  for (const std::string& url : urls) console.print(context.say(say::kServeLine, {url}));
  if (urls.empty()) console.print(context.say(say::kServeNoNetwork));
  console.print(context.say(say::kServeHowToStop));
  (void)console.flush();
}

int run_serve(Context& context, const ServeArguments& arguments) {
  const bool is_number = !arguments.port.empty() && arguments.port.size() <= 5 &&
                         arguments.port.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || std::stoul(arguments.port) > 65535) return context.fail(ErrorCode::usage, say::kBadPort);
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  const StopSignals signals;
  KAREZ_OR_FAIL(
      const std::unique_ptr<Relay> relay, context,
      start_relay(context, replica, arguments, static_cast<std::uint16_t>(std::stoul(arguments.port))));
  const std::string own = own_url(arguments.address, relay->port());
  tell_start(context, *relay, reachable(arguments.address, relay->port()), own);

  SyncOptions options;
  options.url = own;
  options.live = true;
  options.should_stop = [] { return StopSignals::is_asked(); };
  options.has_local_change = [&replica, seen = replica.change_counter()]() mutable {
    const std::int64_t now = replica.change_counter();
    return std::exchange(seen, now) != now;
  };
  options.waiting = [&context](const Error& why, std::int64_t retry_ms) {
    context.console.note(context.say(say::kServeLost, {one_line(why.message), span_text(context, retry_ms)}));
  };
  const auto report = run_sync(replica.near_store(), system_clock(), system_random(), options);
  relay->stop();
  if (!report) return context.fail(report.error());
  context.console.print(context.say(
      say::kServeEnded, {std::to_string(report->received_changes), std::to_string(report->sent_changes)}));
  return kDone;
}

}  // namespace

void add_serve_commands(CLI::App& app, Context& context) {
  CLI::App* serve = add_command(app, context, "serve", say::kHelpServe, say::kGroupSync);
  auto arguments = std::make_shared<ServeArguments>();
  add_text(serve, context, "--address", arguments->address, say::kHelpServeAddress, "IP")
      ->capture_default_str();
  add_text(serve, context, "--port", arguments->port, say::kHelpServePort, context.say(say::kKindNumber))
      ->capture_default_str();
  on_chosen(serve, context, arguments, run_serve);
}

}  // namespace karez::cli
