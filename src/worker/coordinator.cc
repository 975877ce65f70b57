#include "worker/coordinator.h"

#include <algorithm>

#include "base/log.h"
#include "plan/json.h"
#include "plan/partial.h"
#include "worker/publisher.h"

namespace vodmill::worker {
namespace {

constexpr Milliseconds kAfterTrouble{1'000};

constexpr Milliseconds kBetweenSteps{100};  // the bell rings for every video
// Of a worker that lives, which shows itself every three seconds.
constexpr Milliseconds kLongestUnseen{10'000};

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

plan::Policy policy_of(const WorkerOptions& options) {
  plan::Policy policy;
  policy.build = options.build;
  policy.cores = options.slots;
  policy.max_seconds = options.max_seconds;
  return policy;
}

std::vector<NewTask> tasks_of(const SourceInfo& info, const Plan& plan) {
  std::vector<NewTask> tasks;
  std::int64_t frame_cost = 0;
  for (const Rendition& rung : plan.ladder) frame_cost += rung.cost();
  for (std::size_t i = 0; i < plan.chunks.size(); ++i) {
    const auto at = [&](int segment) { return plan.boundaries[static_cast<std::size_t>(segment)]; };
    const Chunk& chunk = plan.chunks[i];
    tasks.push_back({.kind = TaskKind::chunk,
                     .index = static_cast<int>(i),
                     .urgency = i == 0 ? kUrgent : kUrgent + 1,
                     .cost = frame_cost * (at(chunk.end_segment) - at(chunk.first_segment)),
                     .build = plan.build,
                     .memory = mill_memory(info, plan),
                     .cores = plan.cores_of_chunk()});
  }
  for (std::size_t i = 0; i < plan.sounds.size(); ++i) {
    // Reported in AAC frames.
    tasks.push_back({.kind = TaskKind::audio,
                     .index = static_cast<int>(i),
                     .urgency = i == 0 ? kUrgent : kUrgent + 1,
                     .cost = plan.sounds[i].boundaries.back(),
                     .build = plan.build,
                     .memory = kSmallMillBytes});
  }
  return tasks;
}

Coordinator::Coordinator(const Ports& ports, const WorkerOptions& options,
                         const Admission& admission, asio::any_io_executor executor,
                         GenerationLease lease, const Notice& stopping)
    : ports_(ports),
      options_(options),
      admission_(admission),
      lease_(std::move(lease)),
      stopping_(stopping),
      beating_(executor),
      ended_(executor) {}

Async<> Coordinator::plan_from(const Task& probe) {
  Result<SourceInfo> info = plan::source_info_from_json(probe.result);
  if (!info) co_return fail(std::move(info).error());
  plan::Policy policy = policy_of(options_);
  policy.ladder = generation_->ladder;
  // Whatever was wrong with an earlier generation may be in the source's own packets.
  policy.may_copy = lease_.generation == 1;
  Result<Plan> plan = plan::make_plan(*info, policy);
  if (!plan) co_return fail(std::move(plan).error());
  std::vector<NewTask> tasks = tasks_of(*info, *plan);
  Result<> stored = co_await ports_.generations.store_plan(lease_, std::move(*info),
                                                           std::move(*plan), std::move(tasks));
  // Another coordinator was here before us: its plan is as good.
  if (!stored && stored.error().code == ErrorCode::conflict) co_return Result<>();
  co_return stored;
}

// Playable = segment 0 of the first sound (if any) and of the lowest rendition.
Async<> Coordinator::check_playable() {
  const Plan& plan = *generation_->plan;
  std::vector<std::string> wanted{plan.ladder.back().name};
  if (!plan.sounds.empty()) wanted.push_back(plan.sounds.front().name);
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

// What beat() shows of it.
void Coordinator::note(const std::vector<Task>& tasks) {
  shown_.progress = percent_done(tasks);
  std::optional<Wait> wait = wait_of(tasks);
  if (wait == Wait::turn && !may_be_done_here()) wait = Wait::others;
  // Tasks that a dead worker had look leased for ever.
  if (engine_is_away_ && !all_completed(tasks)) wait = Wait::engine;
  if (wait && !wait_) waits_since_ = SteadyClock::now();
  wait_ = wait;
  next_ = needs_of(tasks);
}

bool Coordinator::may_be_done_here() const {
  return !generation_->plan || generation_->plan->build == options_.build;
}

// A wait that is over before anybody could read of it is none: so it is between every two tasks.
std::string_view Coordinator::waiting_reason() const {
  const bool lasts = wait_ && SteadyClock::now() - waits_since_ >= options_.progress;
  return admission_.reason(lasts ? wait_ : std::nullopt, next_);
}

// After an upgrade nobody may be left who may do what the old engine has begun.
Async<bool> Coordinator::begin_anew_without_engine() {
  const auto now = SteadyClock::now();
  if (may_be_done_here() || now - looked_at_ < options_.heartbeat) co_return false;
  looked_at_ = now;
  auto workers = co_await ports_.workers.all();
  if (!workers) co_return fail(std::move(workers).error());
  const EngineBuild build = generation_->plan->build;
  engine_is_away_ = std::ranges::none_of(*workers, [&](const ShownWorker& worker) {
    return worker.notice.build == build && worker.unseen < kLongestUnseen;
  });
  if (!engine_is_away_) co_return false;
  Result<bool> begun = co_await ports_.generations.begin_anew(lease_, build, options_.engine_grace);
  if (begun && *begun) {
    log::info({{"video", lease_.video.str()}},
              "is begun anew: no worker has the engine {} that it was begun with", build.str());
  }
  co_return begun;
}

// Players may stop where a decoder of ours goes on.
Async<> Coordinator::begin_anew_without_copy() {
  log::info({{"video", lease_.video.str()}},
            "is begun anew: its pictures are damaged, so the largest rendition must be encoded");
  Result<> begun = co_await ports_.generations.begin_anew(lease_);
  co_return begun;
}

Async<> Coordinator::finish(const std::vector<Task>& tasks) {
  Result<Published> published = co_await publish(ports_, *generation_, tasks);
  if (!published) co_return fail(std::move(published).error());
  // The two names that generations share: only its coordinator may write them.
  Result<> still_ours = co_await ports_.generations.renew(lease_, options_.lease, shown_);
  if (!still_ours) co_return still_ours;
  Result<> stored;
  if (!published->poster.empty()) {
    stored =
        co_await ports_.blobs.put(std::move(published->poster_key), std::move(published->poster));
  }
  if (!stored) co_return stored;
  stored = co_await ports_.blobs.put(std::move(published->multivariant_key),
                                     std::move(published->multivariant));
  if (!stored) co_return stored;
  Result<> completed =
      co_await ports_.generations.complete(lease_, std::move(published->completion));
  co_return completed;
}

Async<> Coordinator::load_generation() {
  if (generation_ && generation_->plan) co_return Result<>();
  auto generation = co_await ports_.videos.generation(lease_.video, lease_.generation);
  if (!generation) co_return fail(std::move(generation).error());
  generation_ = std::move(*generation);
  co_return Result<>();
}

Async<bool> Coordinator::step() {
  auto tasks = co_await ports_.generations.tasks(lease_.video, lease_.generation);
  if (!tasks) co_return fail(std::move(tasks).error());
  Result<> loaded = co_await load_generation();
  if (!loaded) co_return fail(std::move(loaded).error());
  if (generation_->plan && plan::copies_damage(*generation_->plan, *tasks)) {
    Result<> begun = co_await begin_anew_without_copy();
    if (!begun) co_return fail(std::move(begun).error());
    co_return true;
  }
  if (const Task* failed = failed_one(*tasks)) {
    co_return fail(failed->error.value_or(Error{ErrorCode::internal_error, "A task failed."}));
  }
  note(*tasks);
  if (!generation_->plan) {
    const auto probe = std::ranges::find(*tasks, TaskKind::probe, &Task::kind);
    if (probe == tasks->end() || probe->state != TaskState::completed) co_return false;
    Result<> planned = co_await plan_from(*probe);
    if (!planned) co_return fail(std::move(planned).error());
    co_return false;
  }
  if (!playable_) {
    Result<> checked = co_await check_playable();
    if (!checked) co_return fail(std::move(checked).error());
  }
  if (!all_completed(*tasks)) {
    Result<bool> begun = co_await begin_anew_without_engine();
    co_return begun;
  }
  Result<> finished = co_await finish(*tasks);
  if (!finished) co_return fail(std::move(finished).error());
  co_return true;
}

// Keeps the lease, also while a slow store holds up a step, and tells what has changed.
asio::awaitable<void> Coordinator::beat() {
  ProgressUpdate told;
  auto asked_at = SteadyClock::now();
  for (;;) {
    co_await ended_.wait(std::min(options_.progress, options_.heartbeat));
    if (ended_.given()) co_return;
    ProgressUpdate update = shown_;
    update.waiting_reason = waiting_reason();
    const auto now = SteadyClock::now();
    if (now - asked_at < options_.heartbeat && update == told) continue;
    asked_at = now;
    told = update;
    Result<> renewed = co_await ports_.generations.renew(lease_, options_.lease, std::move(update));
    if (!renewed && renewed.error().code == ErrorCode::lease_lost) ended_.give();
  }
}

asio::awaitable<bool> Coordinator::settle(Error error) {
  if (error.code == ErrorCode::lease_lost) co_return true;
  if (is_trouble_of_the_store(error.code)) {
    log::warn({{"video", lease_.video.str()}}, "waits: {}", error.message);
    co_await stopping_.wait(kAfterTrouble);
    co_return false;
  }
  log::info({{"video", lease_.video.str()}}, "fails: {}: {}", error_code_name(error.code),
            error.message);
  Result<> failed = co_await ports_.generations.fail(lease_, std::move(error));
  co_return failed || failed.error().code == ErrorCode::lease_lost;
}

asio::awaitable<void> Coordinator::wait_for_change(std::uint64_t seen) {
  co_await ports_.bell.wait(seen, options_.heartbeat);
  co_await stopping_.wait(kBetweenSteps);
}

asio::awaitable<void> Coordinator::lead() {
  while (!stopping_.given() && !ended_.given()) {
    const std::uint64_t seen = ports_.bell.count();
    Result<bool> done = co_await step();
    if (done && *done) co_return;
    if (done) {
      co_await wait_for_change(seen);
      continue;
    }
    const bool settled = co_await settle(std::move(done).error());
    if (settled) co_return;
  }
}

asio::awaitable<void> Coordinator::run() {
  beating_.spawn(beat());
  co_await lead();
  const bool is_ours = !ended_.given();
  ended_.give();
  co_await beating_.join();
  if (!is_ours || !stopping_.given()) co_return;
  // Harmless where the generation has ended.
  Result<> released = co_await ports_.generations.renew(lease_, Milliseconds(0), shown_);
  if (!released) {
    log::debug({{"video", lease_.video.str()}}, "release: {}", released.error().message);
  }
}

}  // namespace vodmill::worker
