#include "cli/records.h"

#include <algorithm>

#include "cli/texts_routes.h"
#include "cli/texts_sealed.h"
#include "karez/base/limits.h"
#include "karez/replica/sealing.h"

namespace karez::cli {
namespace {

constexpr std::size_t kShortNameLetters = 8;
constexpr std::size_t kCellColumns = 32;

std::string outside_text(const Context& context, const std::string& because) {
  if (because == "void") return context.say(say::kOutsideVoid);
  if (because == "duplicate") return context.say(say::kOutsideDuplicate);
  if (because == "not_admitted") return context.say(say::kOutsideNotAdmitted);
  if (because == "revoked") return context.say(say::kOutsideRevoked);
  if (because == "no_right") return context.say(say::kOutsideNoRight);
  if (because == "rival") return context.say(say::kOutsideRival);
  if (because == "void_path") return context.say(say::kOutsideVoidPath);
  return because;
}

bool is_unknown(const RecordView& view, const std::string& field) {
  return std::find(view.unknown_codes.begin(), view.unknown_codes.end(), field) != view.unknown_codes.end();
}

const FieldView* find_field(const RecordView& view, const std::string& name) {
  const auto found = std::find_if(view.fields.begin(), view.fields.end(),
                                  [&](const FieldView& field) { return field.field == name; });
  return found == view.fields.end() ? nullptr : &*found;
}

/// The fields that some row has, in the catalog's order; `type` and `reason` say nothing in a list of visits
/// or handouts.
std::vector<const Field*> columns_of_rows(const Collection& collection, const std::string& list,
                                          const std::vector<RecordView>& rows) {
  std::vector<const Field*> columns;
  const auto add = [&](const Field& field) {
    const bool is_used = std::any_of(rows.begin(), rows.end(), [&](const RecordView& view) {
      return find_field(view, field.name) != nullptr;
    });
    if (is_used) columns.push_back(&field);
  };
  for (const Field& field : collection.fields) {
    if (field.internal) continue;
    if ((list == "visit" && field.name == "type") || (list == "handout" && field.name == "reason")) continue;
    add(field);
  }
  for (const auto& field : collection.own) add(*field);
  return columns;
}

bool is_number(const Field& field) {
  return field.merge != MergeKind::set &&
         (field.type == FieldType::integer || field.type == FieldType::count);
}

}  // namespace

Document value_document(const Field* field, const Value& value) {
  if (value.is_null()) return {};
  if (field != nullptr && field->is_sealed && seal_state(value) != SealState::open)
    return Document::object().set(seal_state(value) == SealState::erased ? "erased" : "sealed", true);
  if (const auto* list = std::get_if<Value::List>(&value.side)) {
    Document out = Document::list();
    for (const Value& item : *list) out.add(value_document(field, item));
    return out;
  }
  const auto* number = std::get_if<std::int64_t>(&value.side);
  if (number != nullptr && (field == nullptr || field->type != FieldType::degrees)) {
    if (field != nullptr && field->type == FieldType::boolean) return *number != 0;
    return *number;
  }
  if (number != nullptr) return static_cast<double>(*number) / 1e7;
  return format_value(field != nullptr ? *field : Field{}, value);
}

std::string value_text(const Context& context, const Field* field, const Value& value) {
  if (value.is_null()) return "-";
  if (field != nullptr && field->is_sealed && seal_state(value) != SealState::open)
    return context.say(seal_state(value) == SealState::erased ? say::kErased : say::kSealed);
  if (const auto* list = std::get_if<Value::List>(&value.side)) {
    std::string out;
    for (const Value& item : *list) out += (out.empty() ? "" : " ") + value_text(context, field, item);
    return out;
  }
  if (const auto* id = std::get_if<RecordId>(&value.side)) return short_id(*id);
  const std::string text = format_value(field != nullptr ? *field : Field{}, value);
  if (field == nullptr) return text;
  if (field->type == FieldType::boolean) return context.say(text == "0" ? say::kNo : say::kYes);
  // A label in Chinese may be typed back as it stands; in English the codes are the shorter words.
  const auto* values = field->type == FieldType::enumeration && context.language == Language::zh
                           ? context.catalog().enumeration(field->enum_name)
                           : nullptr;
  if (values == nullptr) return text;
  const auto known =
      std::find_if(values->begin(), values->end(), [&](const EnumValue& v) { return v.code == text; });
  return known == values->end() ? text : known->zh;
}

std::string short_id(const RecordId& id) {
  const std::string full = to_text(id);
  return full.substr(0, kShortNameLetters) + full.substr(std::min(full.find('-'), full.size()));
}

std::string state_name(RecordState state) {
  switch (state) {
    case RecordState::saved_here:
      return "saved_here";
    case RecordState::on_relay:
      return "on_relay";
    case RecordState::at_headquarters:
      return "at_headquarters";
  }
  return "saved_here";
}

std::string state_text(const Context& context, RecordState state) {
  switch (state) {
    case RecordState::saved_here:
      return context.say(say::kSavedHere);
    case RecordState::on_relay:
      return context.say(say::kOnRelay);
    case RecordState::at_headquarters:
      return context.say(say::kAtHeadquarters);
  }
  return {};
}

const Field* field_of(const Catalog& catalog, const std::string& collection, const std::string& field) {
  const Collection* of = catalog.collection(collection);
  return of == nullptr ? nullptr : of->field(field);
}

std::string field_label(const Context& context, const Field* field, const std::string& name) {
  if (field != nullptr) return one_line(context.label(*field));
  return name == "void" ? context.say(say::kVoid) : name;
}

Document sibling_document(const Field* field, const Sibling& sibling, bool is_shown) {
  Document out = Document::object();
  out.set("value", value_document(field, sibling.value)).set("who", sibling.who);
  out.set("when", format_wall_time(sibling.when)).set("shown", is_shown);
  return out;
}

Document record_document(const Catalog& catalog, const RecordView& view) {
  Document fields = Document::object();
  Document conflicts = Document::object();
  bool has_conflict = false;
  for (const FieldView& field : view.fields) {
    const Field* of = field_of(catalog, view.collection, field.field);
    if (of == nullptr || !of->internal) fields.set(field.field, value_document(of, field.value));
    if (field.siblings.empty()) continue;
    has_conflict = true;
    Document values = Document::list();
    for (std::size_t i = 0; i < field.siblings.size(); ++i) {
      values.add(sibling_document(of, field.siblings[i], i == 0));
    }
    conflicts.set(field.field, std::move(values));
  }
  Document out = Document::object();
  out.set("id", to_text(view.id)).set("collection", view.collection).set("who", view.who);
  out.set("recorded", format_wall_time(view.recorded)).set("fields", std::move(fields));
  out.set("void", view.void_reason ? Document(*view.void_reason) : Document());
  out.set("counts", view.counts).set("state", state_name(view.state));
  if (!view.outside_because.empty()) out.set("outside_because", view.outside_because);
  if (view.duplicate_of) out.set("duplicate_of", to_text(*view.duplicate_of));
  out.set("unknown_codes", Document::list_of(unknown_codes(catalog, view)));
  if (has_conflict) out.set("conflicts", std::move(conflicts));
  return out;
}

std::vector<std::string> unknown_codes(const Catalog& catalog, const RecordView& view) {
  std::vector<std::string> codes;
  for (const FieldView& field : view.fields) {
    if (!is_unknown(view, field.field)) continue;
    const Field* of = field_of(catalog, view.collection, field.field);
    codes.push_back(format_value(of != nullptr ? *of : Field{}, field.value));
  }
  return codes;
}

std::string remark_text(const Context& context, const RecordView& view, bool with_codes) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (!view.counts && !view.outside_because.empty()) add(outside_text(context, view.outside_because));
  if (view.void_reason) add("\"" + one_line(*view.void_reason) + "\"");
  const bool has_conflict = std::any_of(view.fields.begin(), view.fields.end(),
                                        [](const FieldView& field) { return !field.siblings.empty(); });
  if (has_conflict) add(context.say(say::kRemarkConflict));
  if (!with_codes) return text;
  for (const std::string& code : unknown_codes(context.catalog(), view)) {
    add(context.say(say::kRemarkUnknown, {code}));
  }
  return text;
}

std::string records_text(const Context& context, const Collection& collection, const std::string& list,
                         const std::vector<RecordView>& rows) {
  const auto columns = columns_of_rows(collection, list, rows);
  Table table;
  table.header.push_back(context.say(say::kColumnId));
  table.is_number.push_back(false);
  for (const Field* field : columns) {
    table.header.push_back(field_label(context, field, field->name));
    table.is_number.push_back(is_number(*field));
  }
  for (const Text& text : {say::kColumnWho, say::kColumnState, say::kColumnRemark}) {
    table.header.push_back(context.say(text));
  }
  for (const RecordView& view : rows) {
    std::vector<std::string> row{short_id(view.id)};
    for (const Field* field : columns) {
      const FieldView* shown = find_field(view, field->name);
      std::string text = shown == nullptr ? "" : one_line(value_text(context, field, shown->value));
      text = shortened(text, kCellColumns);
      row.push_back(is_unknown(view, field->name) ? text + "?" : text);
    }
    row.push_back(one_line(view.who));
    row.push_back(state_text(context, view.state));
    row.push_back(remark_text(context, view, false));
    table.rows.push_back(std::move(row));
  }
  return layout(table);
}

void note_remarks(Context& context, const std::vector<RecordView>& rows) {
  const auto waiting = std::count_if(rows.begin(), rows.end(), [](const RecordView& view) {
    return view.outside_because == "not_admitted";
  });
  if (waiting > 0) context.console.note(context.say(say::kNotAdmittedRows, {std::to_string(waiting)}));
  const bool has_unknown = std::any_of(rows.begin(), rows.end(),
                                       [](const RecordView& view) { return !view.unknown_codes.empty(); });
  if (has_unknown) context.console.note(context.say(say::kUnknownMark));
}

Document laptop_name_document(const LaptopNames& names, const AuthorKey& author) {
  const auto name = names.find(author);
  return name == names.end() ? Document() : Document(name->second);
}

std::string laptop_name_text(const LaptopNames& names, const AuthorKey& author) {
  const auto name = names.find(author);
  return name == names.end() ? public_name(author).substr(0, 8) : one_line(name->second);
}

std::string notice_text(const Context& context, const ReplicaStatus& status,
                        const ReplicaStatus::Notice& notice) {
  const bool is_copied = notice.kind == ReplicaStatus::Notice::Kind::copied;
  const std::string seq = std::to_string(status.cut.value_or(0));
  return one_line(context.say(is_copied ? say::kNoticeCopied : say::kNoticeRevoked, {notice.text, seq}));
}

std::string stranded_invitations_text(const Context& context, const ReplicaStatus& status) {
  return context.say(say::kStrandedInvitations, {std::to_string(status.stranded_invitations)});
}

void note_stranded_invitations(Context& context, const ReplicaStatus& status) {
  if (status.stranded_invitations > 0) context.console.note(stranded_invitations_text(context, status));
}

Document laptop_document(const LaptopState& laptop, int zone_minutes) {
  const bool is_heard = laptop.announced_relay_ms != 0;
  Document out = Document::object();
  out.set("name", laptop.name).set("author", public_name(laptop.author)).set("role", laptop.role);
  out.set("standing", laptop.standing).set("applied", laptop.applied).set("held", laptop.held);
  out.set("announced", laptop.announced ? Document(*laptop.announced) : Document());
  out.set("last_heard", is_heard ? Document(time_text(laptop.announced_relay_ms, zone_minutes)) : Document());
  out.set("complete", laptop.complete).set("missing", laptop.missing);
  out.set("skew_ms", laptop.skew_ms ? Document(*laptop.skew_ms) : Document());
  out.set("revoked_at", laptop.cut ? Document(*laptop.cut) : Document());
  return out;
}

Document skewed_document(const std::vector<LaptopState>& laptops) {
  Document out = Document::list();
  for (const LaptopState& laptop : laptops) {
    Document one = Document::object();
    one.set("laptop", laptop.name).set("skew_ms", laptop.skew_ms ? Document(*laptop.skew_ms) : Document());
    out.add(std::move(one));
  }
  return out;
}

std::vector<LaptopState> skewed_among(const std::vector<LaptopState>& laptops) {
  std::vector<LaptopState> skewed;
  for (const LaptopState& laptop : laptops) {
    const std::int64_t skew = laptop.skew_ms.value_or(0);
    if (skew > limits::kSkewShownMs || skew < -limits::kSkewShownMs) skewed.push_back(laptop);
  }
  return skewed;
}

std::string standing_text(const Context& context, const std::string& standing) {
  if (standing == "founder") return context.say(say::kStandingFounder);
  if (standing == "admitted") return context.say(say::kStandingAdmitted);
  if (standing == "not_admitted") return context.say(say::kOutsideNotAdmitted);
  if (standing == "rival") return context.say(say::kOutsideRival);
  if (standing == "void_path") return context.say(say::kOutsideVoidPath);
  if (standing == "recovery") return context.say(say::kStandingRecovery);
  return standing;
}

std::string role_text(const Context& context, const std::string& role) {
  const Role* known = context.catalog().role(role);
  return known == nullptr ? role : context.label(*known);
}

std::string skew_text(const Context& context, const LaptopState& laptop) {
  const std::int64_t skew = laptop.skew_ms.value_or(0);
  const std::string span = span_text(context, skew < 0 ? -skew : skew);
  return context.say(skew < 0 ? say::kClockBehind : say::kClockAhead, {laptop.name, span});
}

}  // namespace karez::cli
