// Which workers are known to be dead, where more is known than that their leases run out. Port; its
// consumer is worker/. One process's view; called from one thread.
#pragma once

#include <vector>

#include "base/error.h"
#include "core/ids.h"

namespace vodmill {

class Lives {
 public:
  virtual ~Lives() = default;

  // Workers that ended without taking leave. None that might be alive.
  virtual Result<std::vector<WorkerId>> dead() = 0;

  // dead() need not name it again.
  virtual void forget(const WorkerId& worker) = 0;
};

}  // namespace vodmill
