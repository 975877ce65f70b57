#include "worker/sweepers.h"

#include "base/log.h"

namespace vodmill::worker {
namespace {

constexpr Milliseconds kBetweenSweeps{2'000};
constexpr Milliseconds kBetweenLooks{1'000};  // for the dead
constexpr int kRowsAtOnce = 100;

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
    co_await stopping.wait(kBetweenLooks);
  }
}

}  // namespace vodmill::worker
