#include <chrono>

#include "api/description.h"
#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class EventStream : public ApiTest {
 protected:
  net::TestClient follow(const VideoId& id, std::string_view headers = "") {
    net::TestClient client = begin("/v1/videos/" + id.str() + "/events", headers);
    EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("text/event-stream"));
    return client;
  }
  // The data of the next message of that type; what comes before it must not be another fact.
  json::object next(net::TestClient& client, const std::string& type, const std::string& id) {
    const std::string mark = "event: " + type + "\ndata: ";
    const std::string before = client.read_until(mark);
    EXPECT_THAT(before, HasSubstr(mark));
    const std::size_t fact = before.find("event: video.");
    EXPECT_TRUE(fact == std::string::npos || fact == before.size() - mark.size()) << before;
    if (id.empty()) {
      EXPECT_THAT(before, Not(HasSubstr("id: " + id)));
    } else {
      EXPECT_THAT(before, HasSubstr("id: " + id + "\n"));
    }
    const std::string data = client.read_until("\n\n");
    const Result<json::value> value = parse_json(data);
    EXPECT_TRUE(value) << data;
    if (!value) return {};
    expect_described(type, value->as_object());
    return value->as_object();
  }

 private:
  static void expect_described(const std::string& type, json::object data) {
    std::vector<std::string> complaints;
    if (type == "progress") {
      complaints = api_description().judge_value("Progress", data);
    } else {
      json::object event{{"id", data.at("id")}};
      for (const char* member : {"type", "sequence", "at"}) {
        event[member] = data.at(member);
        data.erase(member);
      }
      complaints = api_description().judge_value("Event", event);
      const bool is_deleted = data.size() == 1;  // by now: only its id is left
      if (!is_deleted && complaints.empty()) {
        complaints = api_description().judge_value("Video", data);
      }
    }
    EXPECT_THAT(complaints, testing::IsEmpty());
  }
};

TEST_F(EventStream, BeginsWithTheFirstEventAndGoesOn) {
  const VideoId id = upload();
  net::TestClient client = follow(id);
  const json::object created = next(client, "video.created", "1");
  EXPECT_EQ(text_of(created, "id"), id.str());
  EXPECT_EQ(created.at("type"), "video.created");
  EXPECT_EQ(created.at("sequence"), 1);
  EXPECT_EQ(created.at("status"), "pending");
  EXPECT_THAT(text_of(created, "at"), StartsWith("20"));
  coordinate(id);
  EXPECT_EQ(next(client, "video.processing", "2").at("status"), "processing");
}

// The video is cancelled right after its facts were read for the first time.
class CancelledBetweenTwoLooks final : public EventLog {
 public:
  CancelledBetweenTwoLooks(EventLog& log, VideoCatalog& videos) : log_(log), videos_(videos) {}

  Async<std::vector<Event>> of_video(VideoId video, std::int64_t after, int limit) override {
    auto events = co_await log_.of_video(video, after, limit);
    if (!std::exchange(is_cancelled_, true)) {
      const auto cancelled = co_await videos_.cancel(video);
      EXPECT_TRUE(cancelled);
    }
    co_return events;
  }
  Async<std::vector<Event>> all(std::int64_t after, int limit) override {
    return log_.all(after, limit);
  }
  Async<std::int64_t> newest() override { return log_.newest(); }

 private:
  EventLog& log_;
  VideoCatalog& videos_;
  bool is_cancelled_ = false;
};

TEST_F(EventStream, TellsAFactBeforeWhatItMadeOfTheVideo) {
  CancelledBetweenTwoLooks events(events_, videos_);
  shown_events_ = &events;
  start({});
  net::TestClient client = follow(upload());
  EXPECT_THAT(client.read_until("event: progress"), HasSubstr("event: video.cancelled"));
  server_.reset();
}

TEST_F(EventStream, ResumesAfterTheLastEventWithoutAGap) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  {
    net::TestClient client = follow(id);
    next(client, "video.created", "1");
    next(client, "video.processing", "2");
  }
  plan(lease);
  must(run(generations_.mark_playable(lease)));
  net::TestClient client = follow(id, "Last-Event-ID: 2\r\n");
  next(client, "video.planned", "3");
  EXPECT_EQ(next(client, "video.playable", "4").at("playable"), true);
}

TEST_F(EventStream, SendsTheNewestProgressWithoutAnId) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  net::TestClient client = follow(id, "Last-Event-ID: 2\r\n");
  EXPECT_EQ(next(client, "progress", ""), (json::object{{"progress", 0},
                                                        {"status", "processing"},
                                                        {"playable", false},
                                                        {"waiting_reason", nullptr}}));
  must(run(generations_.renew(lease, kLease, {.progress = 40, .waiting_reason = "disk_full"})));
  EXPECT_EQ(next(client, "progress", ""), (json::object{{"progress", 40},
                                                        {"status", "processing"},
                                                        {"playable", false},
                                                        {"waiting_reason", "disk_full"}}));
}

TEST_F(EventStream, StaysOpenForARetryAndEndsWithTheVideo) {
  const VideoId id = upload();
  net::TestClient client = follow(id, "Last-Event-ID: 1\r\n");
  must(run(videos_.cancel(id)));
  next(client, "video.cancelled", "2");
  must(run(videos_.retry(id)));
  EXPECT_EQ(next(client, "video.retried", "3").at("generation"), 2);
  must(run(videos_.remove(id, kLease)));
  const json::object deleted = next(client, "video.deleted", "4");
  EXPECT_EQ(text_of(deleted, "id"), id.str());
  EXPECT_FALSE(deleted.contains("status"));
  // The last chunk, and with it the end of the stream.
  EXPECT_THAT(client.read_until("0\r\n\r\n"), HasSubstr("0\r\n\r\n"));
}

TEST_F(EventStream, EndsWithItsHeadForWhoWantsTheHeadAlone) {
  const std::string path = "/v1/videos/" + upload().str() + "/events";
  net::TestClient client = connect();
  for (const std::string& target : {path, std::string("/v1/events"), path}) {
    client.send("HEAD " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string head = client.read_until("\r\n\r\n");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(head, HasSubstr("text/event-stream"));
    EXPECT_THAT(head, Not(HasSubstr("Connection: close")));
  }
}

TEST_F(EventStream, GoesOnFromNowForWhoHasSeenMoreThanThereIs) {
  const VideoId id = upload();
  net::TestClient one = follow(id, "Last-Event-ID: 7\r\n");
  next(one, "progress", "");
  net::TestClient all = begin("/v1/events", "Last-Event-ID: 1000\r\n");
  EXPECT_THAT(all.read_until("\r\n\r\n"), HasSubstr("text/event-stream"));
  must(run(videos_.cancel(id)));
  next(one, "video.cancelled", "2");
  next(all, "video.cancelled", "2");
}

TEST_F(EventStream, RefusesALastEventIdThatIsNone) {
  const std::string path = "/v1/videos/" + upload().str() + "/events";
  EXPECT_EQ(get(path, "Last-Event-ID: abc\r\n").status, 400);
  EXPECT_EQ(get("/v1/events", "Last-Event-ID: -1\r\n").status, 400);
}

TEST_F(EventStream, OfAllVideosBeginsNowOrWhereTheClientLeftIt) {
  const VideoId first = upload();
  net::TestClient live = begin("/v1/events");
  live.read_until("\r\n\r\n");
  net::TestClient resumed = begin("/v1/events", "Last-Event-ID: 0\r\n");
  EXPECT_EQ(text_of(next(resumed, "video.created", "1"), "id"), first.str());
  const VideoId second = upload();
  EXPECT_EQ(text_of(next(resumed, "video.created", "2"), "id"), second.str());
  EXPECT_EQ(text_of(next(live, "video.created", "2"), "id"), second.str());
}

TEST_F(EventStream, OfADeletedVideoKeepsItsFacts) {
  const VideoId id = upload();
  must(run(videos_.remove(id, kLease)));
  net::TestClient client = begin("/v1/events", "Last-Event-ID: 0\r\n");
  next(client, "video.created", "1");
  EXPECT_EQ(text_of(next(client, "video.deleted", "2"), "id"), id.str());
}

TEST_F(EventStream, IsKeptAliveByComments) {
  net::TestClient client = follow(upload(), "Last-Event-ID: 1\r\n");
  next(client, "progress", "");
  clock_.advance(std::chrono::seconds(15));
  EXPECT_THAT(client.read_until(": keep-alive\n\n"), HasSubstr(": keep-alive"));
}

TEST_F(EventStream, OutlastsACatalogThatIsAway) {
  net::TestClient client = follow(upload(), "Last-Event-ID: 1\r\n");
  next(client, "progress", "");
  database_->stop();
  clock_.advance(std::chrono::seconds(15));
  EXPECT_THAT(client.read_until(": keep-alive\n\n"), HasSubstr(": keep-alive"));
}

TEST_F(EventStream, EndsWhenTheServerStops) {
  net::TestClient client = follow(upload());
  const auto begun = std::chrono::steady_clock::now();
  server_->stop(std::chrono::minutes(1));
  client.read_all();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
}

}  // namespace
}  // namespace vodmill
