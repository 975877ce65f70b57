#include "worker/task_runner.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "plan/task_spec.h"
#include "worker/about.h"
#include "worker/segment_saver.h"

namespace vodmill::worker {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Milliseconds kLookAgain{1'000};
constexpr Milliseconds kBetweenLooks{100};

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
  if (spec.kind == TaskKind::audio) {
    spec.chunk = 0;
    spec.sound = task.task.index;
    const AudioRendition& sound = plan.sounds.at(static_cast<std::size_t>(spec.sound));
    spec.resume = {front_of(task, sound.name, 0, plan.segments())};
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
  Run(TaskRunner& runner, LeasedTask task, sandbox::Child mill)
      : runner_(runner),
        task_(std::move(task)),
        saver_(runner.ports_, runner.budget_, runner.counts_, runner.executor_, task_),
        mill_(runner.executor_, std::move(mill), runner.options_, runner.ranges_, task_.task,
              task_.source, *this),
        beating_(runner.executor_),
        ended_(runner.executor_) {}

  // Ends with the mill; its last segments may still be on their way.
  asio::awaitable<void> run_mill() {
    beating_.spawn(beat());
    beating_.spawn(end_in_time());
    const auto begun = SteadyClock::now();
    outcome_ = co_await mill_.run(plan::to_json(spec_of(task_)));
    if (mill_.has_locked()) runner_.starter_.has_locked();
    if (mill_.failed_to_lock()) runner_.starter_.has_not_locked(outcome_.error.message);
    runner_.counts_.count(task_.task.kind, outcome_, SteadyClock::now() - begun);
    log::info(about(task_.task), "task {}: {} frames encoded", task_.task.id.str(),
              progress_.encoded);
  }

  // Waits for the last segments and tells the catalog what became of the task.
  asio::awaitable<void> finish() {
    Result<> saved = co_await saver_.drain();
    if (outcome_.end == MillEnd::done && !saved) {
      outcome_.end = end_of(saved.error().code);
      outcome_.error = std::move(saved).error();
    }
    co_await runner_.settle(task_, outcome_);
    ended_.give();
    co_await beating_.join();
  }

  // Ends the mill at once, and what waits for the store as soon as the store answers.
  void give_up(MillEnd end, Error why) {
    mill_.kill(end, std::move(why));
    saver_.give_up();
  }

  const Task& task() const { return task_.task; }

  asio::awaitable<Budget::Room> make_room(std::int64_t bytes) override {
    return saver_.make_room(bytes);
  }
  Async<> segment(sandbox::SegmentBegin begin, Bytes bytes, Budget::Room room) override {
    return saver_.accept(std::move(begin), std::move(bytes), std::move(room));
  }
  void progress(sandbox::Progress progress) override {
    progress_.done = std::max(progress_.done, progress.done);
    const std::int64_t encoded = std::max(progress_.encoded, progress.encoded);
    runner_.counts_.frames.add(static_cast<double>(encoded - progress_.encoded));
    progress_.encoded = encoded;
    log::debug(about(task_.task), "task {} token {}: {} frames encoded", task_.task.id.str(),
               task_.token.value, progress_.encoded);
  }

 private:
  asio::awaitable<void> beat() {
    const WorkerOptions& options = runner_.options_;
    for (;;) {
      co_await ended_.wait(std::min(options.progress, options.heartbeat));
      if (ended_.given()) co_return;
      const auto asked_at = SteadyClock::now();
      if (asked_at - asked_at_ < options.heartbeat && !has_moved()) continue;
      asked_at_ = asked_at;
      told_ = progress_.done;
      const TaskId id = task_.task.id;
      Result<> renewed = co_await runner_.ports_.tasks.renew(id, task_.token, options.lease, told_);
      if (renewed) {
        held_until_ = asked_at + options.lease;
        runner_.answered_at_ = SteadyClock::now();
      } else if (renewed.error().code == ErrorCode::lease_lost) {
        give_up(MillEnd::lost, std::move(renewed).error());
      }
    }
  }

  // By a twentieth of the task: a short one shows that it moves, a long one doesn't write all the
  // time.
  bool has_moved() const { return progress_.done - told_ > task_.task.cost / 20; }

  // A worker that cannot renew its lease ends its mill before the lease does, even while renew()
  // has not answered. The task is still given back when the catalog can be reached again.
  asio::awaitable<void> end_in_time() {
    const Milliseconds margin = 2 * runner_.options_.heartbeat;
    while (!ended_.given()) {
      const auto left = std::chrono::duration_cast<Milliseconds>(held_until_ - SteadyClock::now());
      if (left <= margin) {
        mill_.kill(MillEnd::hindered,
                   {ErrorCode::storage_unavailable, "The lease could not be renewed in time."});
        co_return;
      }
      co_await ended_.wait(left - margin + Milliseconds(1));
    }
  }

  TaskRunner& runner_;
  const LeasedTask task_;
  SegmentSaver saver_;
  MillRun mill_;
  MillOutcome outcome_;
  Nursery beating_;
  Notice ended_;
  SteadyClock::time_point held_until_ = SteadyClock::now() + runner_.options_.lease;
  SteadyClock::time_point asked_at_ = SteadyClock::now();
  sandbox::Progress progress_;
  std::int64_t told_ = 0;  // of progress_.done
};

TaskRunner::TaskRunner(const Ports& ports, const WorkerOptions& options, Admission& admission,
                       asio::any_io_executor executor, const Notice& stopping)
    : ports_(ports),
      options_(options),
      admission_(admission),
      executor_(executor),
      stopping_(stopping),
      counts_(ports.registry),
      budget_(executor, options.segment_bytes),
      ranges_(executor, ports.blobs, options.range_cache_bytes),
      standing_back_(executor),
      answered_at_(SteadyClock::now()),
      starter_(options.child),
      mills_(executor),
      finishing_(executor),
      spares_(executor) {}

TaskRunner::~TaskRunner() = default;

std::string TaskRunner::trouble() const {
  if (stopping_.given()) return "The worker is stopping.";
  if (std::string trouble = starter_.trouble(); !trouble.empty()) return trouble;
  if (SteadyClock::now() - answered_at_ <= options_.silence) return "";
  return "The worker has had no answer from the database for a while.";
}

void TaskRunner::stop() {
  starter_.stop();
  standing_back_.cancel();
  for (Run* run : running_) {
    run->give_up(MillEnd::hindered, {ErrorCode::cancelled, "The worker is stopping."});
  }
}

Async<> TaskRunner::tell_catalog(const LeasedTask& task, const MillOutcome& outcome) {
  const TaskId id = task.task.id;
  const Token token = task.token;
  switch (outcome.end) {
    case MillEnd::done:
      return ports_.tasks.finish(id, token, json::serialize(outcome.result));
    case MillEnd::refused:
      return ports_.tasks.fail(id, token, outcome.error);
    case MillEnd::crashed:
      return ports_.tasks.crashed(id, token, outcome.error, options_.crash_delay);
    case MillEnd::hindered:
    case MillEnd::lost:
      break;
  }
  return ports_.tasks.give_back(id, token,
                                stopping_.given() ? Milliseconds(0) : options_.store_delay);
}

// A catalog that is away is waited for: nobody may pay for it with an attempt or a loss.
asio::awaitable<void> TaskRunner::settle(const LeasedTask& task, const MillOutcome& outcome) {
  if (outcome.end == MillEnd::lost) {
    log::info(about(task.task), "its lease is lost: {}", outcome.error.message);
    co_return;
  }
  if (outcome.end == MillEnd::hindered) {
    log::warn(about(task.task), "is given back: {}", outcome.error.message);
  }
  for (;;) {
    Result<> told = co_await tell_catalog(task, outcome);
    if (told) co_return;
    if (told.error().code == ErrorCode::lease_lost) {
      log::info(about(task.task), "its lease is lost: {}", told.error().message);
      co_return;
    }
    log::warn(about(task.task), "settle: {}", told.error().message);
    const bool may_come_back = end_of(told.error().code) == MillEnd::hindered;
    if (stopping_.given() || !may_come_back) co_return;
    co_await stopping_.wait(kLookAgain);
  }
}

asio::awaitable<void> TaskRunner::hand_back(LeasedTask task, Error why) {
  const MillOutcome outcome{.end = MillEnd::hindered, .result = {}, .error = std::move(why)};
  co_await settle(task, outcome);
}

// The slots are free again as soon as the mill has ended: a slow store does not hold them up.
asio::awaitable<void> TaskRunner::run_task(Admitted admitted) {
  LeasedTask task = std::move(admitted.task);
  if (stopping_.given()) {
    co_await hand_back(std::move(task), {ErrorCode::cancelled, "The worker is stopping."});
    co_return;
  }
  auto mill = co_await starter_.take();
  if (!mill) {
    admitted.mill = {};
    co_await hand_back(std::move(task), std::move(mill).error().within("start a mill"));
    co_return;
  }
  auto run = std::make_unique<Run>(*this, std::move(task), std::move(*mill));
  spares_.spawn(starter_.keep_a_spare());
  running_.insert(run.get());
  const int cores = admitted.mill.cores();
  counts_.mills.add(1);
  counts_.busy_slots.add(cores);
  co_await run->run_mill();
  counts_.mills.add(-1);
  counts_.busy_slots.add(-cores);
  admitted.mill = {};
  finishing_.spawn(finish(std::move(run)));
  standing_back_.cancel();
  ports_.bell.ring();
}

asio::awaitable<void> TaskRunner::finish(std::unique_ptr<Run> run) {
  co_await run->finish();
  running_.erase(run.get());
  ports_.bell.ring();
}

bool TaskRunner::may_begin() const {
  return admission_.urgent_cores() > 0 &&
         std::cmp_less_equal(finishing_.running(), options_.slots) && !stopping_.given();
}

Async<std::optional<TaskRunner::Admitted>> TaskRunner::admit_next() {
  if (!may_begin()) co_return std::nullopt;
  const bool has_room = co_await admission_.disk_has_room();
  if (!has_room) answered_at_ = SteadyClock::now();  // it was not asked
  if (!has_room || stopping_.given()) co_return std::nullopt;
  TaskWish wish{.build = options_.build,
                .lease = options_.lease,
                .room = admission_.room(),
                .cores = admission_.cores(),
                .urgent_cores = admission_.urgent_cores()};
  auto leased = co_await ports_.tasks.lease(options_.id, std::move(wish));
  if (!leased) co_return fail(std::move(leased).error());
  answered_at_ = SteadyClock::now();
  if (!*leased) co_return std::nullopt;
  const Task& task = (*leased)->task;
  Admission::Mill mill = admission_.begin(task.cores, task.memory);
  co_return Admitted{std::move(**leased), std::move(mill)};
}

// Where only an urgent task could begin here, beside the slots, a worker with free ones is to be
// quicker.
asio::awaitable<void> TaskRunner::stand_back() {
  if (admission_.cores() > 0 || stopping_.given()) co_return;
  standing_back_.expires_after(kBetweenLooks);
  boost::system::error_code ignored;
  co_await standing_back_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> TaskRunner::run_all() {
  while (!stopping_.given()) {
    const std::uint64_t seen = ports_.bell.count();
    auto admitted = co_await admit_next();
    if (admitted && *admitted) {
      Admitted next = std::move(**admitted);
      mills_.spawn(run_task(std::move(next)));
      continue;
    }
    if (!admitted) log::warn("lease a task: {}", admitted.error().message);
    if (!stopping_.given()) {
      spares_.spawn(starter_.look());
      co_await ports_.bell.wait(seen, kLookAgain);
      co_await stand_back();
    }
  }
}

asio::awaitable<void> TaskRunner::run() {
  co_await starter_.keep_a_spare();
  counts_.slots.add(options_.slots);
  co_await run_all();
  co_await mills_.join();
  co_await finishing_.join();
  co_await spares_.join();
  counts_.slots.add(-options_.slots);
}

asio::awaitable<bool> TaskRunner::has_ended(VideoId id, int generation) {
  Result<Video> video = co_await ports_.videos.get(std::move(id));
  if (!video) co_return video.error().code == ErrorCode::not_found;
  co_return video->generation != generation || is_final(video->status);
}

asio::awaitable<void> TaskRunner::watch_videos() {
  while (!stopping_.given()) {
    const std::uint64_t seen = ports_.bell.count();
    std::set<std::pair<VideoId, int>> videos;
    for (const Run* run : running_) videos.emplace(run->task().video, run->task().generation);
    for (const auto& [video, generation] : videos) {
      const bool ended = co_await has_ended(video, generation);
      if (!ended) continue;
      for (Run* run : running_) {
        if (run->task().video != video || run->task().generation != generation) continue;
        run->give_up(MillEnd::lost, {ErrorCode::lease_lost, "The video has ended."});
      }
    }
    co_await ports_.bell.wait(seen, kLookAgain);
    // Commits may come by the dozen.
    co_await stopping_.wait(kBetweenLooks);
  }
}

}  // namespace vodmill::worker
