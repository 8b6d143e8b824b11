#include "disk.h"

#include <algorithm>
#include <cstring>

namespace karez::sim {
namespace {

constexpr std::uint64_t kSector = 512;

}  // namespace

bool Disk::step() {
  ++operations_;
  if (is_dead_) return false;
  if (fuse_ == 0 || --fuse_ > 0) return true;
  is_dead_ = true;
  return false;
}

bool Disk::call(bool is_fsync) {
  if (call_fuse_ == 0 || (fault_ == Fault::fsync_loss && !is_fsync) || --call_fuse_ > 0) return true;
  ++faults_given_;
  faults.is_full = faults.is_full || fault_ == Fault::full;
  return fault_ == Fault::full;
}

bool Disk::heal() {
  faults.is_full = false;
  return std::exchange(call_fuse_, 0) == 0;
}

bool Disk::strikes(double p) {
  if (p <= 0 || !dice_.chance(p)) return false;
  ++faults_given_;
  return true;
}

std::shared_ptr<Disk::File> Disk::find(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : found->second;
}

std::shared_ptr<Disk::File> Disk::create(const std::string& path) {
  ghosts_.erase(path);
  auto& place = files_[path];
  place = std::make_shared<File>();
  return place;
}

Disk::Outcome Disk::write(File& file, std::uint64_t offset, ByteView bytes) {
  const bool was_dead = is_dead_;
  const bool alive = step();
  // The operation that the machine dies in may still happen.
  if (!alive && (was_dead || !dice_.chance(0.5))) return Outcome::failed;
  if (alive && strikes(faults.eio)) return Outcome::failed;
  const std::uint64_t end = offset + bytes.size();
  if (faults.is_full && end > file.data.size()) {
    ++faults_given_;
    return Outcome::full;
  }
  File::Unsynced note;
  note.offset = offset;
  note.written = bytes.size();
  note.size_before = file.data.size();
  if (offset < file.data.size()) {
    const std::uint64_t old_end = std::min<std::uint64_t>(end, file.data.size());
    note.old.assign(file.data.begin() + static_cast<std::ptrdiff_t>(offset),
                    file.data.begin() + static_cast<std::ptrdiff_t>(old_end));
  }
  file.unsynced.push_back(std::move(note));
  if (end > file.data.size()) file.data.resize(end);
  if (!bytes.empty()) std::memcpy(file.data.data() + offset, bytes.data(), bytes.size());
  return alive ? Outcome::done : Outcome::failed;
}

Disk::Outcome Disk::truncate(File& file, std::uint64_t size) {
  if (!step() || strikes(faults.eio)) return Outcome::failed;
  File::Unsynced note;
  note.offset = size;
  note.size_before = file.data.size();
  if (size < file.data.size()) {
    note.old.assign(file.data.begin() + static_cast<std::ptrdiff_t>(size), file.data.end());
  }
  file.unsynced.push_back(std::move(note));
  file.data.resize(size);
  return Outcome::done;
}

Disk::Outcome Disk::sync(File& file) {
  if (!step() || strikes(faults.eio)) return Outcome::failed;
  using State = File::Unsynced::State;
  const bool fails = !call(true);
  if (fails && fault_ == Fault::eio) return Outcome::failed;
  if (fails || strikes(faults.fsync_loss)) {
    for (File::Unsynced& one : file.unsynced) {
      if (one.state == State::open) one.state = State::doomed;
    }
    file.has_doomed = true;
    return Outcome::failed;
  }
  if (!file.has_doomed) {
    file.unsynced.clear();
  } else {
    // What was lost must still be undone below what came after it.
    for (File::Unsynced& one : file.unsynced) {
      if (one.state == State::open) one.state = State::confirmed;
    }
  }
  ++syncs_;
  // SQLite syncs the folder too when it first syncs a new log, and with it every name in it.
  if (!file.is_linked_durably) link_all();
  return Outcome::done;
}

Disk::Outcome Disk::read() {
  if (is_dead_ || strikes(faults.eio)) return Outcome::failed;
  if (read_fuse_ > 0 && --read_fuse_ == 0) return Outcome::failed;
  return Outcome::done;
}

Disk::Outcome Disk::remove(const std::string& path, bool durably) {
  if (!step() || strikes(faults.eio)) return Outcome::failed;
  const auto found = files_.find(path);
  if (found == files_.end()) return Outcome::done;
  if (!durably && found->second->is_linked_durably) ghosts_[path] = found->second;
  files_.erase(found);
  return Outcome::done;
}

bool Disk::may_lock() {
  if (faults.busy == 0) busy_left_ = 0;  // a spell ends with the faults
  if (busy_left_ > 0) {
    --busy_left_;
    return false;
  }
  // SQLite's own patience of five seconds ends after some sixty tries: some spells outlast it.
  if (strikes(faults.busy)) busy_left_ = dice_.below(80);
  return busy_left_ == 0;
}

void Disk::link_all() {
  for (auto& [path, file] : files_) file->is_linked_durably = true;
  ghosts_.clear();
}

Disk::Outcome Disk::replace(const std::string& path, const std::string& text) {
  // The new text beside the old one, and its fsync.
  if (!step() || !call() || strikes(faults.eio)) return Outcome::failed;
  if (faults.is_full) return Outcome::full;
  if (!step() || !call(true) || strikes(faults.eio) || strikes(faults.fsync_loss)) return Outcome::failed;
  const auto fresh = std::make_shared<File>();
  const ByteView bytes = view_of(text);
  fresh->data.assign(bytes.begin(), bytes.end());
  const auto old = find(path);
  // The rename; until the folder's fsync a cut may undo it.
  if (!step() || !call()) return Outcome::failed;
  files_[path] = fresh;
  if (!step()) {
    fresh->is_linked_durably = old == nullptr ? dice_.chance(0.5) : true;
    if (old != nullptr && dice_.chance(0.5)) files_[path] = old;
    return Outcome::failed;
  }
  link_all();
  return Outcome::done;
}

void Disk::cut(File& file) {
  using State = File::Unsynced::State;
  struct Redo {
    Bytes bytes;
    std::uint64_t size_after = 0;
  };
  std::vector<Redo> redo(file.unsynced.size());
  for (std::size_t i = file.unsynced.size(); i-- > 0;) {
    const File::Unsynced& one = file.unsynced[i];
    redo[i].size_after = file.data.size();
    const auto begin = file.data.begin() + static_cast<std::ptrdiff_t>(one.offset);
    redo[i].bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(one.written));
    file.data.resize(one.size_before);
    if (!one.old.empty()) std::memcpy(file.data.data() + one.offset, one.old.data(), one.old.size());
  }
  for (std::size_t i = 0; i < file.unsynced.size(); ++i) {
    const File::Unsynced& one = file.unsynced[i];
    if (one.state == State::doomed) continue;
    double fate = one.state == State::confirmed ? 0 : dice_.unit();
    const bool is_torn = fate >= cut_style.kept && fate < cut_style.kept + cut_style.torn;
    if (!is_torn && fate >= cut_style.kept) continue;
    if (one.written == 0) {
      if (!is_torn) file.data.resize(one.offset);
      continue;
    }
    for (std::uint64_t at = 0; at < one.written;) {
      const std::uint64_t to_boundary = kSector - (one.offset + at) % kSector;
      const std::uint64_t size = std::min(to_boundary, one.written - at);
      if (!is_torn || dice_.chance(0.5)) {
        const std::uint64_t end = one.offset + at + size;
        if (end > file.data.size()) file.data.resize(end);
        std::memcpy(file.data.data() + one.offset + at, redo[i].bytes.data() + at, size);
      }
      at += size;
    }
  }
  file.unsynced.clear();
  file.has_doomed = false;
}

void Disk::revive(bool power_was_cut) {
  ++generation_;
  is_dead_ = false;
  fuse_ = 0;
  busy_left_ = 0;
  if (power_was_cut) {
    for (auto& [path, ghost] : ghosts_) {
      if (!files_.contains(path) && dice_.chance(0.5)) files_[path] = ghost;
    }
    ghosts_.clear();
    std::erase_if(files_,
                  [&](const auto& entry) { return !entry.second->is_linked_durably && dice_.chance(0.5); });
  }
  for (auto& [path, file] : files_) {
    if (power_was_cut) {
      cut(*file);
      file->is_linked_durably = true;
    }
    // Old handles keep the old object and are told apart by their generation.
    file->shared_regions.clear();
    file->shared_holders = {};
    file->exclusive_holder = {};
    file->locks.clear();
  }
}

std::map<std::string, Bytes> Disk::image() const {
  std::map<std::string, Bytes> out;
  for (const auto& [path, file] : files_) out[path] = file->data;
  return out;
}

void Disk::restore(const std::map<std::string, Bytes>& image, const std::string& prefix) {
  erase(prefix);
  for (const auto& [path, bytes] : image) {
    if (!path.starts_with(prefix)) continue;
    const auto file = create(path);
    file->data = bytes;
    file->is_linked_durably = true;
  }
}

void Disk::erase(const std::string& prefix) {
  ++generation_;
  std::erase_if(files_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
  std::erase_if(ghosts_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

bool DiskFiles::exists(const std::string& path) const { return disk_.find(path) != nullptr; }

Result<std::string> DiskFiles::read_small(const std::string& path) const {
  const auto file = disk_.find(path);
  if (file == nullptr) return Error{ErrorCode::not_found, "there is no file " + path};
  if (!disk_.call() || disk_.read() != Disk::Outcome::done)
    return Error{ErrorCode::io, "cannot read " + path};
  return std::string(text_of(file->data));
}

Status DiskFiles::write_durably(const std::string& path, const std::string& text) {
  if (disk_.replace(path, text) == Disk::Outcome::done) return {};
  return Error{ErrorCode::io, "cannot write " + path};
}

}  // namespace karez::sim
