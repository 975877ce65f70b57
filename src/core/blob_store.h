// Bytes by key: a folder now, S3 later. Port; its consumers are api/ and worker/.
//
// Holds for every adapter (tests/conformance/blob_store.h runs on each):
// * A key is a relative path of [a-z0-9._-] components; anything else is invalid_request.
// * No object's key is the folder of another's: with "a/b" there, "a" is invalid_request.
// * An object appears whole or not at all, and is durable once commit() or put() has returned.
// * Putting an existing key replaces it atomically; readers see the old or the new bytes.
// * Functions may be called from any coroutine; one BlobWriter belongs to one coroutine at a time.
// * Memory is bounded: writes end only when the store has taken the bytes (back-pressure).
// * Errors: not_found, disk_full, storage_unavailable, invalid_request, internal_error.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/async.h"
#include "core/ids.h"

namespace vodmill {

struct BlobInfo {
  BlobKey key;
  std::int64_t bytes = 0;
};

// One object being written. Destroying it without commit() leaves nothing behind.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;

  // Appends. The bytes must live until the call has ended.
  virtual Async<> write(ByteView bytes) = 0;

  // Makes the object durable and visible. Nothing may be written afterwards.
  virtual Async<BlobInfo> commit() = 0;
};

class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // A stream of unknown length into `key`.
  virtual Async<std::unique_ptr<BlobWriter>> create(BlobKey key) = 0;

  // A whole small object.
  virtual Async<> put(BlobKey key, Bytes bytes) = 0;

  virtual Async<BlobInfo> stat(BlobKey key) = 0;

  // Bytes [offset, offset + length), fewer only where the object ends. 0 <= offset, 0 < length <=
  // 64 MiB.
  virtual Async<Bytes> read(BlobKey key, std::int64_t offset, std::int64_t length) = 0;

  // Up to `limit` objects whose keys start with `prefix` and come after `after`, in byte order.
  virtual Async<std::vector<BlobInfo>> list(std::string prefix, std::string after, int limit) = 0;

  // Removing what is not there is a success.
  virtual Async<> remove(BlobKey key) = 0;
};

// Whether a key is one that every adapter accepts: 1 to 512 characters, components of 1 to 255
// [a-z0-9._-] separated by single slashes, none of them "." or "..".
bool is_valid_blob_key(std::string_view key);

}  // namespace vodmill
