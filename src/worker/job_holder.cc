#include "worker/job_holder.h"

#include "base/json.h"
#include "base/log.h"
#include "worker/coordinator.h"

namespace vodmill::worker {
namespace {

constexpr Milliseconds kLookAgain{1'000};
constexpr int kOrphansAtOnce = 16;

std::string result_of(const Video& video) {
  json::object result{{"id", video.id.str()}, {"status", name_of(video.status)}};
  if (video.error) {
    result["error"] = {{"code", error_code_name(video.error->code)},
                       {"message", video.error->message}};
  }
  return json::serialize(result);
}

}  // namespace

asio::awaitable<void> JobHolder::coordinate(VideoId video, int generation) {
  const auto [led, is_new] = coordinated_.emplace(std::pair(video, generation),
                                                  std::make_shared<Notice>(work_.executor()));
  if (!is_new) co_return;
  auto lease =
      co_await ports_.generations.coordinate(video, generation, options_.id, options_.lease);
  if (lease) {
    Coordinator coordinator(ports_, options_, admission_, work_.executor(), *lease, stopping_);
    co_await coordinator.run();
  } else if (lease.error().code == ErrorCode::storage_unavailable) {
    log::warn({{"video", video.str()}}, "coordinate: {}", lease.error().message);
  }
  const std::shared_ptr<Notice> ended = led->second;
  coordinated_.erase(led);
  ended->give();
}

// Until it is led no longer where it is led here, at most kLookAgain.
asio::awaitable<void> JobHolder::wait_for_end(VideoId video, int generation) {
  const auto led = coordinated_.find({video, generation});
  if (led == coordinated_.end()) {
    co_await stopping_.wait(kLookAgain);
    co_return;
  }
  const std::shared_ptr<Notice> ended = led->second;
  co_await ended->wait(kLookAgain);
}

// The job's result once its generation has ended, superseded and removed ones included.
Async<std::optional<JobHolder::Ending>> JobHolder::ending_of(VideoId id, int generation,
                                                             int& progress) {
  auto video = co_await ports_.videos.get(id);
  if (!video && video.error().code == ErrorCode::not_found) {
    co_return Ending{.completed = false, .result = R"({"status":"cancelled"})"};
  }
  if (!video) co_return fail(std::move(video).error());
  progress = video->progress;
  const bool superseded = video->generation != generation;
  if (superseded || is_final(video->status)) {
    co_return Ending{.completed = video->status == VideoStatus::completed,
                     .result = result_of(*video)};
  }
  co_return std::nullopt;
}

// True once the message is settled or is no longer ours.
Async<bool> JobHolder::mirror(const OfferedJob& offered) {
  int progress = 0;
  auto ending = co_await ending_of(offered.job.video, offered.job.generation, progress);
  if (!ending) co_return fail(std::move(ending).error());
  const MessageId id = offered.job.id;
  const std::string lock = offered.lock;
  if (!*ending) {
    Result<> renewed = co_await ports_.queue.renew(id, lock, options_.lease, progress);
    if (renewed) co_return false;
    if (renewed.error().code == ErrorCode::lease_lost) co_return true;
    co_return fail(std::move(renewed).error());
  }
  Result<> settled =
      co_await ports_.queue.settle(id, lock, (*ending)->completed, std::move((*ending)->result));
  if (!settled && settled.error().code != ErrorCode::lease_lost) {
    co_return fail(std::move(settled).error());
  }
  const std::string queue = ports_.queue.name();
  Result<> noted = co_await ports_.outbox.settled(queue, id);
  if (!noted) co_return fail(std::move(noted).error());
  co_return true;
}

asio::awaitable<void> JobHolder::release(OfferedJob offered) {
  Result<> released = co_await ports_.queue.release(offered.job.id, offered.lock, Milliseconds(0));
  if (!released) {
    log::warn({{"video", offered.job.video.str()}}, "release job: {}", released.error().message);
  }
}

asio::awaitable<void> JobHolder::hold(OfferedJob offered) {
  for (;;) {
    // Where it is led already, here or elsewhere, this does nothing.
    if (!stopping_.given()) work_.spawn(coordinate(offered.job.video, offered.job.generation));
    Result<bool> settled = co_await mirror(offered);
    if (settled && *settled) break;
    if (!settled) {
      log::warn({{"video", offered.job.video.str()}}, "job {}: {}", offered.job.id.str(),
                settled.error().message);
    }
    if (stopping_.given()) {
      co_await release(std::move(offered));
      break;
    }
    if (settled) {
      co_await wait_for_end(offered.job.video, offered.job.generation);
    } else {
      co_await stopping_.wait(kLookAgain);
    }
  }
  --held_;
  ports_.bell.ring();
}

asio::awaitable<void> JobHolder::run() {
  while (!stopping_.given()) {
    const std::uint64_t seen = ports_.bell.count();
    if (held_ < options_.active) {
      auto offered = co_await ports_.queue.acquire(options_.id, options_.lease);
      if (offered && *offered) {
        ++held_;
        OfferedJob job = std::move(**offered);
        work_.spawn(hold(std::move(job)));
        continue;
      }
      if (!offered) log::warn("acquire a job: {}", offered.error().message);
    }
    co_await ports_.bell.wait(seen, kLookAgain);
  }
  co_await work_.join();
}

asio::awaitable<void> JobHolder::adopt_orphans() {
  while (!stopping_.given()) {
    auto orphans = co_await ports_.generations.orphans(options_.lease, kOrphansAtOnce);
    if (orphans) {
      for (const Orphan& orphan : *orphans) {
        // Those that wait for their turn in the queue are old as well: they are not ours to take.
        if (std::cmp_greater_equal(coordinated_.size(), options_.active)) break;
        work_.spawn(coordinate(orphan.video, orphan.generation));
      }
    } else {
      log::warn("look for orphans: {}", orphans.error().message);
    }
    co_await stopping_.wait(kLookAgain);
  }
}

}  // namespace vodmill::worker
