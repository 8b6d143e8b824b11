// What is in a bundle file, and what came of applying one. Values; no thread rule.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "karez/sync/bundle.h"

namespace karez {

/// A run of one author's changes in a bundle.
struct BundleRun {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t changes = 0;
};

struct BundleSummary {
  BundleHeader header;
  BundleFault fault = BundleFault::none;
  Error error;                    ///< if there is a fault: where and what
  std::uint64_t bytes = 0;        ///< of the file
  std::uint64_t whole_bytes = 0;  ///< up to the fault
  Heads heads;                    ///< what the packer stated to hold
  bool is_stated = false;         ///< the statement was there, and is signed by the packer
  std::uint64_t packs = 0, changes = 0;
  std::uint64_t announcements = 0, holdings = 0, receipts = 0;
  std::map<AuthorKey, BundleRun> runs;  ///< of at most kBundleHeads authors
};

/// Something without which what came is not complete.
struct BundleLack {
  enum class Why {
    log,        ///< the changes first..last of an author
    enrolment,  ///< an author's log from its very beginning: who it is cannot be told either
    pin,        ///< change `first` of `name` waits for change `last` of `other`
  };
  Why why = Why::log;
  AuthorKey author;
  std::string name;  ///< device name, or the public name of an unknown key
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string other;
};

struct BundleApplied {
  BundleSummary bundle;  ///< of what was read
  std::string packer;    ///< device name, or the public name of an unknown key
  std::uint64_t new_changes = 0;
  std::uint64_t repeated_packs = 0;
  std::uint64_t shelved_packs = 0;   ///< kept until what comes before them arrives
  std::uint64_t new_receipts = 0;    ///< of the workspace's relay, for changes that stand here
  std::vector<SyncRefusal> refused;  ///< at most 100
  std::uint64_t refused_packs = 0;
  std::vector<BundleLack> lacks;  ///< at most 1,000
  bool is_new_author = false;     ///< the bundle showed that this laptop's key is used elsewhere
  [[nodiscard]] bool is_complete() const {
    return bundle.fault == BundleFault::none && refused_packs == 0 && lacks.empty();
  }
};

/// Reads a bundle without taking anything from it: form, checksums and the packer's statement are checked,
/// packs are not opened. Needs no replica. Errors: not_found, io.
[[nodiscard]] Result<BundleSummary> read_bundle(
    const std::string& path, const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace karez
