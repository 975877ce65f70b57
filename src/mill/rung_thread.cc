#include "mill/rung_thread.h"

#include <utility>

namespace vodmill::mill {
namespace {

// A large picture is 3 MB, and more of them than this keep no encoder busier.
constexpr std::size_t kMostWaiting = 4;

}  // namespace

RungThread::RungThread(Rung rung, Output& output, StageClock& clock, Thread where)
    : first_frame_(rung.first_frame()),
      end_frame_(rung.end_frame()),
      rung_(std::move(rung)),
      output_(output),
      clock_(clock),
      where_(where) {
  if (where_ == Thread::own) thread_ = std::thread([this] { run(); });
}

RungThread::~RungThread() {
  {
    const std::scoped_lock lock(mutex_);
    unwanted_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<> RungThread::add(const AVFrame& picture, std::int64_t n) {
  if (where_ == Thread::callers) return encode(picture, n, clock_);
  av::FramePtr reference(av_frame_clone(&picture));
  if (!reference) return av::fail_transcode(AVERROR(ENOMEM), "encode");
  return put({std::move(reference), n});
}

Result<> RungThread::finish() {
  if (where_ == Thread::callers) return rung_.finish(output_, clock_);
  TRY_VOID(put({}));
  thread_.join();
  return result_;
}

Result<> RungThread::put(Waiting next) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ || waiting_.size() < kMostWaiting; });
    if (ended_) return result_;
    waiting_.push_back(std::move(next));
  }
  changed_.notify_all();
  return {};
}

std::optional<RungThread::Waiting> RungThread::take() {
  std::optional<Waiting> next;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return unwanted_ || !waiting_.empty(); });
    if (unwanted_) return std::nullopt;
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  changed_.notify_all();
  return next;
}

Result<> RungThread::encode(const AVFrame& picture, std::int64_t n, StageClock& clock) {
  TRY_VOID(rung_.add(picture, n, output_, clock));
  encoded_ = rung_.encoded();
  return {};
}

Result<> RungThread::encode_all(StageClock& clock) {
  for (;;) {
    const std::optional<Waiting> next = take();
    if (!next) return {};
    if (!next->picture) return rung_.finish(output_, clock);
    TRY_VOID(encode(*next->picture, next->n, clock));
  }
}

void RungThread::run() {
  Result<> result;
  {
    StageClock clock(clock_.sheet());
    result = encode_all(clock);
  }
  {
    const std::scoped_lock lock(mutex_);
    result_ = std::move(result);
    ended_ = true;
  }
  changed_.notify_all();
}

}  // namespace vodmill::mill
