#include "karez/ledger/explain.h"

#include <algorithm>

#include "report_rows.h"

namespace karez {
namespace {

/// One reading of a figure's path.
struct Figure {
  enum class Measured { visits, lines, person_times, persons, items, value, records };
  Measured measure = Measured::records;
  Place place = Place::counted;
  std::optional<std::string> item, site, trade, laptop, target;
  std::optional<Day> day;
};

std::string_view name_of(Figure::Measured measure) {
  constexpr std::string_view kNames[]{"visits", "lines", "person_times", "persons",
                                      "items",  "value", "records"};
  return kNames[static_cast<std::size_t>(measure)];
}

/// The figure's name without `prefix`, if it begins with it.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? std::optional(text.substr(prefix.size())) : std::nullopt;
}

/// Reads a path in every way in which it can be meant.
class FigurePath {
 public:
  std::vector<Figure> readings(std::string_view path) {
    read(path, Figure{});
    return std::move(found_);
  }

 private:
  void read(std::string_view path, Figure figure) {
    if (const auto rest = after(path, "by_day.")) return read_day(*rest, std::move(figure));
    if (const auto rest = after(path, "by_site.")) {
      return each_split(*rest, [&](std::string_view code, std::string_view cell) {
        Figure one = figure;
        one.site = code;
        read_cell(cell, one, true);
      });
    }
    if (const auto rest = after(path, "by_laptop.")) return read_laptop(*rest, std::move(figure));
    if (const auto rest = after(path, "not_admitted.")) {
      figure.place = Place::not_admitted;
      return read_laptop(*rest, std::move(figure));
    }
    if (const auto trade = after(path, "by_trade.")) {
      figure.trade = *trade;
      return take(std::move(figure), Figure::Measured::person_times);
    }
    if (const auto trade = after(path, "by_trade_persons.")) {
      figure.trade = *trade;
      return take(std::move(figure), Figure::Measured::persons);
    }
    if (const auto code = after(path, "targets.")) {
      figure.target = *code;
      return take(std::move(figure), Figure::Measured::records);
    }
    for (const auto& [name, place] :
         {std::pair("voided", Place::voided), std::pair("uncounted", Place::uncounted),
          std::pair("duplicate_records", Place::duplicate)}) {
      if (path != name) continue;
      figure.place = place;
      return take(std::move(figure), Figure::Measured::records);
    }
    read_cell(path, std::move(figure), false);
  }

  void read_day(std::string_view rest, Figure figure) {
    const std::size_t point = std::min(rest.find('.'), rest.size());
    figure.day = parse_day(rest.substr(0, point));
    if (figure.day && point < rest.size()) read_cell(rest.substr(point + 1), std::move(figure), false);
  }

  void read_laptop(std::string_view rest, Figure figure) {
    each_split(rest, [&](std::string_view name, std::string_view cell) {
      Figure one = figure;
      one.laptop = name;
      read_cell(cell, std::move(one), false);
    });
    figure.laptop = rest;
    take(std::move(figure), Figure::Measured::records);
  }

  /// `is_item_plain`: the day report names a site's items beside its other figures.
  void read_cell(std::string_view cell, Figure figure, bool is_item_plain) {
    using Measured = Figure::Measured;
    for (const auto& [name, measure] :
         {std::pair("visits", Measured::visits), std::pair("lines", Measured::lines),
          std::pair("person_times", Measured::person_times), std::pair("persons", Measured::persons),
          std::pair("value_fen", Measured::value)}) {
      if (cell == name) return take(std::move(figure), measure);
    }
    if (const auto item = after(cell, "items.")) {
      Figure one = figure;
      one.item = *item;
      take(std::move(one), Measured::items);
    }
    if (!is_item_plain) return;
    figure.item = cell;
    take(std::move(figure), Measured::items);
  }

  template <typename F>
  static void each_split(std::string_view text, F&& part) {
    for (std::size_t i = text.find('.'); i != text.npos; i = text.find('.', i + 1)) {
      part(text.substr(0, i), text.substr(i + 1));
    }
  }

  void take(Figure figure, Figure::Measured measure) {
    figure.measure = measure;
    found_.push_back(std::move(figure));
  }

  std::vector<Figure> found_;
};

/// Gathers a figure's parts from the rows of the scope.
class Gathering {
 public:
  Gathering(ReportRows& rows, const Figure& figure, const Plan* plan)
      : rows_(rows), figure_(figure), plan_(plan) {
    out_.measure = plan == nullptr ? name_of(figure.measure) : karez::name_of(plan->target.measure);
  }

  Result<FigureParts> run() {
    KAREZ_TRY(rows_.run(
        [&](const ScannedEvent& event, const AuthorRow& author, Place place) {
          if (is_meant(author, place, event.day, event.site, event.trade)) add_visit(event);
        },
        [&](const ScannedHandout& handout, const Fen& value, const AuthorRow& author, Place place) {
          if (is_meant(author, place, handout.day, handout.site, handout.trade)) add_handout(handout, value);
        }));
    return std::move(out_);
  }

 private:
  bool is_meant(const AuthorRow& author, Place place, Day day, std::uint32_t site, std::uint32_t trade) {
    const auto is_word = [&](const std::optional<std::string>& wanted, std::uint32_t word) {
      return !wanted || rows_.name(word) == *wanted;
    };
    const std::string& laptop = author.laptop.empty() ? author.name : author.laptop;
    return place == figure_.place && (!figure_.day || day == *figure_.day) && is_word(figure_.site, site) &&
           is_word(figure_.trade, trade) && (!figure_.laptop || laptop == *figure_.laptop);
  }

  void add_visit(const ScannedEvent& event) {
    if (plan_ != nullptr) {
      if (const auto part = plan_->part_of(event)) add(event, true, part->amount, event.precision);
      return;
    }
    switch (figure_.measure) {
      case Figure::Measured::visits:
      case Figure::Measured::records:
        return add(event, true, 1, Precision::exact);
      case Figure::Measured::person_times:
        if (event.person_times.is_given) add(event, true, event.person_times.amount, event.precision);
        return;
      case Figure::Measured::persons:
        if (event.persons.is_given) add(event, true, event.persons.amount, event.precision);
        return;
      default:
        return;
    }
  }

  void add_handout(const ScannedHandout& handout, const Fen& value) {
    if (plan_ != nullptr) {
      if (const auto part = plan_->part_of(handout, value)) add(handout, false, *part, handout.precision);
      return;
    }
    switch (figure_.measure) {
      case Figure::Measured::lines:
      case Figure::Measured::records:
        return add(handout, false, 1, Precision::exact);
      case Figure::Measured::items:
        if (rows_.name(handout.item) == *figure_.item)
          add(handout, false, handout.quantity, handout.precision);
        return;
      case Figure::Measured::value:
        if (value != Fen{}) add(handout, false, value.total(), value.precision());
        return;
      default:
        return;
    }
  }

  template <typename Row>
  void add(const Row& row, bool is_visit, Total amount, Precision precision) {
    out_.parts.push_back({row.record, is_visit, row.day, amount, precision});
    out_.total += amount;
    out_.precision = joined(out_.precision, precision);
  }

  ReportRows& rows_;
  const Figure& figure_;
  const Plan* plan_;
  FigureParts out_;
};

Result<FigureParts> gather(const DaySource& source, const ReportScope& scope, const Figure& figure) {
  KAREZ_ASSIGN(SiteZones zones, SiteZones::load(source.statements, source.catalog, source.zone_minutes));
  ReportRows rows(source, scope, std::move(zones));
  KAREZ_TRY(rows.load());
  if (!figure.target) return Gathering(rows, figure, nullptr).run();
  KAREZ_ASSIGN(const std::vector<Plan> plans, rows.plans());
  const auto plan = std::find_if(plans.begin(), plans.end(),
                                 [&](const Plan& one) { return one.target.grant == *figure.target; });
  if (plan == plans.end()) {
    return Error{ErrorCode::not_found, "no target " + *figure.target + " belongs to this report"};
  }
  return Gathering(rows, figure, &*plan).run();
}

}  // namespace

Result<FigureParts> explain_figure(const DaySource& source, const ReportScope& scope,
                                   const std::string& figure) {
  std::optional<FigureParts> first;
  for (const Figure& reading : FigurePath().readings(figure)) {
    KAREZ_ASSIGN(FigureParts parts, gather(source, scope, reading));
    if (!parts.parts.empty()) return parts;
    if (!first) first = std::move(parts);
  }
  if (first) return *std::move(first);
  return Error{ErrorCode::usage,
               "no report has a figure called " + figure +
                   "; figures are named as in karez day --json: person_times, items.W550, by_site.S001.W550"};
}

}  // namespace karez
