// Takes one task's segments from its mill, checks them against the plan, stores several at a time
// and commits their rows, while the mill goes on.
//
// A store that is slow or away makes the mill wait (Budget); it fails nothing. A rendition's
// InitSegment is committed before any of its segments, so that a retry that goes on behind them
// never misses it. An object whose row was not committed is removed. One executor.
#pragma once

#include <map>
#include <optional>

#include "bmff/init.h"
#include "worker/budget.h"
#include "worker/context.h"
#include "worker/counts.h"
#include "worker/mill_run.h"
#include "worker/notice.h"
#include "worker/nursery.h"

namespace vodmill::worker {

class SegmentSaver {
 public:
  // All must outlive the saver.
  SegmentSaver(const Ports& ports, Budget& budget, Counts& counts, asio::any_io_executor executor,
               const LeasedTask& task);

  asio::awaitable<Budget::Room> make_room(std::int64_t bytes);

  // Checks a segment and starts to store it. verification_failed if it is not what the plan asks
  // for; or the error that storing an earlier one has ended with.
  Async<> accept(sandbox::SegmentBegin begin, Bytes bytes, Budget::Room room);

  // Nothing is tried again from now on, nobody waits for room: the task is not ours any more, or
  // will not be soon.
  void give_up();

  // Waits until everything accepted is committed, or has ended in an error: the first.
  Async<> drain();

 private:
  struct Init {
    bmff::InitInfo info;
    std::unique_ptr<Notice> settled;  // committed, or never will be
  };

  // What a mill has made, and what is to be stored of it.
  struct Piece {
    Segment segment;
    Bytes media;
    Bytes strip;
    Bytes poster;
  };

  Result<Piece> take_apart(const sandbox::SegmentBegin& begin, Bytes bytes);
  Result<Segment> describe(const sandbox::SegmentBegin& begin, ByteView media_bytes);
  Result<> describe_pictures(const sandbox::SegmentBegin& begin, Piece& piece) const;
  Result<> check_media(const Segment& segment, const bmff::InitInfo& init) const;
  asio::awaitable<void> save(Piece piece, Budget::Room room);
  Async<> store_and_commit(const Piece& piece);
  Async<> put_all(const Piece& piece);
  Async<> put(const BlobKey& key, const Bytes& bytes);
  Async<CommitOutcome> commit(const Segment& segment);
  Async<> settle_loser(const Segment& segment, const Bytes& bytes);
  Async<bool> remove_unless_committed(const Segment& segment);
  Async<> compare_with_stored(const Segment& segment, const Bytes& bytes);
  asio::awaitable<bool> try_again(int attempt, const Error& error);

  const Ports& ports_;
  Budget& budget_;
  Counts& counts_;
  const LeasedTask& task_;
  asio::any_io_executor executor_;
  Nursery saving_;
  std::map<std::string, Init, std::less<>> inits_;  // by rendition
  Notice given_up_;
  bool room_unwanted_ = false;
  std::optional<Error> error_;  // the first
};

}  // namespace vodmill::worker
