// Says that this worker is there, and how busy it is, for people who look. Background duty.
#pragma once

#include "worker/context.h"
#include "worker/notice.h"
#include "worker/task_runner.h"

namespace vodmill::worker {

// Every few seconds until stopping; then the worker is taken off the list.
asio::awaitable<void> show_presence(const Ports& ports, const WorkerOptions& options,
                                    const TaskRunner& tasks, const Notice& stopping);

}  // namespace vodmill::worker
