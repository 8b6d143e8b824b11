#include "cli/document.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace karez::cli {
namespace {

template <typename Json>
std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Document Document::list_of(const std::vector<std::string>& texts) {
  Document out = list();
  for (const std::string& text : texts) out.add(text);
  return out;
}

Document Document::of_total(Total total) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (total < Limits::min() || total > Limits::max()) return to_text(total);
  return static_cast<std::int64_t>(total);
}

Document& Document::set(std::string key, Document value) {
  ENSURE(kind_ == Kind::object && std::find(keys_.begin(), keys_.end(), key) == keys_.end());
  keys_.push_back(std::move(key));
  items_.push_back(std::move(value));
  return *this;
}

Document& Document::add(Document value) {
  ENSURE(kind_ == Kind::list);
  items_.push_back(std::move(value));
  return *this;
}

template <typename Json>
Json Document::to_json() const {
  switch (kind_) {
    case Kind::null:
      return nullptr;
    case Kind::boolean:
      return integer_ != 0;
    case Kind::integer:
      return integer_;
    case Kind::natural:
      return natural_;
    case Kind::real:
      return real_;
    case Kind::text:
      return text_;
    case Kind::list: {
      Json out = Json::array();
      for (const Document& item : items_) out.push_back(item.to_json<Json>());
      return out;
    }
    case Kind::object: {
      Json out = Json::object();
      for (std::size_t i = 0; i < keys_.size(); ++i) out[keys_[i]] = items_[i].to_json<Json>();
      return out;
    }
  }
  return nullptr;
}

std::string Document::line() const { return dumped(to_json<nlohmann::ordered_json>(), -1); }
std::string Document::pretty() const { return dumped(to_json<nlohmann::ordered_json>(), 2); }
std::string Document::canonical() const { return dumped(to_json<nlohmann::json>(), -1); }

}  // namespace karez::cli
