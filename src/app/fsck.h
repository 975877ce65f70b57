// Compares a data folder's database with its objects: bytes without a video, videos without bytes.
// Reads only, also beside a running server. Called by `vodmill doctor --fsck`, which waits for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "core/catalog.h"
#include "core/census.h"

namespace vodmill::app {

enum class FindingKind {
  missing,     // a row whose object is not there
  wrong_size,  // an object that is longer or shorter than its row says
  orphan,      // an object that no row owns and no sweep is going to remove
};

std::string_view name_of(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::orphan;
  std::string key;
  VideoId video;                // of the row; "" for an orphan
  std::int64_t row_bytes = -1;  // -1: no row, or it does not say
  std::int64_t bytes = -1;      // -1: no object
  bool operator==(const Finding&) const = default;
};

struct FsckReport {
  std::int64_t videos = 0;
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
  std::vector<Finding> findings;
};

// Key -> bytes.
using ObjectSizes = std::map<std::string, std::int64_t>;

// Every file below the folder, whatever its name, but those that are being written.
Result<ObjectSizes> list_objects(const std::filesystem::path& folder);

// What `objects` of `folder` lacks of what the catalog has, and has too much. An object that came
// after `objects` was made would be missed: list first, then compare. What lies below a link to a
// folder is not listed, but not missing: the server takes it.
Async<FsckReport> compare(VideoCatalog& videos, CatalogCensus& census, ObjectSizes objects,
                          std::filesystem::path folder);

json::object to_json(const FsckReport& report);

// One line for people, without its end. Fit for a terminal whatever a file is called.
std::string to_text(const Finding& finding);
std::string summary_of(const FsckReport& report);

}  // namespace vodmill::app
