// One mill doing one task, seen from the event loop: answers its ranges, takes its frames, watches
// it.
//
// Everything a mill says is hostile until it has been decoded and checked.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "base/json.h"
#include "sandbox/messages.h"
#include "worker/context.h"
#include "worker/range_cache.h"

namespace vodmill::worker {

// Who takes what a mill makes. Outlives the run.
class MillListener {
 public:
  virtual ~MillListener() = default;

  // A whole segment. Waiting here is back-pressure on the mill; an error kills it and ends the run.
  virtual Async<> segment(sandbox::SegmentBegin begin, Bytes bytes) = 0;

  // Before the bytes of a segment are read: waits for room for them.
  virtual asio::awaitable<void> make_room(std::int64_t bytes) = 0;

  virtual void progress(std::int64_t done) = 0;
};

struct MillOutcome {
  // One of the two: the task's result, or why there is none.
  std::optional<json::object> result;
  std::optional<Error> error;
  // The mill did not say `error` itself: it crashed, was stopped by its sandbox, or hung.
  bool crashed = false;
};

class MillRun {
 public:
  MillRun(asio::any_io_executor executor, sandbox::Child child, const WorkerOptions& options,
          RangeCache& ranges, const Source& source, MillListener& listener);

  // Gives the mill its task and sees it through. Ends when the process has ended and is reaped.
  asio::awaitable<MillOutcome> run(json::object order);

  // Ends the process at once; run() then answers with `why`. Harmless after its end.
  void kill(Error why);

 private:
  asio::awaitable<void> take_output();
  Async<> take_frame(sandbox::Frame frame);
  Async<> take_segment_data(sandbox::SegmentData data);
  asio::awaitable<void> answer_ranges();
  Async<> answer(sandbox::RangeRequest request);
  asio::awaitable<void> keep_errors();
  asio::awaitable<void> watch();
  asio::awaitable<sandbox::ExitStatus> reap();
  MillOutcome judge(const sandbox::ExitStatus& status);

  sandbox::Child child_;
  const WorkerOptions& options_;
  RangeCache& ranges_;
  const Source& source_;
  MillListener& listener_;
  asio::posix::stream_descriptor control_;
  asio::posix::stream_descriptor output_;
  asio::posix::stream_descriptor errors_;
  asio::steady_timer next_watch_;
  std::optional<json::object> result_;
  std::optional<Error> said_;    // by the mill
  std::optional<Error> killed_;  // by us
  std::optional<sandbox::SegmentBegin> begun_;
  Bytes segment_;
  std::string last_words_;  // the front of its standard error
  std::int64_t signs_of_life_ = 0;
  int waiting_for_us_ = 0;  // > 0 while the mill cannot go on without us
  bool output_ended_ = false;
};

}  // namespace vodmill::worker
