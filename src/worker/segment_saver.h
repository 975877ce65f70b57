// Takes one task's segments from its mill, checks them against the plan, stores several at a time
// and commits their rows, while the mill goes on.
//
// A store that is slow or away makes the mill wait (Budget); it fails nothing. One executor.
#pragma once

#include <map>
#include <optional>

#include "bmff/init.h"
#include "worker/budget.h"
#include "worker/context.h"
#include "worker/mill_run.h"
#include "worker/nursery.h"

namespace vodmill::worker {

class SegmentSaver {
 public:
  // All must outlive the saver; `stopping` becomes true when the worker gives up its tasks.
  SegmentSaver(const Ports& ports, Budget& budget, asio::any_io_executor executor,
               const LeasedTask& task, const bool& stopping);

  asio::awaitable<void> make_room(std::int64_t bytes);

  // Checks a segment and starts to store it. verification_failed if it is not what the plan asks
  // for; or the error that storing an earlier one has ended with.
  Async<> accept(sandbox::SegmentBegin begin, Bytes bytes);

  // Waits until everything accepted is committed. lease_lost, or cancelled when stopping.
  Async<> drain();

 private:
  Result<Segment> describe(const sandbox::SegmentBegin& begin, ByteView bytes);
  Result<> check_media(const Segment& segment, const bmff::InitInfo& init) const;
  asio::awaitable<void> save(Segment segment, Bytes bytes);
  Async<> store_and_commit(Segment segment, const Bytes& bytes);
  Async<> compare_with_stored(std::string rendition, const Bytes& bytes);
  asio::awaitable<bool> wait_before_retry(int attempt, const Error& error);

  const Ports& ports_;
  Budget& budget_;
  const LeasedTask& task_;
  const bool& stopping_;
  Nursery saving_;
  std::map<std::string, bmff::InitInfo, std::less<>> inits_;  // by rendition
  std::optional<Error> error_;                                // the first
};

}  // namespace vodmill::worker
