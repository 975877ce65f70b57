#include "api/videos.h"

#include "api/answers.h"
#include "api/change.h"
#include "api/creation.h"
#include "api/paging.h"
#include "api/prefer.h"
#include "api/video_json.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;

constexpr std::size_t kLargestPatch = 64 * 1024;
constexpr std::size_t kLongestSearch = 256;

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
  filter.text = request.query("q").value_or("");
  if (filter.text.size() > kLongestSearch) {
    return fail(ErrorCode::invalid_request, "q must be at most 256 bytes of text.");
  }
  filter.limit = TRY(read_limit(request, filter.limit));
  return filter;
}

bool is_patch(std::string_view content_type) {
  return is_media_type(content_type, "application/merge-patch+json") ||
         is_media_type(content_type, "application/json");
}

net::Response not_a_patch() {
  net::Response answer =
      net::problem({415, net::HttpCode::unsupported_media_type,
                    "Send the change as JSON, with Content-Type: application/merge-patch+json."});
  answer.head.headers.add("Accept-Patch", "application/merge-patch+json");  // RFC 5789, section 2.2
  return answer;
}

}  // namespace

Async<> Videos::list(Request& request, ResponseWriter& response) {
  Result<VideoFilter> filter = read_filter(request);
  if (!filter) co_return fail(std::move(filter).error());
  Result<VideoPage> page = co_await ports_.videos.list(std::move(*filter));
  if (!page) co_return fail(std::move(page).error());
  json::array data;
  for (const Video& video : page->videos) data.push_back(to_json(video));
  net::Response answer = json_answer(200, page_json(std::move(data), page->next_cursor));
  co_return co_await response.send(std::move(answer));
}

Async<> Videos::get(Request& request, ResponseWriter& response) {
  Result<Video> video = co_await ports_.videos.get(id_of(request));
  co_return co_await send_video(std::move(video), response);
}

Async<> Videos::update(Request& request, ResponseWriter& response) {
  if (!is_patch(request.header("Content-Type").value_or(""))) {
    net::Response refusal = not_a_patch();
    co_return co_await response.send(std::move(refusal));
  }
  const Result<std::string> body = co_await net::read_all(request.body, kLargestPatch);
  if (!body) co_return fail(body.error());
  Result<VideoChange> change = read_change(*body);
  if (!change) co_return fail(std::move(change).error());
  Result<Video> video = co_await ports_.videos.update(id_of(request), std::move(*change));
  co_return co_await send_video(std::move(video), response);
}

Async<> Videos::remove(Request& request, ResponseWriter& response) {
  Result<> removed = co_await ports_.videos.remove(id_of(request), options_.last_put);
  if (!removed) co_return removed;
  net::Response answer{.head = {.status = 204}};
  co_return co_await response.send(std::move(answer));
}

Async<> Videos::retry(Request& request, ResponseWriter& response) {
  const RetryTerms terms{.generation = {}, .quota = options_.quota};
  Result<Video> video = co_await ports_.videos.retry(id_of(request), terms);
  if (!video) co_return fail(std::move(video).error());
  const std::optional<std::chrono::seconds> wait = preferred_wait(request.head.headers);
  co_return co_await send_when_ended(ports_, response, std::move(*video), wait, 200, {});
}

Async<> Videos::cancel(Request& request, ResponseWriter& response) {
  Result<Video> video = co_await ports_.videos.cancel(id_of(request));
  co_return co_await send_video(std::move(video), response);
}

}  // namespace vodmill::api
