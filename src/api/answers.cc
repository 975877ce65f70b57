#include "api/answers.h"

#include "api/video_json.h"

namespace vodmill::api {

net::Response json_answer(int status, const json::object& object) {
  return {
      .head = {.status = status,
               .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}},
      .body = json::serialize(object)};
}

std::string megabytes(std::int64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

Async<> send_video(Result<Video> video, net::ResponseWriter& response) {
  if (!video) co_return fail(std::move(video).error());
  net::Response answer = json_answer(200, to_json(*video));
  co_return co_await response.send(std::move(answer));
}

Async<> send_refusal(net::Refusal refusal, net::ResponseWriter& response) {
  net::Response answer = net::problem(refusal);
  co_return co_await response.send(std::move(answer));
}

}  // namespace vodmill::api
