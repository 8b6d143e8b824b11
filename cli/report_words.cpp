#include "cli/report_words.h"

#include <algorithm>
#include <iterator>

#include "cli/measure_text.h"
#include "cli/output.h"
#include "karez/model/catalog.h"

namespace karez::cli {
namespace {

constexpr std::int64_t kMinutesAnHour = 60;

std::string hours_text(Language language, const Minutes& minutes) {
  const Total hours = minutes.total() / kMinutesAnHour, rest = minutes.total() % kMinutesAnHour;
  if (rest == 0) return fill(say::kHoursText, language, {to_text(hours)});
  return fill(say::kHoursMinutesText, language, {to_text(hours), to_text(rest)});
}

std::string day_words(Language language, Day day) {
  const std::string text = format_day(day);
  if (language == Language::en) return text;
  const auto number = [](std::string digits) { return digits.front() == '0' ? digits.substr(1) : digits; };
  return fill(say::kParagraphDay, language,
              {text.substr(0, 4), number(text.substr(5, 2)), number(text.substr(8, 2))});
}

template <typename Kind>
constexpr bool kIsMeasure =
    !std::is_same_v<Kind, std::monostate> && !std::is_same_v<Kind, std::string> && !std::is_same_v<Kind, Day>;

}  // namespace

std::string ReportWords::key(const say::KeyText* begin, const say::KeyText* end, std::string_view key) const {
  const auto* found = std::find_if(begin, end, [&](const say::KeyText& one) { return one.key == key; });
  return found == end ? std::string(key) : say(found->text);
}

std::string ReportWords::about(const std::vector<std::string>& codes) const {
  std::string out;
  for (const std::string& code : codes) {
    const auto item = report_.names.items.find(code);
    out += " " +
           (item == report_.names.items.end() ? one_line(code) : one_line(item->second + " (" + code + ")"));
  }
  return out;
}

std::string ReportWords::title() const {
  std::string scope;
  const auto add = [&](const std::string& part) { scope += (scope.empty() ? "" : " · ") + part; };
  if (!report_.campaign.empty()) {
    const auto known = report_.names.campaigns.find(report_.campaign);
    add(one_line(known == report_.names.campaigns.end() ? report_.campaign
                                                        : known->second + " (" + report_.campaign + ")"));
  }
  if (!report_.subject.empty()) add(one_line(report_.subject));
  if (!report_.site.empty()) {
    const auto known = report_.names.sites.find(report_.site);
    add(one_line(known == report_.names.sites.end() ? report_.site : report_.site + " " + known->second));
  }
  if (report_.first || report_.last) {
    const std::string first = report_.first ? format_day(*report_.first) : "…";
    const std::string last = report_.last ? format_day(*report_.last) : "…";
    add(report_.first == report_.last || report_.kind == "duties"
            ? last
            : say(say::kParagraphBetween, {first, last}));
  }
  const auto* found = std::find_if(std::begin(say::kReportTitles), std::end(say::kReportTitles),
                                   [&](const say::KeyText& one) { return one.key == report_.kind; });
  std::string out = found == std::end(say::kReportTitles) ? report_.kind : say(found->text, {scope});
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string ReportWords::title(const ReportSection& section) const {
  return key(std::begin(say::kSectionTitles), std::end(say::kSectionTitles), section.key) +
         about(section.about);
}

std::string ReportWords::heading(const ReportColumn& column) const {
  if (!column.key.starts_with("items."))
    return key(std::begin(say::kColumnTitles), std::end(say::kColumnTitles), column.key);
  const auto name = report_.names.items.find(column.item);
  const auto unit = report_.names.units.find(column.item);
  std::string out = one_line(name == report_.names.items.end() ? column.item : name->second);
  if (unit != report_.names.units.end()) out += "（" + one_line(unit->second) + "）";
  return out;
}

std::string ReportWords::code_word(const std::string& list, const std::string& code) const {
  if (code == "unspecified") return say(say::kUnspecifiedWord);
  if (list == "duty") {
    return say(code == "done" ? say::kDutyDone : code == "due" ? say::kDutyDue : say::kDutyOverdue);
  }
  const std::size_t point = list.find('.');
  const Collection* collection =
      point == std::string::npos ? nullptr : catalog_.collection(list.substr(0, point));
  const Field* field = collection == nullptr ? nullptr : collection->field(list.substr(point + 1));
  const auto* values = field == nullptr ? nullptr : catalog_.enumeration(field->enum_name);
  if (values == nullptr) return one_line(code);
  // A site of several kinds: "hub+station".
  std::string out;
  for (std::size_t begin = 0; begin <= code.size();) {
    const std::size_t end = std::min(code.find('+', begin), code.size());
    const std::string one = code.substr(begin, end - begin);
    const auto known =
        std::find_if(values->begin(), values->end(), [&](const EnumValue& v) { return v.code == one; });
    out += out.empty() ? "" : "+";
    out += known == values->end() ? one_line(one) : language_ == Language::zh ? known->zh : known->en;
    begin = end + 1;
  }
  return out;
}

std::string ReportWords::cell(const ReportSection& section, const ReportRow& row,
                              std::size_t column_number) const {
  if (column_number >= row.size()) return "";
  const ReportColumn& column = section.columns[column_number];
  // What a number of mixed things is counted in, the row's own item says.
  std::string item = column.item;
  for (std::size_t i = 0; i < row.size() && column.kind == ColumnKind::nothing; ++i) {
    const auto* code = std::get_if<std::string>(&row[i]);
    if (section.columns[i].list == "item" && code != nullptr) item = *code;
  }
  return std::visit(
      [&](const auto& one) -> std::string {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, std::monostate>)
          return "";
        else if constexpr (std::is_same_v<Kind, std::string>)
          return code_word(column.list, one);
        else if constexpr (std::is_same_v<Kind, Day>)
          return format_day(one);
        else if constexpr (std::is_same_v<Kind, Minutes>)
          return hours_text(language_, one);
        // Where a column has measures of several kinds each number says its own.
        else if (column.kind == ColumnKind::nothing)
          return phrase_of(one, item);
        else
          return cell_text(language_, one);
      },
      row[column_number]);
}

std::string ReportWords::name(const ReportColumn& column, const ReportCell& cell) const {
  const auto* code = std::get_if<std::string>(&cell);
  const bool is_site = column.list == "site", is_item = column.list == "item";
  if (code == nullptr || (!is_site && !is_item)) return "";
  const auto& names = is_site ? report_.names.sites : report_.names.items;
  const auto found = names.find(*code);
  return found == names.end() ? "" : one_line(found->second);
}

std::string ReportWords::phrase_of(const ReportCell& cell, const std::string& item) const {
  return std::visit(
      [&](const auto& one) -> std::string {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, Minutes>) {
          return hours_text(language_, one);
        } else if constexpr (std::is_same_v<Kind, Records>) {
          return number_phrase(language_, one.total(), one.precision());
        } else if constexpr (std::is_same_v<Kind, Households>) {
          return say(say::kHouseholdsText, {number_phrase(language_, one.total(), one.precision())});
        } else if constexpr (std::is_same_v<Kind, Pieces>) {
          const auto unit = report_.names.units.find(item);
          return phrase(language_, one, unit == report_.names.units.end() ? "" : one_line(unit->second));
        } else if constexpr (kIsMeasure<Kind>) {
          return phrase(language_, one);
        } else {
          return "-";
        }
      },
      cell);
}

std::string ReportWords::flag(const ReportFlag& flag) const {
  const std::string item = flag.about.empty() ? "" : flag.about.back();
  const std::string where =
      key(std::begin(say::kSectionTitles), std::end(say::kSectionTitles), flag.section) + about(flag.about);
  const std::string column = key(std::begin(say::kColumnTitles), std::end(say::kColumnTitles), flag.column);
  return say(flag.source == "sum" ? say::kFlagSum : say::kFlagSource,
             {where, one_line(column), phrase_of(flag.stated, item), phrase_of(flag.given, item),
              one_line(flag.source)});
}

std::string ReportWords::paragraph() const {
  std::string when = say(say::kSoFar);
  const auto day = [&](const std::optional<Day>& one) { return day_words(language_, *one); };
  if (report_.first && report_.first == report_.last)
    when = day(report_.first);
  else if (report_.first && report_.last)
    when = say(say::kParagraphBetween, {day(report_.first), day(report_.last)});
  else if (report_.first)
    when = say(say::kParagraphFrom, {day(report_.first)});
  else if (report_.last)
    when = say(say::kParagraphTo, {day(report_.last)});
  for (const auto* part : {&report_.campaign, &report_.site}) {
    const auto& names = part == &report_.campaign ? report_.names.campaigns : report_.names.sites;
    const auto known = names.find(*part);
    if (part->empty()) continue;
    when +=
        (language_ == Language::zh ? "，" : ", ") + one_line(known == names.end() ? *part : known->second);
  }
  std::string facts;
  for (const ReportFact& fact : report_.facts) {
    const auto* found = std::find_if(std::begin(say::kFacts), std::end(say::kFacts),
                                     [&](const say::KeyText& one) { return one.key == fact.key; });
    if (found == std::end(say::kFacts)) continue;
    const auto name = report_.names.items.find(fact.item);
    facts += facts.empty() ? "" : language_ == Language::zh ? "，" : ", ";
    facts += say(found->text, {phrase_of(fact.figure, fact.item),
                               one_line(name == report_.names.items.end() ? fact.item : name->second)});
  }
  if (facts.empty()) return say(say::kParagraphNone, {when});
  std::string out = say(say::kParagraph, {when, facts});
  if (!report_.waiting.empty()) out += say(say::kParagraphGaps, {std::to_string(report_.waiting.size())});
  return out;
}

std::vector<std::string> ReportWords::gaps() const {
  if (report_.waiting.empty()) return {};
  std::string names;
  for (const std::string& name : report_.waiting) names += (names.empty() ? "" : ", ") + one_line(name);
  return {say(report_.is_whole ? say::kDayNotWhole : say::kNotAllHere, {names})};
}

std::vector<std::string> ReportWords::remarks() const {
  std::vector<std::string> out;
  if (report_.is_whole && *report_.is_whole) out.push_back(say(say::kDayWhole));
  if (report_.duplicates + report_.voided + report_.uncounted > 0) {
    out.push_back(
        say(say::kOutsideTotals, {std::to_string(report_.duplicates), std::to_string(report_.voided),
                                  std::to_string(report_.uncounted)}));
  }
  const bool has_sums = std::any_of(report_.sections.begin(), report_.sections.end(),
                                    [](const ReportSection& one) { return one.sum.has_value(); });
  if (report_.flags.empty() && has_sums) out.push_back(say(say::kAllAddsUp));
  return out;
}

std::vector<std::string> ReportWords::proofs() const {
  std::vector<std::string> out;
  if (!report_.digest.empty()) out.push_back(say(say::kProofDigest, {report_.digest}));
  if (!report_.heads.empty()) out.push_back(say(say::kProof, {report_.heads}));
  return out;
}

bool is_flagged(const Report& report, const ReportSection& section) {
  return std::any_of(report.flags.begin(), report.flags.end(), [&](const ReportFlag& flag) {
    return flag.source == "sum" && flag.section == section.key && flag.about == section.about;
  });
}

}  // namespace karez::cli
