// Videos, generations, tasks, segments and events: the one place that says what is true. Ports.
//
// Three small ports over one store, by consumer: VideoCatalog for the API, GenerationCatalog for
// the coordinator, TaskCatalog for the task runner. EventLog and Outbox stand in their own headers.
//
// Holds for every adapter (tests/conformance/catalog.h runs on each):
// * Every function is one transaction; what it has answered survives a kill.
// * Time is the store's own clock. Lease lengths come from the caller, moments never do.
// * The sole right to write is a lease. Every fenced write does, in this order: lock the
//   video's row where generation and status still hold; the task's or generation's row where
//   the token still holds; then the rest. If either update finds no row: lease_lost, nothing
//   written.
// * A lease that has lapsed but whose token is still current may write and renew.
// * Cancel, retry and remove raise every token of the generation in the same transaction.
// * Any function may answer storage_unavailable or disk_full; nothing has been written then.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/async.h"
#include "core/idempotency.h"
#include "core/ladder_policy.h"
#include "core/plan.h"
#include "core/quota.h"
#include "core/segment.h"
#include "core/task.h"
#include "core/video.h"

namespace vodmill {

struct NewVideo {
  VideoId id;
  std::string owner;
  std::string metadata = "{}";
  int priority = 0;
  LadderPolicy ladder = {};
  std::string prefix;
  Source source;
  std::string sha256;
  std::optional<KeyClaim> claim;  // of the Idempotency-Key that this creation came with
  Quota quota = {};               // of its owner
};

inline constexpr std::size_t kLargestMetadata = 8 * 1024;  // of its JSON text
inline constexpr std::size_t kLongestOwner = 64;           // visible ASCII characters
inline constexpr int kLargestPriority = 2'097'152;         // BullMQ's

// What a client changes of a video.
struct VideoChange {
  std::string metadata_patch = "{}";  // JSON merge patch (RFC 7396): an object, or null for none
  std::optional<int> priority;
};

// On what a video is retried.
struct RetryTerms {
  std::optional<int> generation = {};  // only if this is still its newest
  Quota quota = {};                    // of its owner
};

struct VideoPage {
  std::vector<Video> videos;  // newest first
  std::string next_cursor;    // "" on the last page
};

struct VideoFilter {
  std::optional<VideoStatus> status;
  int limit = 50;      // 1 to 200
  std::string cursor;  // of the page before; one that is not ours is invalid_request
  // Only videos whose title, name or filename in their metadata has this text in it, upper and
  // lower case alike; "" for all. At most kMostSearched videos are looked at for one page, so it
  // may have fewer than `limit`, and next_cursor says whether to go on.
  std::string text = {};
};

inline constexpr int kMostSearched = 2'000;

// One generation as playback and the coordinator see it.
struct Generation {
  VideoId video;
  int number = 1;
  VideoStatus status = VideoStatus::pending;
  std::string prefix;   // of its keys: the video's prefix + "g1/"
  LadderPolicy ladder;  // the video's
  std::optional<SourceInfo> info;
  std::optional<Plan> plan;
};

class VideoCatalog {
 public:
  virtual ~VideoCatalog() = default;

  // The video (pending, generation 1), its created event, its probe task and its outbox row. Its
  // source will not be swept; upload_expired if that is due already. conflict when another attempt
  // has taken the key of its claim; quota_exceeded when its owner would have more than the quota.
  virtual Async<Video> create(NewVideo video) = 0;

  virtual Async<Video> get(VideoId id) = 0;  // not_found, also once removed
  virtual Async<VideoPage> list(VideoFilter filter) = 0;

  // The video with the change, and an event if it changed anything. invalid_request when the
  // metadata would be larger than kLargestMetadata.
  virtual Async<Video> update(VideoId id, VideoChange change) = 0;

  // A new generation at pending, with probe task, event and outbox row. conflict while uploading,
  // and where the terms' generation is not the newest; quota_exceeded where the video has ended and
  // its owner has as many others as the quota allows.
  virtual Async<Video> retry(VideoId id, RetryTerms terms = {}) = 0;

  // cancelled, with event; tasks cancelled. A video in a final status is answered as it is, and so
  // is one whose newest generation is not the one that is meant: that one has ended.
  virtual Async<Video> cancel(VideoId id, std::optional<int> generation = {}) = 0;

  // Leaves a tombstone; its prefix is swept now and once more after `last_put` has passed.
  virtual Async<> remove(VideoId id, Milliseconds last_put) = 0;

  virtual Async<Generation> generation(VideoId id, int number) = 0;

  // Committed rows of one rendition in the order of their index, InitSegment first.
  virtual Async<std::vector<Segment>> segments(VideoId id, int generation,
                                               std::string rendition) = 0;

  // Committed rows of a generation's small pictures, by segment.
  virtual Async<std::vector<Thumbs>> thumbs(VideoId id, int generation) = 0;
};

// The coordinator's right to a generation.
struct GenerationLease {
  VideoId video;
  int generation = 1;
  Token token;
};

struct Completion {
  double duration_seconds = 0;
  std::optional<Partial> partial;
};

struct ProgressUpdate {
  int progress = 0;            // percent; stored as a maximum
  std::string waiting_reason;  // of core/waiting_reason.h, "" for none
  friend bool operator==(const ProgressUpdate&, const ProgressUpdate&) = default;
};

// A generation nobody coordinates although it is not final.
struct Orphan {
  VideoId video;
  int generation = 1;
};

class GenerationCatalog {
 public:
  virtual ~GenerationCatalog() = default;

  // The lease, if no live one exists: conflict while another lives, gone once the generation is
  // final, superseded or removed. The first one makes the video `processing`, with event.
  virtual Async<GenerationLease> coordinate(VideoId id, int generation, WorkerId worker,
                                            Milliseconds lease) = 0;

  // Prolongs the lease and shows progress. Not an event. A length of 0 gives the lease back: the
  // next coordinator need not wait.
  virtual Async<> renew(GenerationLease lease, Milliseconds length, ProgressUpdate update) = 0;

  virtual Async<std::vector<Task>> tasks(VideoId id, int generation) = 0;

  // Stores what the probe found and the plan, adds the tasks, `planned` event. Once only: conflict
  // when there is a plan already.
  virtual Async<> store_plan(GenerationLease lease, SourceInfo info, Plan plan,
                             std::vector<NewTask> tasks) = 0;

  // Makes the video playable, with event; again is a success without one.
  virtual Async<> mark_playable(GenerationLease lease) = 0;

  // completed: the commit. progress becomes 100, the generation the one that plays, an older one is
  // due for sweeping a day later.
  virtual Async<> complete(GenerationLease lease, Completion completion) = 0;

  // failed; waiting and leased tasks are cancelled; its prefix is due for sweeping, its own
  // playback ends (an older completed generation plays on).
  virtual Async<> fail(GenerationLease lease, Error error) = 0;

  // Begins the next generation as retry() does, where no worker of this build has shown itself (see
  // core/worker_list.h) for `grace`: nobody would lease what is left of the tasks. False, and
  // nothing has changed, where one has, or within `grace` of the store's return.
  virtual Async<bool> begin_anew(GenerationLease lease, EngineBuild build, Milliseconds grace) = 0;

  // Begins the next generation as retry() does, at once.
  virtual Async<> begin_anew(GenerationLease lease) = 0;

  // Generations whose coordinator's lease lapsed `grace` ago, and pending ones older than `grace`.
  virtual Async<std::vector<Orphan>> orphans(Milliseconds grace, int limit) = 0;
};

// For a worker that does not count them, or has none in use.
inline constexpr std::int64_t kAnyRoom = std::numeric_limits<std::int64_t>::max();
inline constexpr int kAnyCores = std::numeric_limits<int>::max();

// What a worker can begin now.
struct TaskWish {
  EngineBuild build;
  Milliseconds lease{10'000};
  std::int64_t room = kAnyRoom;  // bytes that its mill may need
  int cores = kAnyCores;         // that its mill may keep busy
  int urgent_cores = kAnyCores;  // the same where the task is urgent
};

// A leased task with all that its mill needs.
struct LeasedTask {
  Task task;
  Token token;
  std::string prefix;  // of the generation's keys
  Source source;
  std::optional<Plan> plan;  // none for the probe
  std::vector<Segment>
      committed;  // of this task's segments and InitSegments: a retry goes on after them
};

enum class CommitOutcome {
  won,   // this row is the segment for ever
  lost,  // another's row stands: the caller removes its object
};

class TaskCatalog {
 public:
  virtual ~TaskCatalog() = default;

  // The next task of the `processing` generations: by urgency, the video's priority, the owner with
  // the fewest leased tasks, the owner whose last turn is longest ago, age and index. None, not the
  // one after it, where its mill keeps more cores busy or may need more bytes than the wish has.
  // After 30 s without the memory, not the cores, it goes before all others: a large one that
  // always stood back for small ones would wait for ever. Also leased ones whose lease has lapsed
  // (a loss: see kMaxLosses; the task that has spent them fails with worker_lost). Only tasks
  // without a build or with the wish's. Nothing is taken over within one lease length of the
  // store's return but what a dead worker had (bury).
  virtual Async<std::optional<LeasedTask>> lease(WorkerId worker, TaskWish wish) = 0;

  // The heartbeat: prolongs the lease, shows `done` (stored as a maximum). Touches the task's row
  // only.
  virtual Async<> renew(TaskId id, Token token, Milliseconds length, std::int64_t done) = 0;

  // First committed row of (generation, rendition, index) wins for ever; sets the losses to 0. Its
  // thumbs stand where it does.
  virtual Async<CommitOutcome> commit_segment(TaskId id, Token token, Segment segment) = 0;

  virtual Async<> finish(TaskId id, Token token, std::string result) = 0;

  // A final error: the task fails. The coordinator fails the video.
  virtual Async<> fail(TaskId id, Token token, Error error) = 0;

  // A crash: one attempt more, waiting again after `delay`; out of attempts it fails with `error`.
  virtual Async<> crashed(TaskId id, Token token, Error error, Milliseconds delay) = 0;

  // Back to waiting after `delay`, no attempt spent: shutdown, full disk, absent store.
  virtual Async<> give_back(TaskId id, Token token, Milliseconds delay) = 0;

  // The worker is known to be dead: its leases, those of generations and stills too, have run out
  // at once, and may be taken over at once. Each of the tasks counts a loss when it is.
  virtual Async<> bury(WorkerId worker) = 0;
};

}  // namespace vodmill
