#include "api/video_json.h"

#include <gtest/gtest.h>

namespace vodmill::api {
namespace {

Video new_video() {
  Video video;
  video.id = VideoId("abc");
  video.prefix = "abc/";
  video.source.extents = {{0, 4, BlobKey("abc/source/0")}, {4, 6, BlobKey("abc/source/1")}};
  video.created_at = {1'700'000'000'000};
  video.updated_at = {1'700'000'000'001};
  return video;
}

TEST(VideoJson, HasNullForWhatIsNotKnownYet) {
  EXPECT_EQ(to_json(new_video()),
            (json::object{{"id", "abc"},
                          {"status", "pending"},
                          {"generation", 1},
                          {"playable", false},
                          {"progress", 0},
                          {"waiting_reason", nullptr},
                          {"partial", nullptr},
                          {"error", nullptr},
                          {"owner", ""},
                          {"metadata", json::object()},
                          {"priority", 0},
                          {"ladder", {{"max_height", nullptr}, {"max_renditions", nullptr}}},
                          {"size", 10},
                          {"sha256", nullptr},
                          {"duration_seconds", nullptr},
                          {"width", nullptr},
                          {"height", nullptr},
                          {"created_at", "2023-11-14T22:13:20.000Z"},
                          {"updated_at", "2023-11-14T22:13:20.001Z"},
                          {"playback_url", nullptr},
                          {"poster_url", nullptr},
                          {"storyboard_url", nullptr}}));
}

TEST(VideoJson, ShowsAPartialVideo) {
  Video video = new_video();
  video.status = VideoStatus::completed;
  video.partial = Partial{ErrorCode::malformed_input, 1.5};
  video.playable = true;
  const json::object shown = to_json(video);
  EXPECT_EQ(shown.at("partial"),
            (json::object{{"reason", "malformed_input"}, {"at_seconds", 1.5}}));
  EXPECT_EQ(shown.at("playback_url"), "/play/abc/index.m3u8");
}

TEST(VideoJson, NamesThePicturesOfWhatPlays) {
  Video video = new_video();
  video.has_storyboard = true;
  EXPECT_EQ(to_json(video).at("poster_url"), nullptr);
  EXPECT_EQ(to_json(video).at("storyboard_url"), "/play/abc/g1/storyboard.vtt");
  video.has_poster = true;
  video.generation = 3;
  video.completed_generation = 2;
  EXPECT_EQ(to_json(video).at("poster_url"), "/play/abc/poster.jpg");
  EXPECT_EQ(to_json(video).at("storyboard_url"), "/play/abc/g2/storyboard.vtt");
}

TEST(VideoJson, EchoesMetadata) {
  Video video = new_video();
  video.metadata = R"({"a":{"b":[1,null]}})";
  EXPECT_EQ(json::serialize(to_json(video).at("metadata")), video.metadata);
}

TEST(EventJson, IsTheVideoAndTheEventInOneObject) {
  const Event event{.id = 9,
                    .video = VideoId("abc"),
                    .sequence = 3,
                    .type = "video.planned",
                    .data = "{}",
                    .at = {1'700'000'000'000}};
  const Video video = new_video();
  json::object expected = to_json(video);
  expected["type"] = "video.planned";
  expected["sequence"] = 3;
  expected["at"] = "2023-11-14T22:13:20.000Z";
  EXPECT_EQ(to_json(event, &video), expected);
  EXPECT_EQ(to_json(event, nullptr), (json::object{{"id", "abc"},
                                                   {"type", "video.planned"},
                                                   {"sequence", 3},
                                                   {"at", "2023-11-14T22:13:20.000Z"}}));
}

}  // namespace
}  // namespace vodmill::api
