#include "karez/ledger/day_close.h"

#include <zstd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/ledger/day_figures.h"

namespace karez {
namespace {

using nlohmann::json;

/// Closes of a day by their column, and any whose day somebody wrote again: the creation has the last word.
constexpr auto kClosesOfDay =
    "SELECT record FROM \"close\" WHERE ?1 IS NULL OR date=?1 OR record IN"
    " (SELECT w.record FROM field_write AS w JOIN \"close\" AS c ON c.record = w.record)";
/// The whole chain of closes that one builds on; encode_close_heads() is told to begin anew long before.
constexpr std::uint64_t kChainMost = 64;
/// Figures of a million sites are some 100 MB; a peer's frame may claim anything.
constexpr std::size_t kFiguresBytes = 16 * 1024 * 1024;
constexpr int kCompressionLevel = 12;
constexpr std::uint8_t kPlain = 0, kCompressed = 1;

struct Semantics {
  std::int64_t number;
  DayFunction function;
};
/// Every meaning that a close may state. An entry is never taken away.
constexpr Semantics kSemantics[] = {{kDaySemantics, day_report}};

/// The fields of a creation, by name.
class Creation {
 public:
  Creation(const Collection& collection, const Create& create) : collection_(collection), create_(create) {}

  template <typename T>
  [[nodiscard]] const T* get(std::string_view name) const {
    const Field* field = collection_.field(name);
    if (field == nullptr) return nullptr;
    for (const FieldValue& given : create_.fields) {
      if (given.field == FieldName::catalog(field->number)) return std::get_if<T>(&given.value.side);
    }
    return nullptr;
  }
  template <typename T>
  void take(std::string_view name, T& target) const {
    if (const T* value = get<T>(name)) target = *value;
  }

 private:
  const Collection& collection_;
  const Create& create_;
};

bool is_digest(const std::string& text) { return fixed_from_hex<32>(text).has_value(); }

const Create* created(const Change& change, std::uint32_t k) {
  for (const Operation& op : change.operations) {
    const auto* create = std::get_if<Create>(&op);
    if (create != nullptr && --k == 0) return create;
  }
  return nullptr;
}

Result<std::optional<DayClose>> close_at(const CloseSource& source, RecordKey key) {
  const Collection* collection = source.catalog.collection("close");
  const AuthorRow* author = source.authors.find(author_of(key));
  if (collection == nullptr || author == nullptr) return std::optional<DayClose>();
  KAREZ_ASSIGN(const auto row, source.tables.row(*collection, key));
  if (!row) return std::optional<DayClose>();
  KAREZ_ASSIGN(const Change change, source.tables.change_at(author->id, seq_of(key)));
  const Create* create = created(change, k_of(key));
  if (create == nullptr || create->collection != collection->number) return std::optional<DayClose>();
  const Creation fields(*collection, *create);
  DayClose close;
  close.id = source.tables.id_of(key);
  close.who = author->laptop;
  close.time = change.time;
  close.at = change.wall;
  close.counts = row->counted && !row->void_reason && !row->duplicate_of;
  std::string day_text;
  Bytes fingerprint;
  fields.take("date", day_text);
  fields.take("semantics", close.semantics);
  fields.take("digest", close.digest);
  fields.take("fingerprint", fingerprint);
  for (const char* name : kHeadsFields) {
    const auto* part = fields.get<Bytes>(name);
    if (part != nullptr) close.heads.insert(close.heads.end(), part->begin(), part->end());
  }
  fields.take("totals", close.totals);
  fields.take("open_issues", close.open_issues);
  fields.take("note", close.note);
  if (const auto* previous = fields.get<RecordId>("previous")) close.previous = *previous;
  if (const auto* replaces = fields.get<RecordId>("replaces")) close.replaces = *replaces;
  const auto day = parse_day(day_text);
  const bool is_whole = day && close.semantics > 0 && is_digest(close.digest) && fingerprint.size() == 32;
  if (!is_whole || !depth_of_close_heads(close.heads) || !totals_of(close)) return std::optional<DayClose>();
  close.day = *day;
  std::copy(fingerprint.begin(), fingerprint.end(), close.fingerprint.begin());
  return std::optional<DayClose>(std::move(close));
}

}  // namespace

DayFunction day_function(std::int64_t semantics) {
  const auto* found = std::find_if(std::begin(kSemantics), std::end(kSemantics),
                                   [&](const Semantics& one) { return one.number == semantics; });
  return found == std::end(kSemantics) ? nullptr : found->function;
}

Result<std::optional<DayClose>> read_close(const CloseSource& source, const RecordId& id) {
  const auto key = source.tables.key_of(id);
  return key ? close_at(source, *key) : std::optional<DayClose>();
}

Result<std::vector<DayClose>> closes_of(const CloseSource& source, std::optional<Day> day) {
  std::vector<RecordKey> keys;
  Statement& find = source.statements.get(kClosesOfDay);
  if (day) find.bind(1, format_day(*day));
  KAREZ_TRY(for_each_row(find, [&](Statement& in) { keys.push_back(in.integer(0)); }));
  std::vector<DayClose> closes;
  for (RecordKey key : keys) {
    KAREZ_ASSIGN(auto close, close_at(source, key));
    if (close && (!day || close->day == *day)) closes.push_back(std::move(*close));
  }
  std::sort(closes.begin(), closes.end(), [](const DayClose& a, const DayClose& b) {
    return std::tie(a.time, a.id) < std::tie(b.time, b.id);
  });
  return closes;
}

ChosenClose choose_close(std::vector<DayClose> closes) {
  std::erase_if(closes, [](const DayClose& close) { return !close.counts; });
  // Only a later one replaces: so nobody can leave a day without any by closes that replace each other.
  const auto is_replaced = [&](const DayClose& close) {
    return std::any_of(closes.begin(), closes.end(), [&](const DayClose& other) {
      return other.replaces == close.id && std::tie(close.time, close.id) < std::tie(other.time, other.id);
    });
  };
  ChosenClose chosen;
  for (const DayClose& close : closes) {
    if (!is_replaced(close)) chosen.rivals.push_back(close);
  }
  if (chosen.rivals.empty()) return chosen;
  std::sort(chosen.rivals.begin(), chosen.rivals.end(), [](const DayClose& a, const DayClose& b) {
    return std::tie(a.time, a.id) < std::tie(b.time, b.id);
  });
  if (is_mutant(Mutant::show_newest_close)) std::reverse(chosen.rivals.begin(), chosen.rivals.end());
  chosen.shown = std::move(chosen.rivals.front());
  chosen.rivals.erase(chosen.rivals.begin());
  return chosen;
}

Result<CloseHeads> heads_of(const CloseSource& source, const DayClose& close) {
  std::vector<Bytes> chain{close.heads};
  std::optional<RecordId> next = close.previous;
  for (;;) {
    KAREZ_ASSIGN(const std::uint64_t depth, depth_of_close_heads(chain.back()));
    if (depth == 0) break;
    if (!next || chain.size() > kChainMost) {
      return Error{ErrorCode::malformed, "the heads of a close do not lead back to a beginning"};
    }
    KAREZ_ASSIGN(auto before, read_close(source, *next));
    if (!before) {
      return Error{ErrorCode::not_found,
                   "the close " + to_text(*next) + " is not here, on which another builds"};
    }
    chain.push_back(std::move(before->heads));
    next = before->previous;
  }
  CloseHeads heads;
  for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
    KAREZ_ASSIGN(heads, decode_close_heads(*one, heads));
  }
  return heads;
}

Bytes pack_totals(std::string_view figures) {
  Bytes out{kPlain};
  out.insert(out.end(), figures.begin(), figures.end());
  if (figures.size() < 1024) return out;
  out.assign(1 + ZSTD_compressBound(figures.size()), kCompressed);
  const std::size_t size =
      ZSTD_compress(out.data() + 1, out.size() - 1, figures.data(), figures.size(), kCompressionLevel);
  out.resize(ZSTD_isError(size) != 0 ? 0 : 1 + size);
  if (out.size() > limits::kTextBytes) out.clear();
  return out;
}

Result<std::optional<std::string>> totals_of(const DayClose& close) {
  if (close.totals.empty()) return std::optional<std::string>();
  const Error damaged{ErrorCode::malformed, "the figures that a close keeps are damaged"};
  std::string figures(close.totals.begin() + 1, close.totals.end());
  if (close.totals.front() == kCompressed) {
    const unsigned long long size = ZSTD_getFrameContentSize(figures.data(), figures.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kFiguresBytes)
      return damaged;
    std::string raw(static_cast<std::size_t>(size), '\0');
    const std::size_t got = ZSTD_decompress(raw.data(), raw.size(), figures.data(), figures.size());
    if (ZSTD_isError(got) != 0 || got != raw.size()) return damaged;
    figures = std::move(raw);
  } else if (close.totals.front() != kPlain) {
    return damaged;
  }
  if (digest_of_figures(figures) != close.digest) return damaged;
  return std::optional<std::string>(std::move(figures));
}

Result<std::string> to_json(const OpenIssues& issues) {
  json out = json::object();
  if (!issues.incomplete.empty()) out["incomplete"] = issues.incomplete;
  const auto text = [&] { return out.dump(-1, ' ', false, json::error_handler_t::replace); };
  const std::string least = text();
  if (least.size() > limits::kTextBytes) {
    return Error{
        ErrorCode::too_large,
        "more laptops are not complete than a close can name; nothing was recorded: wait for some of them"};
  }
  if (!issues.waiting.empty()) out["waiting"] = issues.waiting;
  if (!issues.checks.empty()) out["checks"] = issues.checks;
  if (text().size() <= limits::kTextBytes) return text();
  out.erase("checks");
  return text().size() <= limits::kTextBytes ? text() : least;
}

OpenIssues open_issues_of(const DayClose& close) {
  OpenIssues issues;
  const json read = json::parse(close.open_issues, nullptr, false);
  if (!read.is_object()) return issues;
  const auto incomplete = read.find("incomplete");
  if (incomplete != read.end() && incomplete->is_object()) {
    for (const auto& [name, missing] : incomplete->items()) {
      issues.incomplete[name] = missing.is_number_unsigned() ? missing.get<std::uint64_t>() : 0;
    }
  }
  const auto texts = [&](const char* key, std::vector<std::string>& out) {
    const auto found = read.find(key);
    if (found == read.end() || !found->is_array()) return;
    for (const json& one : *found) {
      if (one.is_string()) out.push_back(one.get<std::string>());
    }
  };
  texts("waiting", issues.waiting);
  texts("checks", issues.checks);
  return issues;
}

namespace {

template <typename Measured>
Measured difference(const Measured& now, const Measured& closed) {
  return Measured{now.total() - closed.total(), joined(now.precision(), closed.precision())};
}

template <typename Measured>
std::map<std::string, Measured> differences(const std::map<std::string, Measured>& now,
                                            const std::map<std::string, Measured>& closed) {
  std::map<std::string, Measured> out = now;
  for (const auto& [name, total] : closed) out[name] = difference(out[name], total);
  std::erase_if(out, [](const auto& one) { return one.second.total() == 0; });
  return out;
}

template <typename Map>
typename Map::mapped_type value_or_nothing(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

template <typename Map>
std::vector<std::string> keys_of(const Map& a, const Map& b) {
  std::vector<std::string> keys;
  for (const auto& one : a) keys.push_back(one.first);
  for (const auto& one : b) keys.push_back(one.first);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace

DayReport addendum_of(const DayReport& now, const DayReport& closed) {
  DayReport out;
  out.day = now.day;
  out.zone_minutes = now.zone_minutes;
  out.visits = now.visits - closed.visits;
  out.lines = now.lines - closed.lines;
  out.person_times = difference(now.person_times, closed.person_times);
  out.persons = difference(now.persons, closed.persons);
  out.value = difference(now.value, closed.value);
  out.items = differences(now.items, closed.items);
  out.by_trade = differences(now.by_trade, closed.by_trade);
  out.by_trade_persons = differences(now.by_trade_persons, closed.by_trade_persons);
  for (const std::string& site : keys_of(now.by_site, closed.by_site)) {
    const auto is = value_or_nothing(now.by_site, site);
    const auto was = value_or_nothing(closed.by_site, site);
    const DayReport::SiteFigures moved{differences(is.items, was.items),
                                       difference(is.person_times, was.person_times),
                                       difference(is.persons, was.persons), difference(is.value, was.value)};
    const bool is_moved = !moved.items.empty() || moved.person_times.total() != 0 ||
                          moved.persons.total() != 0 || moved.value.total() != 0;
    if (is_moved) out.by_site[site] = moved;
  }
  for (const std::string& laptop : keys_of(now.by_laptop, closed.by_laptop)) {
    const LaptopFigures is = value_or_nothing(now.by_laptop, laptop).figures;
    const LaptopFigures was = value_or_nothing(closed.by_laptop, laptop).figures;
    const LaptopFigures moved{is.visits - was.visits, is.lines - was.lines,
                              difference(is.person_times, was.person_times),
                              difference(is.persons, was.persons), difference(is.value, was.value)};
    const bool is_moved = moved.visits != 0 || moved.lines != 0 || moved.person_times.total() != 0 ||
                          moved.persons.total() != 0 || moved.value.total() != 0;
    if (!is_moved) continue;
    out.by_laptop[laptop].figures = moved;
    out.by_laptop[laptop].state.name = laptop;
  }
  return out;
}

}  // namespace karez
