// How this process's worker and mills are set up. Called by each command that starts a mill.
#pragma once

#include "app/settings.h"
#include "sandbox/child.h"
#include "sandbox/cpu_class.h"
#include "worker/context.h"

namespace vodmill::app {

// The worker's options for these settings: slots and memory counted, the mill's command line
// written.
Result<worker::WorkerOptions> worker_options(const Settings& settings);

// Mills that shall stand back as far as they can (--nice 19) are in that class. It must outlive
// them.
void stand_back(sandbox::ChildOptions& mills, const sandbox::CpuClass& lowest);

// How a mill is started and what it does to itself. invalid_request for a layer that does not
// exist.
Result<sandbox::LockdownOptions> lockdown_options(const Settings& settings);
sandbox::ChildOptions mill_options(const sandbox::LockdownOptions& lockdown);

}  // namespace vodmill::app
