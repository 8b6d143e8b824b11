#include "key_file.h"

#include <sstream>

namespace karez {

Status KeyFile::load() {
  KAREZ_ASSIGN(const std::string text, files_->read_small(path_));
  std::istringstream lines(text);
  std::string seed_text;
  while (lines >> seed_text) {
    const auto seed = fixed_from_hex<32>(seed_text);
    if (!seed) {
      return Error{ErrorCode::malformed,
                   path_ +
                       " is damaged; the records are safe in replica.db, but without the key "
                       "nothing new can be signed: restore the file or join again"};
    }
    const KeyPair key = key_pair_from_seed(*seed);
    keys_[key.author] = {*seed, key};
  }
  return {};
}

Status KeyFile::add(const FixedBytes<32>& seed) {
  const KeyPair key = key_pair_from_seed(seed);
  keys_[key.author] = {seed, key};
  std::string text;
  for (const auto& [author, entry] : keys_) text += to_hex(entry.first) + "\n";
  return files_->write_durably(path_, text);
}

const KeyPair* KeyFile::find(const AuthorKey& author) const {
  const auto found = keys_.find(author);
  return found == keys_.end() ? nullptr : &found->second.second;
}

}  // namespace karez
