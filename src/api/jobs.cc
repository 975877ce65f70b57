#include "api/jobs.h"

#include "api/answers.h"
#include "api/job_json.h"
#include "api/paging.h"
#include "api/queue_json.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;

Async<> send_json(const json::object& object, ResponseWriter& response) {
  net::Response answer = json_answer(200, object);
  co_return co_await response.send(std::move(answer));
}

MessageId id_of(const Request& request) { return MessageId(std::string(request.parameter("id"))); }

Result<JobFilter> read_filter(const Request& request) {
  JobFilter filter;
  filter.cursor = request.query("cursor").value_or("");
  if (const auto video = request.query("video")) {
    if (video->empty()) {
      return fail(ErrorCode::invalid_request,
                  "video must be a video's id. Leave it out for the jobs of all videos.");
    }
    filter.video = VideoId(std::string(*video));
  }
  if (const auto state = request.query("state")) {
    filter.state = job_state_from(*state);
    if (!filter.state) {
      return fail(ErrorCode::invalid_request,
                  "state must be one of waiting, delayed, active, completed and failed.");
    }
  }
  filter.limit = TRY(read_limit(request, filter.limit));
  return filter;
}

}  // namespace

Async<> Jobs::list(Request& request, ResponseWriter& response) {
  Result<JobFilter> filter = read_filter(request);
  if (!filter) co_return fail(std::move(filter).error());
  const Result<JobPage> page = co_await ports_.jobs.list(std::move(*filter));
  if (!page) co_return fail(page.error());
  json::array data;
  for (const ShownJob& job : page->jobs) data.push_back(to_json(job));
  const json::object answer = page_json(std::move(data), page->next_cursor);
  co_return co_await send_json(answer, response);
}

Async<> Jobs::send_job(MessageId id, ResponseWriter& response) {
  const Result<JobDetails> details = co_await ports_.jobs.get(std::move(id));
  if (!details) co_return fail(details.error());
  const json::object answer = to_json(*details);
  co_return co_await send_json(answer, response);
}

Async<> Jobs::get(Request& request, ResponseWriter& response) {
  co_return co_await send_job(id_of(request), response);
}

Async<> Jobs::cancel(Request& request, ResponseWriter& response) {
  const Result<JobDetails> details = co_await ports_.jobs.get(id_of(request));
  if (!details) co_return fail(details.error());
  const ShownJob& job = details->job;
  const Result<Video> video = co_await ports_.videos.cancel(job.video, job.generation);
  if (!video) co_return fail(video.error());
  co_return co_await send_job(job.id, response);
}

Async<> Jobs::retry(Request& request, ResponseWriter& response) {
  const Result<JobDetails> details = co_await ports_.jobs.get(id_of(request));
  if (!details) co_return fail(details.error());
  const ShownJob& job = details->job;
  const RetryTerms terms{.generation = job.generation, .quota = options_.quota};
  const Result<Video> video = co_await ports_.videos.retry(job.video, terms);
  if (!video) co_return fail(video.error());
  JobFilter newest;
  newest.video = job.video;
  newest.limit = 1;
  const Result<JobPage> page = co_await ports_.jobs.list(std::move(newest));
  if (!page) co_return fail(page.error());
  if (page->jobs.empty()) co_return fail(ErrorCode::not_found, "The video was deleted meanwhile.");
  co_return co_await send_job(page->jobs.front().id, response);
}

Async<> Jobs::queue(Request&, ResponseWriter& response) {
  const Result<QueueFigures> figures = co_await ports_.jobs.figures(kFiguresReach);
  if (!figures) co_return fail(figures.error());
  const Result<std::vector<ShownWorker>> workers = co_await ports_.workers.all();
  if (!workers) co_return fail(workers.error());
  json::object answer = to_json(*figures);
  answer["hint"] = hint_of(*workers);
  co_return co_await send_json(answer, response);
}

Async<> Jobs::workers(Request&, ResponseWriter& response) {
  const Result<std::vector<ShownWorker>> workers = co_await ports_.workers.all();
  if (!workers) co_return fail(workers.error());
  const Timestamp now = ports_.clock.now();
  json::array data;
  for (const ShownWorker& worker : *workers) data.push_back(to_json(worker, now));
  const json::object answer{{"data", std::move(data)}};
  co_return co_await send_json(answer, response);
}

}  // namespace vodmill::api
