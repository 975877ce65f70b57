// A request's body on its way into the BlobStore.
#pragma once

#include "core/blob_store.h"
#include "core/blocking_pool.h"
#include "net/request.h"

namespace vodmill::api {

struct Received {
  std::int64_t bytes = 0;
  std::string sha256;  // lower-case hex
};

// Stores the body under `key`, durable when it has returned, with two pieces of it in memory: one
// is read while the one before is written, and hashed on a thread of `hashing`: a disk and a
// network together are faster than one core hashes. On an error there is no object. Errors:
// size_exceeds_limit (before anything is read where the length is declared), invalid_request for a
// body that is empty or cut short, and the BlobStore's.
Async<Received> receive(net::BodyStream& body, BlobStore& blobs, BlockingPool& hashing, BlobKey key,
                        std::int64_t limit);

// size_exceeds_limit, for a person.
std::unexpected<Error> too_large(std::int64_t limit);

}  // namespace vodmill::api
