#include "karez/model/embedded.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace karez {
namespace {

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::filesystem::path kSchema = std::filesystem::path(KAREZ_SOURCE_DIR) / "schema";

TEST_CASE("Embedded: the catalog is the file, byte for byte") {
  const bool same =
      embedded_catalog() == file_text(kSchema / "catalog.json");  // a failure need not print it all
  CHECK(!embedded_catalog().empty());
  CHECK(same);
}

TEST_CASE("Embedded: the migrations are the files, byte for byte and in the order of their names") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kSchema / "sql")) {
    if (entry.path().extension() == ".sql") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(embedded_migrations().size() == files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    CHECK(embedded_migrations()[i].name == files[i].filename().string());
    const bool same = embedded_migrations()[i].text == file_text(files[i]);
    CHECK(same);
  }
}

}  // namespace
}  // namespace karez
