// The picture of any moment over HTTP; the test is the worker that makes it.
#include <thread>

#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Thumbnail : public ApiTest {
 protected:
  std::string path(const VideoId& id, std::string_view query = "") {
    return "/v1/videos/" + id.str() + "/thumbnail.jpg" + std::string(query);
  }
  void hold_for(Milliseconds hold) { start({.hold = hold}); }

  LeasedStill lease_still() {
    std::optional<LeasedStill> leased;
    for (int tries = 0; !leased && tries < 2000; ++tries) {
      leased = must(run(stills_.lease(WorkerId("worker"), kLease)));
      if (!leased) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(leased) << "nobody wants a still";
    return std::move(leased).value();
  }
  void finish(const LeasedStill& leased, const std::string& bytes) {
    const std::string key = leased.prefix + "stills/1-2-x.jpg";
    put(key, bytes);
    must(run(stills_.finish(leased.still, leased.token, BlobKey(key))));
  }
};

TEST_F(Thumbnail, IsWaitedForAndThenKept) {
  const VideoId id = upload();
  plan(coordinate(id));
  net::TestClient client = begin(path(id, "?time=2.5&width=321"));
  const LeasedStill leased = lease_still();
  EXPECT_EQ(leased.still.frame, 62);
  EXPECT_EQ(leased.still.width, 320);
  finish(leased, "a picture");
  EXPECT_THAT(client.read_answer(), HasSubstr("a picture"));
  const Answer again = get(path(id, "?time=2.5&width=320"));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, "a picture");
  EXPECT_EQ(again.header("Content-Type"), "image/jpeg");
  const std::string known = "If-None-Match: " + again.header("ETag") + "\r\n";
  EXPECT_EQ(get(path(id, "?time=2.5&width=320"), known).status, 304);
}

TEST_F(Thumbnail, IsNeverLargerThanTheVideoAndNeverAfterItsEnd) {
  hold_for(Milliseconds(20));
  const VideoId id = upload();
  plan(coordinate(id));
  EXPECT_EQ(get(path(id, "?time=24&width=1920")).status, 503);
  const LeasedStill leased = lease_still();
  EXPECT_EQ(leased.still.frame, 599);
  EXPECT_EQ(leased.still.width, 640);
  EXPECT_EQ(get(path(id, "?time=24.001")).status, 400);
}

TEST_F(Thumbnail, RefusesWhatIsNoTimeOrWidth) {
  const VideoId id = upload();
  plan(coordinate(id));
  for (const char* query : {"?time=-1", "?time=x", "?time=nan", "?time=inf", "?time=1e999",
                            "?width=15", "?width=1921", "?width=100.5", "?width="}) {
    const Answer answer = get(path(id, query));
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.json().at("code"), "invalid_request");
  }
}

TEST_F(Thumbnail, SaysWhenItCannotBeMadeInTime) {
  hold_for(Milliseconds(20));
  const VideoId id = upload();
  const Answer unplanned = get(path(id));
  EXPECT_EQ(unplanned.status, 503);
  EXPECT_EQ(unplanned.header("Retry-After"), "1");
  plan(coordinate(id));
  EXPECT_EQ(get(path(id)).status, 503);
}

TEST_F(Thumbnail, SaysWhyItCannotBeMadeAtAll) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  EXPECT_EQ(get("/v1/videos/none/thumbnail.jpg").status, 404);
  must(run(generations_.fail(lease, {ErrorCode::not_a_video, "A poem."})));
  EXPECT_EQ(get(path(id)).status, 409);

  const VideoId other = upload();
  plan(coordinate(other));
  net::TestClient client = begin(path(other, "?time=1"));
  const LeasedStill leased = lease_still();
  must(run(stills_.fail(leased.still, leased.token, {ErrorCode::malformed_input, "Broken."})));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 422"));
}

}  // namespace
}  // namespace vodmill
