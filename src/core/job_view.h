// The jobs as the catalog knows them: to look at, not to work from. Port; its consumer is api/.
//
// One job is one generation of one video. A queue holds only the message; what has become of the
// work stands in the catalog, whichever queue carries the jobs. Conformance: tests/conformance
// with the catalog. Any function may answer storage_unavailable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "core/async.h"
#include "core/job.h"
#include "core/plan.h"
#include "core/source.h"
#include "core/task.h"

namespace vodmill {

struct ShownJob {
  MessageId id;
  VideoId video;
  int generation = 1;
  // waiting: nobody coordinates it. active: somebody does. delayed: none of its tasks may be taken
  // before a moment that is still to come. failed: also when it was cancelled.
  JobState state = JobState::waiting;
  int priority = 0;
  std::string waiting_reason;  // "" when it does not wait
  int progress = 0;            // percent
  std::string coordinator;     // the worker that has or had it; "" when nobody has had it yet
  std::optional<Error> error;
  Timestamp created_at;
  std::optional<Timestamp> ended_at;
};

struct JobPage {
  std::vector<ShownJob> jobs;  // newest first
  std::string next_cursor;     // "" on the last page
};

struct JobFilter {
  std::optional<JobState> state;
  VideoId video = VideoId();  // only its jobs; "" for all
  int limit = 50;             // 1 to 200
  std::string cursor;         // of the page before; one that is not ours is invalid_request
};

struct ShownTask {
  Task task;
  std::string worker;  // that has it, or had it last; "" when nobody has had it yet
};

struct JobDetails {
  ShownJob job;
  std::optional<SourceInfo> info;
  std::optional<Plan> plan;
  std::vector<ShownTask> tasks;  // in the order in which they are taken
};

// A job that has come to its end.
struct EndedJob {
  Timestamp created_at;
  Timestamp ended_at;
  bool completed = false;
};

struct QueueFigures {
  Timestamp now;     // of the store
  JobCounts counts;  // completed and failed count those of videos that were removed, too
  std::map<std::string, std::int64_t> waiting_reasons;  // jobs by reason; none without one
  std::optional<Timestamp> oldest_waiting;              // when it was created
  std::vector<ShownTask> running;                       // at most 200
  std::vector<EndedJob> ended;  // within the time that was asked for, oldest first; not cancelled
};

class JobView {
 public:
  virtual ~JobView() = default;

  // Jobs of videos that were removed are not shown.
  virtual Async<JobPage> list(JobFilter filter) = 0;
  virtual Async<JobDetails> get(MessageId id) = 0;  // not_found

  // `past`: how far back `ended` reaches.
  virtual Async<QueueFigures> figures(Milliseconds past) = 0;
};

}  // namespace vodmill
