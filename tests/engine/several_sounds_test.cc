// A video with several sounds: each becomes a rendition that is heard as it was, beside the picture
// from its start to its end. And what becomes of six channels.
#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/segment.h"
#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"

namespace vodmill::engine_test {
namespace {

constexpr double kSeconds = 9;
constexpr int kSamplesOfAFrame = 1024;

struct Tone {
  double hertz = 0;
  std::string language;
};
const std::vector<Tone> kTones{{440, "eng"}, {1000, "fre"}, {1700, "und"}};

// A fifth of a second from every full second on.
std::string bursts(double hertz, int rate) {
  return fmt::format("aevalsrc=0.6*sin(2*PI*{0}*t)*lt(mod(n\\,{1})\\,{1}/5):s={1}:d={2}", hertz,
                     rate, kSeconds);
}

std::string steady(double hertz, int rate) {
  return fmt::format("sine=frequency={}:sample_rate={}:duration={}", hertz, rate, kSeconds);
}

// Amplitude of one tone in a part of a sound.
double level_of(const Sound& sound, double hertz, double from, double seconds) {
  const auto begin = static_cast<std::size_t>(from * sound.rate);
  const auto end =
      std::min(begin + static_cast<std::size_t>(seconds * sound.rate), sound.samples.size());
  double real = 0;
  double imaginary = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const double turn = 2 * std::numbers::pi * hertz * static_cast<double>(i - begin) / sound.rate;
    real += sound.samples[i] * std::cos(turn);
    imaginary += sound.samples[i] * std::sin(turn);
  }
  return 2 * std::hypot(real, imaginary) / static_cast<double>(end - begin);
}

// What is left of a pure tone: x[i+1] - 2 cos(w) x[i] + x[i-1] is 0 for one.
double roughness(const Sound& sound, double hertz, std::int64_t from, std::int64_t to) {
  const double twice_cosine = 2 * std::cos(2 * std::numbers::pi * hertz / sound.rate);
  double most = 0;
  for (std::int64_t i = from; i < to; ++i) {
    const auto at = static_cast<std::size_t>(i);
    most = std::max(most, std::abs(sound.samples[at + 1] - twice_cosine * sound.samples[at] +
                                   sound.samples[at - 1]));
  }
  return most;
}

class SeveralSounds : public testing::Test {
 protected:
  // `sounds`: lavfi sources. `more`: codecs, languages and dispositions.
  void make_source(const std::string& name, const std::vector<std::string>& sounds,
                   const Words& more) {
    Words words{"-f", "lavfi", "-i", flashes(160, 120, 25, kSeconds)};
    for (const std::string& sound : sounds) words.insert(words.end(), {"-f", "lavfi", "-i", sound});
    for (std::size_t i = 0; i <= sounds.size(); ++i) {
      words.insert(words.end(), {"-map", std::to_string(i)});
    }
    words.insert(words.end(), {"-c:v", "libx264", "-preset", "veryfast", "-g", "50"});
    words.insert(words.end(), more.begin(), more.end());
    make_clip(words, folder_.path() / name);
    source_.emplace(MemorySource::of_file(folder_.path() / name));
    plan_ = plan_for(*source_, 1);
  }

  void make_three(const std::string& name, std::string (*sound)(double, int), const Words& more) {
    std::vector<std::string> sounds;
    Words words{"-disposition:a:0", "0", "-disposition:a:1", "default", "-disposition:a:2", "0"};
    for (std::size_t i = 0; i < kTones.size(); ++i) {
      sounds.push_back(sound(kTones[i].hertz, i == 2 ? 44'100 : 48'000));
      words.insert(words.end(),
                   {fmt::format("-metadata:s:a:{}", i), "language=" + kTones[i].language});
    }
    words.insert(words.end(), more.begin(), more.end());
    make_source(name, sounds, words);
    ASSERT_EQ(plan_.sounds.size(), kTones.size());
  }

  // The source's second sound is its default.
  static double hertz_of(std::size_t sound) {
    return kTones[std::array{1U, 0U, 2U}.at(sound)].hertz;
  }

  MadeStream with_front(const MadeStream& made, int sound, int front) {
    MadeStream again;
    const std::string& name = plan_.sounds[static_cast<std::size_t>(sound)].name;
    for (int i = kInitSegment; i < front; ++i) {
      EXPECT_TRUE(again.segment(name, i, made.piece(name, i), {}));
    }
    make_sound(*source_, plan_, front, again, sound);
    return again;
  }

  void expect_each_in_its_place() {
    MadeStream made;
    make_all(*source_, plan_, made);
    expect_whole(plan_, made);
    for (std::size_t i = 0; i < plan_.sounds.size(); ++i) {
      SCOPED_TRACE(plan_.sounds[i].name);
      const Sound sound = decode_sound(made.joined(plan_.sounds[i].name));
      EXPECT_EQ(sound.start, 0);
      EXPECT_EQ(sound.rate, plan_.sounds[i].sample_rate);
      EXPECT_NEAR(static_cast<double>(sound.samples.size()) / sound.rate, kSeconds,
                  static_cast<double>(kSamplesOfAFrame) / sound.rate);
      const std::vector<double> heard = beep_times(sound);
      ASSERT_EQ(heard.size(), static_cast<std::size_t>(kSeconds));
      // The very first AAC frame fades in.
      for (std::size_t second = 1; second < heard.size(); ++second) {
        EXPECT_NEAR(heard[second], static_cast<double>(second), 0.006);
      }
      for (const double at : {1.05, kSeconds - 0.95}) {
        for (std::size_t k = 0; k < kTones.size(); ++k) {
          const double level = level_of(sound, hertz_of(k), at, 0.1);
          EXPECT_NEAR(level, k == i ? 0.6 : 0, k == i ? 0.08 : 0.03);
        }
      }
    }
  }

  ScratchFolder folder_;
  std::optional<MemorySource> source_;
  Plan plan_;
};

TEST_F(SeveralSounds, AreRenditionsWithTheirOwnToneInMatroska) {
  make_three("c.mkv", bursts, {"-c:a", "aac", "-metadata:s:a:2", "title=Nobody speaks"});
  EXPECT_EQ(plan_.sounds[0].language, "fr") << "what plays first is the container's default";
  EXPECT_EQ(plan_.sounds[0].label, "French");
  EXPECT_EQ(plan_.sounds[1].language, "en");
  EXPECT_EQ(plan_.sounds[1].label, "English");
  EXPECT_EQ(plan_.sounds[2].language, "und");
  EXPECT_EQ(plan_.sounds[2].label, "Nobody speaks");
  expect_each_in_its_place();
}

TEST_F(SeveralSounds, AreRenditionsWithTheirOwnToneInAnMp4) {
  make_three("c.mp4", bursts, {"-c:a", "aac"});
  EXPECT_EQ(plan_.sounds[0].label, "French");
  expect_each_in_its_place();
}

TEST_F(SeveralSounds, HaveNoClickWhereTheyWereResumed) {
  // QuickTime has no word for an unknown language.
  make_three("c.mov", steady, {"-c:a", "pcm_s16le", "-metadata:s:a:2", "language=ita"});
  MadeStream made;
  for (int i = 0; i < std::ssize(plan_.sounds); ++i) make_sound(*source_, plan_, 0, made, i);
  for (int i = 0; i < std::ssize(plan_.sounds); ++i) {
    const AudioRendition& sound = plan_.sounds[static_cast<std::size_t>(i)];
    for (int front = 1; front < plan_.segments(); ++front) {
      SCOPED_TRACE(fmt::format("{} from {}", sound.name, front));
      const double hertz = hertz_of(static_cast<std::size_t>(i));
      const Sound heard = decode_sound(with_front(made, i, front).joined(sound.name));
      const std::int64_t border =
          sound.boundaries[static_cast<std::size_t>(front)] * kSamplesOfAFrame;
      const double usual = roughness(heard, hertz, border + 8192, border + 16'384);
      EXPECT_LT(roughness(heard, hertz, border - 2048, border + 2048), 2 * usual + 0.001);
    }
  }
}

TEST_F(SeveralSounds, TellWhatTheyAreFor) {
  make_source("c.mkv", {steady(440, 48'000), steady(500, 48'000), steady(600, 48'000)},
              {"-c:a", "aac", "-disposition:a:0", "default", "-disposition:a:1", "visual_impaired",
               "-disposition:a:2", "comment", "-metadata:s:a:0", "language=ger", "-metadata:s:a:1",
               "language=ger", "-metadata:s:a:2", "language=ger"});
  ASSERT_EQ(plan_.sounds.size(), 3U);
  EXPECT_EQ(plan_.sounds[0].purpose, SoundPurpose::main);
  EXPECT_EQ(plan_.sounds[1].purpose, SoundPurpose::described);
  EXPECT_EQ(plan_.sounds[1].label, "German (described)");
  EXPECT_EQ(plan_.sounds[2].purpose, SoundPurpose::commentary);
}

TEST_F(SeveralSounds, OfOneLanguageInTwoCodecsAreMadeOnce) {
  make_source("c.mkv", {steady(440, 48'000), steady(440, 48'000)},
              {"-c:a:0", "aac", "-c:a:1", "ac3", "-metadata:s:a:0", "language=eng",
               "-metadata:s:a:1", "language=eng"});
  EXPECT_EQ(plan_.sounds.size(), 1U);
}

class SixChannels : public SeveralSounds {
 protected:
  // `levels`: of front left, right, centre, bass, back left and right, by one tone.
  Sound made_of(const std::string& levels) {
    make_source("c.mov",
                {"sine=frequency=440:sample_rate=48000:duration=9,volume=8,pan=5.1|" + levels},
                {"-c:a", "pcm_s16le"});
    EXPECT_EQ(plan_.sounds.front().channels, 2);
    MadeStream made;
    make_sound(*source_, plan_, 0, made);
    const Sound sound = decode_sound(made.joined("a0"));
    for (int front = 1; front < plan_.segments(); ++front) {
      expect_same(sound, decode_sound(with_front(made, 0, front).joined("a0")), front);
    }
    return sound;
  }

  void expect_same(const Sound& sound, const Sound& resumed, int front) {
    const std::int64_t border =
        plan_.sounds.front().boundaries[static_cast<std::size_t>(front)] * kSamplesOfAFrame;
    for (std::int64_t i = border - 2048; i < border + 2048; ++i) {
      const auto at = static_cast<std::size_t>(i);
      ASSERT_NEAR(sound.samples[at], resumed.samples[at], 0.15) << "resumed at " << front;
    }
  }
};

// lavfi's sine has an amplitude of an eighth: 8 times that is full scale.
TEST_F(SixChannels, KeepTheLevelOfSpeech) {
  const Sound sound = made_of("FL=0*c0|FR=0*c0|FC=0.5*c0|LFE=0*c0|BL=0*c0|BR=0*c0");
  // On both sides with 3 dB less, which is as loud as before.
  EXPECT_NEAR(level_of(sound, 440, 4, 1), 0.5 * std::numbers::sqrt2 / 2, 0.02);
}

TEST_F(SixChannels, DoNotClipWhereAllAreLoud) {
  const Sound sound = made_of("FL=0.9*c0|FR=0.9*c0|FC=0.9*c0|LFE=0.9*c0|BL=0.9*c0|BR=0.9*c0");
  double most = 0;
  for (const float sample : sound.samples) most = std::max<double>(most, std::abs(sample));
  EXPECT_LT(most, 1);
  EXPECT_NEAR(level_of(sound, 440, 4, 1), 0.89, 0.04) << "as loud as may be";
  // No distortion: the first odd harmonic of a tone that was cut off.
  EXPECT_LT(level_of(sound, 1320, 4, 1), 0.01);
}

}  // namespace
}  // namespace vodmill::engine_test
