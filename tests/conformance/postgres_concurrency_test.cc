// What processes that share a PostgreSQL server never get twice: a lease, its token, a number of an
// event or of a generation, a job, the last place of a quota. There, unlike in SQLite, writes run
// at the same time.
#include <gmock/gmock.h>

#include <algorithm>
#include <barrier>
#include <numeric>
#include <thread>

#include "catalog/event_log.h"
#include "catalog/generation_catalog.h"
#include "catalog/schema.h"
#include "catalog/still_catalog.h"
#include "catalog/task_catalog.h"
#include "catalog/video_catalog.h"
#include "db/database.h"
#include "db/migration.h"
#include "db/postgres.h"
#include "fakes/run.h"
#include "queue/schema.h"
#include "queue/sql_queue.h"
#include "services/postgres.h"

namespace vodmill {
namespace {

using testing::SizeIs;

constexpr int kProcesses = 4;
constexpr Milliseconds kLong{600'000};

template <class T>
T must(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return std::move(result).value();
}
void must(Result<> result) { EXPECT_TRUE(result) << result.error().message; }

// One process's own connection, and what it does with it.
struct Process {
  explicit Process(std::unique_ptr<db::Connection> connection)
      : database(std::move(connection), {}, std::make_unique<db::ChangeBell>()) {}

  db::Database database;
  catalog::SqlVideoCatalog videos{database};
  catalog::SqlGenerationCatalog generations{database};
  catalog::SqlTaskCatalog tasks{database};
  catalog::SqlStillCatalog stills{database};
  catalog::SqlEventLog events{database};
  queue::SqlQueue jobs{database};
};

class PostgresConcurrency : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = PostgresServer::start(); }
  static void TearDownTestSuite() { server.reset(); }

  void SetUp() override {
    if (!server) GTEST_SKIP() << "PostgreSQL is not installed";
    const auto connection = must(db::PostgresConnection::open(server->target()));
    const std::array schemas{catalog::kSchema, queue::kSchema};
    must(db::migrate(*connection, schemas));
    for (int i = 0; i < kProcesses; ++i) {
      processes_.push_back(
          std::make_unique<Process>(must(db::PostgresConnection::open(server->target()))));
    }
  }

  void TearDown() override {
    for (const VideoId& id : made_) must(run(first().videos.remove(id, Milliseconds(0))));
  }

  Process& first() { return *processes_.front(); }

  // Runs work(process, its number) for each process on a thread of its own, all at once, and
  // returns what each has returned.
  template <class F, class R = std::invoke_result_t<F&, Process&, int>>
  std::vector<R> in_each(F work) {
    std::vector<R> answers(kProcesses);
    std::barrier begin(kProcesses);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kProcesses; ++i) {
      threads.emplace_back([&, i] {
        begin.arrive_and_wait();
        answers[i] = work(*processes_[i], static_cast<int>(i));
      });
    }
    threads.clear();
    return answers;
  }

  static NewVideo new_video();
  Video make_video();

  static std::unique_ptr<PostgresServer> server;
  std::vector<std::unique_ptr<Process>> processes_;
  std::vector<VideoId> made_;
};

std::unique_ptr<PostgresServer> PostgresConcurrency::server;

NewVideo PostgresConcurrency::new_video() {
  NewVideo video;
  video.id = new_id<VideoId>();
  video.prefix = video.id.str() + "/";
  video.source.extents = {{0, 10, BlobKey(video.id.str() + "/source/0")}};
  video.source.length = 10;
  return video;
}

Video PostgresConcurrency::make_video() {
  NewVideo video = new_video();
  made_.push_back(video.id);
  return must(run(first().videos.create(std::move(video))));
}

template <class T>
std::vector<T> joined(const std::vector<std::vector<T>>& parts) {
  std::vector<T> all;
  for (const std::vector<T>& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

template <class T>
bool has_no_twins(std::vector<T> values) {
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) == values.end();
}

EngineBuild build_of(int process) { return EngineBuild("build-" + std::to_string(process)); }

// A chunk a second; a second has two frames.
Plan plan_of(int chunks) {
  constexpr std::int64_t kFrames = 2;
  Plan plan;
  plan.build = build_of(0);
  plan.fps = {2, 1};
  plan.frames = kFrames * chunks;
  plan.ladder = {{"v0", 640, 360, 23, 800, 1600}};
  for (int i = 0; i < chunks; ++i) {
    plan.boundaries.push_back(kFrames * i);
    plan.idrs.push_back(kFrames * i);
    plan.chunks.push_back({i, i + 1});
  }
  plan.boundaries.push_back(plan.frames);
  return plan;
}

// Workers choose different tasks of one generation where their moments differ: one has looked
// before a task was given back, the other after it. Here each may do others, which is the same to
// the database and comes about each time.
TEST_F(PostgresConcurrency, MintsATokenThatNoOtherLeaseOfTheGenerationHas) {
  constexpr int kTasks = 120;
  const Video video = make_video();
  const GenerationLease lease =
      must(run(first().generations.coordinate(video.id, 1, WorkerId("w"), kLong)));
  const auto probe =
      must(run(first().tasks.lease(WorkerId("w"), {.build = build_of(0), .lease = kLong})));
  ASSERT_TRUE(probe);
  must(run(first().tasks.finish(probe->task.id, probe->token, "{}")));
  std::vector<NewTask> tasks;
  for (int i = 0; i < kTasks; ++i) {
    tasks.push_back({TaskKind::chunk, i, 1, 1, build_of(i % kProcesses)});
  }
  must(run(first().generations.store_plan(lease, SourceInfo{}, plan_of(kTasks), tasks)));

  const auto work_off = [](Process& process, int number) {
    std::vector<Token> tokens;
    for (;;) {
      const WorkerId worker("w" + std::to_string(number));
      const auto task =
          must(run(process.tasks.lease(worker, {.build = build_of(number), .lease = kLong})));
      if (!task) return tokens;
      tokens.push_back(task->token);
    }
  };
  const std::vector<std::vector<Token>> tokens = in_each(work_off);
  for (const std::vector<Token>& own : tokens) EXPECT_TRUE(std::ranges::is_sorted(own));
  EXPECT_THAT(joined(tokens), SizeIs(kTasks));
  EXPECT_TRUE(has_no_twins(joined(tokens)));
}

TEST_F(PostgresConcurrency, GivesEachTaskToOneWorker) {
  constexpr int kVideos = 40;
  for (int i = 0; i < kVideos; ++i) {
    must(run(first().generations.coordinate(make_video().id, 1, WorkerId("w"), kLong)));
  }
  const auto work_off = [](Process& process, int) {
    std::vector<std::string> ids;
    for (;;) {
      const auto task =
          must(run(process.tasks.lease(WorkerId("w"), {.build = build_of(0), .lease = kLong})));
      if (!task) return ids;
      ids.push_back(task->task.id.str());
    }
  };
  const std::vector<std::string> leased = joined(in_each(work_off));
  EXPECT_THAT(leased, SizeIs(kVideos));
  EXPECT_TRUE(has_no_twins(leased));
}

TEST_F(PostgresConcurrency, NumbersTheEventsOfAVideoWithoutTwinsOrGaps) {
  constexpr int kChanges = 25;
  const Video video = make_video();
  in_each([&](Process& process, int number) {
    for (int i = 0; i < kChanges; ++i) {
      const std::string patch = "{\"" + std::to_string(number) + "\":" + std::to_string(i) + "}";
      must(run(process.videos.update(video.id, {.metadata_patch = patch, .priority = {}})));
    }
    return kChanges;
  });
  const std::vector<Event> events = must(run(first().events.of_video(video.id, 0, 1000)));
  ASSERT_THAT(events, SizeIs(1 + kProcesses * kChanges));
  std::int64_t sequence = 0;
  for (const Event& event : events) EXPECT_EQ(event.sequence, ++sequence);
}

TEST_F(PostgresConcurrency, NumbersTheGenerationsOfAVideo) {
  const Video video = make_video();
  const std::vector<int> made = in_each(
      [&](Process& process, int) { return must(run(process.videos.retry(video.id))).generation; });
  EXPECT_TRUE(has_no_twins(made));
  EXPECT_EQ(std::ranges::max(made), 1 + kProcesses);
}

TEST_F(PostgresConcurrency, LetsNoOwnerCreateMoreThanItsQuota) {
  constexpr int kAllowed = 5;
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    const std::string owner = "owner of round " + std::to_string(round);
    const auto create_all = [&](Process& process, int) {
      std::vector<VideoId> created;
      for (int i = 0; i < kAllowed; ++i) {
        NewVideo video = new_video();
        video.owner = owner;
        video.quota.unfinished_videos = kAllowed;
        const auto made = run(process.videos.create(std::move(video)));
        if (made) created.push_back(made->id);
        if (!made) EXPECT_EQ(made.error().code, ErrorCode::quota_exceeded) << made.error().message;
      }
      return created;
    };
    const std::vector<VideoId> created = joined(in_each(create_all));
    made_.insert(made_.end(), created.begin(), created.end());
    EXPECT_THAT(created, SizeIs(kAllowed));
  }
}

TEST_F(PostgresConcurrency, LetsNoOwnerRetryMoreThanItsQuota) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<VideoId> ended;
    for (int i = 0; i < kProcesses; ++i) {
      NewVideo video = new_video();
      video.owner = "owner of round " + std::to_string(round);
      made_.push_back(video.id);
      ended.push_back(video.id);
      must(run(first().videos.create(std::move(video))));
      must(run(first().videos.cancel(ended.back())));
    }
    const std::vector<int> retried = in_each([&](Process& process, int number) {
      const RetryTerms terms{.generation = {}, .quota = {.unfinished_videos = 1, .bytes = {}}};
      const auto video = run(process.videos.retry(ended[static_cast<std::size_t>(number)], terms));
      if (!video) EXPECT_EQ(video.error().code, ErrorCode::quota_exceeded) << video.error().message;
      return video ? 1 : 0;
    });
    EXPECT_EQ(std::accumulate(retried.begin(), retried.end(), 0), 1);
  }
}

TEST_F(PostgresConcurrency, LetsOneWorkerCoordinateAGeneration) {
  const Video video = make_video();
  const std::vector<int> coordinators = in_each([&](Process& process, int) {
    const auto lease = run(process.generations.coordinate(video.id, 1, WorkerId("w"), kLong));
    if (!lease) EXPECT_EQ(lease.error().code, ErrorCode::conflict) << lease.error().message;
    return lease ? 1 : 0;
  });
  EXPECT_EQ(std::accumulate(coordinators.begin(), coordinators.end(), 0), 1);
}

TEST_F(PostgresConcurrency, GivesEachStillToOneWorker) {
  constexpr int kStills = 30;
  const Video video = make_video();
  const GenerationLease lease =
      must(run(first().generations.coordinate(video.id, 1, WorkerId("w"), kLong)));
  must(run(first().generations.store_plan(lease, SourceInfo{}, plan_of(kStills), {})));
  for (int frame = 0; frame < kStills; ++frame) {
    must(run(first().stills.want({video.id, 1, frame, 320})));
  }
  const auto work_off = [](Process& process, int) {
    std::vector<std::int64_t> frames;
    for (;;) {
      const auto still = must(run(process.stills.lease(WorkerId("w"), kLong)));
      if (!still) return frames;
      frames.push_back(still->still.frame);
    }
  };
  const std::vector<std::int64_t> leased = joined(in_each(work_off));
  EXPECT_THAT(leased, SizeIs(kStills));
  EXPECT_TRUE(has_no_twins(leased));
}

TEST_F(PostgresConcurrency, OffersEachJobToOneWorker) {
  constexpr int kJobs = 60;
  for (int i = 0; i < kJobs; ++i) {
    const MessageId id("job-" + std::to_string(i));
    must(run(first().jobs.add({id, VideoId("v"), 1, 0, Milliseconds(0)})));
  }
  const auto work_off = [](Process& process, int) {
    std::vector<std::string> ids;
    for (;;) {
      const auto job = must(run(process.jobs.acquire(WorkerId("w"), kLong)));
      if (!job) return ids;
      EXPECT_EQ(job->job.attempts, 1);
      ids.push_back(job->job.id.str());
    }
  };
  const std::vector<std::string> offered = joined(in_each(work_off));
  EXPECT_THAT(offered, SizeIs(kJobs));
  EXPECT_TRUE(has_no_twins(offered));
}

}  // namespace
}  // namespace vodmill
