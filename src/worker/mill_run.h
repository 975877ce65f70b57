// One mill doing one task, seen from the event loop: answers its ranges, takes its frames, watches
// it.
//
// Everything a mill says is hostile until it has been decoded and checked.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>

#include "sandbox/messages.h"
#include "worker/budget.h"
#include "worker/context.h"
#include "worker/mill_outcome.h"
#include "worker/notice.h"
#include "worker/range_cache.h"

namespace vodmill::worker {

// Who takes what a mill makes. Outlives the run.
class MillListener {
 public:
  virtual ~MillListener() = default;

  // Before the bytes of a segment are read: waits for room for them.
  virtual asio::awaitable<Budget::Room> make_room(std::int64_t bytes) = 0;

  // A whole segment and its room. Waiting here is back-pressure on the mill; an error ends it.
  virtual Async<> segment(sandbox::SegmentBegin begin, Bytes bytes, Budget::Room room) = 0;

  virtual void progress(sandbox::Progress progress) = 0;
};

class MillRun {
 public:
  MillRun(asio::any_io_executor executor, sandbox::Child child, const WorkerOptions& options,
          RangeCache& ranges, const Task& task, const Source& source, MillListener& listener);

  // Gives the mill its task and sees it through. Ends when the process has ended and is reaped, and
  // whatever the stores were asked for it has been answered.
  asio::awaitable<MillOutcome> run(json::object order);

  // Ends the process at once; run() then answers so. Harmless after its end.
  void kill(MillEnd end, Error why);

  // It was, or is, safe to give it a video.
  bool has_locked() const { return locked_; }
  // It ended before that, or said that it was not: the sandbox does not hold here.
  bool failed_to_lock() const { return lock_failed_; }

  // It cannot go on before the stores have answered.
  bool waits_for_us() const { return waiting_for_us_ > 0; }

 private:
  asio::awaitable<void> give_order(json::object order);
  asio::awaitable<void> take_output();
  Async<> take_frame(sandbox::Frame frame);
  Async<> begin_segment(sandbox::SegmentBegin begin);
  Async<> take_segment_data(sandbox::SegmentData data);
  asio::awaitable<void> answer_ranges();
  Async<> answer(sandbox::RangeRequest request);
  Async<Bytes> read_source(sandbox::RangeRequest request);
  Async<> send(Bytes frame);
  asio::awaitable<void> keep_errors();
  asio::awaitable<void> watch();
  asio::awaitable<sandbox::ExitStatus> reap();
  MillOutcome judge(const sandbox::ExitStatus& status);
  void break_off(Error why);
  void end_waiting();

  sandbox::Child child_;
  const WorkerOptions& options_;
  RangeCache& ranges_;
  const Task& task_;
  const Source& source_;
  MillListener& listener_;
  // As a socket: writing to a mill that is gone is an error, not a SIGPIPE.
  asio::local::stream_protocol::socket control_;
  asio::posix::stream_descriptor output_;
  asio::posix::stream_descriptor errors_;
  Notice over_;            // killed, or its output has ended
  Notice locked_or_over_;  // it may be told what to do, or never will be
  bool locked_ = false;    // before that it has seen nothing of the video
  bool lock_failed_ = false;
  bool lingers_ = false;  // it had to be ended although its pipes were closed
  std::optional<sandbox::TaskResult> result_;
  std::optional<Error> said_;          // by the mill
  std::optional<Error> source_error_;  // what it was told instead of a range
  std::optional<MillOutcome> killed_;  // by us
  std::optional<sandbox::SegmentBegin> begun_;
  Budget::Room room_;  // of the segment that has begun
  Bytes segment_;
  std::string last_words_;  // the front of its standard error
  std::int64_t signs_of_life_ = 0;
  int waiting_for_us_ = 0;  // > 0 while the mill cannot go on without us
};

}  // namespace vodmill::worker
