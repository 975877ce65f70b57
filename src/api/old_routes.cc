#include "api/old_routes.h"

#include "api/answers.h"
#include "api/prefer.h"
#include "api/problem.h"
#include "api/video_json.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;

std::string status_url(const VideoId& id) { return "/api/video/status/" + id.str(); }

// Their clients ask until it is "completed" or "failed", and know no other end.
std::string_view status_name(VideoStatus status) {
  switch (status) {
    case VideoStatus::uploading:
    case VideoStatus::pending:
      return "queued";
    case VideoStatus::processing:
      return "processing";
    case VideoStatus::completed:
      return "completed";
    case VideoStatus::failed:
    case VideoStatus::cancelled:
      return "failed";
  }
  return "failed";
}

std::optional<Error> error_of(const Video& video) {
  if (video.error) return video.error;
  if (video.status != VideoStatus::cancelled) return std::nullopt;
  return Error{ErrorCode::cancelled, "The video was cancelled."};
}

json::object status_json(const Video& video) {
  const json::object whole = to_json(video);
  const std::optional<Error> error = error_of(video);
  json::object object;
  object["jobId"] = video.id.str();
  object["videoId"] = video.id.str();
  object["status"] = status_name(video.status);
  object["progress"] = video.progress;
  object["statusUrl"] = status_url(video.id);
  object["url"] = whole.at("playback_url");
  object["hlsUrl"] = whole.at("playback_url");
  object["duration"] = whole.at("duration_seconds");
  object["metadata"] = whole.at("metadata");
  object["error"] = error ? json::value(error->message) : json::value();
  object["errorCode"] = error ? json::value(error_code_name(error->code)) : json::value();
  object["createdAt"] = whole.at("created_at");
  object["updatedAt"] = whole.at("updated_at");
  return object;
}

// Of the answer that has waited for the video's end.
int http_status_of(const Video& video) {
  if (video.status == VideoStatus::completed) return 200;
  if (video.status == VideoStatus::cancelled) return 409;
  if (video.status == VideoStatus::failed)
    return video.error ? http_status(video.error->code) : 500;
  return 202;
}

net::Response answer(int status, json::object object, const Taken& taken) {
  net::Response response = json_answer(status, object);
  response.head.headers.add("Location", status_url(taken.video.id));
  if (taken.again) response.head.headers.add("Idempotent-Replayed", "true");
  return response;
}

}  // namespace

Async<> OldRoutes::upload(Request& request, ResponseWriter& response) {
  Result<Taken> taken = co_await uploads_.take(request, FormFields::all);
  if (!taken) co_return fail(std::move(taken).error());
  if (taken->refusal) co_return co_await send_refusal(std::move(*taken->refusal), response);
  json::object object = status_json(taken->video);
  object["success"] = true;
  net::Response sent = answer(202, std::move(object), *taken);
  co_return co_await response.send(std::move(sent));
}

Async<> OldRoutes::upload_and_process(Request& request, ResponseWriter& response) {
  Result<Taken> taken = co_await uploads_.take(request, FormFields::all);
  if (!taken) co_return fail(std::move(taken).error());
  if (taken->refusal) co_return co_await send_refusal(std::move(*taken->refusal), response);
  const std::chrono::seconds wait =
      preferred_wait(request.head.headers).value_or(kLongestProcessing);
  Result<Video> video = co_await await_end(ports_, response, taken->video, wait);
  if (!video) co_return fail(std::move(video).error());
  json::object object = status_json(*video);
  object["success"] = video->status == VideoStatus::completed;
  net::Response sent = answer(http_status_of(*video), std::move(object), *taken);
  co_return co_await response.send(std::move(sent));
}

Async<> OldRoutes::status(Request& request, ResponseWriter& response) {
  std::string id(request.parameter("id"));
  for (const char* name : {"jobId", "videoId"}) {
    if (id.empty()) id = request.query(name).value_or("");
  }
  const Result<Video> video = co_await ports_.videos.get(VideoId(std::move(id)));
  if (!video) co_return fail(video.error());
  net::Response sent = json_answer(200, status_json(*video));
  co_return co_await response.send(std::move(sent));
}

}  // namespace vodmill::api
