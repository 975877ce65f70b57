#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;

class Pages : public ApiTest {};

TEST_F(Pages, AreServedUnderAStrictPolicy) {
  const Answer page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.header("Cache-Control"), "no-cache");
  EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("default-src 'self'"));
  EXPECT_THAT(page.body, HasSubstr("<title>vodmill</title>"));
  EXPECT_EQ(get("/index.html").body, page.body);
  EXPECT_EQ(get("/", "If-None-Match: " + page.header("ETag") + "\r\n").status, 304);
}

TEST_F(Pages, NameFilesThatMayBeKeptForEver) {
  const std::string body = get("/").body;
  const std::size_t at = body.find("./assets/");
  ASSERT_NE(at, std::string::npos);
  const Answer file = get(body.substr(at + 1, body.find('"', at) - at - 1));
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.header("Cache-Control"), "public, max-age=31536000, immutable");
}

TEST_F(Pages, AreNotMadeUp) {
  EXPECT_EQ(get("/assets/none.js").status, 404);
  EXPECT_EQ(ask("POST", "/").status, 405);
}

class Room final : public DiskSpace {
 public:
  Async<std::int64_t> free_bytes() override { co_return bytes.load(); }
  std::atomic<std::int64_t> bytes = 0;
};

class Patient final : public WorkerVitals {
 public:
  std::string trouble() const override { return says; }
  std::string says;
};

class HealthChecks : public ApiTest {
 protected:
  static std::set<std::string> failing(const Answer& answer) {
    std::set<std::string> names;
    for (const auto& [name, sentence] : answer.json().at("failing").as_object()) {
      names.emplace(name);
    }
    return names;
  }
};

TEST_F(HealthChecks, AnswerWhenAllIsWell) {
  EXPECT_EQ(get("/healthz").json().at("status"), "ok");
  EXPECT_EQ(get("/readyz").json().at("status"), "ok");
}

TEST_F(HealthChecks, TellAStoreThatIsAway) {
  store_.fail_all(Error{ErrorCode::storage_unavailable, "EIO"});
  EXPECT_EQ(get("/healthz").status, 200);
  const Answer answer = get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(answer.json().at("code"), "not_ready");
  EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("store"));
  EXPECT_EQ(failing(answer), std::set<std::string>{"store"});
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("EIO")));
}

TEST_F(HealthChecks, TellAStoreThatCanOnlyBeRead) {
  start({.fresh = Milliseconds(0)});
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_TRUE(store_.objects().empty());
  store_.fail_call("put", 1, Error{ErrorCode::disk_full, "ENOSPC"});
  const Answer answer = get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("full"));
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(HealthChecks, TellADiskWithLittleRoom) {
  Room room;
  start({.fresh = Milliseconds(0), .disk_floor = 5'000'000'000}, {.space = &room});
  room.bytes = 5'000'000'000;
  EXPECT_EQ(get("/readyz").status, 200);
  room.bytes = 1'200'000'000;
  const Answer answer = get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(failing(answer), std::set<std::string>{"disk"});
  EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("1200 MB"));
  EXPECT_THAT(get("/metrics").body, HasSubstr("\nvodmill_disk_free_bytes 1200000000\n"));
}

TEST_F(HealthChecks, TellAWorkerThatDoesNotWork) {
  Patient patient;
  start({}, {.worker = &patient});
  EXPECT_EQ(get("/readyz").status, 200);
  patient.says = "The worker is tired.";
  store_.fail_all(Error{ErrorCode::storage_unavailable, "EIO"});
  start({}, {.worker = &patient});
  const Answer answer = get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(failing(answer), (std::set<std::string>{"store", "worker"}));
  EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("The worker is tired."));
}

TEST_F(HealthChecks, AskTheStoreSeldomHoweverOftenTheyAreAsked) {
  start({.fresh = std::chrono::hours(1)});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(store_.calls("put"), 1);
}

TEST_F(HealthChecks, DoNotWaitForAStoreThatHangs) {
  start({.readiness = Milliseconds(20)});
  std::atomic<bool> hangs = true;
  store_.before = [&hangs](std::string_view, const BlobKey&) -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer pause(executor);
    while (hangs) {
      pause.expires_after(Milliseconds(1));
      co_await pause.async_wait(asio::use_awaitable);
    }
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(store_.calls("put"), 1);
  EXPECT_EQ(get("/healthz").status, 200);
  hangs = false;
  start({});
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(HealthChecks, TellADatabaseThatIsAway) {
  database_->stop();
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 503);
}

}  // namespace
}  // namespace vodmill
