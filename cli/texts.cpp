#include "cli/texts.h"

namespace karez::cli {

std::string fill(const Text& text, Language language, const std::vector<std::string>& values) {
  const std::string form = language == Language::zh ? text.zh : text.en;
  std::string out;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool is_place = form[i] == '{' && i + 2 < form.size() && form[i + 2] == '}';
    const auto place = is_place ? static_cast<std::size_t>(form[i + 1] - '0') : values.size();
    if (place < values.size()) {
      out += values[place];
      i += 2;
    } else {
      out += form[i];
    }
  }
  return out;
}

}  // namespace karez::cli
