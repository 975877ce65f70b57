#include "api/metrics.h"

#include <algorithm>
#include <array>

#include "base/log.h"

namespace vodmill::api {
namespace {

using metrics::Family;
using metrics::Type;

constexpr std::array kStatuses{VideoStatus::uploading,  VideoStatus::pending,
                               VideoStatus::processing, VideoStatus::completed,
                               VideoStatus::failed,     VideoStatus::cancelled};
constexpr std::array kKinds{TaskKind::probe, TaskKind::chunk, TaskKind::audio};
constexpr std::array kStates{TaskState::waiting, TaskState::leased, TaskState::completed,
                             TaskState::failed, TaskState::cancelled};

Family gauge(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), Type::gauge, {{"", {}, value}}};
}

// A line for each status: what has no line to begin with has no rate and no alarm.
Family videos_of(const Census& census) {
  Family family{"vodmill_videos", "Videos by status.", Type::gauge, {}};
  for (const VideoStatus status : kStatuses) {
    const auto found = std::ranges::find(census.videos, status, &Census::Videos::status);
    const std::int64_t count = found == census.videos.end() ? 0 : found->count;
    family.samples.push_back(
        {"", {{"status", std::string(name_of(status))}}, static_cast<double>(count)});
  }
  return family;
}

Family tasks_of(const Census& census) {
  Family family{
      "vodmill_tasks", "Tasks of videos that are pending or processing.", Type::gauge, {}};
  for (const TaskKind kind : kKinds) {
    for (const TaskState state : kStates) {
      const auto found = std::ranges::find_if(census.tasks, [&](const Census::Tasks& tasks) {
        return tasks.kind == kind && tasks.state == state;
      });
      const std::int64_t count = found == census.tasks.end() ? 0 : found->count;
      family.samples.push_back(
          {"",
           {{"kind", std::string(name_of(kind))}, {"state", std::string(name_of(state))}},
           static_cast<double>(count)});
    }
  }
  return family;
}

Family jobs_of(const JobCounts& jobs) {
  Family family{"vodmill_queue_jobs", "Jobs in the queue by state.", Type::gauge, {}};
  for (const auto& [state, count] :
       {std::pair(JobState::waiting, jobs.waiting), std::pair(JobState::delayed, jobs.delayed),
        std::pair(JobState::active, jobs.active), std::pair(JobState::completed, jobs.completed),
        std::pair(JobState::failed, jobs.failed)}) {
    family.samples.push_back(
        {"", {{"state", std::string(name_of(state))}}, static_cast<double>(count)});
  }
  return family;
}

}  // namespace

Metrics::Metrics(const Ports& ports, const ApiOptions& options)
    : ports_(ports), look_([&ports] { return count(ports); }, options.readiness, options.fresh) {}

Async<Metrics::Counted> Metrics::count(const Ports& ports) {
  Result<Census> census = co_await ports.census.count();
  if (!census) co_return fail(std::move(census).error());
  const Result<JobCounts> jobs = co_await ports.queue.counts();
  if (!jobs) co_return fail(jobs.error());
  Counted counted{std::move(*census), *jobs, std::nullopt};
  if (ports.space) {
    const Result<std::int64_t> space = co_await ports.space->free_bytes();
    if (space) counted.free_bytes = *space;
  }
  co_return counted;
}

std::vector<Family> Metrics::families_of(const Counted& counted) {
  const Census& census = counted.census;
  std::vector<Family> families{
      videos_of(census), tasks_of(census), jobs_of(counted.jobs),
      gauge("vodmill_longest_task_wait_seconds",
            "How long the task that waits longest could have been done.",
            static_cast<double>(census.longest_wait.count()) / 1000),
      gauge("vodmill_undelivered_jobs", "Jobs that have not reached the queue yet.",
            static_cast<double>(census.undelivered_jobs))};
  if (counted.free_bytes) {
    families.push_back(gauge("vodmill_disk_free_bytes", "Room that is left on the store's disk.",
                             static_cast<double>(*counted.free_bytes)));
  }
  return families;
}

Async<> Metrics::show(net::Request&, net::ResponseWriter& response) {
  const std::optional<Result<Counted>> counted = co_await look_.ask();
  const bool is_up = counted && *counted;
  if (counted && !*counted) log::warn("count for /metrics: {}", counted->error().message);
  std::vector<Family> families = ports_.registry.families();
  families.push_back(
      gauge("vodmill_catalog_up", "1 if the catalog and the queue answer.", is_up ? 1 : 0));
  if (is_up) std::ranges::move(families_of(**counted), std::back_inserter(families));
  net::Response answer{.head = {.status = 200,
                                .headers = {{"Content-Type", std::string(metrics::kTextType)},
                                            {"Cache-Control", "no-store"}}},
                       .body = metrics::to_text(families)};
  co_return co_await response.send(std::move(answer));
}

}  // namespace vodmill::api
