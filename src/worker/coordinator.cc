#include "worker/coordinator.h"

#include <algorithm>

#include "base/log.h"
#include "plan/json.h"
#include "worker/nursery.h"
#include "worker/publisher.h"

namespace vodmill::worker {
namespace {

constexpr Milliseconds kAfterTrouble{1'000};

bool is_trouble_of_the_store(ErrorCode code) {
  return code == ErrorCode::storage_unavailable || code == ErrorCode::disk_full;
}

bool all_completed(const std::vector<Task>& tasks) {
  return std::ranges::all_of(tasks, [](const Task& t) { return t.state == TaskState::completed; });
}

const Task* failed_one(const std::vector<Task>& tasks) {
  const auto found =
      std::ranges::find_if(tasks, [](const Task& t) { return t.state == TaskState::failed; });
  return found == tasks.end() ? nullptr : &*found;
}

}  // namespace

int percent_done(const std::vector<Task>& tasks) {
  // In floating point: pixels times frames of a long video times 99 may not fit 64 bits.
  double done = 0;
  double cost = 0;
  for (const Task& task : tasks) {
    cost += static_cast<double>(task.cost);
    const bool completed = task.state == TaskState::completed;
    done += static_cast<double>(completed ? task.cost : std::min(task.done, task.cost));
  }
  return cost > 0 ? static_cast<int>(99 * done / cost) : 0;
}

std::vector<NewTask> tasks_of(const Plan& plan) {
  std::vector<NewTask> tasks;
  std::int64_t pixels = 0;
  for (const Rendition& rung : plan.ladder) {
    pixels += static_cast<std::int64_t>(rung.width) * rung.height;
  }
  for (std::size_t i = 0; i < plan.chunks.size(); ++i) {
    const auto at = [&](int segment) { return plan.boundaries[static_cast<std::size_t>(segment)]; };
    const Chunk& chunk = plan.chunks[i];
    tasks.push_back({.kind = TaskKind::chunk,
                     .index = static_cast<int>(i),
                     .urgency = i == 0 ? 0 : 1,
                     .cost = pixels * (at(chunk.end_segment) - at(chunk.first_segment)),
                     .build = plan.build});
  }
  if (plan.audio) {
    // Reported in AAC frames.
    tasks.push_back({.kind = TaskKind::audio,
                     .index = 0,
                     .urgency = 0,
                     .cost = plan.audio->boundaries.back(),
                     .build = plan.build});
  }
  return tasks;
}

Async<> Coordinator::plan_from(const Task& probe) {
  Result<SourceInfo> info = plan::source_info_from_json(probe.result);
  if (!info) co_return fail(std::move(info).error());
  plan::Policy policy;
  policy.build = options_.build;
  policy.parallel = options_.slots;
  Result<Plan> plan = plan::make_plan(*info, policy);
  if (!plan) co_return fail(std::move(plan).error());
  std::vector<NewTask> tasks = tasks_of(*plan);
  Result<> stored = co_await ports_.generations.store_plan(lease_, std::move(*info),
                                                           std::move(*plan), std::move(tasks));
  // Another coordinator was here before us: its plan is as good.
  if (!stored && stored.error().code == ErrorCode::conflict) co_return Result<>();
  co_return stored;
}

// Playable = segment 0 of the sound (if any) and of the lowest rendition.
Async<> Coordinator::check_playable() {
  const Plan& plan = *generation_->plan;
  std::vector<std::string> wanted{plan.ladder.back().name};
  if (plan.audio) wanted.push_back(plan.audio->name);
  for (const std::string& rendition : wanted) {
    auto rows = co_await ports_.videos.segments(lease_.video, lease_.generation, rendition);
    if (!rows) co_return fail(std::move(rows).error());
    if (std::ranges::find(*rows, 0, &Segment::index) == rows->end()) co_return Result<>();
  }
  Result<> marked = co_await ports_.generations.mark_playable(lease_);
  if (!marked) co_return marked;
  playable_ = true;
  co_return Result<>();
}

Async<> Coordinator::report(const std::vector<Task>& tasks) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_report_) co_return Result<>();
  next_report_ = now + options_.heartbeat;
  ProgressUpdate update;
  update.progress = percent_done(tasks);
  const bool nobody_works =
      std::ranges::none_of(tasks, [](const Task& t) { return t.state == TaskState::leased; });
  if (nobody_works) update.waiting_reason = "waiting for a free mill";
  Result<> renewed = co_await ports_.generations.renew(lease_, options_.lease, std::move(update));
  co_return renewed;
}

Async<> Coordinator::finish(const std::vector<Task>& tasks) {
  Result<Completion> completion = co_await publish(ports_, *generation_, tasks);
  if (!completion) co_return fail(std::move(completion).error());
  Result<> completed = co_await ports_.generations.complete(lease_, *completion);
  co_return completed;
}

Async<bool> Coordinator::step() {
  auto tasks = co_await ports_.generations.tasks(lease_.video, lease_.generation);
  if (!tasks) co_return fail(std::move(tasks).error());
  if (const Task* failed = failed_one(*tasks)) {
    co_return fail(failed->error.value_or(Error{ErrorCode::internal_error, "A task failed."}));
  }
  if (!generation_ || !generation_->plan) {
    auto generation = co_await ports_.videos.generation(lease_.video, lease_.generation);
    if (!generation) co_return fail(std::move(generation).error());
    generation_ = std::move(*generation);
  }
  if (!generation_->plan) {
    const auto probe = std::ranges::find(*tasks, TaskKind::probe, &Task::kind);
    if (probe != tasks->end() && probe->state == TaskState::completed) {
      Result<> planned = co_await plan_from(*probe);
      if (!planned) co_return fail(std::move(planned).error());
    }
  } else {
    if (!playable_) {
      Result<> checked = co_await check_playable();
      if (!checked) co_return fail(std::move(checked).error());
    }
    if (all_completed(*tasks)) {
      Result<> finished = co_await finish(*tasks);
      if (!finished) co_return fail(std::move(finished).error());
      co_return true;
    }
  }
  Result<> reported = co_await report(*tasks);
  if (!reported) co_return fail(std::move(reported).error());
  co_return false;
}

asio::awaitable<void> Coordinator::run() {
  while (!stopping_) {
    const std::uint64_t seen = ports_.bell.count();
    Result<bool> done = co_await step();
    if (done && *done) co_return;
    if (done) {
      co_await ports_.bell.wait(seen, options_.heartbeat);
      continue;
    }
    Error error = std::move(done).error();
    if (error.code == ErrorCode::lease_lost) co_return;
    if (is_trouble_of_the_store(error.code)) {
      log::warn("video {} waits: {}", lease_.video.str(), error.message);
      co_await sleep_for(kAfterTrouble);
      continue;
    }
    log::info("video {} fails: {}: {}", lease_.video.str(), error_code_name(error.code),
              error.message);
    Result<> failed = co_await ports_.generations.fail(lease_, std::move(error));
    if (failed || failed.error().code == ErrorCode::lease_lost) co_return;
  }
}

}  // namespace vodmill::worker
