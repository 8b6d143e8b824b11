// Limits of tables that people bring (karez import), each stated once with its reason, as in limits.h. Rows
// are streamed; these bound what is held beside them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace karez::limits {

inline constexpr std::size_t kTableBytes = std::size_t{512} << 20;    ///< a file as it stands on the disk
inline constexpr std::size_t kWorkbookEntries = 4096;                 ///< parts of a workbook
inline constexpr std::uint64_t kSheetBytes = std::uint64_t{2} << 30;  ///< a sheet unpacked: it is streamed
inline constexpr std::uint64_t kSharedTextBytes = std::uint64_t{256}
                                                  << 20;  ///< texts of a workbook, unpacked
inline constexpr std::uint64_t kWorkbookPartBytes = std::uint64_t{16} << 20;  ///< its other parts, unpacked
inline constexpr std::size_t kSheetColumns = 16384;                           ///< of ISO/IEC 29500
inline constexpr std::uint64_t kSheetRows = 1048576;                          ///< of ISO/IEC 29500
inline constexpr std::size_t kCellBytes = 128 * 1024;     ///< 32,767 characters, with room for their encoding
inline constexpr std::size_t kMappingBytes = 256 * 1024;  ///< a mapping file

}  // namespace karez::limits
