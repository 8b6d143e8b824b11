#include "karez/ledger/stock.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "karez/base/mutants.h"

namespace karez {

std::string_view name_of(StockCaseKind kind) {
  switch (kind) {
    case StockCaseKind::overdrawn:
      return "overdrawn";
    case StockCaseKind::foreign_debit:
      return "foreign_debit";
    case StockCaseKind::unopened_debit:
      return "unopened_debit";
    case StockCaseKind::accepted_uncounted:
      return "accepted_uncounted";
    case StockCaseKind::unmatched:
      return "unmatched";
    case StockCaseKind::differs:
      return "differs";
    case StockCaseKind::accepted_twice:
      return "accepted_twice";
    case StockCaseKind::foreign_acceptance:
      return "foreign_acceptance";
    case StockCaseKind::void_ignored:
      return "void_ignored";
    case StockCaseKind::edit_ignored:
      return "edit_ignored";
  }
  return "";
}

Total StockReport::on_hand(std::size_t account, const std::string& item) const {
  const auto found = lines.find({account, item});
  return found == lines.end() ? Total{0} : found->second.on_hand();
}

bool StockLedger::owns(std::optional<std::size_t> account, const std::string& author) const {
  return account && report_.accounts[*account].owner == author;
}

void StockLedger::add_case(StockCaseKind kind, std::size_t account, const std::string& item, Total qty,
                           const std::string& laptop, const RecordId& record) {
  CaseSum& sum = cases_[{kind, report_.accounts[account].code, item, laptop, ""}];
  sum.qty += qty;
  sum.records.insert(record);
}

void StockLedger::add(StockAcceptance acceptance) {
  if (!acceptance.counts || !acceptance.account) return;
  if (!owns(acceptance.account, acceptance.author)) {
    add_case(StockCaseKind::foreign_acceptance, *acceptance.account, acceptance.item, acceptance.qty,
             acceptance.laptop, acceptance.id);
    return;
  }
  std::vector<Taken>& taken = taken_[acceptance.move];
  const auto same = std::find_if(taken.begin(), taken.end(), [&](const Taken& one) {
    return one.acceptance.account == acceptance.account;
  });
  if (same == taken.end()) {
    taken.push_back({std::move(acceptance), false});
    return;
  }
  // Within one log the earlier one counts; of two branches the choice must only be the same everywhere.
  const auto rank = [](const StockAcceptance& one) {
    return std::tuple(one.id.seq, one.id.k, one.id.author);
  };
  if (rank(acceptance) < rank(same->acceptance)) std::swap(same->acceptance, acceptance);
  add_case(StockCaseKind::accepted_twice, *acceptance.account, acceptance.item, acceptance.qty,
           acceptance.laptop, acceptance.id);
}

std::vector<RecordId> StockLedger::missing() const {
  std::vector<RecordId> missing;
  for (const auto& [move, taken] : taken_) {
    if (!seen_.contains(move)) missing.push_back(move);
  }
  return missing;
}

/// How much of the move its acceptances took over; what they say otherwise is a case.
Total StockLedger::match(const StockMove& move, bool is_transfer) {
  const auto taken = taken_.find(move.id);
  if (taken == taken_.end()) return 0;
  seen_.insert(move.id);
  Total matched = 0;
  for (Taken& one : taken->second) {
    const StockAcceptance& acceptance = one.acceptance;
    const bool is_meant = is_transfer && move.credit == acceptance.account && move.item == acceptance.item;
    const Total part = is_meant ? std::min(acceptance.qty, move.qty) : 0;
    matched += part;
    one.is_matched = true;
    // What was taken and did not leave anybody came from somewhere: the totals must say so.
    report_.totals[acceptance.item].in += acceptance.qty - part;
    if (!is_meant || acceptance.qty != move.qty) {
      add_case(StockCaseKind::differs, *acceptance.account, acceptance.item, acceptance.qty - part,
               acceptance.laptop, acceptance.id);
    }
  }
  return matched;
}

void StockLedger::add(const StockMove& move) {
  const bool is_accepted = taken_.contains(move.id);
  if (move.debit && !owns(move.debit, move.author) && (move.counts || is_accepted)) {
    add_case(StockCaseKind::foreign_debit, *move.debit, move.item, move.qty, move.laptop, move.id);
  }
  const bool has_debit =
      owns(move.debit, move.author) || (move.debit && is_mutant(Mutant::debit_foreign_account));
  const bool is_own_credit = owns(move.credit, move.author);
  const bool is_transfer = move.credit && !is_own_credit;
  const Total matched = match(move, is_transfer);
  // Handed over is handed over: nobody's void calls it back. Of the rest an owner's own word decides, since
  // only that stands in the one log that the balance follows from.
  const bool follows_own_void = has_debit ? !is_transfer : is_own_credit;
  bool stands = move.counts;
  if (follows_own_void) stands = stands && !move.is_void;
  if (is_transfer && !has_debit) stands = stands && !move.is_shown_void;
  if (is_transfer && is_accepted) stands = true;
  const std::size_t about = move.debit ? *move.debit : move.credit.value_or(0);
  const bool is_ledgers = has_debit || move.credit;
  if (is_ledgers && stands && move.is_shown_void) {
    add_case(StockCaseKind::void_ignored, about, move.item, move.qty, move.laptop, move.id);
  }
  if (is_ledgers && move.is_edited) {
    add_case(StockCaseKind::edit_ignored, about, move.item, move.qty, move.laptop, move.id);
  }
  if (!stands) return;
  if (is_transfer && is_accepted && !move.counts) {
    add_case(StockCaseKind::accepted_uncounted, about, move.item, move.qty, move.laptop, move.id);
  }
  StockTotal& total = report_.totals[move.item];
  if (is_transfer) {
    const Total waiting = move.qty - matched;
    if (has_debit) {
      line(*move.debit, move.item).given += matched;
      line(*move.debit, move.item).in_transit += waiting;
    } else {
      total.in += move.qty;
    }
    total.in_transit += waiting;
    if (is_accepted) return;
    line(*move.credit, move.item).arriving += waiting;
    report_.transit.push_back({move.id, move.item, move.from, move.to, move.laptop, move.qty, *move.credit});
    return;
  }
  if (has_debit) line(*move.debit, move.item).given += move.qty;
  if (is_own_credit) line(*move.credit, move.item).received += move.qty;
  if (has_debit && !is_own_credit) total.out += move.qty;
  if (!has_debit && is_own_credit) total.in += move.qty;
}

StockReport StockLedger::report() {
  for (const auto& [move, taken] : taken_) {
    for (const Taken& one : taken) {
      const StockAcceptance& acceptance = one.acceptance;
      line(*acceptance.account, acceptance.item).received += acceptance.qty;
      if (one.is_matched) continue;
      report_.totals[acceptance.item].in += acceptance.qty;
      add_case(StockCaseKind::unmatched, *acceptance.account, acceptance.item, acceptance.qty,
               acceptance.laptop, acceptance.id);
    }
  }
  for (const auto& [place, figures] : report_.lines) {
    report_.totals[place.second].on_hand += figures.on_hand();
    if (figures.on_hand() >= 0) continue;
    const StockAccount& account = report_.accounts[place.first];
    const std::string why = account.owner_is_forked    ? "fork"
                            : account.owner_is_revoked ? "revoked"
                                                       : "unguarded";
    cases_[{StockCaseKind::overdrawn, account.code, place.second, account.laptop, why}].qty -=
        figures.on_hand();
  }
  for (auto& [key, sum] : cases_) {
    StockCase one{key.kind, key.account, key.item, sum.qty, key.laptop, key.why, sum.records.size(), {}};
    for (const RecordId& id : sum.records) {
      if (one.records.size() < kCaseRecords) one.records.push_back(id);
    }
    report_.cases.push_back(std::move(one));
  }
  std::sort(report_.transit.begin(), report_.transit.end(),
            [](const StockTransit& a, const StockTransit& b) { return a.move < b.move; });
  return std::move(report_);
}

void add_checks(const StockReport& report, std::vector<Check>& checks) {
  for (const StockCase& one : report.cases) {
    if (one.kind != StockCaseKind::overdrawn) {
      checks.push_back({"stock_case", one.account, static_cast<std::int64_t>(one.count),
                        std::string(name_of(one.kind)) + " " + one.item + " " + one.laptop});
      continue;
    }
    const Total most = std::numeric_limits<std::int64_t>::max();
    checks.push_back({"stock_overdrawn", one.account, static_cast<std::int64_t>(std::min(one.qty, most)),
                      one.item + " " + one.laptop + " " + one.why});
  }
}

}  // namespace karez
