// A rendition's encoder, on a thread of its own or on the chunk's. The largest one costs about as
// much as decoding, scaling and all smaller ones together: on a thread of its own it lets a chunk
// use two cores, and the last mill of a video does not leave the others' idle.
//
// Belongs to the chunk, whose thread calls it. What comes out does not depend on who is faster:
// every encoder sees the same pictures in the same order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "mill/rung.h"

namespace vodmill::mill {

class RungThread {
 public:
  enum class Thread { own, callers };

  // Begins. `output` and `clock`, the calling thread's, outlive it; the output may be called from
  // any thread.
  RungThread(Rung rung, Output& output, StageClock& clock, Thread where);
  RungThread(const RungThread&) = delete;
  RungThread& operator=(const RungThread&) = delete;
  // Drops what still waits.
  ~RungThread();

  // The pictures it needs: see Rung.
  std::int64_t first_frame() const { return first_frame_; }
  std::int64_t end_frame() const { return end_frame_; }

  // Has the picture encoded as output frame n, on its own thread later: it waits while that is a
  // few pictures behind. The picture is referenced, not copied: nobody may write into it. An error
  // is that of an earlier picture.
  Result<> add(const AVFrame& picture, std::int64_t n);

  // No more pictures; waits until all segments are out.
  Result<> finish();

  // Pictures given to the encoder.
  std::int64_t encoded() const { return encoded_; }

 private:
  struct Waiting {
    av::FramePtr picture;  // none: there are no more
    std::int64_t n = 0;
  };

  void run();
  Result<> encode(const AVFrame& picture, std::int64_t n, StageClock& clock);
  Result<> encode_all(StageClock& clock);
  std::optional<Waiting> take();
  Result<> put(Waiting next);

  const std::int64_t first_frame_;
  const std::int64_t end_frame_;
  Rung rung_;  // the thread's
  Output& output_;
  StageClock& clock_;
  const Thread where_;
  std::atomic<std::int64_t> encoded_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;  // guarded by mutex_, as all below but the thread
  bool unwanted_ = false;
  bool ended_ = false;
  Result<> result_;  // once it has ended
  std::thread thread_;
};

}  // namespace vodmill::mill
