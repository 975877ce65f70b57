#include "worker/relay.h"

#include "base/log.h"

namespace vodmill::worker {
namespace {

constexpr Milliseconds kLookAgain{1'000};
constexpr Milliseconds kBetweenSweeps{2'000};
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

Async<> remove_prefix(BlobStore& blobs, std::string prefix) {
  for (;;) {
    auto page = co_await blobs.list(prefix, "", kRowsAtOnce);
    if (!page) co_return fail(std::move(page).error());
    if (page->empty()) co_return Result<>();
    for (const BlobInfo& object : *page) {
      Result<> removed = co_await blobs.remove(object.key);
      if (!removed) co_return removed;
    }
  }
}

Async<> sweep_due(const Ports& ports) {
  auto due = co_await ports.outbox.due_sweeps(kRowsAtOnce);
  if (!due) co_return fail(std::move(due).error());
  Result<> all;
  for (const SweepRow& row : *due) {
    Result<> done = co_await remove_prefix(ports.blobs, row.prefix);
    if (done) {
      done = co_await ports.outbox.swept(row.id);
    }
    // One that fails holds up nobody else.
    if (!done) all = std::move(done);
  }
  co_return all;
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

Async<> bury_all(const Ports& ports) {
  Result<std::vector<WorkerId>> dead = ports.lives->dead();
  if (!dead) co_return fail(std::move(dead).error());
  for (const WorkerId& worker : *dead) {
    log::info({{"worker", worker.str()}}, "is dead: its work is taken over");
    Result<> buried = co_await ports.tasks.bury(worker);
    if (!buried) co_return buried;
    Result<> removed = co_await ports.workers.remove(worker);
    if (!removed) co_return removed;
    ports.lives->forget(worker);
  }
  if (!dead->empty()) ports.bell.ring();
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

asio::awaitable<void> sweep_keys(const Ports& ports, const Notice& stopping) {
  while (!stopping.given()) {
    Result<> done = co_await sweep_due(ports);
    if (!done) log::warn("sweep: {}", done.error().message);
    co_await stopping.wait(kBetweenSweeps);
  }
}

asio::awaitable<void> bury_dead(const Ports& ports, const Notice& stopping) {
  while (!stopping.given()) {
    Result<> done = co_await bury_all(ports);
    if (!done) log::warn("look for dead workers: {}", done.error().message);
    co_await stopping.wait(kLookAgain);
  }
}

}  // namespace vodmill::worker
