#include "api/teller.h"

#include <algorithm>
#include <charconv>

#include "api/video_json.h"

namespace vodmill::api {
namespace {

constexpr int kAtOnce = 100;

Message message(std::int64_t id, const Event& event, const Video* video) {
  return {.id = id, .event = event.type, .data = json::serialize(to_json(event, video))};
}

std::string progress_of(const Video& video) {
  const json::object shown = to_json(video);
  json::object progress;
  for (const char* name : {"progress", "status", "playable", "waiting_reason"}) {
    progress[name] = shown.at(name);
  }
  return json::serialize(progress);
}

class VideoTeller final : public Teller {
 public:
  VideoTeller(const Ports& ports, VideoId video, std::int64_t after)
      : ports_(ports), video_(std::move(video)), sequence_(after) {}

  Async<bool> tell(Listener& listener) override;

 private:
  Async<> tell_progress(Listener& listener, const Video& video);

  const Ports& ports_;
  const VideoId video_;
  std::int64_t sequence_;  // of the last fact told
  std::string progress_;   // the last message
  bool deleted_ = false;
};

// The video is read after its events, so it is never older than they are.
Async<bool> VideoTeller::tell(Listener& listener) {
  std::size_t count = kAtOnce;
  while (count == kAtOnce) {
    const Result<std::vector<Event>> events =
        co_await ports_.events.of_video(video_, sequence_, kAtOnce);
    if (!events) co_return fail(events.error());
    const Result<Video> video = co_await ports_.videos.get(video_);
    if (!video && video.error().code != ErrorCode::not_found) co_return fail(video.error());
    for (const Event& event : *events) {
      const Message news = message(event.sequence, event, video ? &*video : nullptr);
      const Result<> sent = co_await listener.hear(news);
      if (!sent) co_return fail(sent.error());
      sequence_ = event.sequence;
      deleted_ = event.type == event::kDeleted;
    }
    count = events->size();
    // A fact that came between the two looks goes before what it made of the video: the bell has
    // rung for it.
    const bool is_behind = video && video->event_sequence > sequence_;
    if (deleted_ || !video || is_behind || count == kAtOnce) continue;
    const Result<> sent = co_await tell_progress(listener, *video);
    if (!sent) co_return fail(sent.error());
  }
  co_return !deleted_;
}

Async<> VideoTeller::tell_progress(Listener& listener, const Video& video) {
  std::string progress = progress_of(video);
  if (progress == progress_) co_return Result<>();
  progress_ = progress;
  const Message news{.id = std::nullopt, .event = "progress", .data = std::move(progress)};
  co_return co_await listener.hear(news);
}

class FirehoseTeller final : public Teller {
 public:
  FirehoseTeller(const Ports& ports, std::int64_t after) : ports_(ports), id_(after) {}

  Async<bool> tell(Listener& listener) override;

 private:
  const Ports& ports_;
  std::int64_t id_;  // of the last event told
};

Async<bool> FirehoseTeller::tell(Listener& listener) {
  std::size_t count = kAtOnce;
  while (count == kAtOnce) {
    const Result<std::vector<Event>> events = co_await ports_.events.all(id_, kAtOnce);
    if (!events) co_return fail(events.error());
    for (const Event& event : *events) {
      const Result<Video> video = co_await ports_.videos.get(event.video);
      if (!video && video.error().code != ErrorCode::not_found) co_return fail(video.error());
      const Message news = message(event.id, event, video ? &*video : nullptr);
      const Result<> sent = co_await listener.hear(news);
      if (!sent) co_return fail(sent.error());
      id_ = event.id;
    }
    count = events->size();
  }
  co_return true;
}

}  // namespace

Result<std::optional<std::int64_t>> read_event_id(std::optional<std::string_view> text,
                                                  std::string_view name) {
  if (!text || text->empty()) return std::nullopt;
  std::int64_t id = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  if (error == std::errc() && end == text->data() + text->size() && id >= 0) return id;
  return fail(ErrorCode::invalid_request, std::string(name) +
                                              " is not an id of this stream. Send the id of the "
                                              "last event that came, or leave it out.");
}

Async<std::unique_ptr<Teller>> tell_video(const Ports& ports, VideoId id,
                                          std::optional<std::int64_t> after) {
  const Result<Video> video = co_await ports.videos.get(id);
  if (!video) co_return fail(video.error());
  const std::int64_t seen = std::min(after.value_or(0), video->event_sequence);
  co_return std::make_unique<VideoTeller>(ports, std::move(id), seen);
}

Async<std::unique_ptr<Teller>> tell_all(const Ports& ports, std::optional<std::int64_t> after) {
  const Result<std::int64_t> newest = co_await ports.events.newest();
  if (!newest) co_return fail(newest.error());
  const std::int64_t seen = std::min(after.value_or(*newest), *newest);
  co_return std::make_unique<FirehoseTeller>(ports, seen);
}

}  // namespace vodmill::api
