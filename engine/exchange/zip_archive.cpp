#include "zip_archive.h"

#include <zip.h>

#include "karez/base/table_limits.h"

namespace karez {

Error bad_workbook(std::string what) {
  return {ErrorCode::malformed, "this is not a usable XLSX workbook: " + std::move(what) +
                                    "; nothing was imported: save it anew as .xlsx, or as CSV UTF-8"};
}

Error large_workbook(std::string what) {
  return {ErrorCode::too_large, "this workbook is too large: " + std::move(what) +
                                    "; nothing was imported: split it, or save the sheet as CSV UTF-8"};
}

ZipEntry::~ZipEntry() { zip_fclose(file_); }

Result<std::size_t> ZipEntry::read(std::span<char> out) {
  const zip_int64_t count = zip_fread(file_, out.data(), out.size());
  if (count < 0) return bad_workbook(name_ + " inside it is damaged");
  if (static_cast<std::uint64_t>(count) > left_) return large_workbook(name_ + " inside it never ends");
  left_ -= static_cast<std::uint64_t>(count);
  return static_cast<std::size_t>(count);
}

Result<std::unique_ptr<ZipArchive>> ZipArchive::open(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr && source != nullptr) zip_source_free(source);
  const std::string why = archive == nullptr ? zip_error_strerror(&error) : "";
  zip_error_fini(&error);
  if (archive == nullptr) return bad_workbook("its ZIP archive cannot be read (" + why + ")");
  auto made = std::unique_ptr<ZipArchive>(new ZipArchive(archive));
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  if (entries > static_cast<zip_int64_t>(limits::kWorkbookEntries)) {
    return large_workbook("it has " + std::to_string(entries) + " parts");
  }
  return made;
}

ZipArchive::~ZipArchive() { zip_discard(archive_); }

bool ZipArchive::has(const std::string& name) const {
  return zip_name_locate(archive_, name.c_str(), ZIP_FL_NOCASE) >= 0;
}

Result<std::unique_ptr<ZipEntry>> ZipArchive::entry(const std::string& name, std::uint64_t most) const {
  const zip_int64_t place = zip_name_locate(archive_, name.c_str(), ZIP_FL_NOCASE);
  if (place < 0) return Error{ErrorCode::not_found, bad_workbook("it has no " + name).message};
  const auto index = static_cast<zip_uint64_t>(place);
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(archive_, index, 0, &stat) != 0) return bad_workbook(name + " cannot be read");
  if ((stat.valid & ZIP_STAT_SIZE) != 0 && stat.size > most) {
    return large_workbook(name + " inside it unpacks to " + std::to_string(stat.size) + " bytes, more than " +
                          std::to_string(most));
  }
  zip_file_t* file = zip_fopen_index(archive_, index, 0);
  if (file == nullptr) return bad_workbook(name + " cannot be read (" + zip_strerror(archive_) + ")");
  return std::unique_ptr<ZipEntry>(new ZipEntry(file, name, most));
}

}  // namespace karez
