#include "karez/exchange/export.h"

#include <algorithm>

#include "karez/exchange/new_file.h"
#include "karez/replica/record_rows.h"
#include "record_columns.h"
#include "record_json.h"

namespace karez {
namespace {

constexpr std::uint64_t kRowsBetweenQuestions = 256;

enum class FileKind { xlsx, csv, json_lines, geo_json };

std::optional<FileKind> kind_of(const std::string& path) {
  if (path.ends_with(".xlsx")) return FileKind::xlsx;
  if (path.ends_with(".csv")) return FileKind::csv;
  if (path.ends_with(".jsonl")) return FileKind::json_lines;
  if (path.ends_with(".geojson")) return FileKind::geo_json;
  return std::nullopt;
}

/// One sheet to be written.
struct Part {
  RowsRequest rows;
  const Collection* collection = nullptr;
  RowsOverview overview;
};

RowsRequest rows_request(const ExportRequest& request, const std::string& name) {
  RowsRequest rows;
  rows.collection = name;
  rows.first = request.first;
  rows.last = request.last;
  rows.site = request.site;
  rows.include_outside = request.include_outside;
  return rows;
}

const Collection* collection_named(const Catalog& catalog, const std::string& name) {
  return catalog.collection(name == "visit" ? "event" : name == "handout" ? "move" : std::string_view(name));
}

/// What stands in a file of everything: people's records, not the workspace's own machinery.
bool is_peoples(const Collection& collection, const ExportRequest& request) {
  const bool has_key = collection.field("code") != nullptr || collection.field("source_key") != nullptr;
  const bool has_day = (!request.first && !request.last) || collection.field("time") != nullptr;
  return has_key && has_day && (request.site.empty() || collection.field("site") != nullptr);
}

Result<std::vector<Part>> parts_of(Replica& replica, const ExportRequest& request) {
  const Catalog& catalog = replica.catalog();
  std::vector<std::string> names;
  for (const std::string& name : request.collections) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  const bool is_everything = names.empty();
  if (is_everything) {
    for (const Collection& collection : catalog.collections()) {
      if (is_peoples(collection, request)) names.push_back(collection.name);
    }
  }
  std::vector<Part> parts;
  bool has_moves = false;
  auto parents = RowsRequest::Parents::any;
  for (const std::string& name : names) {
    const Collection* collection = collection_named(catalog, name);
    if (collection == nullptr) return Error{ErrorCode::usage, "there is no collection " + name};
    has_moves = has_moves || collection->name == "move";
    if (name == "event") parents = RowsRequest::Parents::event;
    if (name == "visit" && parents == RowsRequest::Parents::any) parents = RowsRequest::Parents::visit;
    parts.push_back({rows_request(request, name), collection, {}});
  }
  const Collection* move = catalog.collection("move");
  if (!has_moves && parents != RowsRequest::Parents::any && move != nullptr) {
    parts.push_back({rows_request(request, move->name), move, {}});
    parts.back().rows.parents = parents;
  }
  for (Part& part : parts) {
    KAREZ_ASSIGN(part.overview, overview_of_rows(replica, part.rows));
  }
  if (is_everything) std::erase_if(parts, [](const Part& part) { return part.overview.rows == 0; });
  return parts;
}

/// Gives every row of the parts to `write`, and asks now and then whether to go on.
class Export {
 public:
  Export(Replica& replica, const ExportRequest& request, const ExportProgress& progress,
         std::vector<Part> parts)
      : replica_(replica), request_(request), progress_(progress), parts_(std::move(parts)) {
    for (const Part& part : parts_) {
      of_ += part.overview.rows;
      if (!request.include_outside) summary_.outside += part.overview.outside;
    }
  }

  Result<ExportSummary> to_workbook(const std::string& path, bool is_xlsx) {
    WorkbookOptions options;
    options.headings = request_.headings;
    KAREZ_ASSIGN(const auto writer, is_xlsx ? write_xlsx(path, options) : write_csv(path, options));
    for (const Part& part : parts_) {
      RecordColumns columns(replica_.catalog(), *part.collection, part.rows.collection, part.overview.used,
                            {request_.headings, request_.include_outside, !is_xlsx});
      KAREZ_TRY(writer->begin_sheet(columns.sheet()));
      KAREZ_TRY(rows_of(part, [&](const RecordRow& row) { return writer->row(columns.cells(row)); }));
    }
    // A CSV file of nothing is a file all the same.
    if (parts_.empty()) KAREZ_TRY(writer->begin_sheet({"nothing", "没有记录", "no records", {}}));
    KAREZ_ASSIGN(WorkbookSummary written, writer->finish());
    summary_.files = std::move(written.files);
    summary_.shortened = written.shortened;
    return summary_;
  }

  Result<ExportSummary> to_json_lines(const std::string& path) {
    KAREZ_ASSIGN(const auto file, NewFile::create(path));
    IdTexts ids;
    for (const Part& part : parts_) {
      KAREZ_TRY(rows_of(part, [&](const RecordRow& row) {
        return file->write(json_line(*part.collection, row, ids) + "\n");
      }));
    }
    return finished(*file, path);
  }

  Result<ExportSummary> to_geo_json(const std::string& path) {
    KAREZ_ASSIGN(const auto file, NewFile::create(path));
    IdTexts ids;
    std::string before = "\n";
    KAREZ_TRY(file->write("{\"type\":\"FeatureCollection\",\"features\":["));
    for (const Part& part : parts_) {
      KAREZ_TRY(rows_of(part, [&](const RecordRow& row) -> Status {
        const std::string feature = site_feature(*part.collection, row, ids);
        if (feature.empty()) {
          ++summary_.without_place;
          return {};
        }
        return file->write(std::exchange(before, ",\n") + feature);
      }));
    }
    KAREZ_TRY(file->write("\n]}\n"));
    return finished(*file, path);
  }

 private:
  template <typename Write>
  Status rows_of(const Part& part, Write&& write) {
    Status status;
    std::uint64_t rows = 0;
    KAREZ_TRY(each_row(replica_, part.rows, [&](const RecordRow& row) {
      if (progress_ && done_++ % kRowsBetweenQuestions == 0 && !progress_(done_, of_)) {
        status = Error{ErrorCode::refused, "stopped; nothing was written, and no record was changed"};
        return false;
      }
      status = write(row);
      if (status) ++rows;
      return status.ok();
    }));
    summary_.sheets.push_back({part.rows.collection, rows});
    return status;
  }

  Result<ExportSummary> finished(NewFile& file, const std::string& path) {
    KAREZ_ASSIGN(const std::uint64_t bytes, file.finish());
    summary_.files.push_back({path, bytes});
    return summary_;
  }

  Replica& replica_;
  const ExportRequest& request_;
  const ExportProgress& progress_;
  std::vector<Part> parts_;
  std::uint64_t done_ = 0, of_ = 0;
  ExportSummary summary_;
};

}  // namespace

bool is_export_name(const std::string& path) { return kind_of(path).has_value(); }

Result<ExportSummary> export_records(Replica& replica, const std::string& path, const ExportRequest& request,
                                     const ExportProgress& progress) {
  const auto kind = kind_of(path);
  if (!kind) {
    return Error{ErrorCode::usage,
                 "\"" + path + "\" must end in .xlsx, .csv, .jsonl or .geojson; nothing was written"};
  }
  ExportRequest asked = request;
  if (*kind == FileKind::geo_json) {
    if (asked.collections.empty()) asked.collections = {"site"};
    if (asked.collections != std::vector<std::string>{"site"})
      return Error{ErrorCode::usage, "a .geojson file is of sites alone; nothing was written"};
  }
  KAREZ_ASSIGN(const auto state, hold_state(replica));
  KAREZ_ASSIGN(auto parts, parts_of(replica, asked));
  Export work(replica, asked, progress, std::move(parts));
  switch (*kind) {
    case FileKind::json_lines:
      return work.to_json_lines(path);
    case FileKind::geo_json:
      return work.to_geo_json(path);
    default:
      return work.to_workbook(path, *kind == FileKind::xlsx);
  }
}

}  // namespace karez
