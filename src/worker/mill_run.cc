#include "worker/mill_run.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "base/log.h"
#include "sandbox/frames.h"
#include "worker/about.h"

namespace vodmill::worker {
namespace {

using asio::experimental::awaitable_operators::operator&&;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kLastWordsBytes = 4096;
constexpr Milliseconds kWatchEvery{500};
constexpr Milliseconds kFirstRetry{200};
constexpr Milliseconds kLongestRetry{5'000};

// Bytes that have arrived; 0 at the end of the stream, whatever ended it.
template <class Stream>
asio::awaitable<std::size_t> read_some(Stream& from, Bytes& into) {
  boost::system::error_code error;
  const auto buffer = asio::buffer(into.data(), into.size());
  const std::size_t got =
      co_await from.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
  co_return error ? 0 : got;
}

}  // namespace

MillRun::MillRun(asio::any_io_executor executor, sandbox::Child child, const WorkerOptions& options,
                 RangeCache& ranges, const Task& task, const Source& source, MillListener& listener)
    : child_(std::move(child)),
      options_(options),
      ranges_(ranges),
      task_(task),
      source_(source),
      listener_(listener),
      control_(executor, asio::local::stream_protocol(), child_.control.release()),
      output_(executor, child_.output.release()),
      errors_(executor, child_.errors.release()),
      over_(executor),
      locked_or_over_(executor) {}

void MillRun::kill(MillEnd end, Error why) {
  if (!killed_) killed_ = MillOutcome{.end = end, .result = {}, .error = std::move(why)};
  child_.kill();
  end_waiting();
}

void MillRun::end_waiting() {
  over_.give();
  locked_or_over_.give();
}

// A mill that says what no mill of ours says has been taken over by the video, or is broken.
void MillRun::break_off(Error why) {
  log::warn(about(task_), "a mill broke its protocol: {}", why.message);
  kill(MillEnd::crashed, crash("it said something impossible"));
}

Async<> MillRun::begin_segment(sandbox::SegmentBegin begin) {
  const std::int64_t bytes = begin.bytes;
  begun_ = std::move(begin);
  room_ = co_await listener_.make_room(bytes);
  if (!killed_) segment_.reserve(static_cast<std::size_t>(bytes));
  co_return Result<>();
}

Async<> MillRun::take_segment_data(sandbox::SegmentData data) {
  append(segment_, data.bytes);
  if (std::ssize(segment_) < begun_->bytes) co_return Result<>();
  sandbox::SegmentBegin begin = *std::exchange(begun_, std::nullopt);
  Bytes bytes = std::exchange(segment_, {});
  Budget::Room room = std::exchange(room_, {});
  Result<> taken = co_await listener_.segment(std::move(begin), std::move(bytes), std::move(room));
  if (!taken) kill(end_of(taken.error().code), taken.error());
  co_return Result<>();
}

// An error is a breach of the protocol.
Async<> MillRun::take_frame(sandbox::Frame frame) {
  auto decoded = sandbox::decode_output(std::move(frame));
  if (!decoded) co_return fail(std::move(decoded).error());
  if (auto* data = std::get_if<sandbox::SegmentData>(&*decoded)) {
    if (!begun_) co_return fail(ErrorCode::transcode_failed, "segment data without a segment");
    if (std::ssize(segment_) + std::ssize(data->bytes) > begun_->bytes) {
      co_return fail(ErrorCode::transcode_failed, "a segment longer than announced");
    }
    Result<> taken = co_await take_segment_data(std::move(*data));
    co_return taken;
  }
  if (const auto* begin = std::get_if<sandbox::SegmentBegin>(&*decoded)) {
    if (begun_) co_return fail(ErrorCode::transcode_failed, "a segment inside a segment");
    Result<> begun = co_await begin_segment(*begin);
    co_return begun;
  }
  if (const auto* progress = std::get_if<sandbox::Progress>(&*decoded)) {
    listener_.progress(*progress);
  } else if (auto* result = std::get_if<sandbox::TaskResult>(&*decoded)) {
    result_ = std::move(*result);
  } else if (auto* failed = std::get_if<sandbox::TaskFailed>(&*decoded)) {
    said_ = std::move(failed->error);
  } else if (const auto* locked = std::get_if<sandbox::Locked>(&*decoded)) {
    Result<> holds = locked->layers.check(options_.lockdown.strict, options_.lockdown.off);
    if (holds) {
      locked_ = true;
      locked_or_over_.give();
    } else {
      lock_failed_ = true;
      kill(MillEnd::hindered, std::move(holds).error());
    }
  }
  co_return Result<>();
}

asio::awaitable<void> MillRun::take_output() {
  sandbox::FrameReader reader(sandbox::output_frames());
  Bytes buffer(kReadBytes);
  while (!killed_) {
    const std::size_t got = co_await read_some(output_, buffer);
    if (got == 0) break;
    ++signs_of_life_;
    ++waiting_for_us_;
    for (ByteView unread(buffer.data(), got); !unread.empty() && !killed_;) {
      auto frame = reader.next(unread);
      if (frame && !*frame) break;
      Result<> taken;
      if (frame) {
        taken = co_await take_frame(std::move(**frame));
      } else {
        taken = fail(std::move(frame).error());
      }
      if (!taken) break_off(std::move(taken).error());
    }
    --waiting_for_us_;
  }
  end_waiting();
}

// A store that is away makes the mill wait; it does not lose what the mill has done so far.
Async<Bytes> MillRun::read_source(sandbox::RangeRequest request) {
  for (int attempt = 1;; ++attempt) {
    Result<Bytes> bytes = co_await ranges_.read(task_, source_, request.offset, request.length);
    if (bytes) co_return bytes;
    if (bytes.error().code == ErrorCode::not_found) {
      co_return fail(ErrorCode::fetch_failed,
                     "The uploaded file is no longer in the store. Upload it again.");
    }
    if (end_of(bytes.error().code) != MillEnd::hindered || over_.given()) co_return bytes;
    const Milliseconds delay = backoff(attempt, kFirstRetry, kLongestRetry);
    log::debug(about(task_), "reading a source is tried again in {} ms: {}", delay.count(),
               bytes.error().message);
    co_await over_.wait(delay);
  }
}

Async<> MillRun::send(Bytes frame) {
  boost::system::error_code error;
  const auto buffer = asio::buffer(frame.data(), frame.size());
  co_await asio::async_write(control_, buffer, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(ErrorCode::cancelled, "the mill has gone");
  co_return Result<>();
}

Async<> MillRun::answer(sandbox::RangeRequest request) {
  ++waiting_for_us_;
  Result<Bytes> bytes = co_await read_source(request);
  --waiting_for_us_;  // from here on it is we who wait: for the mill to take its answer
  Bytes frame;
  if (!bytes) {
    source_error_ = bytes.error();
    frame = encode(sandbox::RangeError{std::move(bytes).error()});
  } else if (bytes->empty()) {
    frame = encode(sandbox::RangeEnd{});
  } else {
    frame = encode(sandbox::RangeData{std::move(*bytes)});
  }
  Result<> sent = co_await send(std::move(frame));
  co_return sent;
}

asio::awaitable<void> MillRun::answer_ranges() {
  sandbox::FrameReader reader(sandbox::requests_to_worker());
  Bytes buffer(1024);
  for (;;) {
    const std::size_t got = co_await read_some(control_, buffer);
    if (got == 0) co_return;
    ByteView unread(buffer.data(), got);
    while (!unread.empty()) {
      auto frame = reader.next(unread);
      if (frame && !*frame) break;
      Result<sandbox::RangeRequest> request =
          frame ? sandbox::decode_request(**frame) : fail(std::move(frame).error());
      if (!request) {
        break_off(std::move(request).error());
        co_return;
      }
      Result<> answered = co_await answer(*request);
      ++signs_of_life_;
      if (!answered) co_return;
    }
  }
}

asio::awaitable<void> MillRun::keep_errors() {
  Bytes buffer(1024);
  for (;;) {
    const std::size_t got = co_await read_some(errors_, buffer);
    if (got == 0) co_return;
    const std::size_t room = kLastWordsBytes - std::min(kLastWordsBytes, last_words_.size());
    last_words_ += as_text(ByteView(buffer.data(), std::min(got, room)));
  }
}

// Ends a mill that hangs or has grown too large. It stands still while the mill waits for us.
asio::awaitable<void> MillRun::watch() {
  std::int64_t seen = signs_of_life_;
  Milliseconds quiet{0};
  Milliseconds used{0};  // until the last sign of life
  while (!over_.given()) {
    co_await over_.wait(kWatchEvery);
    const bool alive = signs_of_life_ != std::exchange(seen, signs_of_life_) || waiting_for_us_ > 0;
    const Milliseconds now = sandbox::cpu_time(child_.pid()).value_or(used);
    if (alive) used = now;
    quiet = alive ? Milliseconds(0) : quiet + kWatchEvery;
    if (now - used >= options_.stall_cpu || quiet >= options_.stall) {
      kill(MillEnd::crashed, {ErrorCode::transcode_stalled,
                              "Nothing came of the video for too long: the work was stopped."});
    }
    const auto resident = sandbox::resident_bytes(child_.pid());
    if (resident && *resident > options_.mill_bytes) {
      kill(MillEnd::crashed,
           {ErrorCode::out_of_memory, "The video needs more memory than one task may have."});
    }
  }
}

asio::awaitable<sandbox::ExitStatus> MillRun::reap() {
  // Its pipes are closed, so this is a matter of milliseconds; one that lingers is ended.
  constexpr int kPatience = 50;
  Notice never(control_.get_executor());
  for (int tries = 0;; ++tries) {
    const auto status = child_.try_wait();
    if (status && *status) co_return **status;
    if (!status) co_return sandbox::ExitStatus{};
    if (tries == kPatience) {
      lingers_ = true;
      child_.kill();
    }
    co_await never.wait(Milliseconds(2));
  }
}

MillOutcome MillRun::judge(const sandbox::ExitStatus& status) {
  if (killed_) return std::move(*killed_);
  MillOutcome outcome;
  // What went wrong before the mill was locked has nothing to do with the video.
  lock_failed_ = !locked_;
  outcome.end = locked_ ? MillEnd::crashed : MillEnd::hindered;
  if (result_) {
    outcome.end = MillEnd::done;
    outcome.result = std::move(result_->value);
    outcome.stages = std::move(result_->stages);
  } else if (source_error_) {
    outcome.end = end_of(source_error_->code);
    outcome.error = std::move(*source_error_);
  } else if (said_ && (!locked_ || may_be_said_of_a_video(said_->code))) {
    if (locked_) outcome.end = MillEnd::refused;
    outcome.error = std::move(*said_);
  } else {
    log::warn(about(task_), "a mill ended: {} {} {}", sandbox::name_of(status.kind), status.value,
              last_words_);
    outcome.error = error_of(status);
    if (lingers_) outcome.error = crash("it did not end");
  }
  return outcome;
}

// Not before it has locked itself in: without an order it asks for no byte of the video.
asio::awaitable<void> MillRun::give_order(json::object order) {
  co_await locked_or_over_.wait();
  if (!locked_) co_return;
  Bytes frame = encode(sandbox::TaskOrder{std::move(order)});
  // A mill that is gone already is seen by those who read from it.
  Result<> sent = co_await send(std::move(frame));
  if (sent) ++signs_of_life_;
}

asio::awaitable<MillOutcome> MillRun::run(json::object order) {
  // Every stream ends when the process ends, so all five do.
  co_await (give_order(std::move(order)) && take_output() && answer_ranges() && keep_errors() &&
            watch());
  room_ = Budget::Room();
  const sandbox::ExitStatus status = co_await reap();
  MillOutcome outcome = judge(status);
  outcome.cpu_time = status.cpu_time;
  co_return outcome;
}

}  // namespace vodmill::worker
