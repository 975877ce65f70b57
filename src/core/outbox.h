// What the catalog still owes to the queue and to the BlobStore. Port; its consumers are worker/'s
// relay, holders and sweepers, and api/ for uploads. One conformance suite with the catalog.
#pragma once

#include <string>
#include <vector>

#include "core/async.h"
#include "core/job.h"

namespace vodmill {

struct OutboxRow {
  std::int64_t id = 0;
  NewJob job;
};

// Keys to remove once their time has come.
struct SweepRow {
  std::int64_t id = 0;
  std::string prefix;  // every key that starts with it; a whole key is its own prefix
};

class Outbox {
 public:
  virtual ~Outbox() = default;

  // Oldest first. A row stays until delivered() has removed it.
  virtual Async<std::vector<OutboxRow>> undelivered(int limit) = 0;

  // The queue has the job: the row goes, `messages` knows the id. In one transaction.
  virtual Async<> delivered(std::int64_t id, std::string queue, MessageId message) = 0;

  // A holder has told the queue how the generation ended.
  virtual Async<> settled(std::string queue, MessageId message) = 0;

  // Messages delivered, not settled, whose generation ended or whose job may be lost: oldest first.
  virtual Async<std::vector<OutboxRow>> unsettled(std::string queue, Milliseconds older_than,
                                                  int limit) = 0;

  // Keys that begin with the prefix are to be removed so long after now. Said of a source's key
  // before its upload begins, so that one whose server dies leaves nothing; creating a video with
  // that source takes it back.
  virtual Async<> sweep_later(std::string prefix, Milliseconds delay) = 0;

  // Sweeps that are due now.
  virtual Async<std::vector<SweepRow>> due_sweeps(int limit) = 0;
  virtual Async<> swept(std::int64_t id) = 0;
};

}  // namespace vodmill
