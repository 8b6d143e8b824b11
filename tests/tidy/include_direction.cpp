#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "tidy/include_rules.h"
#include "tidy/tree.h"

namespace karez::tidy {
namespace {

bool allows(std::string_view path, std::string_view line) { return include_problems(path, line).empty(); }

TEST_CASE("Includes: every file includes its own floor and the floors below") {
  std::size_t files = 0;
  for (const SourceFile& file : tree()) {
    const std::string_view path = file.path;
    if (!is_cpp(path) || path.starts_with("tests/")) continue;
    ++files;
    for (const std::string& problem : include_problems(path, file.text)) FAIL_CHECK(problem);
  }
  CHECK(files > 10);
}

TEST_CASE("Includes: a file's floor follows from its path") {
  CHECK(floor_of("engine/log/pack.cpp") == "log");
  CHECK(floor_of("engine/include/karez/log/pack.h") == "log");
  CHECK(floor_of("server/include/karez/relay/relay.h") == "relay");
  CHECK(floor_of("cli/commands/day.cpp") == "cli");
  CHECK(floor_of("engine/attic/pack.cpp").empty());
  CHECK(!allows("engine/attic/pack.cpp", ""));
}

TEST_CASE("Includes: a higher floor is refused and a lower one is not") {
  CHECK(allows("engine/log/a.cpp", "#include \"karez/base/bytes.h\""));
  CHECK(allows("engine/log/a.cpp", "#include \"karez/log/pack.h\""));
  CHECK(!allows("engine/log/a.cpp", "#include \"karez/storage/store.h\""));
  CHECK(!allows("engine/log/a.cpp", "  #  include \"karez/storage/store.h\"  // why not"));
  CHECK(!allows("engine/log/a.cpp", "#include <karez/storage/store.h>"));
  CHECK(!allows("engine/include/karez/base/a.h", "#include \"karez/model/value.h\""));
  CHECK(!allows("engine/crdt/a.cpp", "#include \"karez/log/change.h\""));
  CHECK(!allows("engine/sync/a.cpp", "#include \"karez/storage/store.h\""));
  CHECK(!allows("engine/storage/a.cpp", "#include \"karez/sync/session.h\""));
  CHECK(!allows("engine/replica/a.cpp", "#include \"karez/transport/client.h\""));
  CHECK(!allows("engine/transport/a.cpp", "#include \"karez/replica/replica.h\""));
  CHECK(!allows("engine/transport/a.cpp", "#include \"karez/relay/relay.h\""));
  CHECK(allows("cli/a.cpp", "#include \"karez/relay/relay.h\""));  // karez serve
  CHECK(allows("server/a.cpp", "#include \"karez/storage/store.h\"\n#include \"karez/relay/relay.h\""));
}

TEST_CASE("Includes: Boost, SQLite and JSON stay on their floors") {
  CHECK(allows("engine/transport/a.cpp", "#include <boost/asio.hpp>"));
  CHECK(allows("server/a.cpp", "#include <boost/beast.hpp>"));
  CHECK(!allows("engine/replica/a.cpp", "#include <boost/asio.hpp>"));
  CHECK(allows("engine/storage/a.h", "#include <sqlite3.h>"));
  CHECK(!allows("engine/ledger/a.cpp", "#include <sqlite3.h>"));
  CHECK(!allows("server/a.cpp", "#include <sqlite3.h>"));
  CHECK(allows("engine/model/a.cpp", "#include <nlohmann/json.hpp>"));
  CHECK(!allows("engine/include/karez/model/a.h", "#include <nlohmann/json.hpp>"));
  CHECK(!allows("engine/include/karez/base/a.h", "#include <sodium.h>"));
}

TEST_CASE("Includes: a private header is of the same folder") {
  CHECK(allows("engine/storage/a.cpp", "#include \"statement.h\""));
  CHECK(!allows("engine/ledger/a.cpp", "#include \"storage/statement.h\""));
  CHECK(!allows("engine/ledger/a.cpp", "#include \"../storage/statement.h\""));
}

}  // namespace
}  // namespace karez::tidy
