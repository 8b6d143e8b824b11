#include "cli/doctor.h"

#include <doctest/doctest.h>

namespace karez::cli {
namespace {

TEST_CASE("Doctor: a folder that a cloud drive keeps equal is recognised by its path") {
  CHECK(synced_folder_kind("/media/disk/OneDrive/karez") == "OneDrive");
  CHECK(synced_folder_kind("/media/disk/坚果云/karez") == "坚果云");
  CHECK(synced_folder_kind("/media/disk/karez").empty());
}

TEST_CASE("Doctor: a folder that is not there yet counts by its nearest parent") {
  Context context;
  CHECK(check_folder(context, "home", "/tmp/karez-doctor-test/not/there/yet").ok);
  CHECK(!check_folder(context, "home", "/etc/passwd/karez").ok);
}

TEST_CASE("Doctor: an address that is none is told, and none at all is fine") {
  Context context;
  CHECK(check_relay(context, "").ok);
  CHECK(!check_relay(context, "http://x").ok);
  CHECK(!check_relay(context, "ws://127.0.0.1:1").ok);
}

TEST_CASE("Doctor: a database that is missing or none is told in a sentence") {
  Context context;
  const Check missing = check_database(context, "/tmp/karez-doctor-test/replica.db");
  CHECK(!missing.ok);
  CHECK(!missing.message.empty());
}

}  // namespace
}  // namespace karez::cli
