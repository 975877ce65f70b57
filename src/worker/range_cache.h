// The source's bytes for mills: whole blocks read from the BlobStore, the last ones kept in memory.
//
// Shared by all tasks of a worker, keyed by extent, so that a source is read once although several
// mills ask for the same part. One executor, one thread.
#pragma once

#include <list>
#include <string>

#include "base/bytes.h"
#include "core/blob_store.h"
#include "core/source.h"

namespace vodmill::worker {

class RangeCache {
 public:
  RangeCache(BlobStore& store, std::int64_t bytes) : store_(store), capacity_(bytes) {}

  // 1 to `length` bytes from `offset` on; empty at or behind the source's end.
  Async<Bytes> read(const Source& source, std::int64_t offset, std::int64_t length);

 private:
  struct Block {
    std::string key;
    std::int64_t number;
    std::shared_ptr<const Bytes> bytes;
  };
  Async<std::shared_ptr<const Bytes>> block(BlobKey key, std::int64_t number);

  BlobStore& store_;
  const std::int64_t capacity_;
  std::int64_t held_ = 0;
  std::list<Block> blocks_;  // most recently used first
};

}  // namespace vodmill::worker
