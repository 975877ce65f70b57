// Which workers there are, and of which engine: a notice board, no right to anything hangs on it.
// Port; workers write it, api/ and coordinators read it. Conformance: tests/conformance with the
// catalog.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "core/async.h"
#include "core/ids.h"

namespace vodmill {

struct WorkerNotice {
  WorkerId id;
  std::string host;
  int pid = 0;
  int slots = 0;  // cores that its mills may keep busy
  int busy = 0;   // slots that are taken
  EngineBuild build;
};

struct ShownWorker {
  WorkerNotice notice;
  Timestamp since;         // its first notice, by the store's clock
  Milliseconds unseen{0};  // since its last one
};

// One without a notice for so long is no longer shown; the next notice of any other takes it down.
inline constexpr Milliseconds kWorkerForgotten{600'000};

class WorkerList {
 public:
  virtual ~WorkerList() = default;

  // Puts the worker up, or says what has changed.
  virtual Async<> show(WorkerNotice notice) = 0;

  // Takes it down. One that is not there is a success. That its engine ran is remembered.
  virtual Async<> remove(WorkerId id) = 0;

  // The first to come first, without those that are forgotten.
  virtual Async<std::vector<ShownWorker>> all() = 0;
};

}  // namespace vodmill
