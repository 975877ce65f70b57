// The source's bytes for mills: whole blocks read from the BlobStore, the last ones kept in memory.
//
// Shared by all tasks of a worker (its stills have one of their own), so that a source is read once
// although several mills of a generation ask for the same part, at the same time too. Never across
// generations: behind a key of the inbox there may be another file by then. One executor, one
// thread; outlives its readers.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "core/blob_store.h"
#include "core/source.h"
#include "core/task.h"
#include "worker/notice.h"

namespace vodmill::worker {

class RangeCache {
 public:
  RangeCache(asio::any_io_executor executor, BlobStore& store, std::int64_t bytes)
      : executor_(std::move(executor)), store_(store), capacity_(bytes) {}

  // 1 to `length` bytes from `offset` on, for that task; empty at or behind the source's end.
  // REQUIRES: offset >= 0, length > 0. Errors are the store's.
  Async<Bytes> read(const Task& task, const Source& source, std::int64_t offset,
                    std::int64_t length);

 private:
  struct Place {
    VideoId video;
    int generation = 0;
    BlobKey key;
    std::int64_t number = 0;  // of the block in its extent
    bool operator==(const Place&) const = default;
  };

  // One block of an extent: being read, then read or not.
  struct Block {
    Block(Place block_place, const asio::any_io_executor& executor)
        : place(std::move(block_place)), arrived(executor) {}
    const Place place;
    Notice arrived;
    Result<Bytes> bytes;
  };
  using BlockPtr = std::shared_ptr<Block>;

  asio::awaitable<BlockPtr> block(Place place);
  BlockPtr find(const Place& place);
  void keep(const BlockPtr& block);

  asio::any_io_executor executor_;
  BlobStore& store_;
  const std::int64_t capacity_;
  std::int64_t held_ = 0;
  std::list<BlockPtr> blocks_;  // most recently used first
};

}  // namespace vodmill::worker
