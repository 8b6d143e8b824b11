#include "xlsx_check.h"

#include <zip.h>

#include <memory>
#include <string_view>

namespace karez {
namespace {

constexpr std::string_view kSheets = "xl/worksheets/sheet";
constexpr std::string_view kSheetEnd = "</worksheet>";
constexpr std::size_t kPieceBytes = 256 * 1024;

Error not_whole(const std::string& part) {
  return {ErrorCode::io,
          "the workbook could not be written whole (" + part +
              "): there may be no room for its temporary files, which take ten times its size; no "
              "record was changed, and no half file stays behind"};
}

struct ZipCloser {
  void operator()(zip* archive) const { zip_discard(archive); }
  void operator()(zip_file* file) const { zip_fclose(file); }
};

Status check_part(zip* archive, zip_uint64_t index, std::string& piece) {
  const char* found = zip_get_name(archive, index, 0);
  const std::string name = found == nullptr ? "?" : found;
  const std::unique_ptr<zip_file, ZipCloser> file(zip_fopen_index(archive, index, 0));
  if (file == nullptr) return not_whole(name);
  std::string tail;
  for (;;) {
    // At the end of a part libzip compares its checksum.
    const zip_int64_t count = zip_fread(file.get(), piece.data(), piece.size());
    if (count < 0) return not_whole(name);
    if (count == 0) break;
    tail.append(piece, 0, static_cast<std::size_t>(count));
    if (tail.size() > kSheetEnd.size()) tail.erase(0, tail.size() - kSheetEnd.size());
  }
  return name.starts_with(kSheets) && tail != kSheetEnd ? Status(not_whole(name)) : Status();
}

}  // namespace

Status check_xlsx(const std::string& path) {
  int problem = 0;
  const std::unique_ptr<zip, ZipCloser> archive(zip_open(path.c_str(), ZIP_RDONLY, &problem));
  if (archive == nullptr) return not_whole("its directory");
  std::string piece(kPieceBytes, '\0');
  const zip_int64_t parts = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < parts; ++i) {
    KAREZ_TRY(check_part(archive.get(), static_cast<zip_uint64_t>(i), piece));
  }
  return parts > 0 ? Status() : Status(not_whole("its directory"));
}

}  // namespace karez
