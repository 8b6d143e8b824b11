#include "json_check.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "control_json.h"
#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/base/text.h"

namespace karez::control {
namespace {

/// Takes the parser's events and stops it at the first broken rule. The parser keeps its own state on the
/// heap, so depth costs no stack.
class Checker {
 public:
  using Json = nlohmann::json;

  bool null() { return count(); }
  bool boolean(bool) { return count(); }
  bool string(std::string&) { return count(); }
  bool binary(Json::binary_t&) { return stop("holds binary values"); }
  bool number_integer(std::int64_t value) {
    if (value < -kGreatestInteger) return stop("holds an integer outside ±2^53");
    return count();
  }
  bool number_unsigned(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(kGreatestInteger)) return stop("holds an integer outside ±2^53");
    return count();
  }
  bool number_float(double, const std::string&) {
    return stop("holds a number that is no integer within ±2^53");
  }
  bool start_object(std::size_t) { return open(); }
  bool start_array(std::size_t) { return open(); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) { return keys_.back().insert(name).second || stop("names a key twice"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    return stop("is not JSON at byte " + std::to_string(position));
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] bool is_too_large() const { return too_large_; }

 private:
  bool count() {
    if (++nodes_ <= limits::kJsonNodes) return true;
    too_large_ = true;
    return stop("has too many values");
  }
  bool open() {
    keys_.emplace_back();
    const bool fits = keys_.size() <= static_cast<std::size_t>(limits::kJsonDepth);
    if (fits || is_mutant(Mutant::allow_deep_json)) return count();
    too_large_ = true;
    return stop("is nested too deeply");
  }
  bool close() {
    keys_.pop_back();
    return true;
  }
  bool stop(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  std::vector<std::set<std::string>> keys_;
  std::size_t nodes_ = 0;
  std::string problem_;
  bool too_large_ = false;
};

}  // namespace

Status check_json(std::string_view text) {
  if (!is_utf8(text)) return Error{ErrorCode::malformed, "A control message is not UTF-8."};
  // The parser takes a zero byte for the end of its input.
  if (text.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::malformed, "A control message has a zero byte."};
  }
  Checker checker;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &checker)) return {};
  return Error{checker.is_too_large() ? ErrorCode::too_large : ErrorCode::malformed,
               "A control message " + checker.problem() + "."};
}

}  // namespace karez::control
