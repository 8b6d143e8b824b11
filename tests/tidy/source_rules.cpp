#include "tidy/source_rules.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace karez::tidy {
namespace {

std::string at(const SourceFile& file, std::size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// True if `line` holds `word` with no letter, digit or underscore beside it.
bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t i = line.find(word); i != std::string_view::npos; i = line.find(word, i + 1)) {
    const std::size_t end = i + word.size();
    if ((i == 0 || !is_word(line[i - 1])) && (end == line.size() || !is_word(line[end]))) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

/// The joined string literals at the start of `text`: the name of a test case.
std::string leading_literals(std::string_view text) {
  std::string name;
  for (text = trimmed(text); text.starts_with('"'); text = trimmed(text)) {
    std::size_t end = 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2u : 1u;
    name += text.substr(1, std::min(end, text.size()) - 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return name;
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

}  // namespace

std::vector<std::string> long_lines(const SourceFile& file) {
  std::vector<std::string> problems;
  std::size_t number = 0;
  for (std::string_view line : lines_of(file.text)) {
    ++number;
    const auto columns = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
    if (static_cast<std::size_t>(columns) > kLineColumns) problems.push_back(at(file, number, "is too long"));
  }
  return problems;
}

std::vector<std::string> leftover_marks(const SourceFile& file) {
  std::vector<std::string> problems;
  std::size_t number = 0;
  for (std::string_view line : lines_of(file.text)) {
    ++number;
    // Written in two halves, so that this file passes its own test.
    for (const char* mark : {"FIX"
                             "ME",
                             "TO"
                             "DO",
                             "XX"
                             "X"}) {
      if (has_word(line, mark)) problems.push_back(at(file, number, std::string("has a leftover ") + mark));
    }
  }
  return problems;
}

std::vector<std::string> machine_paths(const SourceFile& file) {
  std::vector<std::string> problems;
  std::size_t number = 0;
  for (std::string_view line : lines_of(file.text)) {
    ++number;
    for (const char* folder : {"/wo"
                               "rk/",
                               "/ro"
                               "ot/",
                               "/ho"
                               "me/",
                               "/Us"
                               "ers/"}) {
      const std::size_t found = line.find(folder);
      if (found == std::string_view::npos) continue;
      const bool starts_a_path = found == 0 || (!is_word(line[found - 1]) && line[found - 1] != '.' &&
                                                line[found - 1] != '}' && line[found - 1] != '/');
      if (starts_a_path)
        problems.push_back(at(file, number, std::string("names a folder of one machine: ") + folder));
    }
  }
  return problems;
}

std::vector<std::string> bad_case_names(const SourceFile& file) {
  std::vector<std::string> problems;
  for (const char* macro : {"TEST_CASE", "KAREZ_PROPERTY", "SCENARIO"}) {
    const std::string_view text = file.text;
    for (std::size_t i = text.find(macro); i != std::string_view::npos; i = text.find(macro, i + 1)) {
      const std::size_t open = text.find_first_of("(\n", i);
      if (open == std::string_view::npos || text[open] != '(') continue;
      const std::string name = leading_literals(text.substr(open + 1));
      if (name.find(';') != std::string::npos)
        problems.push_back(file.path + ": a test name with ';': " + name);
    }
  }
  return problems;
}

std::vector<std::string> unlisted_files(const std::vector<SourceFile>& files) {
  std::map<std::string, std::string_view, std::less<>> lists;  // by folder
  for (const SourceFile& file : files) {
    const std::string_view path = file.path;
    if (path == "CMakeLists.txt" || path.ends_with("/CMakeLists.txt")) lists[folder_of(path)] = file.text;
  }
  std::vector<std::string> problems;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".cpp")) continue;
    bool is_listed = false;
    for (std::string folder = folder_of(file.path); !folder.empty() && !is_listed;
         folder = folder_of(folder)) {
      const auto list = lists.find(folder);
      if (list == lists.end()) continue;
      const std::string_view name = std::string_view(file.path).substr(folder.size() + 1);
      for (std::string_view line : lines_of(list->second)) {
        is_listed = is_listed || (!trimmed(line).starts_with('#') && has_word(line, name));
      }
    }
    if (!is_listed) problems.push_back(file.path + ": no CMakeLists.txt lists it");
  }
  return problems;
}

}  // namespace karez::tidy
