#include "api/world.h"

namespace vodmill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Jobs : public ApiTest {
 protected:
  std::string job_of(const VideoId& id) {
    const json::object page = get("/v1/jobs").json();
    for (const json::value& job : page.at("data").as_array()) {
      if (job.at("video") == json::value(id.str())) return std::string(job.at("id").as_string());
    }
    ADD_FAILURE() << "no job of " << id.str();
    return {};
  }
};

std::vector<std::string> videos_of(const json::object& page) {
  std::vector<std::string> ids;
  for (const json::value& job : page.at("data").as_array()) {
    ids.emplace_back(job.at("video").as_string());
  }
  return ids;
}

TEST_F(Jobs, AreListedNewestFirstPageByPage) {
  const VideoId a = upload();
  const VideoId b = upload();
  const VideoId c = upload();
  const json::object first = get("/v1/jobs?limit=2").json();
  EXPECT_THAT(videos_of(first), ElementsAre(c.str(), b.str()));
  const json::object second =
      get("/v1/jobs?limit=2&cursor=" + text_of(first, "next_cursor")).json();
  EXPECT_THAT(videos_of(second), ElementsAre(a.str()));
  EXPECT_EQ(second.at("next_cursor"), nullptr);
}

TEST_F(Jobs, AreListedByState) {
  const VideoId waiting = upload();
  const VideoId active = upload();
  coordinate(active);
  EXPECT_THAT(videos_of(get("/v1/jobs?state=waiting").json()), ElementsAre(waiting.str()));
  EXPECT_THAT(videos_of(get("/v1/jobs?state=active").json()), ElementsAre(active.str()));
  EXPECT_THAT(videos_of(get("/v1/jobs?state=completed").json()), ElementsAre());
}

TEST_F(Jobs, AreListedOfOneVideo) {
  const VideoId id = upload();
  upload();
  EXPECT_THAT(videos_of(get("/v1/jobs?video=" + id.str()).json()), ElementsAre(id.str()));
}

TEST_F(Jobs, RefuseAListThatCannotBe) {
  for (const char* query :
       {"state=done", "state=", "limit=0", "limit=201", "limit=2x", "cursor=x", "video="}) {
    const Answer answer = get(std::string("/v1/jobs?") + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.json().at("code"), "invalid_request");
  }
}

TEST_F(Jobs, AreNotFoundUnderUnknownIds) {
  for (const char* id : {"x", "x-1", "-", "1-x"}) {
    const std::string path = std::string("/v1/jobs/") + id;
    for (const Answer& answer :
         {get(path), ask("POST", path + "/cancel"), ask("POST", path + "/retry")}) {
      EXPECT_EQ(answer.status, 404) << id;
      EXPECT_EQ(answer.json().at("code"), "not_found");
    }
  }
}

TEST_F(Jobs, HaveNoPlanBeforeTheProbeHasEnded) {
  const json::object job = get("/v1/jobs/" + job_of(upload())).json();
  EXPECT_EQ(job.at("state"), "waiting");
  EXPECT_EQ(job.at("plan"), nullptr);
  EXPECT_EQ(job.at("source"), nullptr);
  EXPECT_EQ(job.at("ended_at"), nullptr);
  const json::array& tasks = job.at("tasks").as_array();
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].at("kind"), "probe");
  EXPECT_EQ(tasks[0].at("state"), "waiting");
  EXPECT_EQ(tasks[0].at("worker"), nullptr);
}

TEST_F(Jobs, TellTheirPlanAndTasks) {
  const VideoId id = upload();
  plan(coordinate(id));
  const LeasedTask leased = lease_task();
  const std::int64_t half = leased.task.cost / 2;
  must(run(tasks_.renew(leased.task.id, leased.token, kLease, half)));
  const json::object job = get("/v1/jobs/" + job_of(id)).json();
  EXPECT_EQ(job.at("state"), "active");
  EXPECT_EQ(job.at("coordinator"), "worker");
  const json::value& shown = job.at("plan");
  EXPECT_EQ(shown.at("ladder").as_array().size(), small_plan().ladder.size());
  EXPECT_EQ(shown.at("chunks").as_array().size(), small_plan().chunks.size());
  EXPECT_EQ(shown.at("chunks").at(0).at("start_seconds"), 0.0);
  EXPECT_EQ(job.at("source").at("container"), json::value(small_info().container));
  ASSERT_EQ(shown.at("sounds").as_array().size(), small_plan().sounds.size());
  EXPECT_EQ(shown.at("sounds").at(0).at("name"), "a0");
  EXPECT_EQ(shown.at("sounds").at(0).at("purpose"), "main");
  EXPECT_EQ(shown.at("audio"), shown.at("sounds").at(0));
  EXPECT_TRUE(job.at("source").at("sounds").as_array().empty());
  EXPECT_EQ(job.at("source").at("audio"), nullptr);
  int leased_tasks = 0;
  for (const json::value& task : job.at("tasks").as_array()) {
    if (task.at("state") != json::value("leased")) continue;
    ++leased_tasks;
    EXPECT_EQ(task.at("kind"), json::value(name_of(leased.task.kind)));
    EXPECT_EQ(task.at("worker"), "worker");
    EXPECT_EQ(task.at("progress"), leased.task.cost > 0 ? half * 100 / leased.task.cost : 0);
  }
  EXPECT_EQ(leased_tasks, 1);
}

TEST_F(Jobs, TellWhyTheyFailed) {
  const VideoId id = upload();
  must(run(generations_.fail(coordinate(id), {ErrorCode::not_a_video, "It is a poem."})));
  const json::object job = get("/v1/jobs/" + job_of(id)).json();
  EXPECT_EQ(job.at("state"), "failed");
  EXPECT_EQ(
      job.at("error"),
      (json::object{{"code", "not_a_video"}, {"message", "It is a poem."}, {"retryable", false}}));
}

TEST_F(Jobs, AreCancelledWithTheirVideo) {
  const VideoId id = upload();
  const std::string job = "/v1/jobs/" + job_of(id);
  const GenerationLease lease = coordinate(id);
  const Answer answer = ask("POST", job + "/cancel");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json().at("state"), "failed");
  EXPECT_EQ(answer.json().at("error").at("code"), "cancelled");
  EXPECT_EQ(must(run(videos_.get(id))).status, VideoStatus::cancelled);
  EXPECT_EQ(code_of(run(generations_.renew(lease, kLease, {}))), ErrorCode::lease_lost);
  EXPECT_EQ(ask("POST", job + "/cancel").json(), answer.json()) << "it has ended";
}

TEST_F(Jobs, AreRetriedAsTheNextJobOfTheirVideo) {
  const VideoId id = upload();
  const std::string first = job_of(id);
  must(run(generations_.fail(coordinate(id), {ErrorCode::worker_lost, "gone"})));
  clock_.advance(Milliseconds(1));
  const Answer answer = ask("POST", "/v1/jobs/" + first + "/retry");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(text_of(answer.json(), "id"), first);
  EXPECT_EQ(answer.json().at("video"), json::value(id.str()));
  EXPECT_EQ(answer.json().at("generation"), 2);
  EXPECT_EQ(answer.json().at("state"), "waiting");
  EXPECT_EQ(must(run(videos_.get(id))).generation, 2);
}

TEST_F(Jobs, AreLeftAloneWhenAnEarlierOneIsMeant) {
  const VideoId id = upload();
  const std::string first = job_of(id);
  clock_.advance(Milliseconds(1));
  must(run(videos_.retry(id)));
  const Answer retry = ask("POST", "/v1/jobs/" + first + "/retry");
  EXPECT_EQ(retry.status, 409);
  EXPECT_EQ(retry.json().at("code"), "conflict");
  EXPECT_EQ(retry.json().at("retryable"), false);
  const Answer cancel = ask("POST", "/v1/jobs/" + first + "/cancel");
  EXPECT_EQ(cancel.status, 200);
  EXPECT_EQ(cancel.json().at("id"), json::value(first));
  EXPECT_EQ(cancel.json().at("state"), "failed") << "by the retry";
  const Video video = must(run(videos_.get(id)));
  EXPECT_EQ(video.status, VideoStatus::pending);
  EXPECT_EQ(video.generation, 2);
}

TEST_F(Jobs, ShowNothingOfWhereTheirBytesLie) {
  const VideoId id = upload();
  plan(coordinate(id));
  const Answer answer = get("/v1/jobs/" + job_of(id));
  EXPECT_THAT(answer.body, Not(HasSubstr("prefix")));
  EXPECT_THAT(answer.body, Not(HasSubstr("token")));
  EXPECT_THAT(answer.body, Not(HasSubstr("keyframes")));
}

TEST_F(Jobs, AreCountedInTheQueue) {
  upload();
  clock_.advance(Milliseconds(9'999));
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  lease_task();
  clock_.advance(Milliseconds(1));
  const json::object busy = get("/v1/queue").json();
  EXPECT_EQ(busy.at("counts"),
            (json::object{
                {"waiting", 1}, {"delayed", 0}, {"active", 1}, {"completed", 0}, {"failed", 0}}));
  EXPECT_EQ(busy.at("oldest_waiting_seconds"), 10.001);
  ASSERT_EQ(busy.at("running").as_array().size(), 1U);
  EXPECT_EQ(busy.at("running").at(0).at("video"), json::value(id.str()));
  EXPECT_EQ(busy.at("last_hour").at("latency_seconds"), nullptr);
  complete(lease);
  const json::object done = get("/v1/queue").json();
  EXPECT_EQ(done.at("running").as_array().size(), 0U);
  const json::value& hour = done.at("last_hour");
  EXPECT_EQ(hour.at("completed"), 1);
  EXPECT_EQ(hour.at("completed_per_minute").as_array().size(), 60U);
  EXPECT_EQ(hour.at("completed_per_minute").at(59), 1);
  EXPECT_EQ(hour.at("latency_seconds").at("p50"), 0.001);
}

TEST_F(Jobs, AreDoneByWorkersThatAreShown) {
  EXPECT_TRUE(get("/v1/workers").json().at("data").as_array().empty());
  EXPECT_THAT(text_of(get("/v1/queue").json(), "hint"), HasSubstr("No worker is there"));
  must(run(workers_.show(
      {.id = WorkerId("w"), .host = "here", .pid = 42, .slots = 4, .busy = 1, .build = kBuild})));
  const auto worker = [&] { return get("/v1/workers").json().at("data").at(0).as_object(); };
  const std::string now = to_rfc3339(clock_.now());
  EXPECT_EQ(worker(), (json::object{{"id", "w"},
                                    {"host", "here"},
                                    {"pid", 42},
                                    {"slots", 4},
                                    {"busy", 1},
                                    {"engine_build", kBuild.str()},
                                    {"since", now},
                                    {"last_seen", now},
                                    {"lost", false}}));
  EXPECT_EQ(get("/v1/queue").json().at("hint"), nullptr);
  clock_.advance(Milliseconds(15'001));
  EXPECT_EQ(worker().at("lost"), true);
  EXPECT_THAT(text_of(get("/v1/queue").json(), "hint"), HasSubstr("vodmill worker"));
  EXPECT_EQ(worker().at("last_seen"), json::value(now));
}

}  // namespace
}  // namespace vodmill
