#include "app/output_folder.h"

#include <optional>
#include <string>

#include "blob/temporary.h"
#include "hls/names.h"

namespace vodmill::app {
namespace {

namespace fs = std::filesystem;

// The generation that the file is of, 0 for one that stands for all; nullopt for what is not ours.
std::optional<int> generation_of(std::string name) {
  // Posters have the names of strips, but are no part of a stream.
  constexpr std::string_view kPosters = "/posters/";
  const std::size_t at = name.find(kPosters);
  if (at != std::string::npos) name.replace(at, kPosters.size(), "/thumbs/");
  const auto known = hls::parse_stream_name(name);
  return known ? std::optional(known->generation) : std::nullopt;
}

struct Contents {
  std::optional<std::string> foreign;  // one of the files that are not ours
  bool has_files = false;
  bool has_generation = false;
};

Result<Contents> look_into(const fs::path& folder) {
  Contents contents;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && !contents.foreign && entry != end(entry); entry.increment(error)) {
    std::error_code unknown;
    if (entry.depth() == 0 && entry->path().filename() == blob::kTemporaries) {
      entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_directory(unknown) && !entry->is_symlink(unknown)) continue;
    const std::string name = entry->path().lexically_relative(folder).string();
    const std::optional<int> generation = generation_of(name);
    if (!generation) contents.foreign = name;
    contents.has_files = true;
    contents.has_generation |= generation.value_or(0) > 0;
  }
  if (!error) return contents;
  return fail(ErrorCode::storage_unavailable,
              "The folder " + folder.string() + " cannot be read: " + error.message() + ".");
}

}  // namespace

Result<std::unique_ptr<OutputFolder>> OutputFolder::take(fs::path folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::is_directory(status)) {
    const Contents contents = TRY(look_into(folder));
    if (contents.foreign || (contents.has_files && !contents.has_generation)) {
      return fail(ErrorCode::conflict,
                  "The folder " + folder.string() + " is not empty, and " +
                      contents.foreign.value_or("what is in it") +
                      " is not from vodmill. Name a folder that is empty or not there yet.");
    }
  }
  const bool is_new = !fs::exists(status);
  return std::unique_ptr<OutputFolder>(new OutputFolder(std::move(folder), is_new));
}

OutputFolder::~OutputFolder() {
  // Each goes only if it is empty.
  std::error_code still_used;
  fs::remove(folder_ / blob::kTemporaries, still_used);
  if (is_new_) fs::remove(folder_, still_used);
}

}  // namespace vodmill::app
