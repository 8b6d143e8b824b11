#include "karez/storage/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "support/replica_fleet.h"

using namespace karez;
using karez::testing::TemporaryFolder;

TEST_CASE("FileLock: who waits gets the lock before the holder who asks again at once") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/lock";
  FileLock merging(path);
  REQUIRE(merging.acquire().ok());
  std::atomic<bool> has_recorded{false};
  std::thread person([&] {
    FileLock recording(path);
    ENSURE(recording.acquire().ok());
    has_recorded = true;
  });
  // Until the person stands before the door nothing can be said of who came first.
  const int descriptor = ::open(path.c_str(), O_RDWR);
  struct flock place {};
  for (int i = 0; i < 10'000 && place.l_type != F_WRLCK; ++i) {
    place = {};
    place.l_type = F_RDLCK;
    place.l_len = 1;
    ENSURE(::fcntl(descriptor, F_OFD_GETLK, &place) == 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::close(descriptor);
  CHECK(place.l_type == F_WRLCK);
  merging.release();
  CHECK(merging.acquire());
  CHECK(has_recorded);
  merging.release();
  person.join();
}

TEST_CASE("FileLock: the first that stays is alone, and so is one that comes when all have gone") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/lock";
  const auto is_alone = [](FileLock& lock) {
    auto alone = lock.stay();
    REQUIRE(alone.ok());
    return *alone;
  };
  auto first = std::make_unique<FileLock>(path);
  CHECK(is_alone(*first));
  {
    FileLock second(path);
    CHECK_FALSE(is_alone(second));
    first.reset();
    FileLock third(path);
    CHECK_FALSE(is_alone(third));
  }
  FileLock last(path);
  CHECK(is_alone(last));
}
