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
#include "worker/nursery.h"

namespace vodmill::worker {
namespace {

using asio::experimental::awaitable_operators::operator&&;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kLastWordsBytes = 4096;
constexpr Milliseconds kWatchEvery{500};

// Bytes that have arrived; 0 at the end of the stream, whatever ended it.
asio::awaitable<std::size_t> read_some(asio::posix::stream_descriptor& from, Bytes& into) {
  boost::system::error_code error;
  const auto buffer = asio::buffer(into.data(), into.size());
  const std::size_t got =
      co_await from.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
  co_return error ? 0 : got;
}

}  // namespace

MillRun::MillRun(asio::any_io_executor executor, sandbox::Child child, const WorkerOptions& options,
                 RangeCache& ranges, const Source& source, MillListener& listener)
    : child_(std::move(child)),
      options_(options),
      ranges_(ranges),
      source_(source),
      listener_(listener),
      control_(executor, child_.control.release()),
      output_(executor, child_.output.release()),
      errors_(executor, child_.errors.release()),
      next_watch_(executor) {}

void MillRun::kill(Error why) {
  if (!killed_) killed_ = std::move(why);
  child_.kill();
}

Async<> MillRun::take_segment_data(sandbox::SegmentData data) {
  if (!begun_) co_return fail(ErrorCode::transcode_failed, "segment data without a segment");
  append(segment_, data.bytes);
  if (std::ssize(segment_) < begun_->bytes) co_return Result<>();
  if (std::ssize(segment_) > begun_->bytes) {
    co_return fail(ErrorCode::transcode_failed, "a segment longer than announced");
  }
  const sandbox::SegmentBegin begin = *std::exchange(begun_, std::nullopt);
  Bytes bytes = std::exchange(segment_, {});
  Result<> taken = co_await listener_.segment(begin, std::move(bytes));
  co_return taken;
}

Async<> MillRun::take_frame(sandbox::Frame frame) {
  auto decoded = sandbox::decode_output(std::move(frame));
  if (!decoded) co_return fail(std::move(decoded).error());
  if (auto* data = std::get_if<sandbox::SegmentData>(&*decoded)) {
    Result<> taken = co_await take_segment_data(std::move(*data));
    co_return taken;
  }
  if (const auto* begin = std::get_if<sandbox::SegmentBegin>(&*decoded)) {
    if (begun_) co_return fail(ErrorCode::transcode_failed, "a segment inside a segment");
    begun_ = *begin;
    ++waiting_for_us_;
    co_await listener_.make_room(begin->bytes);
    --waiting_for_us_;
    segment_.reserve(static_cast<std::size_t>(begin->bytes));
  } else if (const auto* progress = std::get_if<sandbox::Progress>(&*decoded)) {
    listener_.progress(progress->done);
  } else if (auto* result = std::get_if<sandbox::TaskResult>(&*decoded)) {
    result_ = std::move(result->value);
  } else if (auto* failed = std::get_if<sandbox::TaskFailed>(&*decoded)) {
    said_ = std::move(failed->error);
  } else if (const auto* locked = std::get_if<sandbox::Locked>(&*decoded)) {
    co_return locked->layers.check(options_.lockdown.strict, options_.lockdown.off);
  }
  co_return Result<>();
}

asio::awaitable<void> MillRun::take_output() {
  sandbox::FrameReader reader(sandbox::output_frames());
  Bytes buffer(kReadBytes);
  for (;;) {
    const std::size_t got = co_await read_some(output_, buffer);
    if (got == 0) break;
    ++signs_of_life_;
    ByteView unread(buffer.data(), got);
    while (!unread.empty()) {
      auto frame = reader.next(unread);
      if (frame && !*frame) break;
      Result<> taken;
      if (frame) {
        ++waiting_for_us_;
        taken = co_await take_frame(std::move(**frame));
        --waiting_for_us_;
      } else {
        taken = fail(std::move(frame).error());
      }
      if (!taken) {
        kill(std::move(taken).error());
        break;
      }
    }
    if (killed_) break;
  }
  output_ended_ = true;
  next_watch_.cancel();
}

Async<> MillRun::answer(sandbox::RangeRequest request) {
  Result<Bytes> bytes = co_await ranges_.read(source_, request.offset, request.length);
  Bytes frame;
  if (!bytes) {
    frame = encode(sandbox::RangeError{std::move(bytes).error()});
  } else if (bytes->empty()) {
    frame = encode(sandbox::RangeEnd{});
  } else {
    frame = encode(sandbox::RangeData{std::move(*bytes)});
  }
  boost::system::error_code error;
  const auto buffer = asio::buffer(frame.data(), frame.size());
  co_await asio::async_write(control_, buffer, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(ErrorCode::cancelled, "the mill has gone");
  co_return Result<>();
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
        kill(std::move(request).error());
        co_return;
      }
      ++waiting_for_us_;
      Result<> answered = co_await answer(*request);
      --waiting_for_us_;
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
  while (!output_ended_) {
    next_watch_.expires_after(kWatchEvery);
    boost::system::error_code ended;
    co_await next_watch_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    const bool alive = signs_of_life_ != std::exchange(seen, signs_of_life_) || waiting_for_us_ > 0;
    quiet = alive ? Milliseconds(0) : quiet + kWatchEvery;
    if (quiet >= options_.stall) {
      kill({ErrorCode::transcode_stalled,
            "Nothing came of the video for too long: the work was stopped."});
    }
    const auto resident = sandbox::resident_bytes(child_.pid());
    if (resident && *resident > options_.mill_bytes) {
      kill({ErrorCode::out_of_memory, "The video needs more memory than one task may have."});
    }
  }
}

asio::awaitable<sandbox::ExitStatus> MillRun::reap() {
  // Its pipes are closed, so this is a matter of milliseconds; one that lingers is ended.
  constexpr int kPatience = 50;
  for (int tries = 0;; ++tries) {
    const auto status = child_.try_wait();
    if (status && *status) co_return **status;
    if (!status) co_return sandbox::ExitStatus{};
    if (tries == kPatience) child_.kill();
    co_await sleep_for(Milliseconds(2));
  }
}

MillOutcome MillRun::judge(const sandbox::ExitStatus& status) {
  MillOutcome outcome;
  if (killed_) {
    outcome.crashed = killed_->code == ErrorCode::transcode_stalled ||
                      killed_->code == ErrorCode::out_of_memory ||
                      killed_->code == ErrorCode::transcode_failed;
    outcome.error = std::move(killed_);
  } else if (result_) {
    outcome.result = std::move(result_);
  } else if (said_) {
    outcome.error = std::move(said_);
  } else {
    outcome.crashed = true;
    log::warn("a mill ended: {} {} {}", sandbox::name_of(status.kind), status.value, last_words_);
    outcome.error = Error{ErrorCode::transcode_failed,
                          fmt::format("The decoder or encoder crashed on this video ({}).",
                                      sandbox::name_of(status.kind))};
  }
  return outcome;
}

asio::awaitable<MillOutcome> MillRun::run(json::object order) {
  const Bytes frame = encode(sandbox::TaskOrder{std::move(order)});
  boost::system::error_code error;
  const auto buffer = asio::buffer(frame.data(), frame.size());
  co_await asio::async_write(control_, buffer, asio::redirect_error(asio::use_awaitable, error));
  // Every stream ends when the process ends, so all four do.
  co_await (take_output() && answer_ranges() && keep_errors() && watch());
  const sandbox::ExitStatus status = co_await reap();
  co_return judge(status);
}

}  // namespace vodmill::worker
