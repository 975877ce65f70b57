// "Something changed, look again": wakes coroutines that wait for the catalog. Port.
//
// A bell carries no facts: whoever is woken reads the catalog. Rings may be merged and may be
// missed, so every waiter gives a longest wait and looks again when it has passed. An adapter rings
// for changes of other processes too (SQLite: data_version; PostgreSQL: NOTIFY). Thread-safe.
#pragma once

#include "base/clock.h"
#include "core/async.h"

namespace vodmill {

class Bell {
 public:
  virtual ~Bell() = default;

  virtual void ring() = 0;

  // A number that changes with every ring. Read it before looking at the catalog.
  virtual std::uint64_t count() const = 0;

  // Returns once count() differs from `seen`, or after `longest`. Ends early when cancelled.
  virtual asio::awaitable<void> wait(std::uint64_t seen, Milliseconds longest) = 0;
};

}  // namespace vodmill
