#include "rehearsal.h"

namespace karez {
namespace {

/// A log's changes arrive in about this many parts, mixed with the others': enough that any two logs meet in
/// both orders, and no part of a long log costs an unpacking of its own.
constexpr std::uint64_t kPartsOfLog = 4;

}  // namespace

Rehearsal::Rehearsal(Replica::Impl& source, Database opened)
    : source_(source),
      database_(std::move(opened)),
      statements_(database_),
      authors_(statements_),
      log_(statements_, authors_),
      tables_(statements_, source.catalog, authors_, log_),
      applier_(source.workspace_id, source.catalog, authors_, log_, tables_) {}

Result<std::unique_ptr<Rehearsal>> Rehearsal::make(
    Replica::Impl& source, const std::vector<CoveredLogs::End>& ends, std::uint64_t seed,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  KAREZ_ASSIGN(Database opened, Database::open(":memory:"));
  std::unique_ptr<Rehearsal> self(new Rehearsal(source, std::move(opened)));
  self->dice_.seed(seed);
  KAREZ_TRY(self->database_.execute("BEGIN"));
  KAREZ_TRY(upgrade_schema(self->database_, source.catalog));
  KAREZ_TRY(self->authors_.load());
  std::map<AuthorKey, std::vector<Feed>> by_key;
  for (const CoveredLogs::End& end : ends) {
    AuthorRow* row = source.authors.find(end.log);
    if (row == nullptr || end.seq == 0) continue;
    by_key[row->key].push_back({row, end.seq, nullptr, 1});
  }
  std::vector<Feed> plain;
  for (auto& entry : by_key) {
    std::vector<Feed>& logs = entry.second;
    // A log that another one goes on from has nothing of its own.
    std::erase_if(logs, [&](const Feed& log) {
      return std::any_of(logs.begin(), logs.end(), [&](const Feed& other) {
        return other.from != log.from && other.last > log.last &&
               source.authors.common(*log.from, *other.from) >= log.last;
      });
    });
    for (const Feed& log : logs) self->total_ += log.last;
    if (logs.size() == 1) {
      plain.push_back(logs.front());
    } else {
      KAREZ_TRY(self->feed_forked(std::move(logs)));
    }
  }
  KAREZ_TRY(self->feed_shuffled(std::move(plain), progress));
  KAREZ_TRY(self->applier_.apply_ready());
  KAREZ_TRY(self->authors_.flush());
  return self;
}

Status Rehearsal::feed(Feed& log, std::uint64_t most) {
  const std::uint64_t last = std::min(log.last, log.next - 1 + most);
  while (log.next <= last) {
    // What a branch shares stands in the row that it branched off from.
    const AuthorRow& owner = source_.authors.owner(*log.from, log.next);
    std::uint64_t to = last;
    for (const AuthorRow* row = log.from; row != &owner; row = source_.authors.find(row->parent))
      to = std::min(to, row->from_seq - 1);
    const std::uint64_t before = log.next;
    Status status;
    KAREZ_TRY(source_.log.each(owner.id, log.next - 1, [&](const OpenedChange& change) {
      if (change.change.seq > to) return false;
      status = log_.append(*log.to, change);
      ++log.next;
      ++changes_;
      return status.ok() && change.change.seq < to;
    }));
    KAREZ_TRY(status);
    if (log.next == before) return Error{ErrorCode::gap, "a change is missing that a close covers"};
  }
  authors_.mark(*log.to);
  return applier_.log_grew(*log.to);
}

Status Rehearsal::feed_forked(std::vector<Feed> logs) {
  std::sort(logs.begin(), logs.end(), [](const Feed& a, const Feed& b) { return a.from->id < b.from->id; });
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (i == 0) {
      KAREZ_ASSIGN(logs[i].to, authors_.ensure(logs[i].from->key));
    } else {
      std::size_t nearest = 0;
      std::uint64_t shared = 0;
      for (std::size_t j = 0; j < i; ++j) {
        const std::uint64_t same =
            std::min({source_.authors.common(*logs[i].from, *logs[j].from), logs[i].last, logs[j].last});
        if (same > shared) nearest = j;
        shared = std::max(shared, same);
      }
      const auto link = [&](const AuthorRow& row, std::uint64_t seq) {
        const bool is_new = row.id == authors_.all().back()->id;
        const auto found = is_new ? source_.log.link_at(logs[i].from->id, seq) : log_.link_at(row.id, seq);
        return found.value_or(Hash{});
      };
      const Hash at = shared == 0 ? Hash{} : source_.log.link_at(logs[i].from->id, shared).value_or(Hash{});
      KAREZ_ASSIGN(logs[i].to, authors_.branch_off(*logs[nearest].to, shared + 1, at, link));
      logs[i].next = shared + 1;
    }
    // The names of all branches stand before anything is applied.
    KAREZ_TRY(feed(logs[i], logs[i].last));
  }
  return {};
}

Status Rehearsal::feed_shuffled(std::vector<Feed> logs,
                                const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  while (!logs.empty()) {
    const std::size_t i = dice_() % logs.size();
    Feed& log = logs[i];
    if (log.to == nullptr) {
      KAREZ_ASSIGN(log.to, authors_.ensure(log.from->key));
    }
    KAREZ_TRY(feed(log, 1 + dice_() % std::max<std::uint64_t>(2 * log.last / kPartsOfLog, 1)));
    KAREZ_TRY(applier_.apply_ready());
    if (progress) progress(changes_, total_);
    if (log.next <= log.last) continue;
    std::swap(logs[i], logs.back());
    logs.pop_back();
  }
  return {};
}

Result<DayReport> Rehearsal::day(DayFunction function, Day day) {
  DaySource source{statements_, authors_, source_.catalog, source_.zone_minutes};
  source.closed_logs = closed_logs_of(authors_, applier_, tables_);
  return function(source, day, {});
}

}  // namespace karez
