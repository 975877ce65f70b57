// What /readyz asks beside the stores: the worker of this process, and the room that is left, which
// uploads and tasks ask for too. Ports; their consumers are api/ and worker/.
#pragma once

#include <cstdint>
#include <string>

#include "core/async.h"

namespace vodmill {

// Called on the executor of the worker.
class WorkerVitals {
 public:
  virtual ~WorkerVitals() = default;

  // What keeps the worker from working, as a sentence for people; "" for nothing.
  virtual std::string trouble() const = 0;
};

class DiskSpace {
 public:
  virtual ~DiskSpace() = default;

  // Bytes that may still be written. Errors as of any store.
  virtual Async<std::int64_t> free_bytes() = 0;
};

}  // namespace vodmill
