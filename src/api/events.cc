#include "api/events.h"

#include <charconv>

#include "api/video_json.h"
#include "base/log.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;

constexpr int kAtOnce = 100;
constexpr Milliseconds kLongestWait{1000};

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

// A catalog that cannot be read for a moment is waited for; the client would only come back.
bool may_wait_for(const Result<>& told) {
  return !told && told.error().code == ErrorCode::storage_unavailable;
}

}  // namespace

Async<> Events::follow_video(Request& request, ResponseWriter& response) {
  const Result<std::optional<std::int64_t>> last = last_event_id(request);
  if (!last) co_return fail(last.error());
  Told told{.video = VideoId(std::string(request.parameter("id"))), .sequence = last->value_or(0)};
  const Result<Video> video = co_await ports_.videos.get(told.video);
  if (!video) co_return fail(video.error());
  net::SseStream stream(response, ports_.clock);
  Result<> sent = co_await stream.open();
  while (sent && !stream.ended() && !told.deleted) {
    const std::uint64_t seen = ports_.bell.count();
    sent = co_await tell(stream, told);
    if (may_wait_for(sent)) sent = Result<>();
    if (!sent || told.deleted || stream.ended()) break;
    co_await wait_for_news(stream, seen);
    if (!stream.ended()) {
      sent = co_await stream.keep_alive();
    }
  }
  if (!sent) co_return sent;
  co_return co_await stream.finish();
}

// Everything that is new. The video is read after its events, so it is never older than they are.
Async<> Events::tell(net::SseStream& stream, Told& told) {
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
      if (!sent) co_return sent;
      told.sequence = event.sequence;
      told.deleted = event.type == event::kDeleted;
    }
    count = events->size();
    if (told.deleted || !video || count == kAtOnce) continue;
    const Result<> sent = co_await tell_progress(stream, told, *video);
    if (!sent) co_return sent;
  }
  co_return Result<>();
}

Async<> Events::tell_progress(net::SseStream& stream, Told& told, const Video& video) {
  std::string progress = progress_of(video);
  if (progress == told.progress) co_return Result<>();
  told.progress = progress;
  const net::SseEvent news{.id = {}, .event = "progress", .data = std::move(progress)};
  co_return co_await stream.send(news);
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
  net::SseStream stream(response, ports_.clock);
  Result<> sent = co_await stream.open();
  while (sent && !stream.ended()) {
    const std::uint64_t seen = ports_.bell.count();
    sent = co_await tell_all(stream, id);
    if (may_wait_for(sent)) sent = Result<>();
    if (!sent || stream.ended()) break;
    co_await wait_for_news(stream, seen);
    if (!stream.ended()) {
      sent = co_await stream.keep_alive();
    }
  }
  if (!sent) co_return sent;
  co_return co_await stream.finish();
}

Async<> Events::tell_all(net::SseStream& stream, std::int64_t& id) {
  std::size_t count = kAtOnce;
  while (count == kAtOnce) {
    const Result<std::vector<Event>> events = co_await ports_.events.all(id, kAtOnce);
    if (!events) co_return fail(events.error());
    for (const Event& event : *events) {
      const Result<Video> video = co_await ports_.videos.get(event.video);
      if (!video && video.error().code != ErrorCode::not_found) co_return fail(video.error());
      const net::SseEvent news = message(event.id, event, video ? &*video : nullptr);
      const Result<> sent = co_await stream.send(news);
      if (!sent) co_return sent;
      id = event.id;
    }
    count = events->size();
  }
  co_return Result<>();
}

asio::awaitable<void> Events::wait_for_news(net::SseStream& stream, std::uint64_t seen) {
  const Milliseconds longest = std::min(kLongestWait, stream.until_heartbeat());
  co_await ports_.bell.wait(seen, longest);
}

}  // namespace vodmill::api
