#include "api/videos.h"

#include <charconv>

#include "api/creation.h"
#include "api/receive.h"
#include "api/video_json.h"
#include "base/log.h"
#include "net/refusal.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;

net::Response json_answer(int status, const json::object& object) {
  return {
      .head = {.status = status,
               .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}},
      .body = json::serialize(object)};
}

Async<> send_video(Result<Video> video, ResponseWriter& response) {
  if (!video) co_return fail(std::move(video).error());
  net::Response answer = json_answer(200, to_json(*video));
  co_return co_await response.send(std::move(answer));
}

VideoId id_of(const Request& request) { return VideoId(std::string(request.parameter("id"))); }

Result<VideoFilter> read_filter(const Request& request) {
  VideoFilter filter;
  filter.cursor = request.query("cursor").value_or("");
  if (const auto status = request.query("status")) {
    filter.status = video_status_from(*status);
    if (!filter.status) {
      return fail(ErrorCode::invalid_request,
                  "status must be one of uploading, pending, processing, completed, failed and "
                  "cancelled.");
    }
  }
  if (const auto limit = request.query("limit")) {
    const auto [end, error] =
        std::from_chars(limit->data(), limit->data() + limit->size(), filter.limit);
    // A number that does not fit leaves nothing behind that could be a limit.
    if (error != std::errc() || end != limit->data() + limit->size()) filter.limit = 0;
  }
  if (filter.limit < 1 || filter.limit > 200) {
    return fail(ErrorCode::invalid_request, "limit must be a whole number from 1 to 200.");
  }
  return filter;
}

}  // namespace

Async<> Videos::create(Request& request, ResponseWriter& response) {
  const auto refusal = refuse_media_type(request.header("Content-Type").value_or(""));
  if (refusal) {
    net::Response answer = net::problem(*refusal);
    co_return co_await response.send(std::move(answer));
  }
  Result<Video> video = co_await receive_video(request);
  if (!video) co_return fail(std::move(video).error());
  net::Response answer = json_answer(201, to_json(*video));
  answer.head.headers.add("Location", "/v1/videos/" + video->id.str());
  co_return co_await response.send(std::move(answer));
}

Async<Video> Videos::receive_video(Request& request) {
  Result<Creation> creation = read_creation(request);
  if (!creation) co_return fail(std::move(creation).error());
  NewVideo video;
  video.id = new_id<VideoId>();
  video.metadata = std::move(creation->metadata);
  video.priority = creation->priority;
  video.prefix = video.id.str() + "/";
  const BlobKey key(video.prefix + "source");
  Result<> owed = co_await ports_.outbox.sweep_later(key.str(), options_.longest_upload);
  if (!owed) co_return fail(std::move(owed).error());
  Result<Received> received =
      co_await receive(request.body, ports_.blobs, key, options_.max_upload_bytes);
  if (!received) co_return fail(std::move(received).error());
  video.source.extents = {{.offset = 0, .length = received->bytes, .key = key}};
  video.source.length = received->bytes;
  video.sha256 = std::move(received->sha256);
  Result<Video> created = co_await ports_.videos.create(std::move(video));
  if (!created) {
    const Result<> removed = co_await ports_.blobs.remove(key);
    if (!removed) log::warn("remove {}: {}", key.str(), removed.error().message);
  }
  co_return created;
}

Async<> Videos::list(Request& request, ResponseWriter& response) {
  Result<VideoFilter> filter = read_filter(request);
  if (!filter) co_return fail(std::move(filter).error());
  Result<VideoPage> page = co_await ports_.videos.list(std::move(*filter));
  if (!page) co_return fail(std::move(page).error());
  json::array data;
  for (const Video& video : page->videos) data.push_back(to_json(video));
  const json::value next =
      page->next_cursor.empty() ? json::value() : json::value(page->next_cursor);
  net::Response answer = json_answer(200, {{"data", std::move(data)}, {"next_cursor", next}});
  co_return co_await response.send(std::move(answer));
}

Async<> Videos::get(Request& request, ResponseWriter& response) {
  Result<Video> video = co_await ports_.videos.get(id_of(request));
  co_return co_await send_video(std::move(video), response);
}

Async<> Videos::remove(Request& request, ResponseWriter& response) {
  Result<> removed = co_await ports_.videos.remove(id_of(request), options_.last_put);
  if (!removed) co_return removed;
  net::Response answer{.head = {.status = 204}};
  co_return co_await response.send(std::move(answer));
}

Async<> Videos::retry(Request& request, ResponseWriter& response) {
  Result<Video> video = co_await ports_.videos.retry(id_of(request));
  co_return co_await send_video(std::move(video), response);
}

Async<> Videos::cancel(Request& request, ResponseWriter& response) {
  Result<Video> video = co_await ports_.videos.cancel(id_of(request));
  co_return co_await send_video(std::move(video), response);
}

}  // namespace vodmill::api
