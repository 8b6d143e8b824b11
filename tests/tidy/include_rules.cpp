#include "tidy/include_rules.h"

#include <algorithm>
#include <map>
#include <set>

#include "tidy/tree.h"

namespace karez::tidy {
namespace {

using Floors = std::set<std::string, std::less<>>;

// A floor includes itself and the floors named here.
const std::map<std::string, Floors, std::less<>> kBelow{
    {"base", {}},
    {"model", {"base"}},
    {"log", {"model", "base"}},
    {"crdt", {"model", "base"}},
    {"storage", {"log", "crdt", "model", "base"}},
    {"sync", {"log", "model", "base"}},
    {"ledger", {"storage", "log", "crdt", "model", "base"}},
    {"replica", {"ledger", "sync", "storage", "log", "crdt", "model", "base"}},
    {"transport", {"sync", "log", "model", "base"}},
    {"exchange", {"replica", "ledger", "sync", "storage", "log", "crdt", "model", "base"}},
    {"cli",
     {"relay", "transport", "exchange", "replica", "ledger", "sync", "storage", "log", "crdt", "model",
      "base"}},
    {"relay", {"transport", "replica", "ledger", "sync", "storage", "log", "crdt", "model", "base"}},
};

// Headers of other people: the floors whose .cpp files may include them (empty: every floor), and whether a
// header of ours may. All packages share one folder on our system, so linking does not fence them off.
struct Foreign {
  std::string_view prefix;
  Floors floors;
  bool in_headers;
};
const std::vector<Foreign> kForeign{
    {"boost/", {"transport", "cli", "relay"}, true},
    {"CLI/", {"cli", "relay"}, true},
    {"sqlite3.h", {"storage"}, true},
    {"nlohmann/", {}, false},
    {"sodium", {}, false},
    {"zstd", {}, false},
    {"xlsxwriter", {"exchange"}, false},
    {"zip.h", {"exchange"}, false},
};

struct Include {
  std::string_view name;
  bool is_quoted = false;
};

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  for (std::string_view line : lines_of(text)) {
    const auto skip_blanks = [&] {
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    };
    skip_blanks();
    if (!line.starts_with('#')) continue;
    line.remove_prefix(1);
    skip_blanks();
    if (!line.starts_with("include")) continue;
    line.remove_prefix(7);
    skip_blanks();
    if (line.empty() || (line[0] != '"' && line[0] != '<')) continue;
    const std::size_t end = line.find(line[0] == '"' ? '"' : '>', 1);
    if (end != std::string_view::npos) found.push_back({line.substr(1, end - 1), line[0] == '"'});
  }
  return found;
}

/// Why `floor` may not include `name`; empty if it may.
std::string refusal(std::string_view floor, bool is_header, const Include& include) {
  const std::string_view name = include.name;
  if (name.starts_with('/') || name.find("..") != std::string_view::npos) return "leaves the include folders";
  if (name.starts_with("karez/")) {
    const std::string_view rest = name.substr(6);
    const std::string_view other = rest.substr(0, rest.find('/'));
    if (other == floor || kBelow.find(floor)->second.contains(other)) return {};
    return "is not on this floor and not below it";
  }
  if (include.is_quoted) {
    if (floor == "cli" || floor == "relay" || name.find('/') == std::string_view::npos) return {};
    return "is a private header of another folder";
  }
  for (const Foreign& foreign : kForeign) {
    if (!name.starts_with(foreign.prefix)) continue;
    if (!foreign.floors.empty() && !foreign.floors.contains(floor)) return "belongs to other floors";
    if (is_header && !foreign.in_headers) return "appears in .cpp files only";
  }
  return {};
}

}  // namespace

std::string floor_of(std::string_view path) {
  if (path.starts_with("cli/")) return "cli";
  if (path.starts_with("server/")) return "relay";
  std::string_view rest;
  if (path.starts_with("engine/include/karez/")) {
    rest = path.substr(21);
  } else if (path.starts_with("engine/")) {
    rest = path.substr(7);
  }
  const std::string_view floor = rest.substr(0, std::min(rest.find('/'), rest.size()));
  return kBelow.contains(floor) ? std::string(floor) : std::string();
}

std::vector<std::string> include_problems(std::string_view path, std::string_view text) {
  const std::string floor = floor_of(path);
  if (floor.empty()) return {std::string(path) + ": is on no floor"};
  std::vector<std::string> problems;
  for (const Include& include : includes_of(text)) {
    const std::string why = refusal(floor, path.ends_with(".h"), include);
    if (!why.empty()) {
      problems.push_back(std::string(path) + " (" + floor + "): " + std::string(include.name) + " " + why);
    }
  }
  return problems;
}

}  // namespace karez::tidy
