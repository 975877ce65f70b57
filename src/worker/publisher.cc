#include "worker/publisher.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <map>
#include <set>

#include "hls/final_check.h"
#include "hls/names.h"
#include "hls/render.h"
#include "hls/storyboard.h"
#include "plan/partial.h"
#include "worker/nursery.h"

namespace vodmill::worker {
namespace {

constexpr int kListPage = 1000;

using Objects = std::map<std::string, std::int64_t>;  // key -> bytes

Async<Objects> list_all(BlobStore& blobs, std::string prefix) {
  Objects objects;
  std::string after;
  for (;;) {
    auto page = co_await blobs.list(prefix, after, kListPage);
    if (!page) co_return fail(std::move(page).error());
    for (const BlobInfo& info : *page) objects.emplace(info.key.str(), info.bytes);
    if (std::ssize(*page) < kListPage) co_return objects;
    after = page->back().key.str();
  }
}

Async<hls::RenditionRows> rows_of(const Ports& ports, const Generation& generation) {
  hls::RenditionRows rows;
  std::vector<std::string> names;
  for (const Rendition& rung : generation.plan->ladder) names.push_back(rung.name);
  for (const AudioRendition& sound : generation.plan->sounds) names.push_back(sound.name);
  for (const std::string& name : names) {
    auto found = co_await ports.videos.segments(generation.video, generation.number, name);
    if (!found) co_return fail(std::move(found).error());
    rows.emplace(name, std::move(*found));
  }
  co_return rows;
}

Result<> check_object(const Objects& objects, const BlobKey& key, std::int64_t bytes) {
  const auto object = objects.find(key.str());
  if (object != objects.end() && object->second == bytes) return {};
  return fail(ErrorCode::verification_failed,
              fmt::format("{} is not in the store as it was written", key.str()));
}

// Every segment of the plan has its row, and every row its object of the right size.
Result<> check_complete(const Plan& plan, const hls::RenditionRows& rows, const Objects& objects) {
  for (const auto& [name, segments] : rows) {
    if (std::ssize(segments) != plan.segments() + 1) {
      return fail(
          ErrorCode::verification_failed,
          fmt::format("{} has {} of {} segments", name, std::ssize(segments) - 1, plan.segments()));
    }
    for (const Segment& segment : segments) {
      TRY_VOID(check_object(objects, segment.key, segment.bytes));
    }
  }
  return {};
}

std::string video_prefix(const Generation& generation) {
  const std::size_t suffix = hls::generation_prefix(generation.number).size();
  return generation.prefix.substr(0, generation.prefix.size() - suffix);
}

Bytes to_bytes(const std::string& text) {
  const ByteView view = as_bytes(text);
  return Bytes(view.begin(), view.end());
}

using Playlists = std::map<std::string, std::string>;  // key -> text

Result<Playlists> media_playlists(const Generation& generation, const hls::RenditionRows& rows) {
  const std::string prefix = video_prefix(generation);
  Playlists playlists;
  for (const auto& [name, segments] : rows) {
    const auto playlist = TRY(hls::final_media(*generation.plan, segments));
    playlists.emplace(prefix + hls::final_media_playlist_name(generation.number, name),
                      hls::to_text(playlist));
    const auto i_frames = hls::final_i_frames(*generation.plan, segments);
    if (!i_frames) continue;
    playlists.emplace(prefix + hls::i_frame_playlist_name(generation.number, name),
                      hls::to_text(*i_frames));
  }
  return playlists;
}

// What is kept of the small pictures: every strip and the best poster.
struct KeptPictures {
  std::map<BlobKey, std::int64_t> objects;  // key -> bytes
  const Thumbs* poster = nullptr;           // among the rows
};

KeptPictures kept_of(const std::vector<Thumbs>& thumbs) {
  KeptPictures kept;
  for (const Thumbs& row : thumbs) kept.objects.emplace(row.strip, row.strip_bytes);
  if (const Thumbs* best = hls::best_poster(thumbs, true)) {
    kept.objects.emplace(best->poster, best->poster_bytes);
    kept.poster = best;
  }
  return kept;
}

// Losers' segments, and pictures that did not become the poster. The final playlists stay: they may
// have been published before, and play.
Async<> remove_strays(BlobStore& blobs, const hls::RenditionRows& rows,
                      const KeptPictures& pictures, const Playlists& playlists,
                      const Objects& objects) {
  std::set<std::string, std::less<>> wanted;
  for (const auto& [key, bytes] : pictures.objects) wanted.insert(key.str());
  for (const auto& [key, text] : playlists) wanted.insert(key);
  for (const auto& [name, segments] : rows) {
    for (const Segment& segment : segments) wanted.insert(segment.key.str());
  }
  for (const auto& [key, bytes] : objects) {
    if (wanted.contains(key)) continue;
    Result<> removed = co_await blobs.remove(BlobKey(key));
    if (!removed) co_return removed;
  }
  co_return Result<>();
}

// All at a time: each may take a slow store half a second.
Async<> store(BlobStore& blobs, const Playlists& playlists) {
  const auto executor = co_await asio::this_coro::executor;
  Nursery storing(executor);
  Result<> stored;
  for (const auto& [key, text] : playlists) {
    storing.spawn(blobs.put(BlobKey(key), to_bytes(text)), stored);
  }
  co_await storing.join();
  co_return stored;
}

Async<Bytes> read_poster(BlobStore& blobs, const KeptPictures& pictures) {
  if (!pictures.poster) co_return Bytes();
  const std::int64_t length = std::max<std::int64_t>(1, pictures.poster->poster_bytes);
  co_return co_await blobs.read(pictures.poster->poster, 0, length);
}

}  // namespace

Async<Published> publish(const Ports& ports, const Generation& generation,
                         const std::vector<Task>& tasks) {
  auto rows = co_await rows_of(ports, generation);
  if (!rows) co_return fail(std::move(rows).error());
  auto objects = co_await list_all(ports.blobs, generation.prefix);
  if (!objects) co_return fail(std::move(objects).error());
  Result<> complete = check_complete(*generation.plan, *rows, *objects);
  if (!complete) co_return fail(std::move(complete).error());
  Result<> judged = hls::check_final(*generation.plan, generation.number, *rows);
  if (!judged) co_return fail(std::move(judged).error());
  auto thumbs = co_await ports.videos.thumbs(generation.video, generation.number);
  if (!thumbs) co_return fail(std::move(thumbs).error());
  const KeptPictures pictures = kept_of(*thumbs);
  for (const auto& [key, bytes] : pictures.objects) {
    Result<> found = check_object(*objects, key, bytes);
    if (!found) co_return fail(std::move(found).error());
  }
  auto playlists = media_playlists(generation, *rows);
  if (!playlists) co_return fail(playlists.error());
  if (!thumbs->empty()) {
    playlists->emplace(video_prefix(generation) + hls::storyboard_name(generation.number),
                       hls::render_storyboard(*generation.plan, *thumbs));
  }
  Result<> swept = co_await remove_strays(ports.blobs, *rows, pictures, *playlists, *objects);
  if (!swept) co_return fail(std::move(swept).error());
  Result<> stored = co_await store(ports.blobs, *playlists);
  if (!stored) co_return fail(std::move(stored).error());
  const auto multivariant = hls::final_multivariant(*generation.plan, generation.number, *rows);
  if (!multivariant) co_return fail(multivariant.error());
  Result<Bytes> poster = co_await read_poster(ports.blobs, pictures);
  if (!poster) co_return fail(std::move(poster).error());
  const Plan& plan = *generation.plan;
  co_return Published{
      .multivariant_key = BlobKey(video_prefix(generation) + std::string(hls::kMultivariantName)),
      .multivariant = to_bytes(hls::to_text(*multivariant)),
      .poster_key = BlobKey(video_prefix(generation) + std::string(hls::kPosterName)),
      .poster = std::move(*poster),
      .completion = {.duration_seconds = static_cast<double>(plan.frames) / plan.fps.value(),
                     .partial = plan::find_partial(generation.info, plan, tasks)}};
}

}  // namespace vodmill::worker
