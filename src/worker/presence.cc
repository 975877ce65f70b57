#include "worker/presence.h"

#include <unistd.h>

#include "base/log.h"

namespace vodmill::worker {
namespace {

constexpr Milliseconds kBetweenNotices{3'000};

}  // namespace

asio::awaitable<void> show_presence(const Ports& ports, const WorkerOptions& options,
                                    const TaskRunner& tasks, const Notice& stopping) {
  while (!stopping.given()) {
    WorkerNotice notice{.id = options.id,
                        .host = options.host,
                        .pid = ::getpid(),
                        .slots = options.slots,
                        .busy = tasks.busy(),
                        .build = options.build};
    const Result<> shown = co_await ports.workers.show(std::move(notice));
    if (!shown) log::warn("show this worker: {}", shown.error().message);
    co_await stopping.wait(kBetweenNotices);
  }
  const Result<> removed = co_await ports.workers.remove(options.id);
  if (!removed) log::warn("take this worker off the list: {}", removed.error().message);
}

}  // namespace vodmill::worker
