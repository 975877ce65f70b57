// What the kernel knows of this process, under the names that Prometheus's dashboards look for.
//
// serve.cc gives it to the registry, which asks at every /metrics. Any thread.
#pragma once

#include <vector>

#include "base/metrics.h"

namespace vodmill::app {

// Processor time, resident memory, open file descriptors and how many there may be. Without mills:
// they are processes of their own. What cannot be read is left out.
std::vector<metrics::Family> process_numbers();

}  // namespace vodmill::app
