// A store in a folder that vanishes, for tests of the relay's parts.
#pragma once

#include <filesystem>
#include <string>

#include "server/pack_store.h"
#include "support/sync_fakes.h"
#include "support/temporary_folder.h"

namespace karez::testing {

/// A store on its own folder that can be closed and opened again.
class StoreBench {
 public:
  explicit StoreBench(std::int64_t max_pages = 0) { open(max_pages); }

  void open(std::int64_t max_pages = 0, std::optional<WorkspaceId> workspace = std::nullopt) {
    store.reset();
    relay::PackStoreOptions options;
    options.folder = folder.path();
    options.max_pages = max_pages;
    options.workspace = workspace;
    auto opened = relay::PackStore::open(options, clock, random);
    ENSURE(opened.ok());
    store = std::move(opened).value();
  }

  relay::Commit put(std::vector<Bytes> packs, const WorkspaceId& workspace) {
    relay::Batch batch;
    for (Bytes& pack : packs) {
      batch.packs.push_back({++ticket, workspace, {}, 1, std::make_shared<const Bytes>(std::move(pack))});
    }
    return store->store(batch);
  }
  /// Stores one pack and gives the answer.
  SubmitResult put(Bytes pack, const WorkspaceId& workspace) {
    std::vector<Bytes> packs;
    packs.push_back(std::move(pack));
    return put(std::move(packs), workspace).answers.at(0).result;
  }

  TemporaryFolder folder;
  HandClock clock{kStartMs};
  SeededRandom random{1};
  std::unique_ptr<relay::PackStore> store;
  std::uint64_t ticket = 0;
};

/// Appends plain changes with about `bytes` of text each.
inline void write(Person& person, int count, std::size_t bytes = 20) {
  static std::mt19937_64 random(7);
  for (int i = 0; i < count; ++i) {
    std::string text;
    while (text.size() < bytes) text += static_cast<char>('a' + random() % 26);  // does not compress away
    Create create;
    create.collection = 1;
    create.fields.push_back({FieldName::catalog(1), Value::of(std::move(text))});
    person.add({create});
  }
}

}  // namespace karez::testing
