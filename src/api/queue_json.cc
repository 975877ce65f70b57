#include "api/queue_json.h"

#include <algorithm>
#include <array>

#include "api/job_json.h"

namespace vodmill::api {
namespace {

constexpr int kMinutes = 60;

double seconds(std::int64_t milliseconds) { return static_cast<double>(milliseconds) / 1000; }

// One number a minute of the last hour, the present minute last.
json::array completed_per_minute(const QueueFigures& figures) {
  std::array<std::int64_t, kMinutes> counts{};
  for (const EndedJob& job : figures.ended) {
    const std::int64_t age = std::max<std::int64_t>(figures.now.ms - job.ended_at.ms, 0) / 60'000;
    if (job.completed && age < kMinutes) ++counts.at(static_cast<std::size_t>(kMinutes - 1 - age));
  }
  return json::array(counts.begin(), counts.end());
}

json::value latency(const QueueFigures& figures) {
  std::vector<std::int64_t> times;
  for (const EndedJob& job : figures.ended) {
    if (job.completed) times.push_back(job.ended_at.ms - job.created_at.ms);
  }
  if (times.empty()) return nullptr;
  std::ranges::sort(times);
  const auto rank = [&](std::size_t percent) {
    const std::size_t at = (times.size() * percent + 99) / 100;
    return seconds(times[at - 1]);
  };
  return {{"p50", rank(50)}, {"p90", rank(90)}, {"p99", rank(99)}, {"max", seconds(times.back())}};
}

json::array running(const QueueFigures& figures) {
  json::array tasks;
  for (const ShownTask& task : figures.running) {
    json::object object = to_json(task);
    object["video"] = task.task.video.str();
    object["generation"] = task.task.generation;
    tasks.push_back(std::move(object));
  }
  return tasks;
}

bool is_alive(const ShownWorker& worker) { return worker.unseen <= kWorkerLost; }

}  // namespace

json::object to_json(const QueueFigures& figures) {
  const JobCounts& counts = figures.counts;
  json::object reasons;
  for (const auto& [reason, count] : figures.waiting_reasons) reasons[reason] = count;
  json::value oldest;
  if (figures.oldest_waiting) {
    oldest = seconds(std::max<std::int64_t>(figures.now.ms - figures.oldest_waiting->ms, 0));
  }
  const auto completed = std::ranges::count(figures.ended, true, &EndedJob::completed);
  return {{"counts",
           {{"waiting", counts.waiting},
            {"delayed", counts.delayed},
            {"active", counts.active},
            {"completed", counts.completed},
            {"failed", counts.failed}}},
          {"waiting_reasons", std::move(reasons)},
          {"oldest_waiting_seconds", std::move(oldest)},
          {"running", running(figures)},
          {"last_hour",
           {{"completed", completed},
            {"failed", std::ssize(figures.ended) - completed},
            {"completed_per_minute", completed_per_minute(figures)},
            {"latency_seconds", latency(figures)}}}};
}

json::value hint_of(std::span<const ShownWorker> workers) {
  if (std::ranges::any_of(workers, is_alive)) return nullptr;
  const std::string what = workers.empty() ? "is there" : "has been heard of lately";
  return json::value("No worker " + what +
                     ", so videos wait. Start one: vodmill worker, or vodmill serve without "
                     "--no-worker.");
}

json::object to_json(const ShownWorker& worker, Timestamp now) {
  const WorkerNotice& notice = worker.notice;
  return {{"id", notice.id.str()},
          {"host", notice.host},
          {"pid", notice.pid},
          {"slots", notice.slots},
          {"busy", notice.busy},
          {"engine_build", notice.build.str()},
          {"since", to_rfc3339(worker.since)},
          {"last_seen", to_rfc3339(Timestamp{now.ms - worker.unseen.count()})},
          {"lost", !is_alive(worker)}};
}

}  // namespace vodmill::api
