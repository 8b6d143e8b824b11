// The rows of a report's scope: visits and handouts of its campaigns and days, with what each is worth and
// whose it is. Private to ledger; what campaign.cpp sums and explain.cpp lists. One thread.
#pragma once

#include <set>

#include "karez/ledger/campaign.h"
#include "prices.h"
#include "record_scan.h"

namespace karez {

/// Campaigns by their words: one and those below it, or all.
class CampaignSet {
 public:
  [[nodiscard]] bool has(std::uint32_t campaign) const {
    return is_all || (campaign < words_.size() && words_[campaign]);
  }
  void add(std::uint32_t campaign) {
    if (campaign == Words::kNothing) return;
    if (campaign >= words_.size()) words_.resize(campaign + 1, false);
    words_[campaign] = true;
  }
  bool is_all = false;

 private:
  std::vector<bool> words_;
};

/// A target as rows are held against it.
class Plan {
 public:
  /// What a row adds to the target, if it is one of its rows.
  [[nodiscard]] std::optional<Cell> part_of(const ScannedEvent& event) const;
  [[nodiscard]] std::optional<Total> part_of(const ScannedHandout& handout, const Fen& value) const;

  CampaignTarget target;
  std::uint32_t item = Words::kNothing, site = Words::kNothing, trade = Words::kNothing,
                batch = Words::kNothing;
  CampaignSet campaigns;  ///< of a grant to a campaign, that and those below it
  std::optional<Day> first, last;

 private:
  [[nodiscard]] bool is_its_day(Day day) const {
    return (!first || day >= *first) && (!last || day <= *last);
  }
};

class ReportRows {
 public:
  ReportRows(const DaySource& source, const ReportScope& scope, SiteZones zones);
  ReportRows(const ReportRows&) = delete;
  ReportRows& operator=(const ReportRows&) = delete;

  /// Reads what the rows are judged by.
  Status load();
  /// `on_visit(event, author, place)` and `on_handout(handout, value, author, place)` for each row of the
  /// scope.
  template <typename OnVisit, typename OnHandout>
  Status run(OnVisit&& on_visit, OnHandout&& on_handout) {
    return scan_.run(
        [&](const ScannedEvent& event) {
          if (!event.is_visit || !in_scope_.has(event.campaign)) return;
          const AuthorRow* author = author_of_row(event.record);
          if (author != nullptr) on_visit(event, *author, place_of(*author, event.state));
        },
        [&](const ScannedHandout& handout) {
          if (!in_scope_.has(handout.campaign)) return;
          const AuthorRow* author = author_of_row(handout.record);
          if (author == nullptr) return;
          on_handout(handout, prices_.value_of(handout), *author, place_of(*author, handout.state));
        });
  }
  /// A word, or what stands for none.
  [[nodiscard]] const std::string& name(std::uint32_t word) {
    return word == Words::kNothing ? unspecified_ : scan_.words().name(word);
  }
  [[nodiscard]] const std::set<std::string>& campaigns() const { return campaigns_; }
  [[nodiscard]] bool is_listed() const { return is_listed_; }
  /// The targets of the scope, by code.
  Result<std::vector<Plan>> plans();

 private:
  const AuthorRow* author_of_row(RecordKey record) {
    const AuthorId id = author_of(record);
    if (author_ == nullptr || author_->id != id) author_ = source_.authors.find(id);
    return author_;
  }
  /// A campaign and those below it.
  [[nodiscard]] std::set<std::string> with_those_below(const std::string& campaign) const;
  CampaignSet set_of(const std::string& campaign);

  const DaySource& source_;
  const ReportScope scope_;
  const SiteZones zones_;
  RecordScan scan_;
  Prices prices_;
  std::set<std::string> campaigns_;
  bool is_listed_ = false;
  std::multimap<std::string, std::string> below_;  ///< campaign: those whose parent it is
  CampaignSet in_scope_;
  const AuthorRow* author_ = nullptr;
  const std::string unspecified_ = kUnspecified;
};

}  // namespace karez
