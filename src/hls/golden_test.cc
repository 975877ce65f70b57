// Whole playlists as people and players see them: tests/golden/hls/CASE/NAME. Run with
// VODMILL_UPDATE_GOLDEN=1 to write them anew, then read the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "hls/foreign_playlist.h"
#include "hls/names.h"
#include "hls/render.h"

namespace vodmill::hls {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name;
  Plan plan;
  RenditionRows rows;
};

// Rows of one rendition whose segments begin at `boundaries` (in frames), `scale` units a frame.
std::vector<Segment> rows_of(const std::string& rendition, const std::string& codecs,
                             const std::vector<std::int64_t>& boundaries, std::int64_t scale,
                             std::int64_t timescale, std::int64_t bytes_per_frame) {
  const auto row_of = [&](int index) {
    Segment row;
    row.rendition = rendition;
    row.index = index;
    row.key = segment_key("vid/g1/", rendition, index, Token{4});
    return row;
  };
  std::vector<Segment> rows{row_of(kInitSegment)};
  rows[0].codecs = codecs;
  for (std::size_t i = 0; i + 1 < boundaries.size(); ++i) {
    Segment row = row_of(static_cast<int>(i));
    row.samples = boundaries[i + 1] - boundaries[i];
    row.start = boundaries[i] * scale;
    row.duration = row.samples * scale;
    row.timescale = timescale;
    row.bytes = row.samples * bytes_per_frame + 700 * static_cast<std::int64_t>(i);
    if (rendition.starts_with('v')) row.key_frame = ByteRange{24, 6 * bytes_per_frame};
    rows.push_back(row);
  }
  return rows;
}

Case ntsc_with_audio() {
  Case made{"ntsc-with-audio", {}, {}};
  Plan& plan = made.plan;
  plan.fps = {30000, 1001};
  plan.frames = 740;
  plan.boundaries = {0, 60, 240, 420, 600, 740};
  plan.ladder = {{"v0", 1280, 720, 23, 3000, 6000}, {"v1", 640, 360, 23, 800, 1600}};
  plan.sounds = {AudioRendition{}};
  plan.sounds.front().name = "a0";
  plan.sounds.front().language = "de";
  plan.sounds.front().boundaries = {0, 94, 375, 657, 938, 1157};
  made.rows["v0"] = rows_of("v0", "avc1.64001f", plan.boundaries, 1001, 30000, 9000);
  made.rows["v1"] = rows_of("v1", "avc1.64001e", plan.boundaries, 1001, 30000, 2500);
  made.rows["a0"] = rows_of("a0", "mp4a.40.2", plan.sounds.front().boundaries, 1024, 48000, 340);
  return made;
}

// A film with a dubbed version, a described one at another rate, and somebody who talks about it.
Case several_sounds() {
  Case made{"several-sounds", {}, {}};
  Plan& plan = made.plan;
  plan.fps = {25, 1};
  plan.frames = 450;
  plan.boundaries = {0, 50, 200, 350, 450};
  plan.ladder = {{"v0", 1280, 720, 23, 3000, 6000}, {"v1", 640, 360, 23, 800, 1600}};
  const auto add = [&](const std::string& language, const std::string& label, int rate,
                       SoundPurpose purpose) {
    AudioRendition sound;
    sound.name = "a" + std::to_string(plan.sounds.size());
    sound.language = language;
    sound.label = label;
    sound.sample_rate = rate;
    sound.purpose = purpose;
    for (const std::int64_t frame : plan.boundaries) {
      sound.boundaries.push_back(mul_div_round(frame, rate, std::int64_t{25} * 1024));
    }
    const auto bytes = static_cast<std::int64_t>(340 + 10 * plan.sounds.size());
    made.rows[sound.name] = rows_of(sound.name, "mp4a.40.2", sound.boundaries, 1024, rate, bytes);
    plan.sounds.push_back(std::move(sound));
  };
  add("de", "German", 48'000, SoundPurpose::main);
  add("en", "English", 48'000, SoundPurpose::main);
  add("de", "German (described)", 44'100, SoundPurpose::described);
  add("en", "The director speaks", 48'000, SoundPurpose::commentary);
  made.rows["v0"] = rows_of("v0", "avc1.64001f", plan.boundaries, 512, 12800, 9000);
  made.rows["v1"] = rows_of("v1", "avc1.64001e", plan.boundaries, 512, 12800, 2500);
  return made;
}

Case silent_portrait() {
  Case made{"silent-portrait", {}, {}};
  Plan& plan = made.plan;
  plan.fps = {60, 1};
  plan.frames = 75;
  plan.boundaries = {0, 75};
  plan.ladder = {{"v0", 360, 640, 23, 1200, 2400}, {"v1", 360, 640, 28, 600, 1200}};
  made.rows["v0"] = rows_of("v0", "avc1.64001f", plan.boundaries, 256, 15360, 2000);
  made.rows["v1"] = rows_of("v1", "avc1.64001f", plan.boundaries, 256, 15360, 1000);
  return made;
}

// Name in the case's folder -> text. "while-processing" is after all but the last two rows.
std::map<std::string, std::string> playlists_of(const Case& made) {
  std::map<std::string, std::string> texts;
  texts["while-processing/index.m3u8"] = to_text(provisional_multivariant(made.plan, 1));
  const auto multivariant = final_multivariant(made.plan, 1, made.rows);
  EXPECT_TRUE(multivariant) << multivariant.error().message;
  if (multivariant) texts["finished/index.m3u8"] = to_text(*multivariant);
  for (const auto& [rendition, rows] : made.rows) {
    const std::string name = media_playlist_name(1, rendition);
    const std::span<const Segment> front(rows.begin(), rows.end() - (rows.size() > 3 ? 2 : 0));
    texts["while-processing/" + name] = to_text(*render_media(made.plan, front, false));
    texts["finished/" + name] = to_text(*render_media(made.plan, rows, true));
    const auto vod = final_media(made.plan, rows);
    EXPECT_TRUE(vod) << vod.error().message;
    if (vod) texts["finished/" + final_media_playlist_name(1, rendition)] = to_text(*vod);
    const auto i_frames = final_i_frames(made.plan, rows);
    EXPECT_EQ(i_frames.has_value(), rendition.starts_with('v'));
    if (i_frames) texts["finished/" + i_frame_playlist_name(1, rendition)] = to_text(*i_frames);
  }
  return texts;
}

std::map<std::string, std::string> read_folder(const fs::path& folder) {
  std::map<std::string, std::string> texts;
  if (!fs::exists(folder)) return texts;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    texts[fs::relative(entry.path(), folder)] = {std::istreambuf_iterator<char>(file), {}};
  }
  return texts;
}

void write_folder(const fs::path& folder, const std::map<std::string, std::string>& texts) {
  fs::remove_all(folder);
  for (const auto& [name, text] : texts) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << text;
  }
}

TEST(Golden, PlaylistsAreAsTheyWere) {
  for (const Case& made : {ntsc_with_audio(), several_sounds(), silent_portrait()}) {
    const fs::path folder = fs::path(VODMILL_SOURCE_DIR "/tests/golden/hls") / made.name;
    const std::map<std::string, std::string> texts = playlists_of(made);
    if (std::getenv("VODMILL_UPDATE_GOLDEN") != nullptr) write_folder(folder, texts);
    EXPECT_EQ(read_folder(folder), texts) << made.name;
  }
}

TEST(Golden, PlaylistsAreReadBackWithoutAFault) {
  for (const Case& made : {ntsc_with_audio(), several_sounds(), silent_portrait()}) {
    for (const auto& [name, text] : playlists_of(made)) {
      const auto faults = names_variants(text) ? read_foreign_multivariant(text).faults
                                               : read_foreign_playlist(text).faults;
      for (const Fault& fault : faults) {
        ADD_FAILURE() << name << " line " << fault.line << ": " << fault.sentence;
      }
    }
  }
}

}  // namespace
}  // namespace vodmill::hls
