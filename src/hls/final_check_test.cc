#include "hls/final_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hls/names.h"

namespace vodmill::hls {
namespace {

using testing::HasSubstr;

std::vector<Segment> rows_of(const std::string& rendition, const std::string& codecs,
                             std::int64_t timescale, std::vector<std::int64_t> durations) {
  std::vector<Segment> rows;
  const auto add = [&](int index) -> Segment& {
    Segment row;
    row.rendition = rendition;
    row.index = index;
    row.key = segment_key("abc/g1/", rendition, index, Token{3});
    row.timescale = timescale;
    rows.push_back(std::move(row));
    return rows.back();
  };
  add(kInitSegment).codecs = codecs;
  for (const std::int64_t duration : durations) {
    Segment& row = add(static_cast<int>(rows.size()) - 1);
    row.duration = duration;
    row.bytes = 100'000 * duration / timescale;
    if (rendition.starts_with('v')) row.key_frame = ByteRange{0, row.bytes / 10};
  }
  return rows;
}

// Two variants and a sound of 15 s at 25 frames a second.
struct Finished {
  Plan plan;
  RenditionRows rows;

  Finished() {
    plan.fps = {25, 1};
    plan.frames = 375;
    plan.ladder = {{"v0", 1280, 720, 23, 3000, 6000}, {"v1", 640, 360, 23, 800, 1600}};
    plan.sounds = {AudioRendition{}};
    plan.sounds.front().name = "a0";
    rows["v0"] = rows_of("v0", "avc1.64001f", 25, {150, 150, 75});
    rows["v1"] = rows_of("v1", "avc1.64001e", 25, {150, 150, 75});
    rows["a0"] = rows_of("a0", "mp4a.40.2", 48000, {287'744, 288'768, 143'360});
  }
  std::string sentence() const {
    const Result<> checked = check_final(plan, 1, rows);
    if (checked) return "";
    EXPECT_EQ(checked.error().code, ErrorCode::verification_failed);
    return checked.error().message;
  }
};

TEST(FinalCheck, PassesWhatIsFinished) { EXPECT_EQ(Finished().sentence(), ""); }

TEST(FinalCheck, PassesOneVariantWhereThePlanHasNoMore) {
  Finished finished;
  finished.plan.ladder.pop_back();
  finished.rows.erase("v1");
  EXPECT_EQ(finished.sentence(), "");
}

TEST(FinalCheck, PassesSoundsOfSeveralRatesAndSeesOneThatIsShort) {
  Finished finished;
  finished.plan.sounds.push_back(finished.plan.sounds.front());
  finished.plan.sounds[0].label = "English";
  finished.plan.sounds[1].label = "German";
  finished.plan.sounds[1].name = "a1";
  finished.rows["a1"] = rows_of("a1", "mp4a.40.2", 44100, {264'192, 265'216, 132'096});
  EXPECT_EQ(finished.sentence(), "");
  finished.rows["a1"].pop_back();
  EXPECT_THAT(finished.sentence(), HasSubstr("rule Apple 8.3: g1/a1-vod.m3u8"));
}

TEST(FinalCheck, SeesTwoSoundsOfOneName) {
  Finished finished;
  finished.plan.sounds.push_back(finished.plan.sounds.front());
  finished.plan.sounds[1].name = "a1";
  finished.rows["a1"] = finished.rows["a0"];
  EXPECT_THAT(finished.sentence(), HasSubstr("The NAME"));
}

TEST(FinalCheck, NamesTheRuleAndThePlaylistThatBreaksIt) {
  Finished finished;
  finished.rows["a0"].pop_back();
  EXPECT_THAT(finished.sentence(), HasSubstr("rule Apple 8.3: g1/a0-vod.m3u8: It lasts 12.011 s"));
}

TEST(FinalCheck, SeesASizeThatIsNone) {
  Finished finished;
  finished.plan.ladder[1].height = 0;
  EXPECT_THAT(finished.sentence(), HasSubstr("rule RFC 8216 4: index.m3u8 line"));
}

TEST(FinalCheck, SeesAKeyFrameWithoutBytes) {
  Finished finished;
  finished.rows["v0"][1].key_frame = ByteRange{0, 0};
  EXPECT_THAT(finished.sentence(), HasSubstr("g1/v0-iframes.m3u8"));
}

TEST(FinalCheck, SaysWhatIsMissing) {
  Finished finished;
  finished.rows["v1"].erase(finished.rows["v1"].begin() + 2);
  EXPECT_THAT(finished.sentence(), HasSubstr("Segment 1 is missing"));
}

}  // namespace
}  // namespace vodmill::hls
