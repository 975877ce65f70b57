#include "api/events.h"

#include <charconv>

#include "api/news.h"
#include "api/video_json.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;

constexpr int kAtOnce = 100;

// Last-Event-ID; nullopt when the client has none.
Result<std::optional<std::int64_t>> last_event_id(const Request& request) {
  const std::optional<std::string_view> text = request.header("Last-Event-ID");
  if (!text || text->empty()) return std::nullopt;
  std::int64_t id = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  if (error == std::errc() && end == text->data() + text->size() && id >= 0) return id;
  return fail(ErrorCode::invalid_request, "Last-Event-ID is not an id of this stream.");
}

net::SseEvent message(std::int64_t id, const Event& event, const Video* video) {
  return {.id = std::to_string(id),
          .event = event.type,
          .data = json::serialize(to_json(event, video))};
}

std::string progress_of(const Video& video) {
  const json::object shown = to_json(video);
  json::object progress;
  for (const char* name : {"progress", "status", "playable", "waiting_reason"}) {
    progress[name] = shown.at(name);
  }
  return json::serialize(progress);
}

}  // namespace

Async<> Events::follow_video(Request& request, ResponseWriter& response) {
  const Result<std::optional<std::int64_t>> last = last_event_id(request);
  if (!last) co_return fail(last.error());
  Told told{.video = VideoId(std::string(request.parameter("id"))), .sequence = last->value_or(0)};
  const Result<Video> video = co_await ports_.videos.get(told.video);
  if (!video) co_return fail(video.error());
  Tell tell = [this, &told](net::SseStream& stream) { return tell_video(stream, told); };
  co_return co_await stream_events(response, std::move(tell));
}

Async<> Events::follow_all(Request& request, ResponseWriter& response) {
  const Result<std::optional<std::int64_t>> last = last_event_id(request);
  if (!last) co_return fail(last.error());
  std::int64_t id = last->value_or(0);
  if (!*last) {
    const Result<std::int64_t> newest = co_await ports_.events.newest();
    if (!newest) co_return fail(newest.error());
    id = *newest;
  }
  Tell tell = [this, &id](net::SseStream& stream) { return tell_all(stream, id); };
  co_return co_await stream_events(response, std::move(tell));
}

Async<> Events::stream_events(ResponseWriter& response, Tell tell) {
  const metrics::Held follower(followers_);
  net::SseStream stream(response, ports_.clock);
  Result<> sent = co_await stream.open();
  while (sent) {
    const std::uint64_t seen = ports_.bell.count();
    const Result<bool> told = co_await tell(stream);
    // A catalog that is away for a moment is waited for: the client would only come back.
    if (!told && told.error().code != ErrorCode::storage_unavailable) co_return fail(told.error());
    if (told && !*told) break;
    const Milliseconds longest = stream.until_heartbeat();
    const bool goes_on = co_await wait_for_news(ports_.bell, response, seen, longest);
    if (!goes_on) break;
    sent = co_await stream.keep_alive();
  }
  if (!sent) co_return sent;
  co_return co_await stream.finish();
}

// Everything that is new. The video is read after its events, so it is never older than they are.
Async<bool> Events::tell_video(net::SseStream& stream, Told& told) {
  std::size_t count = kAtOnce;
  while (count == kAtOnce) {
    const Result<std::vector<Event>> events =
        co_await ports_.events.of_video(told.video, told.sequence, kAtOnce);
    if (!events) co_return fail(events.error());
    const Result<Video> video = co_await ports_.videos.get(told.video);
    if (!video && video.error().code != ErrorCode::not_found) co_return fail(video.error());
    for (const Event& event : *events) {
      const net::SseEvent news = message(event.sequence, event, video ? &*video : nullptr);
      const Result<> sent = co_await stream.send(news);
      if (!sent) co_return fail(sent.error());
      told.sequence = event.sequence;
      told.deleted = event.type == event::kDeleted;
    }
    count = events->size();
    // A fact that came between the two looks goes before what it made of the video: the bell has
    // rung for it.
    const bool is_behind = video && video->event_sequence > told.sequence;
    if (told.deleted || !video || is_behind || count == kAtOnce) continue;
    const Result<> sent = co_await tell_progress(stream, told, *video);
    if (!sent) co_return fail(sent.error());
  }
  co_return !told.deleted;
}

Async<> Events::tell_progress(net::SseStream& stream, Told& told, const Video& video) {
  std::string progress = progress_of(video);
  if (progress == told.progress) co_return Result<>();
  told.progress = progress;
  const net::SseEvent news{.id = {}, .event = "progress", .data = std::move(progress)};
  co_return co_await stream.send(news);
}

Async<bool> Events::tell_all(net::SseStream& stream, std::int64_t& id) {
  std::size_t count = kAtOnce;
  while (count == kAtOnce) {
    const Result<std::vector<Event>> events = co_await ports_.events.all(id, kAtOnce);
    if (!events) co_return fail(events.error());
    for (const Event& event : *events) {
      const Result<Video> video = co_await ports_.videos.get(event.video);
      if (!video && video.error().code != ErrorCode::not_found) co_return fail(video.error());
      const net::SseEvent news = message(event.id, event, video ? &*video : nullptr);
      const Result<> sent = co_await stream.send(news);
      if (!sent) co_return fail(sent.error());
      id = event.id;
    }
    count = events->size();
  }
  co_return true;
}

}  // namespace vodmill::api
