// A record as a JSON document of an export. Private to exchange. One thread.
#pragma once

#include <string>

#include "record_columns.h"

namespace karez {

/// One line without its end: id, collection, who, fields as `karez list --json` has them, day, and whether it
/// counts.
[[nodiscard]] std::string json_line(const Collection& collection, const RecordRow& row, IdTexts& ids);

/// A GeoJSON feature (RFC 7946) of a site; empty where it has no coordinates, or none on the earth.
[[nodiscard]] std::string site_feature(const Collection& site, const RecordRow& row, IdTexts& ids);

}  // namespace karez
