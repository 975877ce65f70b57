#include "worker/task_runner.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "worker/segment_saver.h"

namespace vodmill::worker {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Milliseconds kLookAgain{1'000};
constexpr Milliseconds kCrashDelay{1'000};
constexpr Milliseconds kStoreDelay{5'000};

// Whose fault an error is decides what becomes of the task.
bool is_of_the_machinery(ErrorCode code) {
  return code == ErrorCode::storage_unavailable || code == ErrorCode::disk_full ||
         code == ErrorCode::not_found || code == ErrorCode::cancelled;
}

// The first segment of each rung that has no row yet: the front that a retry goes on from.
int front_of(const LeasedTask& task, std::string_view rendition, int first, int end) {
  int front = first;
  for (; front < end; ++front) {
    const bool is_there = std::ranges::any_of(task.committed, [&](const Segment& segment) {
      return segment.rendition == rendition && segment.index == front;
    });
    if (!is_there) break;
  }
  return front;
}

plan::TaskSpec spec_of(const LeasedTask& task) {
  plan::TaskSpec spec;
  spec.kind = task.task.kind;
  spec.source_bytes = task.source.length.value_or(0);
  spec.plan = task.plan;
  spec.chunk = task.task.index;
  if (!task.plan) return spec;
  const Plan& plan = *task.plan;
  if (spec.kind == TaskKind::audio && plan.audio) {
    spec.chunk = 0;
    spec.resume = {front_of(task, plan.audio->name, 0, plan.segments())};
  }
  if (spec.kind == TaskKind::chunk) {
    const Chunk& chunk = plan.chunks.at(static_cast<std::size_t>(task.task.index));
    for (const Rendition& rung : plan.ladder) {
      spec.resume.push_back(front_of(task, rung.name, chunk.first_segment, chunk.end_segment));
    }
  }
  return spec;
}

}  // namespace

// One leased task, its mill and its heartbeat.
class TaskRunner::Run final : public MillListener {
 public:
  Run(TaskRunner& runner, const LeasedTask& task, sandbox::Child mill)
      : runner_(runner),
        task_(task),
        saver_(runner.ports_, runner.budget_, runner.executor_, task, runner.stopping_),
        mill_(runner.executor_, std::move(mill), runner.options_, runner.ranges_, task.source,
              *this),
        beating_(runner.executor_),
        next_beat_(runner.executor_) {}

  asio::awaitable<MillOutcome> run() {
    beating_.spawn(beat());
    MillOutcome outcome = co_await mill_.run(plan::to_json(spec_of(task_)));
    Result<> saved = co_await saver_.drain();
    ended_ = true;
    next_beat_.cancel();
    co_await beating_.join();
    if (!saved) outcome = MillOutcome{.result = {}, .error = std::move(saved).error()};
    co_return outcome;
  }

  Async<> segment(sandbox::SegmentBegin begin, Bytes bytes) override {
    return saver_.accept(std::move(begin), std::move(bytes));
  }
  asio::awaitable<void> make_room(std::int64_t bytes) override { return saver_.make_room(bytes); }
  void progress(std::int64_t done) override { done_ = std::max(done_, done); }

 private:
  // Keeps the lease; a worker that cannot renew it kills its mill before it ends.
  asio::awaitable<void> beat() {
    const WorkerOptions& options = runner_.options_;
    auto held_until = SteadyClock::now() + options.lease;
    while (!ended_) {
      next_beat_.expires_after(options.heartbeat);
      boost::system::error_code ignored;
      co_await next_beat_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      if (ended_) co_return;
      if (runner_.stopping_) mill_.kill({ErrorCode::cancelled, "The worker is stopping."});
      const auto asked_at = SteadyClock::now();
      const TaskId id = task_.task.id;
      Result<> renewed = co_await runner_.ports_.tasks.renew(id, task_.token, options.lease, done_);
      if (renewed) {
        held_until = asked_at + options.lease;
      } else if (renewed.error().code == ErrorCode::lease_lost) {
        mill_.kill(std::move(renewed).error());
      } else if (SteadyClock::now() + 2 * options.heartbeat > held_until) {
        mill_.kill({ErrorCode::lease_lost, "The lease could not be renewed in time."});
      }
    }
  }

  TaskRunner& runner_;
  const LeasedTask& task_;
  SegmentSaver saver_;
  MillRun mill_;
  Nursery beating_;
  asio::steady_timer next_beat_;
  std::int64_t done_ = 0;
  bool ended_ = false;
};

TaskRunner::TaskRunner(const Ports& ports, const WorkerOptions& options,
                       asio::any_io_executor executor, const bool& stopping)
    : ports_(ports),
      options_(options),
      executor_(executor),
      stopping_(stopping),
      budget_(executor, options.segment_bytes),
      ranges_(ports.blobs, options.range_cache_bytes) {}

void TaskRunner::keep_a_spare() {
  if (spare_ || stopping_) return;
  auto started = sandbox::start_child(options_.child);
  if (started) {
    spare_.emplace(std::move(*started));
  } else {
    log::error("start a mill: {}", started.error().message);
  }
}

Result<sandbox::Child> TaskRunner::take_mill() {
  if (spare_) {
    sandbox::Child spare = std::move(*spare_);
    spare_.reset();
    const auto ended = spare.try_wait();
    if (ended && !*ended) return spare;
  }
  return sandbox::start_child(options_.child);
}

Async<> TaskRunner::settle(const LeasedTask& task, MillOutcome outcome) {
  const TaskId id = task.task.id;
  const Token token = task.token;
  if (outcome.result) {
    Result<> done = co_await ports_.tasks.finish(id, token, json::serialize(*outcome.result));
    co_return done;
  }
  Error error = std::move(*outcome.error);
  if (error.code == ErrorCode::lease_lost) co_return Result<>();
  if (is_of_the_machinery(error.code)) {
    log::warn("task {} is given back: {}", id.str(), error.message);
    const Milliseconds delay = stopping_ ? Milliseconds(0) : kStoreDelay;
    Result<> done = co_await ports_.tasks.give_back(id, token, delay);
    co_return done;
  }
  if (outcome.crashed) {
    Result<> done = co_await ports_.tasks.crashed(id, token, std::move(error), kCrashDelay);
    co_return done;
  }
  Result<> done = co_await ports_.tasks.fail(id, token, std::move(error));
  co_return done;
}

asio::awaitable<void> TaskRunner::run_task(LeasedTask task) {
  auto mill = take_mill();
  MillOutcome outcome;
  if (mill) {
    Run run(*this, task, std::move(*mill));
    keep_a_spare();
    outcome = co_await run.run();
  } else {
    outcome.error = Error{ErrorCode::storage_unavailable, mill.error().message};
  }
  Result<> settled = co_await settle(task, std::move(outcome));
  if (!settled && settled.error().code != ErrorCode::lease_lost) {
    log::warn("task {}: {}", task.task.id.str(), settled.error().message);
  }
}

asio::awaitable<void> TaskRunner::run_slot() {
  keep_a_spare();
  while (!stopping_) {
    const std::uint64_t seen = ports_.bell.count();
    auto leased = co_await ports_.tasks.lease(options_.id, options_.build, options_.lease);
    if (leased && *leased) {
      LeasedTask task = std::move(**leased);
      co_await run_task(std::move(task));
      continue;
    }
    if (!leased) log::warn("lease a task: {}", leased.error().message);
    if (!stopping_) co_await ports_.bell.wait(seen, kLookAgain);
  }
}

}  // namespace vodmill::worker
