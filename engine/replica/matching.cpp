// Parties that are one person: found by coordinators, for nobody else can read what would tell.
#include <map>

#include "karez/replica/sealing.h"
#include "replica_impl.h"

namespace karez {
namespace {

/// A full-width digit or letter (U+FF01 to U+FF5E) as its ASCII one; other text as it stands.
std::string in_ascii(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const bool is_wide =
        i + 2 < text.size() && byte(i) == 0xEF && (byte(i + 1) == 0xBC || byte(i + 1) == 0xBD);
    const unsigned code = is_wide ? (byte(i + 1) - 0xBCu) * 64 + (byte(i + 2) & 0x3Fu) : 0;
    if (is_wide && code >= 0x01 && code <= 0x5E) {
      out += static_cast<char>(0x20 + code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string matching_form(std::string_view field, std::string_view text) {
  std::string out;
  for (char c : in_ascii(text)) {
    if (c >= '0' && c <= '9') out += c;
    if (c >= 'A' && c <= 'Z') out += c;
    if (c >= 'a' && c <= 'z') out += static_cast<char>(c - 'a' + 'A');
  }
  if (field != "phone") return out;
  // China's country code, as people write it or not.
  for (const std::string_view prefix : {"0086", "86"}) {
    if (out.size() == 11 + prefix.size() && out.starts_with(prefix)) return out.substr(prefix.size());
  }
  return out;
}

Result<std::vector<SamePerson>> parties_that_match(Replica& replica) {
  KAREZ_ASSIGN(Unsealer unsealer, Unsealer::open(replica));
  // Tags instead of texts: what is collected says nothing if the memory is swapped out, and is small.
  SealingSecret salt{};
  replica.impl().random().fill(salt);
  std::map<std::pair<std::string, FixedBytes<16>>, std::vector<RecordId>> by_tag;
  Status opened;
  KAREZ_TRY(replica.list({"party", std::nullopt, "", false, 0}, [&](const RecordView& row) {
    RecordView view = row;
    opened = unsealer.open_fields(view);
    if (!opened) return false;
    for (FieldView& shown : view.fields) {
      auto* text = std::get_if<std::string>(&shown.value.side);
      if (text == nullptr || (shown.field != "phone" && shown.field != "id_number")) continue;
      std::string form = matching_form(shown.field, *text);
      if (!form.empty()) by_tag[{shown.field, matching_tag(salt, shown.field, form)}].push_back(view.id);
      wipe(form);
      wipe(*text);
    }
    return true;
  }));
  KAREZ_TRY(opened);
  std::vector<SamePerson> found;
  for (auto& [tag, ids] : by_tag) {
    if (ids.size() > 1) found.push_back({tag.first, std::move(ids)});
  }
  return found;
}

}  // namespace karez
