#include "worker/still_runner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "hls/jpeg.h"
#include "hls/names.h"
#include "plan/task_spec.h"
#include "worker/nursery.h"

namespace vodmill::worker {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Milliseconds kLookAgain{1'000};
// Nobody waits longer for a picture; the lease outlasts both.
constexpr Milliseconds kLongest{20'000};
constexpr Milliseconds kLongestForRoom{10'000};
constexpr Milliseconds kLease{40'000};
constexpr Milliseconds kAfterTrouble{1'000};
constexpr std::int64_t kRangeBytes = 32 << 20;

plan::StillSpec spec_of(const LeasedStill& leased) {
  const Rendition& top = leased.plan.ladder.front();
  const double height = static_cast<double>(leased.still.width) * top.height / top.width;
  return {
      .frame = leased.still.frame,
      .width = leased.still.width,
      .height = std::clamp(2 * static_cast<int>(std::lround(height / 2)), 2, plan::kLargestStill)};
}

// Takes the one picture that the mill makes.
class OnePicture final : public MillListener {
 public:
  explicit OnePicture(Bytes& picture) : picture_(picture) {}

  asio::awaitable<Budget::Room> make_room(std::int64_t bytes) override {
    if (bytes > sandbox::kLongestPoster && mill) {
      mill->kill(MillEnd::crashed,
                 {ErrorCode::transcode_failed, "The picture is larger than it can be."});
    }
    co_return Budget::Room();
  }
  Async<> segment(sandbox::SegmentBegin begin, Bytes bytes, Budget::Room) override {
    if (begin.rendition != plan::kStillName || begin.index != 0 || begin.strip_bytes != 0 ||
        !picture_.empty()) {
      co_return fail(ErrorCode::verification_failed, "a stills task made something else");
    }
    picture_ = std::move(bytes);
    co_return Result<>();
  }
  void progress(sandbox::Progress) override {}

  MillRun* mill = nullptr;

 private:
  Bytes& picture_;
};

asio::awaitable<void> end_in_time(MillRun& mill, const Notice& ended) {
  co_await ended.wait(kLongest);
  if (ended.given()) co_return;
  if (mill.waits_for_us()) {
    mill.kill(MillEnd::hindered,
              {ErrorCode::storage_unavailable, "The store takes too long to give the source."});
    co_return;
  }
  mill.kill(MillEnd::crashed,
            {ErrorCode::transcode_stalled, "Decoding this moment of the video takes too long."});
}

Result<> check(const LeasedStill& leased, ByteView picture) {
  const hls::JpegInfo info = TRY(hls::parse_jpeg(picture));
  const plan::StillSpec spec = spec_of(leased);
  if (info.width == spec.width && info.height == spec.height) return {};
  return fail(ErrorCode::verification_failed, "A picture of a wrong size was made.");
}

}  // namespace

StillRunner::StillRunner(const Ports& ports, const WorkerOptions& options, Admission& admission,
                         asio::any_io_executor executor, const Notice& stopping)
    : ports_(ports),
      options_(options),
      admission_(admission),
      executor_(executor),
      stopping_(stopping),
      counts_(ports.registry),
      ranges_(executor, ports.blobs, kRangeBytes) {}

void StillRunner::stop() {
  if (!running_) return;
  running_->kill(MillEnd::hindered, {ErrorCode::cancelled, "The worker is stopping."});
}

asio::awaitable<MillOutcome> StillRunner::run_mill(const LeasedStill& leased, Bytes& picture) {
  auto start = [this] { return sandbox::start_child(options_.child); };
  auto started = co_await starting_.run(std::move(start));
  if (!started) {
    co_return MillOutcome{
        .end = MillEnd::hindered, .result = {}, .error = std::move(started).error()};
  }
  // stop() has not seen this mill.
  if (stopping_.given()) {
    co_return MillOutcome{.end = MillEnd::hindered,
                          .result = {},
                          .error = {ErrorCode::cancelled, "The worker is stopping."}};
  }
  Task task;
  task.video = leased.still.video;
  task.generation = leased.still.generation;
  task.kind = TaskKind::stills;
  plan::TaskSpec spec;
  spec.kind = TaskKind::stills;
  spec.source_bytes = leased.source.length.value_or(0);
  spec.plan = leased.plan;
  spec.still = spec_of(leased);
  OnePicture listener(picture);
  MillRun mill(executor_, std::move(*started), options_, ranges_, task, leased.source, listener);
  listener.mill = &mill;
  running_ = &mill;
  Notice ended(executor_);
  Nursery guard(executor_);
  guard.spawn(end_in_time(mill, ended));
  const auto begun = SteadyClock::now();
  json::object order = plan::to_json(spec);
  MillOutcome outcome = co_await mill.run(std::move(order));
  running_ = nullptr;
  counts_.count(TaskKind::stills, outcome, SteadyClock::now() - begun);
  ended.give();
  co_await guard.join();
  co_return outcome;
}

// Stored under a name that no other attempt has.
Async<> StillRunner::keep(const LeasedStill& leased, Bytes picture) {
  const BlobKey key =
      hls::still_key(leased.prefix, leased.still.frame, leased.still.width, random_id());
  Result<> stored = co_await ports_.blobs.put(key, std::move(picture));
  if (!stored) {
    Result<> given_back = co_await ports_.stills.give_back(leased.still, leased.token);
    co_return given_back ? std::move(stored) : std::move(given_back);
  }
  Result<> finished = co_await ports_.stills.finish(leased.still, leased.token, key);
  if (finished) co_return finished;
  Result<> removed = co_await ports_.blobs.remove(key);
  if (!removed) log::warn("remove {}: {}", key.str(), removed.error().message);
  co_return finished;
}

Async<> StillRunner::settle(const LeasedStill& leased, MillOutcome outcome, Bytes picture) {
  if (outcome.end == MillEnd::done) {
    Result<> checked = check(leased, picture);
    if (checked) co_return co_await keep(leased, std::move(picture));
    outcome.end = MillEnd::refused;
    outcome.error = std::move(checked).error();
  }
  switch (outcome.end) {
    case MillEnd::refused:
      co_return co_await ports_.stills.fail(leased.still, leased.token, std::move(outcome.error));
    case MillEnd::crashed:
      co_return co_await ports_.stills.crashed(leased.still, leased.token,
                                               std::move(outcome.error));
    default:
      co_return co_await ports_.stills.give_back(leased.still, leased.token);
  }
}

// False where there was none in time.
asio::awaitable<bool> StillRunner::wait_for_room(std::int64_t memory) {
  const auto end = SteadyClock::now() + kLongestForRoom;
  while (admission_.room() < memory) {
    if (stopping_.given() || SteadyClock::now() >= end) co_return false;
    const std::uint64_t seen = ports_.bell.count();
    co_await ports_.bell.wait(seen, kLookAgain);
  }
  co_return !stopping_.given();
}

asio::awaitable<MillOutcome> StillRunner::run_in_room(const LeasedStill& leased, Bytes& picture) {
  const std::int64_t memory = still_memory(leased.info);
  const bool has_room = co_await wait_for_room(memory);
  if (!has_room) {
    co_return MillOutcome{.end = MillEnd::hindered,
                          .result = {},
                          .error = {ErrorCode::rate_limited, "There is no room for its mill."}};
  }
  const Admission::Mill counted = admission_.begin(0, memory);
  co_return co_await run_mill(leased, picture);
}

asio::awaitable<void> StillRunner::make(LeasedStill leased) {
  Bytes picture;
  MillOutcome outcome = co_await run_in_room(leased, picture);
  const bool was_hindered = outcome.end == MillEnd::hindered;
  const log::Fields about{{"video", leased.still.video.str()}};
  if (outcome.end != MillEnd::done) {
    log::info(about, "a still of frame {} is not made: {}", leased.still.frame,
              outcome.error.message);
  }
  Result<> settled = co_await settle(leased, std::move(outcome), std::move(picture));
  if (!settled) log::warn(about, "keep a still: {}", settled.error().message);
  if (was_hindered || !settled) {
    co_await stopping_.wait(kAfterTrouble);
  }
}

// None while the disk is short: they are kept.
Async<std::optional<LeasedStill>> StillRunner::lease() {
  const bool has_room = co_await admission_.disk_has_room();
  if (!has_room) co_return std::nullopt;
  co_return co_await ports_.stills.lease(options_.id, kLease);
}

asio::awaitable<void> StillRunner::run() {
  while (!stopping_.given()) {
    const std::uint64_t seen = ports_.bell.count();
    Result<std::optional<LeasedStill>> leased = co_await lease();
    if (leased && *leased) {
      LeasedStill still = std::move(**leased);
      co_await make(std::move(still));
      continue;
    }
    if (!leased) log::warn("lease a still: {}", leased.error().message);
    if (!stopping_.given()) {
      co_await ports_.bell.wait(seen, kLookAgain);
    }
  }
}

}  // namespace vodmill::worker
