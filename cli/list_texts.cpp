#include "cli/list_texts.h"

namespace karez::cli {

Result<std::map<std::string, std::string>> texts_in_list(Replica& replica, const std::string& collection,
                                                         const std::string& field,
                                                         const std::vector<std::string>& codes) {
  std::map<std::string, std::string> texts;
  for (const std::string& code : codes) {
    KAREZ_ASSIGN(const auto id, replica.find_by_key(collection, Value::of(code)));
    if (!id) continue;
    KAREZ_ASSIGN(const RecordView view, replica.show(*id));
    for (const FieldView& one : view.fields) {
      const auto* text = std::get_if<std::string>(&one.value.side);
      if (one.field == field && text != nullptr) texts[code] = *text;
    }
  }
  return texts;
}

}  // namespace karez::cli
