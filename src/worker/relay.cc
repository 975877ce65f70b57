#include "worker/relay.h"

#include "base/log.h"

namespace vodmill::worker {
namespace {

constexpr Milliseconds kLookAgain{1'000};
constexpr Milliseconds kLostAfter{30'000};
constexpr int kRowsAtOnce = 100;

Async<> deliver(const Ports& ports, OutboxRow row) {
  const MessageId message = row.job.id;
  Result<> added = co_await ports.queue.add(row.job);
  if (!added) co_return added;
  const std::string queue = ports.queue.name();
  Result<> noted = co_await ports.outbox.delivered(row.id, queue, message);
  co_return noted;
}

Async<bool> deliver_all(const Ports& ports) {
  auto rows = co_await ports.outbox.undelivered(kRowsAtOnce);
  if (!rows) co_return fail(std::move(rows).error());
  for (const OutboxRow& row : *rows) {
    Result<> delivered = co_await deliver(ports, row);
    if (!delivered) co_return fail(std::move(delivered).error());
  }
  co_return !rows->empty();
}

Async<> add_lost(const Ports& ports) {
  const std::string queue = ports.queue.name();
  auto rows = co_await ports.outbox.unsettled(queue, kLostAfter, kRowsAtOnce);
  if (!rows) co_return fail(std::move(rows).error());
  for (const OutboxRow& row : *rows) {
    auto job = co_await ports.queue.find(row.job.id);
    if (!job) co_return fail(std::move(job).error());
    const bool is_settled =
        *job && ((*job)->state == JobState::completed || (*job)->state == JobState::failed);
    Result<> done;
    if (is_settled) {
      done = co_await ports.outbox.settled(queue, row.job.id);
    } else if (!*job) {
      log::warn({{"video", row.job.video.str()}}, "job {} was lost by the queue and is added again",
                row.job.id.str());
      done = co_await ports.queue.add(row.job);
    }
    if (!done) co_return done;
  }
  co_return Result<>();
}

}  // namespace

asio::awaitable<void> relay_jobs(const Ports& ports, const Notice& stopping) {
  while (!stopping.given()) {
    const std::uint64_t seen = ports.bell.count();
    Result<bool> delivered = co_await deliver_all(ports);
    if (!delivered) log::warn("deliver jobs: {}", delivered.error().message);
    if (delivered && *delivered) continue;
    co_await ports.bell.wait(seen, kLookAgain);
  }
}

asio::awaitable<void> find_lost_jobs(const Ports& ports, const Notice& stopping) {
  Milliseconds waited{0};
  while (!stopping.given()) {
    co_await stopping.wait(kLookAgain);
    waited += kLookAgain;
    if (waited < kLostAfter) continue;
    waited = Milliseconds(0);
    Result<> done = co_await add_lost(ports);
    if (!done) log::warn("look for lost jobs: {}", done.error().message);
  }
}

}  // namespace vodmill::worker
