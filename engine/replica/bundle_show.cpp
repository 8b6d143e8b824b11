#include "bundle_file.h"
#include "karez/log/pack.h"

namespace karez {

void add_to_summary(BundleSummary& summary, const BundleItem& item) {
  if (const auto* header = std::get_if<BundleHeader>(&item)) {
    summary.header = *header;
  } else if (const auto* page = std::get_if<BundleHeads>(&item)) {
    summary.heads.insert(page->heads.begin(), page->heads.end());
  } else if (std::holds_alternative<BundleStatement>(item)) {
    summary.is_stated = true;
  } else if (std::holds_alternative<Announcement>(item)) {
    ++summary.announcements;
  } else if (std::holds_alternative<BundleHolding>(item)) {
    ++summary.holdings;
  } else if (std::holds_alternative<Receipt>(item)) {
    ++summary.receipts;
  } else if (const auto* pack = std::get_if<BundlePack>(&item)) {
    ++summary.packs;
    const auto about = read_pack_header(pack->pack);
    if (!about) return;
    summary.changes += about->count;
    const bool is_listed = summary.runs.contains(about->author);
    if (!is_listed && summary.runs.size() >= kBundleHeads) return;
    BundleRun& run = summary.runs[about->author];
    run.first = is_listed ? std::min(run.first, about->first_seq) : about->first_seq;
    run.last = std::max(run.last, about->last_seq());
    run.changes += about->count;
  }
}

Result<BundleSummary> read_bundle(const std::string& path,
                                  const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  BundleSummary summary;
  BundleReader reader;
  KAREZ_TRY(read_bundle_file(
      path, reader, summary.bytes,
      [&](BundleItem&& item) {
        add_to_summary(summary, item);
        return Status();
      },
      progress));
  summary.whole_bytes = reader.whole_bytes();
  summary.fault = reader.fault();
  if (const Status status = reader.finish(); !status) summary.error = status.error();
  return summary;
}

}  // namespace karez
