#include "api/playback.h"

#include <algorithm>
#include <chrono>

#include "api/answers.h"
#include "api/news.h"
#include "hls/render.h"
#include "hls/storyboard.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;
using Text = std::optional<std::string>;
using Steady = std::chrono::steady_clock;

constexpr std::int64_t kLargestPlaylist = 16 * 1024 * 1024;  // of days

std::unexpected<Error> no_such_stream() {
  return fail(ErrorCode::not_found,
              "There is no such stream. Begin with the playback_url of the video.");
}

std::unexpected<Error> ended(VideoStatus status) {
  return fail(ErrorCode::gone, "This stream is no longer there: its processing has ended as " +
                                   std::string(name_of(status)) +
                                   ". The video says why; it can be retried.");
}

bool ended_without_stream(VideoStatus status) {
  return is_final(status) && status != VideoStatus::completed;
}

bool has_rendition(const Plan& plan, std::string_view name) {
  return std::ranges::find(plan.ladder, name, &Rendition::name) != plan.ladder.end() ||
         plan.sound(name) != nullptr;
}

bool is_stored_playlist(hls::NameKind kind) {
  return kind == hls::NameKind::final_media || kind == hls::NameKind::i_frames;
}

Async<> refuse_early(ResponseWriter& response) {
  net::Refusal refusal{503, net::HttpCode::not_ready,
                       "The first seconds of this stream are still being made. Ask again.",
                       std::chrono::seconds(1)};
  co_return co_await send_refusal(std::move(refusal), response);
}

}  // namespace

Async<> Playback::play(Request& request, ResponseWriter& response) {
  VideoId id(std::string(request.parameter("id")));
  std::optional<hls::StreamName> name = hls::parse_stream_name(request.parameter("rest"));
  if (!name) co_return no_such_stream();
  switch (name->kind) {
    case hls::NameKind::multivariant: {
      Look look = [this, id] { return multivariant(id); };
      co_return co_await play_held(request, response, std::move(look));
    }
    case hls::NameKind::media: {
      Look look = [this, id, name = std::move(*name)] { return media(id, name); };
      co_return co_await play_held(request, response, std::move(look));
    }
    case hls::NameKind::storyboard: {
      Look look = [this, id, name] { return storyboard(id, name->generation); };
      co_return co_await play_held(request, response, std::move(look));
    }
    case hls::NameKind::poster:
      co_return co_await send_poster(request, response, std::move(id));
    case hls::NameKind::final_media:
    case hls::NameKind::i_frames:
    case hls::NameKind::init_segment:
    case hls::NameKind::segment:
    case hls::NameKind::strip:
      break;
  }
  co_return co_await play_object(request, response, std::move(id), std::move(*name));
}

Async<BlobKey> Playback::key_of(VideoId id, hls::StreamName name, std::string rest) {
  const Result<Video> video = co_await ports_.videos.get(std::move(id));
  if (!video) co_return fail(video.error());
  if (name.generation > video->generation) co_return no_such_stream();
  if (name.generation == video->generation && ended_without_stream(video->status)) {
    co_return ended(video->status);
  }
  co_return BlobKey(video->prefix + rest);
}

// A name below a video's prefix never gets other bytes, so it is its own ETag.
Async<> Playback::play_object(Request& request, ResponseWriter& response, VideoId id,
                              hls::StreamName name) {
  const std::string rest(request.parameter("rest"));
  const bool is_playlist = is_stored_playlist(name.kind);
  Result<BlobKey> key = co_await key_of(std::move(id), std::move(name), rest);
  if (!key) co_return fail(std::move(key).error());
  Representation what{
      .mime = hls::mime_type(rest), .etag = '"' + rest + '"', .cache_control = kImmutable};
  Result<> sent;
  if (is_playlist) {
    sent = co_await send_playlist(request, response, std::move(*key), std::move(what));
  } else {
    sent = co_await send_object(request, response, ports_.blobs, std::move(*key), std::move(what));
  }
  if (!sent && sent.error().code == ErrorCode::not_found) co_return no_such_stream();
  co_return sent;
}

Async<> Playback::send_playlist(Request& request, ResponseWriter& response, BlobKey key,
                                Representation what) {
  const Result<Bytes> stored = co_await ports_.blobs.read(std::move(key), 0, kLargestPlaylist);
  if (!stored) co_return fail(stored.error());
  std::string text(as_text(*stored));
  co_return co_await send_text(request, response, std::move(text), std::move(what), packed_);
}

Async<> Playback::play_held(Request& request, ResponseWriter& response, Look look) {
  Result<Text> text = co_await wait_for(response, std::move(look));
  if (!text) co_return fail(std::move(text).error());
  if (!*text) co_return co_await refuse_early(response);
  const std::string_view mime = hls::mime_type(request.path());
  Representation what{
      .mime = mime, .etag = etag_of(as_bytes(**text)), .cache_control = kRevalidate};
  co_return co_await send_text(request, response, std::move(**text), std::move(what), packed_);
}

// The best picture of what plays, or so far of what is being made: a list that shows it asks again.
Async<> Playback::send_poster(Request& request, ResponseWriter& response, VideoId id) {
  const Result<Video> video = co_await ports_.videos.get(id);
  if (!video) co_return fail(video.error());
  const bool has_ended = video->completed_generation > 0;
  if (!has_ended && ended_without_stream(video->status)) co_return ended(video->status);
  const int generation = has_ended ? video->completed_generation : video->generation;
  const Result<std::vector<Thumbs>> rows = co_await ports_.videos.thumbs(id, generation);
  if (!rows) co_return fail(rows.error());
  const Thumbs* best = hls::best_poster(*rows, has_ended);
  if (!best) co_return fail(ErrorCode::not_found, "There is no poster of this video yet.");
  Representation what{.mime = hls::mime_type(hls::kPosterName),
                      .etag = '"' + best->poster.str().substr(video->prefix.size()) + '"',
                      .cache_control = kRevalidate};
  co_return co_await send_object(request, response, ports_.blobs, best->poster, std::move(what));
}

// nullopt when it has not come within hold_.
Async<Text> Playback::wait_for(ResponseWriter& response, Look look) {
  const Steady::time_point end = Steady::now() + hold_;
  response.interrupt_when_peer_goes();
  for (;;) {
    const std::uint64_t seen = ports_.bell.count();
    Result<Text> text = co_await look();
    if (!text || *text) co_return text;
    const auto left = std::chrono::ceil<Milliseconds>(end - Steady::now());
    if (left <= Milliseconds(0)) co_return std::nullopt;
    const bool goes_on = co_await wait_for_news(ports_.bell, response, seen, left);
    if (!goes_on) co_return fail(ErrorCode::cancelled, "The server stops. Ask again.");
  }
}

// What plays is the completed generation, else the newest.
Async<Text> Playback::multivariant(VideoId id) {
  const Result<Video> video = co_await ports_.videos.get(id);
  if (!video) co_return fail(video.error());
  if (video->completed_generation > 0) {
    const BlobKey key(video->prefix + std::string(hls::kMultivariantName));
    const Result<Bytes> stored = co_await ports_.blobs.read(key, 0, kLargestPlaylist);
    if (!stored) co_return fail(stored.error());
    co_return std::string(as_text(*stored));
  }
  if (ended_without_stream(video->status)) co_return ended(video->status);
  const Result<Generation> generation = co_await ports_.videos.generation(id, video->generation);
  if (!generation) co_return fail(generation.error());
  if (!generation->plan) co_return std::nullopt;
  co_return hls::to_text(hls::provisional_multivariant(*generation->plan, generation->number));
}

Async<Text> Playback::media(VideoId id, hls::StreamName name) {
  const Result<Generation> generation = co_await ports_.videos.generation(id, name.generation);
  if (!generation) co_return fail(generation.error());
  if (ended_without_stream(generation->status)) co_return ended(generation->status);
  if (!generation->plan) co_return std::nullopt;
  if (!has_rendition(*generation->plan, name.rendition)) co_return no_such_stream();
  const Result<std::vector<Segment>> rows =
      co_await ports_.videos.segments(id, name.generation, name.rendition);
  if (!rows) co_return fail(rows.error());
  // Read before the rows: when it has ended, they are all there.
  const bool has_ended = generation->status == VideoStatus::completed;
  const auto playlist = hls::render_media(*generation->plan, *rows, has_ended);
  if (!playlist) co_return std::nullopt;
  co_return hls::to_text(*playlist);
}

Async<Text> Playback::storyboard(VideoId id, int number) {
  const Result<Generation> generation = co_await ports_.videos.generation(id, number);
  if (!generation) co_return fail(generation.error());
  if (ended_without_stream(generation->status)) co_return ended(generation->status);
  if (!generation->plan) co_return std::nullopt;
  if (!generation->plan->thumbs) co_return no_such_stream();
  if (generation->status == VideoStatus::completed) {
    const Result<Video> video = co_await ports_.videos.get(id);
    if (!video) co_return fail(video.error());
    const BlobKey key(video->prefix + hls::storyboard_name(number));
    const Result<Bytes> stored = co_await ports_.blobs.read(key, 0, kLargestPlaylist);
    if (!stored && stored.error().code == ErrorCode::not_found) co_return no_such_stream();
    if (!stored) co_return fail(stored.error());
    co_return std::string(as_text(*stored));
  }
  const Result<std::vector<Thumbs>> rows = co_await ports_.videos.thumbs(id, number);
  if (!rows) co_return fail(rows.error());
  if (rows->empty()) co_return std::nullopt;
  co_return hls::render_storyboard(*generation->plan, *rows);
}

}  // namespace vodmill::api
