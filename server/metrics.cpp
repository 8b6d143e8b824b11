#include "metrics.h"

#include <cstdio>

namespace karez::relay {
namespace {

/// One family of samples: `# HELP`, `# TYPE`, then lines.
class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
    text_.append(name).append(" ").append(type).append("\n");
  }
  void sample(std::string_view name, const std::string& value) {
    text_.append(name).append(" ").append(value).append("\n");
  }
  void counter(std::string_view name, std::uint64_t value, std::string_view help) {
    family(name, "counter", help);
    sample(name, std::to_string(value));
  }
  void gauge(std::string_view name, std::uint64_t value, std::string_view help) {
    family(name, "gauge", help);
    sample(name, std::to_string(value));
  }
  void gauge(std::string_view name, const std::string& value, std::string_view help) {
    family(name, "gauge", help);
    sample(name, value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", value);
  return text;
}

void add_commits(Page& page, const Metrics& metrics) {
  page.family("karez_relay_commit_seconds", "histogram", "From BEGIN to the end of COMMIT, fsync included.");
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < kCommitBoundsMs.size(); ++i) {
    cumulative += metrics.commit_ms[i];
    page.sample("karez_relay_commit_seconds_bucket{le=\"" + decimal(kCommitBoundsMs[i] / 1000) + "\"}",
                std::to_string(cumulative));
  }
  cumulative += metrics.commit_ms.back();
  page.sample("karez_relay_commit_seconds_bucket{le=\"+Inf\"}", std::to_string(cumulative));
  page.sample("karez_relay_commit_seconds_sum", decimal(static_cast<double>(metrics.commit_us_sum) / 1e6));
  page.sample("karez_relay_commit_seconds_count", std::to_string(cumulative));
}

}  // namespace

void Metrics::count_commit(std::int64_t commit_us) {
  std::size_t bucket = 0;
  const double ms = static_cast<double>(commit_us) / 1000;
  while (bucket < kCommitBoundsMs.size() && ms > kCommitBoundsMs[bucket]) ++bucket;
  ++commit_ms[bucket];
  commit_us_sum += commit_us;
}

std::string prometheus_text(const Metrics& m, const Gauges& g) {
  Page page;
  page.counter("karez_relay_connections_total", m.connections, "Connections taken.");
  page.counter("karez_relay_connections_refused_total", m.connections_refused, "Connections over a limit.");
  page.counter("karez_relay_logins_total", m.logins, "Logins that proved their key.");
  page.counter("karez_relay_sessions_replaced_total", m.sessions_replaced,
               "Sessions ended by a newer one of the author.");
  page.counter("karez_relay_slow_readers_closed_total", m.slow_readers_closed,
               "Sessions whose outbound queue was full.");
  page.counter("karez_relay_timeouts_total", m.timeouts, "Connections that were silent for too long.");
  page.counter("karez_relay_packs_stored_total", m.packs_stored, "Packs stored.");
  page.counter("karez_relay_packs_repeated_total", m.packs_repeated, "Packs held already.");
  page.counter("karez_relay_changes_stored_total", m.changes_stored, "Changes stored.");
  page.counter("karez_relay_pack_bytes_stored_total", m.bytes_stored, "Bytes of stored packs.");
  page.family("karez_relay_packs_refused_total", "counter", "Packs refused, by reason.");
  for (const auto& [code, count] : m.refused) {
    page.sample("karez_relay_packs_refused_total{code=\"" + std::string(name_of(code)) + "\"}",
                std::to_string(count));
  }
  page.counter("karez_relay_packs_delayed_total", m.packs_delayed,
               "Packs that waited for their author's rate.");
  page.counter("karez_relay_commits_total", m.commits,
               "Transactions committed; packs stored per commit is the group.");
  page.counter("karez_relay_commits_failed_total", m.commits_failed, "Transactions that the disk refused.");
  add_commits(page, m);
  page.family("karez_relay_check_seconds_total", "counter",
              "Time spent on opening packs and checking signatures.");
  page.sample("karez_relay_check_seconds_total", decimal(static_cast<double>(m.check_us_sum) / 1e6));
  page.counter("karez_relay_frames_sent_total", m.frames_sent, "WebSocket messages sent.");
  page.counter("karez_relay_packs_sent_total", m.packs_sent, "Packs handed on.");
  page.counter("karez_relay_sent_bytes_total", m.bytes_sent, "Payload sent.");
  page.counter("karez_relay_received_bytes_total", m.bytes_received, "Payload received.");
  page.gauge("karez_relay_connections", g.connections, "Connections now.");
  page.gauge("karez_relay_sessions", g.sessions, "Sessions logged in now.");
  page.gauge("karez_relay_authors", g.authors, "Authors whose logs are held.");
  page.gauge("karez_relay_arrivals_end", g.arrivals_end, "Newest arrival number.");
  page.gauge("karez_relay_changes_held", g.changes_held, "Changes held.");
  page.gauge("karez_relay_queue_packs", g.queue_packs, "Packs that wait for the store.");
  page.gauge("karez_relay_queue_bytes", g.queue_bytes, "Bytes of these.");
  page.gauge("karez_relay_delayed_packs", g.delayed_packs, "Packs that wait for their author's rate.");
  page.gauge("karez_relay_cache_bytes", g.cache_bytes, "Packs kept in memory.");
  page.gauge("karez_relay_store_bytes", g.store_bytes, "The database and its write-ahead log.");
  page.gauge("karez_relay_free_disk_bytes", g.free_disk_bytes, "What the file system still has.");
  page.gauge("karez_relay_store_writable", std::uint64_t{g.is_writable ? 1u : 0u},
             "1 if the last write succeeded.");
  page.gauge("karez_relay_oldest_announcement_seconds",
             decimal(static_cast<double>(g.oldest_announcement_ms) / 1000),
             "How long ago the author that has been away longest was here.");
  page.gauge("karez_relay_start_time_seconds", decimal(static_cast<double>(g.started_ms) / 1000),
             "When this process started, seconds since 1970.");
  return page.take();
}

}  // namespace karez::relay
