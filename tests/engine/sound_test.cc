// The sound beside the picture: a beep and a flash at every full second, found again in what was
// made.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>

#include "core/segment.h"
#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"

namespace vodmill::engine_test {
namespace {

constexpr double kAacFrame = 1024.0 / 44'100;
// Where the container's clock ticks a thousand times a second a restarted task is up to half a
// millisecond off: the samples differ, the beeps are where they were.
constexpr double kMillisecondClock = 2;

class BesideThePicture : public testing::Test {
 protected:
  std::filesystem::path clip(const std::string& name) const { return folder_.path() / name; }

  void make_flashing_clip(const std::string& name, double seconds, const std::string& sound,
                          const Words& more) {
    Words words{"-f",   "lavfi",   "-i",      flashes(160, 120, 25, seconds),
                "-f",   "lavfi",   "-i",      sound,
                "-c:v", "libx264", "-preset", "veryfast",
                "-g",   "50"};
    words.insert(words.end(), more.begin(), more.end());
    make_clip(words, clip(name));
  }

  void make(const std::string& name) {
    source_.emplace(MemorySource::of_file(clip(name)));
    plan_ = plan_for(*source_, 1);
    ASSERT_FALSE(plan_.sounds.empty()) << "the sound was not found";
    make_all(*source_, plan_, made_);
    expect_whole(plan_, made_);
  }

  // The sound as long as the picture, to within one AAC frame.
  void expect_equal_lengths() const {
    const double seconds = static_cast<double>(plan_.frames) / plan_.fps.value();
    const Sound sound = decode_sound(made_.joined("a0"));
    EXPECT_EQ(sound.rate, plan_.sounds.front().sample_rate);
    EXPECT_EQ(sound.start, 0);
    EXPECT_NEAR(static_cast<double>(sound.samples.size()) / sound.rate, seconds, kAacFrame);
  }

  // `late`: by how much the clip itself has its sound late, in seconds.
  void expect_in_step(const MadeStream& made, double late = 0) const {
    const auto seen = flash_times(decode_pictures(made.joined("v1")));
    const auto heard = beep_times(decode_sound(made.joined("a0")));
    ASSERT_EQ(heard.size(), seen.size());
    // The very first AAC frame fades in.
    for (std::size_t i = 1; i < seen.size(); ++i) {
      EXPECT_NEAR(heard[i], seen[i] + late, 0.006);
      EXPECT_NEAR(seen[i], static_cast<double>(i), 1e-6);
    }
  }

  void expect_in_step_when_resumed_at(int front) {
    const auto seen = flash_times(decode_pictures(made_.joined("v1")));
    const auto heard = beep_times(decode_sound(made_with_front(front).joined("a0")));
    ASSERT_EQ(heard.size(), seen.size());
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_NEAR(heard[i], seen[i], 0.006);
  }

  // Goes on at every segment as a restarted task would; nothing may be heard of it.
  void expect_in_step_when_resumed(double difference_at_most = 0.15, double late = 0) {
    const Sound uninterrupted = decode_sound(made_.joined("a0"));
    for (int front = 1; front < plan_.segments(); ++front) {
      SCOPED_TRACE(front);
      MadeStream made = made_with_front(front);
      expect_whole(plan_, made);
      expect_in_step(made, late);
      // Within two AAC frames of the border the samples are the same, but for the quantiser.
      const Sound resumed = decode_sound(made.joined("a0"));
      const std::int64_t border =
          plan_.sounds.front().boundaries[static_cast<std::size_t>(front)] * 1024;
      double difference = 0;
      for (std::int64_t i = border - 2048; i < border + 2048; ++i) {
        const auto at = static_cast<std::size_t>(i);
        difference =
            std::max<double>(difference, std::abs(resumed.samples[at] - uninterrupted.samples[at]));
      }
      EXPECT_LT(difference, difference_at_most);
    }
  }

  MadeStream made_with_front(int front) {
    MadeStream made;
    for (const Rendition& rung : plan_.ladder) {
      for (int i = kInitSegment; i < plan_.segments(); ++i) {
        EXPECT_TRUE(made.segment(rung.name, i, made_.piece(rung.name, i), {}));
      }
    }
    for (int i = kInitSegment; i < front; ++i) {
      EXPECT_TRUE(made.segment("a0", i, made_.piece("a0", i), {}));
    }
    make_sound(*source_, plan_, front, made);
    return made;
  }

  ScratchFolder folder_;
  std::optional<MemorySource> source_;
  Plan plan_;
  MadeStream made_;
};

TEST_F(BesideThePicture, InAnMp4) {
  make_flashing_clip("c.mp4", 9, beeps(48'000, 9), {"-c:a", "aac"});
  make("c.mp4");
  expect_equal_lengths();
  expect_in_step(made_);
  expect_in_step_when_resumed();
}

TEST_F(BesideThePicture, InAnMp4Of44100Hertz) {
  make_flashing_clip("c.mp4", 9, beeps(44'100, 9), {"-c:a", "aac"});
  make("c.mp4");
  EXPECT_EQ(plan_.sounds.front().sample_rate, 44'100);
  expect_equal_lengths();
  expect_in_step(made_);
  expect_in_step_when_resumed();
}

TEST_F(BesideThePicture, ResampledFrom32000Hertz) {
  make_flashing_clip("c.mp4", 9, beeps(32'000, 9), {"-c:a", "aac"});
  make("c.mp4");
  EXPECT_EQ(plan_.sounds.front().sample_rate, 48'000);
  expect_equal_lengths();
  expect_in_step(made_);
  expect_in_step_when_resumed();
}

TEST_F(BesideThePicture, InATransportStreamThatStartsLate) {
  make_flashing_clip("c.ts", 9, beeps(48'000, 9), {"-c:a", "aac", "-output_ts_offset", "65"});
  make("c.ts");
  expect_equal_lengths();
  expect_in_step(made_);
  expect_in_step_when_resumed();
}

TEST_F(BesideThePicture, InMatroskaWithMp3) {
  make_flashing_clip("c.mkv", 9, beeps(44'100, 9), {"-c:a", "libmp3lame"});
  make("c.mkv");
  expect_equal_lengths();
  expect_in_step(made_);
  expect_in_step_when_resumed(kMillisecondClock);
}

TEST_F(BesideThePicture, InWebmWithOpus) {
  Words words{"-c:v", "libvpx", "-cpu-used", "8", "-deadline", "realtime", "-c:a", "libopus"};
  make_flashing_clip("c.webm", 9, beeps(48'000, 9), words);
  make("c.webm");
  expect_equal_lengths();
  // ffmpeg shifts the picture behind Opus's priming samples when it writes WebM.
  expect_in_step(made_, -0.007);
  expect_in_step_when_resumed(kMillisecondClock, -0.007);
}

TEST_F(BesideThePicture, OfSixChannels) {
  make_flashing_clip("c.mp4", 9,
                     beeps(48'000, 9) + ",volume=0.35,pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0",
                     {"-c:a", "ac3", "-b:a", "384k"});
  make("c.mp4");
  EXPECT_EQ(plan_.sounds.front().channels, 2);
  expect_equal_lengths();
  expect_in_step(made_);
  expect_in_step_when_resumed();
}

TEST_F(BesideThePicture, WhenItStartsALittleLater) {
  // 21 ms, as real recordings have it; less than what counts as a gap.
  make_flashing_clip("whole.mkv", 9, beeps(48'000, 9), {"-c:a", "pcm_s16le"});
  make_clip({"-i", clip("whole.mkv"), "-itsoffset", "0.021", "-i", clip("whole.mkv"), "-map", "0:v",
             "-map", "1:a", "-c", "copy"},
            clip("c.mkv"));
  make("c.mkv");
  const auto seen = flash_times(decode_pictures(made_.joined("v1")));
  const auto heard = beep_times(decode_sound(made_.joined("a0")));
  ASSERT_EQ(heard.size(), seen.size());
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_NEAR(heard[i] - seen[i], 0.021, 0.003);
}

TEST_F(BesideThePicture, WhenAnEditListCutsTheFront) {
  make_flashing_clip("whole.mp4", 12, beeps(48'000, 12), {"-c:a", "aac"});
  make_clip({"-ss", "2.4", "-i", clip("whole.mp4"), "-c", "copy"}, clip("c.mp4"));
  make("c.mp4");
  expect_equal_lengths();
  const auto seen = flash_times(decode_pictures(made_.joined("v1")));
  const auto heard = beep_times(decode_sound(made_.joined("a0")));
  ASSERT_EQ(heard.size(), seen.size());
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_NEAR(heard[i], seen[i], 0.006);
  expect_in_step_when_resumed_at(2);
}

TEST_F(BesideThePicture, ThatEndsEarlyIsFollowedBySilence) {
  make_flashing_clip("c.mp4", 9, beeps(48'000, 3), {"-c:a", "aac"});
  make("c.mp4");
  expect_equal_lengths();
  const Sound sound = decode_sound(made_.joined("a0"));
  EXPECT_EQ(beep_times(sound).size(), 3U);
  const auto after = static_cast<std::size_t>(3.2 * sound.rate);
  for (std::size_t i = after; i < sound.samples.size(); ++i) {
    ASSERT_LT(std::abs(sound.samples[i]), 0.001F) << i;
  }
}

TEST_F(BesideThePicture, ThatGoesOnLongerIsCut) {
  make_flashing_clip("c.mp4", 5, beeps(48'000, 9), {"-c:a", "aac"});
  make("c.mp4");
  expect_equal_lengths();
  EXPECT_EQ(beep_times(decode_sound(made_.joined("a0"))).size(), 5U);
}

TEST_F(BesideThePicture, KeepsItsPlaceAfterAGap) {
  // Two seconds of the sound's packets are missing.
  make_flashing_clip("whole.mkv", 9, beeps(48'000, 9), {"-c:a", "aac"});
  make_clip({"-i", clip("whole.mkv"), "-c", "copy", "-bsf:a",
             "noise=amount=0:drop=gte(pts\\,3500)*lt(pts\\,5500)"},
            clip("c.mkv"));
  make("c.mkv");
  expect_equal_lengths();
  const auto heard = beep_times(decode_sound(made_.joined("a0")));
  const std::vector<double> expected{0, 1, 2, 3, 6, 7, 8};
  ASSERT_EQ(heard.size(), expected.size());
  for (std::size_t i = 1; i < expected.size(); ++i) EXPECT_NEAR(heard[i], expected[i], 0.006);
}

TEST_F(BesideThePicture, FollowsASlowClockWithoutBreaks) {
  // Every 1,000th sample's time is three samples late: 72 ms in the end.
  make_flashing_clip("c.mkv", 24, beeps(48'000, 24) + ",asetpts=PTS*1.003", {"-c:a", "pcm_s16le"});
  make("c.mkv");
  expect_equal_lengths();
  const auto heard = beep_times(decode_sound(made_.joined("a0")));
  ASSERT_GE(heard.size(), 23U);
  for (std::size_t i = 1; i < heard.size(); ++i) {
    EXPECT_NEAR(heard[i], static_cast<double>(i) * 1.003, 0.010);
  }
}

TEST_F(BesideThePicture, HasNoBreaksWhereTheClockIsSlow) {
  make_flashing_clip("c.mkv", 24,
                     "sine=frequency=440:sample_rate=48000:duration=24,asetpts=PTS*1.003",
                     {"-c:a", "pcm_s16le"});
  make("c.mkv");
  const Sound sound = decode_sound(made_.joined("a0"));
  // In a break of 10 ms the tone's level would fall.
  const auto window = static_cast<std::size_t>(sound.rate / 100);
  for (std::size_t from = 2048; from + window < sound.samples.size() - 4096; from += window) {
    const auto begin = sound.samples.begin() + static_cast<std::ptrdiff_t>(from);
    ASSERT_GT(*std::max_element(begin, begin + static_cast<std::ptrdiff_t>(window)), 0.1F)
        << static_cast<double>(from) / sound.rate;
  }
}

TEST_F(BesideThePicture, IsSilentWhereItCannotBeDecoded) {
  make_flashing_clip("c.mp4", 5, beeps(48'000, 5), {"-c:a", "ac3"});
  // Every audio packet overwritten.
  std::istringstream packets(run({"ffprobe", "-v", "error", "-select_streams", "a", "-show_entries",
                                  "packet=size,pos", "-of", "csv=p=0:s=\\ ", clip("c.mp4")}));
  std::fstream file(clip("c.mp4"), std::ios::binary | std::ios::in | std::ios::out);
  int overwritten = 0;
  for (std::int64_t size = 0, position = 0; packets >> size >> position; ++overwritten) {
    file.seekp(position);
    file << std::string(static_cast<std::size_t>(size), '\x55');
  }
  file.close();
  ASSERT_GT(overwritten, 100);
  make("c.mp4");
  expect_equal_lengths();
  for (const float sample : decode_sound(made_.joined("a0")).samples) ASSERT_EQ(sample, 0);
}

TEST_F(BesideThePicture, HasNoClickWhereItWasResumed) {
  make_flashing_clip("c.mp4", 9, "sine=frequency=440:sample_rate=48000:duration=9",
                     {"-c:a", "pcm_s16le", "-f", "mov"});
  make("c.mp4");
  const auto roughness = [](const Sound& sound, std::int64_t from, std::int64_t to) {
    // What is left of a pure tone: x[i+1] - 2 cos(w) x[i] + x[i-1] is 0 for one.
    const double twice_cosine = 2 * std::cos(2 * std::numbers::pi * 440 / sound.rate);
    double most = 0;
    for (std::int64_t i = from; i < to; ++i) {
      const auto at = static_cast<std::size_t>(i);
      most = std::max(most, std::abs(sound.samples[at + 1] - twice_cosine * sound.samples[at] +
                                     sound.samples[at - 1]));
    }
    return most;
  };
  for (int front = 1; front < plan_.segments(); ++front) {
    const Sound sound = decode_sound(made_with_front(front).joined("a0"));
    const std::int64_t border =
        plan_.sounds.front().boundaries[static_cast<std::size_t>(front)] * 1024;
    const double usual = roughness(sound, border + 8192, border + 16'384);
    EXPECT_LT(roughness(sound, border - 2048, border + 2048), 2 * usual + 0.001) << front;
  }
}

}  // namespace
}  // namespace vodmill::engine_test
