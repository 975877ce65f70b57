// The source's bytes for mills: whole blocks read from the BlobStore, the last ones kept in memory.
//
// Shared by all tasks of a worker (its stills have one of their own), keyed by extent, so that a
// source is read once although several mills ask for the same part, at the same time too. One
// executor, one thread; outlives its readers.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "core/blob_store.h"
#include "core/source.h"
#include "worker/notice.h"

namespace vodmill::worker {

class RangeCache {
 public:
  RangeCache(asio::any_io_executor executor, BlobStore& store, std::int64_t bytes)
      : executor_(std::move(executor)), store_(store), capacity_(bytes) {}

  // 1 to `length` bytes from `offset` on; empty at or behind the source's end. REQUIRES: offset >=
  // 0, length > 0. Errors are the store's.
  Async<Bytes> read(const Source& source, std::int64_t offset, std::int64_t length);

 private:
  // One block of an extent: being read, then read or not.
  struct Block {
    Block(BlobKey block_key, std::int64_t block_number, const asio::any_io_executor& executor)
        : key(std::move(block_key)), number(block_number), arrived(executor) {}
    const BlobKey key;
    const std::int64_t number;
    Notice arrived;
    Result<Bytes> bytes;
  };
  using BlockPtr = std::shared_ptr<Block>;

  asio::awaitable<BlockPtr> block(BlobKey key, std::int64_t number);
  BlockPtr find(const BlobKey& key, std::int64_t number);
  void keep(const BlockPtr& block);

  asio::any_io_executor executor_;
  BlobStore& store_;
  const std::int64_t capacity_;
  std::int64_t held_ = 0;
  std::list<BlockPtr> blocks_;  // most recently used first
};

}  // namespace vodmill::worker
