// Taking an import back. Each commit of an import ends with a record of the collection `import` that says how
// many of its author's changes just before it belong to the import: so what it made is found by number, on
// every replica, without a mark in the records themselves.
#include <algorithm>
#include <map>
#include <utility>

#include "import_cells.h"
#include "replica_impl.h"
#include "stock_guard.h"

namespace karez {
namespace {

constexpr std::size_t kVoidsPerChange = 300;
constexpr std::size_t kVoidBytesAimed = 40 * 1024;  // a change of voids stays below limits::kChangeBytes
constexpr std::size_t kVoidBytes = 96;              // one void without its reason, roughly

constexpr auto kMarks =
    "SELECT record, token, source, of, changes, records FROM \"import\" WHERE void IS NULL ORDER BY record";
constexpr auto kMarksOf =
    "SELECT record, changes, records FROM \"import\" WHERE token=? AND void IS NULL ORDER BY record";
constexpr auto kTokensLike =
    "SELECT DISTINCT token FROM \"import\" WHERE token>=?1 AND token<?1||'~' AND void IS NULL LIMIT 9";
constexpr auto kTouched =
    "SELECT EXISTS(SELECT 1 FROM field_write WHERE record=?1 AND field<>?2) OR "
    "EXISTS(SELECT 1 FROM counter_add WHERE record=?1) OR "
    "EXISTS(SELECT 1 FROM set_operation WHERE record=?1)";
constexpr auto kMovesFor = "SELECT record, void IS NOT NULL FROM move WHERE event=?";
constexpr auto kFilesFor = "SELECT EXISTS(SELECT 1 FROM file WHERE event=? AND void IS NULL)";
constexpr auto kEventOf = "SELECT event FROM move WHERE record=?";

/// Local keys from `first` up to, not including, `last`.
struct Span {
  RecordKey first = 0, last = 0;
  [[nodiscard]] bool holds(RecordKey key) const { return key >= first && key < last; }
};

struct Mark {
  Span span;
  std::uint64_t records = 0;
};

Mark mark_at(RecordKey record, std::uint64_t changes, std::uint64_t records) {
  const AuthorId author = author_of(record);
  const std::uint64_t end = seq_of(record);
  const std::uint64_t begin = changes >= end ? 1 : end - changes;
  return {{record_key(author, begin, 0), record_key(author, end, 0)}, records};
}

class Undoing {
 public:
  Undoing(Replica& replica, std::string reason, bool all, const ImportProgress& progress)
      : replica_(replica),
        self_(replica.impl()),
        reason_(std::move(reason)),
        all_(all),
        progress_(progress) {}

  Result<UndoReport> run(const std::string& token) {
    report_.token = token;
    KAREZ_TRY(for_each_row(self_.statements.get(kMarksOf).bind(1, token), [&](Statement& in) {
      marks_.push_back(mark_at(in.integer(0), std::uint64_t(in.integer(1)), std::uint64_t(in.integer(2))));
    }));
    std::uint64_t said = 0;
    for (const Mark& mark : marks_) said += mark.records;
    total_ = said;
    // The newest first: handouts go before the visits that an earlier commit made.
    for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
      for (const Collection& collection : self_.catalog.collections()) {
        if (collection.name != "import") KAREZ_TRY(undo_in(collection, mark->span));
      }
    }
    report_.missing = said > report_.records ? said - report_.records : 0;
    return std::move(report_);
  }

 private:
  /// Some hundred records at a time, each time read anew: no statement stands open while others write.
  Status undo_in(const Collection& collection, Span span) {
    const std::string find = "SELECT record, void IS NOT NULL FROM " + quoted(collection.name) +
                             " WHERE record>=? AND record<? ORDER BY record LIMIT " +
                             std::to_string(kVoidsPerChange);
    const std::size_t most =
        std::clamp(kVoidBytesAimed / (kVoidBytes + reason_.size()), std::size_t{1}, kVoidsPerChange);
    for (;;) {
      std::vector<std::pair<RecordKey, bool>> found;
      KAREZ_TRY(for_each_row(self_.statements.get(find).bind(1, span.first).bind(2, span.last),
                             [&](Statement& in) { found.emplace_back(in.integer(0), in.integer(1) != 0); }));
      if (found.empty()) return {};
      found.resize(std::min(found.size(), most));
      span.first = found.back().first + 1;
      KAREZ_TRY(undo_some(collection, found));
      if (progress_) progress_(std::min(report_.records, total_), total_);
    }
  }

  Status undo_some(const Collection& collection, const std::vector<std::pair<RecordKey, bool>>& found) {
    std::vector<RecordKey> plain, edited;
    for (const auto& [key, is_void] : found) {
      ++report_.records;
      if (is_void) {
        ++report_.was_void;
        continue;
      }
      KAREZ_ASSIGN(const bool stays, is_edited(collection, key));
      if (stays && !all_) {
        report_.kept.push_back({self_.tables.id_of(key), collection.name, "it was edited since"});
      } else {
        (stays ? edited : plain).push_back(key);
      }
    }
    const Status together = plain.empty() ? Status() : void_together(plain);
    if (!together) {
      if (together.error().code != ErrorCode::refused && together.error().code != ErrorCode::too_large)
        return together;
      edited.insert(edited.end(), plain.begin(), plain.end());
    } else {
      report_.voided += plain.size();
    }
    for (RecordKey key : edited) KAREZ_TRY(void_alone(collection, key));
    return {};
  }

  Result<bool> is_written(RecordKey key) {
    bool is = false;
    KAREZ_TRY(for_each_row(self_.statements.get(kTouched).bind(1, key).bind(2, std::int64_t{kVoidField}),
                           [&](Statement& in) { is = in.integer(0) != 0; }));
    return is;
  }

  [[nodiscard]] bool is_of_import(RecordKey key) const {
    return std::any_of(marks_.begin(), marks_.end(), [&](const Mark& mark) { return mark.span.holds(key); });
  }

  /// A visit and its handouts are looked at as one.
  Result<bool> is_edited(const Collection& collection, RecordKey key) {
    if (collection.name == "event") return is_visit_edited(key);
    if (collection.name != "move") return is_written(key);
    RecordKey event = 0;
    KAREZ_TRY(for_each_row(self_.statements.get(kEventOf).bind(1, key),
                           [&](Statement& in) { event = in.integer(0); }));
    // A handout that this import added to a visit of before stands for itself.
    if (event == 0 || !is_of_import(event)) return is_written(key);
    return is_visit_edited(event);
  }

  Result<bool> is_visit_edited(RecordKey event) {
    if (event == judged_visit_) return is_judged_edited_;
    KAREZ_ASSIGN(bool is, is_written(event));
    std::vector<RecordKey> moves;
    KAREZ_TRY(for_each_row(self_.statements.get(kMovesFor).bind(1, event), [&](Statement& in) {
      if (!is_of_import(in.integer(0))) {
        is = is || in.integer(1) == 0;
      } else if (in.integer(1) == 0) {
        moves.push_back(in.integer(0));
      }
    }));
    for (RecordKey move : moves) {
      if (is) break;
      KAREZ_ASSIGN(is, is_written(move));
    }
    KAREZ_TRY(for_each_row(self_.statements.get(kFilesFor).bind(1, event),
                           [&](Statement& in) { is = is || in.integer(0) != 0; }));
    judged_visit_ = event;
    is_judged_edited_ = is;
    return is;
  }

  Status void_together(const std::vector<RecordKey>& keys) {
    StockGuard stock(self_);
    self_.stock_refusal.reset();
    KAREZ_ASSIGN(Transaction transaction, self_.begin_write());
    std::vector<Operation> operations;
    const FieldSetting setting{"void", FieldSetting::Kind::set, Value::of(reason_)};
    for (RecordKey key : keys) {
      KAREZ_TRY(self_.add_edit(self_.tables.id_of(key), setting, stock, operations));
    }
    KAREZ_TRY(self_.append_edit(std::move(operations)));
    KAREZ_TRY(stock.check_void());
    return self_.commit(transaction);
  }

  Status void_alone(const Collection& collection, RecordKey key) {
    const RecordId id = self_.tables.id_of(key);
    const Status status = replica_.void_record(id, reason_);
    if (status) {
      ++report_.voided;
    } else if (status.error().code == ErrorCode::refused) {
      report_.kept.push_back({id, collection.name, status.error().message});
    } else {
      return status;
    }
    return {};
  }

  Replica& replica_;
  Replica::Impl& self_;
  std::string reason_;
  bool all_;
  const ImportProgress& progress_;
  std::vector<Mark> marks_;
  std::uint64_t total_ = 0;
  RecordKey judged_visit_ = 0;  ///< the visit that was looked at last: its handouts follow it
  bool is_judged_edited_ = false;
  UndoReport report_;
};

}  // namespace

Status Replica::Impl::append_import_mark(const ImportBatch& import, std::uint64_t changes,
                                         std::uint64_t records) {
  const Collection* collection = catalog.collection("import");
  // Under a catalog of before imports were noted, or a role that may not note them, they cannot be undone.
  if (collection == nullptr || !check_right(*collection)) return {};
  const auto number = [](std::uint64_t n) { return Value::of(static_cast<std::int64_t>(n)); };
  const NewRecord mark{"import",
                       {{"token", Value::of(import.token)},
                        {"source", Value::of(import.source)},
                        {"of", Value::of(import.of)},
                        {"changes", number(changes)},
                        {"records", number(records)}}};
  AuthorRow& row = me();
  KAREZ_ASSIGN(Create create, make_create(mark, row.held_seq + 1));
  std::vector<Operation> operations;
  operations.emplace_back(std::move(create));
  return append_change(*keys.find(row.key), row, std::move(operations));
}

Result<std::vector<ImportState>> list_imports(Replica& replica) {
  Replica::Impl& self = replica.impl();
  std::vector<ImportState> imports;
  if (self.catalog.collection("import") == nullptr) return imports;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  std::map<std::string, std::size_t> places;
  std::vector<std::pair<std::size_t, Mark>> marks;
  KAREZ_TRY(for_each_row(self.statements.get(kMarks), [&](Statement& in) {
    const RecordKey record = in.integer(0);
    const std::string token(in.text(1));
    const auto place = places.emplace(token, imports.size());
    if (place.second) {
      const AuthorRow* author = self.authors.find(author_of(record));
      imports.push_back({token, std::string(in.text(2)), std::string(in.text(3)),
                         author == nullptr ? std::string() : author->laptop,
                         self.wall_of(author_of(record), seq_of(record)), 0, 0});
    }
    imports[place.first->second].records += std::uint64_t(in.integer(5));
    marks.emplace_back(place.first->second,
                       mark_at(record, std::uint64_t(in.integer(4)), std::uint64_t(in.integer(5))));
  }));
  for (const auto& mark : marks) {
    for (const Collection& collection : self.catalog.collections()) {
      const std::string count = "SELECT COUNT(*) FROM " + quoted(collection.name) +
                                " WHERE record>=? AND record<? AND void IS NOT NULL";
      if (collection.name == "import") continue;
      KAREZ_TRY(for_each_row(
          self.statements.get(count).bind(1, mark.second.span.first).bind(2, mark.second.span.last),
          [&](Statement& in) { imports[mark.first].voided += std::uint64_t(in.integer(0)); }));
    }
  }
  std::stable_sort(imports.begin(), imports.end(),
                   [](const ImportState& a, const ImportState& b) { return a.when.ms > b.when.ms; });
  return imports;
}

Result<UndoReport> undo_import(Replica& replica, const std::string& token, const std::string& reason,
                               bool all, const ImportProgress& progress) {
  if (reason.size() > limits::kNameBytes) return Error{ErrorCode::usage, "a reason has at most 256 bytes"};
  Replica::Impl& self = replica.impl();
  KAREZ_TRY(self.refresh());
  std::vector<std::string> tokens;
  if (!token.empty() && self.catalog.collection("import") != nullptr) {
    KAREZ_TRY(for_each_row(self.statements.get(kTokensLike).bind(1, token),
                           [&](Statement& in) { tokens.emplace_back(in.text(0)); }));
  }
  if (tokens.empty()) {
    return Error{ErrorCode::not_found,
                 "there is no import " + token + " here; karez import --list shows them"};
  }
  if (tokens.size() > 1) {
    return Error{ErrorCode::usage, "\"" + token + "\" fits several imports; write more of it"};
  }
  return Undoing(replica, reason, all, progress).run(tokens.front());
}

}  // namespace karez
