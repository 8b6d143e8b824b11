// What makes a corpus of real bytes: a folder for each target, and the cases of schema/vectors.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz.h"
#include "karez/base/result.h"

namespace karez::fuzz {

namespace fs = std::filesystem;
using nlohmann::json;

class Corpus {
 public:
  Corpus(fs::path sources, fs::path out) : sources_(std::move(sources)), out_(std::move(out)) {}

  /// Inputs that are longer than any other input may be are left out.
  void add(const std::string& target, const std::string& name, ByteView bytes) {
    if (bytes.size() > kInputBytes) return;
    fs::create_directories(out_ / target);
    std::ofstream file(out_ / target / name, std::ios::binary);
    file << text_of(bytes);
    if (!file.flush()) std::abort();
  }
  void add(const std::string& target, const std::string& name, std::string_view text) {
    add(target, name, view_of(text));
  }

  [[nodiscard]] json vectors(const std::string& name) const {
    std::ifstream file(sources_ / "schema/vectors" / (name + ".json"));
    return json::parse(file);
  }
  [[nodiscard]] fs::path source(const std::string& path) const { return sources_ / path; }

 private:
  fs::path sources_;
  fs::path out_;
};

/// The bytes of a case: "hex", or "hex_parts" with repetitions.
inline Bytes bytes_of(const json& one) {
  if (one.contains("hex")) return *from_hex(one["hex"].get<std::string>());
  Bytes bytes;
  for (const json& part : one["hex_parts"]) {
    const Bytes piece = *from_hex(part[0].get<std::string>());
    for (std::size_t times = part[1]; times > 0 && bytes.size() <= kInputBytes; --times) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
  }
  return bytes;
}

inline std::string numbered(const std::string& kind, std::size_t number) {
  return kind + "-" + std::to_string(number);
}

inline void add_cases(Corpus& corpus, const std::string& target, const json& vectors,
                      std::initializer_list<const char*> kinds) {
  for (const char* kind : kinds) {
    std::size_t number = 0;
    for (const json& one : vectors[kind]) {
      if (one.contains("text")) {
        corpus.add(target, numbered(kind, ++number), one["text"].get<std::string>());
      } else if (one.contains("hex") || one.contains("hex_parts")) {
        corpus.add(target, numbered(kind, ++number), bytes_of(one));
      }
    }
  }
}

inline Bytes with_prefix(std::initializer_list<std::uint8_t> prefix, ByteView bytes) {
  Bytes all(prefix);
  all.insert(all.end(), bytes.begin(), bytes.end());
  return all;
}

/// The targets whose input is a list of steps, or a file for a replica.
void make_scripts(Corpus& corpus);

}  // namespace karez::fuzz
