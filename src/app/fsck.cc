#include "app/fsck.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/printable.h"
#include "hls/names.h"
#include "hls/render.h"
#include "hls/storyboard.h"

namespace vodmill::app {
namespace {

constexpr std::string_view kBeingWritten = ".tmp~";  // of blob::DirectoryStore
constexpr std::string_view kProbes = "readyz/";      // of /readyz, for moments
constexpr int kPage = 200;

// One look: takes from `left` what rows own, and notes what they miss.
class Comparison {
 public:
  Comparison(VideoCatalog& videos, ObjectSizes objects, std::filesystem::path folder)
      : videos_(videos),
        objects_(std::move(objects)),
        left_(objects_),
        folder_(std::move(folder)) {}

  Async<> add(Video video) {
    ++report_.videos;
    for (const Extent& extent : video.source.extents)
      expect(video.id, extent.key.str(), extent.length);
    if (!is_final(video.status)) open_.insert(video.prefix);
    kept_.insert(hls::stills_prefix(video.prefix));
    for (int number = 1; number <= video.generation; ++number) {
      const Result<Generation> generation = co_await videos_.generation(video.id, number);
      if (!generation) co_return fail(generation.error());
      if (!generation->plan) continue;
      const Result<> added = co_await add_generation(video, *generation);
      if (!added) co_return added;
    }
    if (video.completed_generation > 0) {
      expect(video.id, video.prefix + std::string(hls::kMultivariantName), kUnknown);
    }
    co_return Result<>();
  }

  FsckReport finish(const std::vector<std::string>& sweeps) {
    for (const auto& [key, bytes] : left_) {
      const auto owns = [&key](std::string_view prefix) { return key.starts_with(prefix); };
      if (owns(kProbes) || owns(kInbox) || std::ranges::any_of(sweeps, owns) ||
          std::ranges::any_of(open_, owns) || std::ranges::any_of(kept_, owns)) {
        continue;
      }
      report_.findings.push_back(
          {.kind = FindingKind::orphan, .key = key, .video = {}, .bytes = bytes});
    }
    report_.objects = std::ssize(objects_);
    for (const auto& [key, bytes] : objects_) report_.bytes += bytes;
    return std::move(report_);
  }

 private:
  static constexpr std::int64_t kUnknown = -1;

  // Of a generation that plays or is being made every row has its object; of one that has failed or
  // was superseded a sweep may have taken them already.
  Async<> add_generation(const Video& video, const Generation& generation) {
    const bool is_whole = generation.number == video.completed_generation;
    const bool is_made = generation.number == video.generation && !is_final(generation.status);
    std::vector<std::string> renditions;
    for (const Rendition& rung : generation.plan->ladder) renditions.push_back(rung.name);
    for (const AudioRendition& sound : generation.plan->sounds) renditions.push_back(sound.name);
    for (const std::string& rendition : renditions) {
      const Result<std::vector<Segment>> rows =
          co_await videos_.segments(video.id, generation.number, rendition);
      if (!rows) co_return fail(rows.error());
      for (const Segment& row : *rows) {
        if (is_whole || is_made) expect(video.id, row.key.str(), row.bytes);
        left_.erase(row.key.str());
      }
      std::vector<std::string> playlists{
          hls::final_media_playlist_name(generation.number, rendition)};
      if (hls::final_i_frames(*generation.plan, *rows)) {
        playlists.push_back(hls::i_frame_playlist_name(generation.number, rendition));
      }
      for (const std::string& playlist : playlists) {
        if (is_whole) expect(video.id, video.prefix + playlist, kUnknown);
        left_.erase(video.prefix + playlist);
      }
    }
    co_return co_await add_pictures(video, generation.number, is_whole, is_made);
  }

  // Of the posters only the best is kept once the generation is whole.
  Async<> add_pictures(const Video& video, int generation, bool is_whole, bool is_made) {
    const Result<std::vector<Thumbs>> rows = co_await videos_.thumbs(video.id, generation);
    if (!rows) co_return fail(rows.error());
    for (const Thumbs& row : *rows) {
      if (is_whole || is_made) expect(video.id, row.strip.str(), row.strip_bytes);
      left_.erase(row.strip.str());
    }
    const std::string storyboard = video.prefix + hls::storyboard_name(generation);
    if (is_whole && !rows->empty()) expect(video.id, storyboard, kUnknown);
    left_.erase(storyboard);
    const Thumbs* best = hls::best_poster(*rows, true);
    if (best && is_whole) {
      expect(video.id, best->poster.str(), best->poster_bytes);
      expect(video.id, video.prefix + std::string(hls::kPosterName), kUnknown);
    }
    for (const Thumbs& row : *rows) {
      if (!is_whole) left_.erase(row.poster.str());
    }
    co_return Result<>();
  }

  void expect(const VideoId& video, const std::string& key, std::int64_t bytes) {
    left_.erase(key);
    Finding finding{.kind = FindingKind::missing, .key = key, .video = video, .row_bytes = bytes};
    if (const std::optional<std::int64_t> found = size_of(key)) {
      if (bytes == kUnknown || *found == bytes) return;
      finding.kind = FindingKind::wrong_size;
      finding.bytes = *found;
    }
    report_.findings.push_back(std::move(finding));
  }

  std::optional<std::int64_t> size_of(const std::string& key) const {
    if (const auto listed = objects_.find(key); listed != objects_.end()) return listed->second;
    std::error_code error;
    if (!std::filesystem::is_regular_file(folder_ / key, error)) return std::nullopt;
    const std::uintmax_t bytes = std::filesystem::file_size(folder_ / key, error);
    return error ? std::nullopt : std::optional(static_cast<std::int64_t>(bytes));
  }

  VideoCatalog& videos_;
  const ObjectSizes objects_;
  ObjectSizes left_;            // owned by no row so far
  std::set<std::string> open_;  // prefixes of videos that work goes on with
  std::set<std::string> kept_;  // of what may be there or not: pictures of any moment
  const std::filesystem::path folder_;
  FsckReport report_;
};

std::string bytes_or_none(std::int64_t bytes) {
  return bytes < 0 ? "no file" : fmt::format("{} bytes", bytes);
}

}  // namespace

std::string_view name_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::missing:
      return "missing";
    case FindingKind::wrong_size:
      return "wrong_size";
    case FindingKind::orphan:
      return "orphan";
  }
  std::unreachable();
}

Result<ObjectSizes> list_objects(const std::filesystem::path& folder) {
  ObjectSizes objects;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != end(entry); entry.increment(error)) {
    std::error_code gone;  // removed at this moment, so it is no object
    if (entry.depth() == 0 && entry->path().filename() == kBeingWritten) {
      entry.disable_recursion_pending();
    } else if (!entry->is_directory(gone) || entry->is_symlink(gone)) {
      const std::uintmax_t bytes = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
      if (gone) continue;
      objects.emplace(entry->path().lexically_relative(folder).string(),
                      static_cast<std::int64_t>(bytes));
    }
  }
  if (!error) return objects;
  return fail(ErrorCode::storage_unavailable,
              folder.string() + " cannot be read: " + error.message() + ".");
}

Async<FsckReport> compare(VideoCatalog& videos, CatalogCensus& census, ObjectSizes objects,
                          std::filesystem::path folder) {
  Comparison comparison(videos, std::move(objects), std::move(folder));
  // Before the videos: a sweep that is entered meanwhile belongs to a video that is listed or gone.
  Result<std::vector<std::string>> sweeps = co_await census.pending_sweeps();
  if (!sweeps) co_return fail(std::move(sweeps).error());
  std::string cursor;
  do {
    Result<VideoPage> page = co_await videos.list({.status = {}, .limit = kPage, .cursor = cursor});
    if (!page) co_return fail(std::move(page).error());
    for (Video& video : page->videos) {
      const Result<> added = co_await comparison.add(std::move(video));
      // Removed at this moment.
      if (!added && added.error().code != ErrorCode::not_found) co_return fail(added.error());
    }
    cursor = page->next_cursor;
  } while (!cursor.empty());
  co_return comparison.finish(*sweeps);
}

json::object to_json(const FsckReport& report) {
  json::array findings;
  for (const Finding& finding : report.findings) {
    json::object object{{"kind", name_of(finding.kind)}, {"key", with_valid_utf8(finding.key)}};
    if (!finding.video.str().empty()) object["video"] = finding.video.str();
    if (finding.row_bytes >= 0) object["row_bytes"] = finding.row_bytes;
    if (finding.bytes >= 0) object["bytes"] = finding.bytes;
    findings.push_back(std::move(object));
  }
  return {{"videos", report.videos},
          {"objects", report.objects},
          {"bytes", report.bytes},
          {"findings", std::move(findings)}};
}

std::string to_text(const Finding& finding) {
  std::string line = fmt::format("{:<10} {}: ", name_of(finding.kind), printable(finding.key));
  if (finding.kind == FindingKind::orphan) {
    return line + bytes_or_none(finding.bytes) + " that belong to no video";
  }
  if (finding.row_bytes >= 0) line += fmt::format("should have {} bytes, ", finding.row_bytes);
  return line +
         fmt::format("there is {}; of video {}", bytes_or_none(finding.bytes), finding.video.str());
}

std::string summary_of(const FsckReport& report) {
  const std::string looked_at = fmt::format("{} videos, {} objects of {} bytes: ", report.videos,
                                            report.objects, report.bytes);
  if (report.findings.empty()) return looked_at + "all is as the database has it.";
  return looked_at + fmt::format("{} differ. Nothing was changed.", report.findings.size());
}

}  // namespace vodmill::app
