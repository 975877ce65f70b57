#include <future>

#include "api/world.h"
#include "hls/names.h"

namespace vodmill {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class Playing : public ApiTest {
 protected:
  std::string path(const VideoId& id, std::string_view rest) {
    return "/play/" + id.str() + "/" + std::string(rest);
  }
  void hold_for(Milliseconds hold) { start({.hold = hold}); }

  // A segment of the lowest rendition with its pictures, whose bytes are their keys.
  Thumbs commit_with_thumbs(const LeasedTask& task, int index, int score) {
    Segment row = segment("v1", index, task.prefix + "v1/" + std::to_string(index) + "-1.m4s");
    row.thumbs = Thumbs{.segment = index,
                        .strip = hls::strip_key(task.prefix, index, task.token),
                        .strip_bytes = 1,
                        .poster = hls::poster_key(task.prefix, index, task.token),
                        .poster_bytes = 1,
                        .score = score};
    put(row.thumbs->strip.str(), row.thumbs->strip.str());
    put(row.thumbs->poster.str(), row.thumbs->poster.str());
    must(run(tasks_.commit_segment(task.task.id, task.token, row)));
    return *row.thumbs;
  }
};

TEST_F(Playing, BeginsWhileTheVideoIsMade) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  const Answer index = get(path(id, "index.m3u8"));
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.header("Content-Type"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(index.header("Cache-Control"), "no-cache");
  EXPECT_THAT(index.body, HasSubstr("g1/v1.m3u8"));
  EXPECT_THAT(index.body, HasSubstr("g1/a0.m3u8"));

  const LeasedTask chunk = lease_task();
  commit(chunk, "v0", kInitSegment);
  const BlobKey first = commit(chunk, "v0", 0);
  const Answer one = get(path(id, "g1/v0.m3u8"));
  EXPECT_EQ(one.status, 200);
  EXPECT_THAT(one.body, HasSubstr("EXT-X-PLAYLIST-TYPE:EVENT"));
  const std::string token = std::to_string(chunk.token.value);
  EXPECT_THAT(one.body, EndsWith("v0/0-" + token + ".m4s\n"));

  commit(chunk, "v0", 1);
  const Answer two = get(path(id, "g1/v0.m3u8"));
  EXPECT_THAT(two.body, StartsWith(one.body));
  EXPECT_THAT(two.body, EndsWith("v0/1-" + token + ".m4s\n"));

  const Answer segment = get(path(id, "g1/v0/0-" + token + ".m4s"));
  EXPECT_EQ(segment.status, 200);
  EXPECT_EQ(segment.header("Content-Type"), "video/iso.segment");
  EXPECT_EQ(segment.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(segment.body, first.str());
  EXPECT_EQ(get(path(id, "g1/v0/init-" + token + ".mp4")).header("Content-Type"), "video/mp4");
}

TEST_F(Playing, HoldsAPlaylistUntilItsFirstSegmentIsThere) {
  const VideoId id = upload();
  hold_for(std::chrono::seconds(30));
  net::TestClient index = begin(path(id, "index.m3u8"));
  net::TestClient media = begin(path(id, "g1/v0.m3u8"));
  const GenerationLease lease = coordinate(id);
  plan(lease);
  EXPECT_THAT(index.read_answer(), HasSubstr("#EXT-X-STREAM-INF"));
  const LeasedTask chunk = lease_task();
  commit(chunk, "v0", kInitSegment);
  commit(chunk, "v0", 0);
  EXPECT_THAT(media.read_answer(), HasSubstr("#EXTINF"));
}

TEST_F(Playing, ShowsTheStoryboardOfWhatIsThere) {
  const VideoId id = upload();
  plan(coordinate(id));
  const LeasedTask chunk = lease_task();
  commit_with_thumbs(chunk, 0, 0);
  const std::string token = std::to_string(chunk.token.value);
  const Answer one = get(path(id, "g1/storyboard.vtt"));
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(one.header("Content-Type"), "text/vtt; charset=utf-8");
  EXPECT_EQ(one.header("Cache-Control"), "no-cache");
  EXPECT_EQ(one.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(one.body, "WEBVTT\n\n00:00:00.000 --> 00:00:06.000\nthumbs/0-" + token +
                          ".jpg#xywh=0,0,160,90\n");
  commit_with_thumbs(chunk, 1, 0);
  const Answer two = get(path(id, "g1/storyboard.vtt"));
  EXPECT_THAT(two.body, StartsWith(one.body));
  EXPECT_NE(two.header("ETag"), one.header("ETag"));
  EXPECT_EQ(
      get(path(id, "g1/storyboard.vtt"), "If-None-Match: " + two.header("ETag") + "\r\n").status,
      304);

  const Answer strip = get(path(id, "g1/thumbs/0-" + token + ".jpg"));
  EXPECT_EQ(strip.status, 200);
  EXPECT_EQ(strip.header("Content-Type"), "image/jpeg");
  EXPECT_EQ(strip.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get(path(id, "g1/posters/0-" + token + ".jpg")).status, 404);
  EXPECT_EQ(get(path(id, "g2/storyboard.vtt")).status, 404);
}

TEST_F(Playing, ShowsTheBestPosterSoFar) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  EXPECT_EQ(get(path(id, "poster.jpg")).status, 404);
  const LeasedTask chunk = lease_task();
  const Thumbs black = commit_with_thumbs(chunk, 0, 0);
  EXPECT_EQ(get(path(id, "poster.jpg")).status, 404) << "black, while others may come";
  const Thumbs good = commit_with_thumbs(chunk, 1, 300);
  const Answer first = get(path(id, "poster.jpg"));
  EXPECT_EQ(first.body, good.poster.str());
  EXPECT_EQ(first.header("Content-Type"), "image/jpeg");
  EXPECT_EQ(first.header("Cache-Control"), "no-cache");
  const std::string known = "If-None-Match: " + first.header("ETag") + "\r\n";
  EXPECT_EQ(get(path(id, "poster.jpg"), known).status, 304);
  complete(lease);
  EXPECT_EQ(get(path(id, "poster.jpg")).body, good.poster.str());
  must(run(videos_.retry(id)));
  EXPECT_EQ(get(path(id, "poster.jpg")).status, 200) << "the completed one plays on";
}

TEST_F(Playing, EndsAHeldRequestInTime) {
  hold_for(Milliseconds(20));
  const VideoId id = upload();
  for (const char* rest : {"index.m3u8", "g1/v0.m3u8"}) {
    const Answer answer = get(path(id, rest));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Retry-After"), "1");
    EXPECT_EQ(answer.json().at("code"), "not_ready");
  }
}

TEST_F(Playing, EndsAHeldRequestWhenTheVideoFails) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  net::TestClient client = begin(path(id, "g1/v0.m3u8"));
  must(run(generations_.fail(lease, {ErrorCode::not_a_video, "It is a poem."})));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 410"));
}

TEST_F(Playing, DoesNotKeepTheServerFromStopping) {
  hold_for(std::chrono::minutes(10));
  net::TestClient client = begin(path(upload(), "index.m3u8"));
  const auto begun = std::chrono::steady_clock::now();
  // Either side may be first: the request is refused, or held and let go.
  server_->stop(std::chrono::minutes(10));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::minutes(1));
}

TEST_F(Playing, ChangesOverToTheStoredPlaylistsWhenComplete) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  const LeasedTask chunk = lease_task();
  commit(chunk, "v0", kInitSegment);
  commit(chunk, "v0", 0);
  EXPECT_THAT(get(path(id, "g1/v0.m3u8")).body, Not(HasSubstr("ENDLIST")));
  complete(lease);
  EXPECT_EQ(get(path(id, "index.m3u8")).body, "final of generation 1");
  EXPECT_THAT(get(path(id, "g1/v0.m3u8")).body, EndsWith("#EXT-X-ENDLIST\n"));
  const Answer stored = get(path(id, "g1/v0-vod.m3u8"));
  EXPECT_EQ(stored.body, "final media playlist");
  EXPECT_EQ(stored.header("Cache-Control"), "public, max-age=31536000, immutable");
}

TEST_F(Playing, ThatIsHeldIsToldToAskAgainWhenTheServerStops) {
  hold_for(std::chrono::minutes(10));
  const VideoId id = upload();
  const std::string playlist = path(id, "index.m3u8");
  const std::string picture = "/v1/videos/" + id.str() + "/thumbnail.jpg";
  net::TestClient first = begin(playlist);
  net::TestClient second = begin(picture);
  // Served after the two were begun, on the same thread.
  EXPECT_EQ(get("/healthz").status, 200);
  server_->stop(std::chrono::seconds(5));
  for (const Answer& answer :
       {answer_to("GET", playlist, first), answer_to("GET", picture, second)}) {
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.json().at("code"), "not_ready");
    EXPECT_EQ(answer.json().at("retryable"), true);
  }
}

TEST_F(Playing, GoesOnWithTheCompletedGenerationWhileARetryIsMade) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  complete(lease);
  must(run(videos_.retry(id)));
  EXPECT_EQ(get(path(id, "index.m3u8")).body, "final of generation 1");
  const GenerationLease second = coordinate(id, 2);
  must(run(generations_.fail(second, {ErrorCode::transcode_failed, "Broken."})));
  EXPECT_EQ(get(path(id, "index.m3u8")).body, "final of generation 1");
  EXPECT_EQ(get(path(id, "g2/v0.m3u8")).status, 410);
  EXPECT_EQ(get(path(id, "g1/v0-vod.m3u8")).status, 200);
}

TEST_F(Playing, IsGoneWhenTheGenerationFailed) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  const LeasedTask chunk = lease_task();
  commit(chunk, "v0", kInitSegment);
  commit(chunk, "v0", 0);
  must(run(generations_.mark_playable(lease)));
  must(run(generations_.fail(lease, {ErrorCode::transcode_failed, "Broken."})));
  const std::string segment = "g1/v0/0-" + std::to_string(chunk.token.value) + ".m4s";
  for (const std::string& rest : {std::string("index.m3u8"), std::string("g1/v0.m3u8"), segment}) {
    const Answer answer = get(path(id, rest));
    EXPECT_EQ(answer.status, 410) << rest;
    EXPECT_EQ(answer.json().at("code"), "gone");
  }
}

TEST_F(Playing, ReachesOnlyWhatIsPartOfAStream) {
  const VideoId id = upload();
  const VideoId other = upload();
  coordinate(id);
  put(id.str() + "/g1/secret.txt", "secret");
  for (const std::string& rest :
       {std::string("source"), std::string("../") + id.str() + "/source", std::string("g1"),
        std::string("%2e%2e/") + other.str() + "/source", std::string("g1/secret.txt"),
        std::string("g1/../source"), std::string("g1%2fv0%2f0-1.m4s"), std::string("g01/v0.m3u8"),
        std::string("g1//v0.m3u8"), std::string("g1/v0/0-1.m4s/"), std::string("g1/v0/0-1.m4s"),
        std::string("g2/v0.m3u8"), std::string("g2/v0-vod.m3u8"), std::string("")}) {
    const Answer answer = get(path(id, rest));
    EXPECT_TRUE(answer.status == 404 || answer.status == 400) << rest << ": " << answer.status;
    EXPECT_THAT(answer.body, Not(HasSubstr("some bytes")));
  }
}

TEST_F(Playing, KnowsNoRenditionThatIsNotInThePlan) {
  const VideoId id = upload();
  plan(coordinate(id));
  EXPECT_EQ(get(path(id, "g1/v7.m3u8")).status, 404);
}

TEST_F(Playing, SendsRangesOfSegments) {
  const VideoId id = upload();
  put(id.str() + "/g1/v0/0-1.m4s", "0123456789");
  const std::string segment = path(id, "g1/v0/0-1.m4s");
  const Answer part = get(segment, "Range: bytes=2-4\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.header("Content-Range"), "bytes 2-4/10");
  const Answer none = get(segment, "Range: bytes=20-\r\n");
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(none.header("Content-Range"), "bytes */10");
  const Answer head = ask("HEAD", segment);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), "10");
  EXPECT_EQ(head.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(head.body, "");
}

TEST_F(Playing, SendsLargeObjectsInPieces) {
  const VideoId id = upload();
  std::string large;
  while (large.size() < 3'000'000) large += std::to_string(large.size()) + ",";
  put(id.str() + "/g1/v0/0-1.m4s", large);
  EXPECT_EQ(get(path(id, "g1/v0/0-1.m4s")).body, large);
  EXPECT_GT(store_.calls("read"), 3);
}

TEST_F(Playing, AnswersNotModifiedToWhoHasIt) {
  const VideoId id = upload();
  plan(coordinate(id));
  put(id.str() + "/g1/v0/0-1.m4s", "0123456789");
  for (const char* rest : {"index.m3u8", "g1/v0/0-1.m4s"}) {
    const std::string etag = get(path(id, rest)).header("ETag");
    EXPECT_THAT(etag, Not(IsEmpty()));
    const Answer answer = get(path(id, rest), "If-None-Match: " + etag + "\r\n");
    EXPECT_EQ(answer.status, 304) << rest;
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.header("ETag"), etag);
  }
}

TEST_F(Playing, PacksPlaylistsForWhoTakesGzip) {
  constexpr const char* kTakesGzip = "Accept-Encoding: gzip, br\r\n";
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  complete(lease);
  for (const char* rest : {"index.m3u8", "g1/v0-vod.m3u8"}) {
    const Answer plain = get(path(id, rest));
    EXPECT_EQ(plain.header("Content-Encoding"), "") << rest;
    EXPECT_EQ(plain.header("Vary"), "Accept-Encoding") << rest;
    const Answer packed = get(path(id, rest), kTakesGzip);
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip") << rest;
    EXPECT_EQ(packed.header("Vary"), "Accept-Encoding") << rest;
    EXPECT_THAT(packed.body, StartsWith("\x1f\x8b")) << rest;
    EXPECT_NE(packed.header("ETag"), plain.header("ETag")) << rest;
    const std::string known = "If-None-Match: " + packed.header("ETag") + "\r\n";
    EXPECT_EQ(get(path(id, rest), kTakesGzip + known).status, 304) << rest;
    EXPECT_EQ(get(path(id, rest), known).status, 200) << rest;
  }
  put(id.str() + "/g1/v0/0-1.m4s", "0123456789");
  EXPECT_EQ(get(path(id, "g1/v0/0-1.m4s"), kTakesGzip).body, "0123456789");
}

TEST_F(Playing, LetsPlayersOfOtherSitesIn) {
  const VideoId id = upload();
  plan(coordinate(id));
  const Answer answer = get(path(id, "index.m3u8"), "Origin: https://example.org\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "*");
  EXPECT_THAT(answer.header("Access-Control-Expose-Headers"), HasSubstr("Content-Range"));
  // An error that a player cannot read looks like a broken network.
  EXPECT_EQ(get("/play/x/index.m3u8").header("Access-Control-Allow-Origin"), "*");
  const Answer preflight = ask("OPTIONS", path(id, "g1/v0/0-1.m4s"),
                               "Origin: https://example.org\r\n"
                               "Access-Control-Request-Method: GET\r\n"
                               "Access-Control-Request-Headers: range\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), "*");
  EXPECT_THAT(preflight.header("Access-Control-Allow-Headers"), HasSubstr("Range"));
  const Answer api = get("/v1/videos", "Origin: https://example.org\r\n");
  EXPECT_EQ(api.header("Access-Control-Allow-Origin"), "");
}

}  // namespace
}  // namespace vodmill
