// What a BT.709 player shows of flat patches, against what their source's own definition says.
//
// The sources are written sample by sample, so that no converter but the engine's is involved.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>

#include "bmff/init.h"
#include "core/segment.h"
#include "engine/clips.h"
#include "engine/colour.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"

namespace vodmill::engine_test {
namespace {

constexpr int kColumns = 4;
constexpr int kRows = 3;
using Patches = std::array<Triple, std::size_t{kColumns} * kRows>;

// R'G'B' or light, row after row.
Patches each(const Patches& patches, const std::function<Triple(const Triple&)>& f) {
  Patches made;
  std::ranges::transform(patches, made.begin(), f);
  return made;
}

const Patches kSignals{{{1, 1, 1},
                        {0, 0, 0},
                        {0.5, 0.5, 0.5},
                        {0.15, 0.15, 0.15},
                        {0.75, 0.25, 0.25},
                        {0.25, 0.7, 0.3},
                        {0.25, 0.3, 0.75},
                        {0.7, 0.7, 0.2},
                        {0.2, 0.7, 0.7},
                        {0.7, 0.25, 0.65},
                        {0.8, 0.6, 0.5},
                        {0.9, 0.1, 0.1}}};

// How samples are stored: libav's name, and what it means.
struct Format {
  std::string name;
  int depth = 8;
  int chroma_x = 1, chroma_y = 1;  // log2 of the subsampling
  bool is_rgb = false;
  bool is_full = false;
  bool has_alpha = false;
};
const Format k420{.name = "yuv420p"};
const Format k420Full{.name = "yuvj420p", .is_full = true};
const Format k420Deep{.name = "yuv420p10le", .depth = 10};

struct Size {
  int width = 640;
  int height = 360;
};

std::size_t patch_at(int x, int y, Size plane) {
  const int patch = y * kRows / plane.height * kColumns + x * kColumns / plane.width;
  return static_cast<std::size_t>(patch);
}

// A value of 0...1 (of -0.5...0.5 for chroma) as a sample: H.273, 8.3.
int sample_of(double value, bool is_chroma, const Format& format) {
  const int one = 1 << (format.depth - 8);
  const int most = (1 << format.depth) - 1;
  const double middle = is_chroma ? 128 * one : (format.is_full ? 0 : 16 * one);
  const double range = format.is_full ? most : (is_chroma ? 224 : 219) * one;
  return std::clamp(static_cast<int>(std::lround(middle + value * range)), 0, most);
}

void write_plane(std::ostream& out, const std::array<int, kColumns * kRows>& samples, Size plane,
                 int depth) {
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      const int sample = samples[patch_at(x, y, plane)];
      out.put(static_cast<char>(sample & 0xff));
      if (depth > 8) out.put(static_cast<char>(sample >> 8));
    }
  }
}

// One frame of patches as raw video. The lower right ones are half transparent where that exists.
void write_raw(const std::filesystem::path& path, const Patches& signals, Luma luma,
               const Format& format, Size size) {
  const Size chroma{(size.width + (1 << format.chroma_x) - 1) >> format.chroma_x,
                    (size.height + (1 << format.chroma_y) - 1) >> format.chroma_y};
  constexpr std::array<std::size_t, 3> kGbr{1, 2, 0};
  std::ofstream out(path, std::ios::binary);
  for (std::size_t plane = 0; plane < 3; ++plane) {
    std::array<int, kColumns * kRows> samples{};
    std::ranges::transform(signals, samples.begin(), [&](const Triple& rgb) {
      return format.is_rgb ? sample_of(rgb[kGbr[plane]], false, format)
                           : sample_of(to_ycc(rgb, luma)[plane], plane > 0, format);
    });
    write_plane(out, samples, plane == 0 || format.is_rgb ? size : chroma, format.depth);
  }
  if (!format.has_alpha) return;
  std::array<int, kColumns * kRows> alpha{};
  alpha.fill((1 << format.depth) - 1);
  std::fill(alpha.end() - 3, alpha.end(), 1 << (format.depth - 1));
  write_plane(out, alpha, size, format.depth);
}

// What a BT.709 player shows of the patches: light of 0...1.
Patches shown(const AVFrame& frame) {
  Patches light;
  for (std::size_t patch = 0; patch < light.size(); ++patch) {
    const int column = static_cast<int>(patch) % kColumns;
    const int row = static_cast<int>(patch) / kColumns;
    Triple ycc{};
    for (int plane = 0; plane < 3; ++plane) {
      const int width = plane == 0 ? frame.width : frame.width / 2;
      const int height = plane == 0 ? frame.height : frame.height / 2;
      double sum = 0;
      int count = 0;
      // The middle of the patch.
      for (int y = (4 * row + 1) * height / 4 / kRows; y < (4 * row + 3) * height / 4 / kRows;
           ++y) {
        for (int x = (4 * column + 1) * width / 4 / kColumns;
             x < (4 * column + 3) * width / 4 / kColumns; ++x, ++count) {
          sum += frame.data[plane][y * frame.linesize[plane] + x];
        }
      }
      const double mean = sum / count;
      ycc[static_cast<std::size_t>(plane)] = plane == 0 ? (mean - 16) / 219 : (mean - 128) / 224;
    }
    light[patch] = to_light(clipped(from_ycc(ycc, kBt709Luma)));
  }
  return light;
}

Words tags(const std::string& primaries, const std::string& transfer, const std::string& matrix,
           const std::string& range = "tv") {
  return {"-color_primaries", primaries, "-color_trc",   transfer,
          "-colorspace",      matrix,    "-color_range", range};
}
const Words kTaggedBt709 = tags("bt709", "bt709", "bt709");
const Words kX264{"-c:v", "libx264", "-preset", "ultrafast", "-qp", "1"};
const Words kFfv1{"-c:v", "ffv1"};

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Colours : public testing::Test {
 protected:
  struct Clip {
    std::string file;
    Words encoder;  // and tags
    Format format = k420;
    Luma luma = kBt709Luma;
    Size size = {};
  };

  // Runs a clip of the patches through the engine and compares what every rung shows.
  void expect_shown(const Clip& clip, const Patches& signals, const Patches& light) {
    const auto raw = folder_.path() / "patches.raw";
    const auto path = folder_.path() / clip.file;
    write_raw(raw, signals, clip.luma, clip.format, clip.size);
    make_clip(Words{"-f", "rawvideo", "-pix_fmt", clip.format.name, "-s",
                    std::to_string(clip.size.width) + "x" + std::to_string(clip.size.height), "-r",
                    "25", "-stream_loop", "7", "-i", raw} +
                  clip.encoder + Words{"-pix_fmt", clip.format.name},
              path);
    MemorySource source = MemorySource::of_file(path);
    plan_ = plan_for(source, 1);
    MadeStream made;
    make_all(source, plan_, made);
    for (const Rendition& rung : plan_.ladder) {
      SCOPED_TRACE(clip.file + " " + rung.name);
      if (!rung.copied) expect_bt709(made.piece(rung.name, kInitSegment));
      const auto pictures = decode_pictures(made.joined(rung.name));
      ASSERT_EQ(std::ssize(pictures), plan_.frames);
      const AVFrame& picture = *pictures[pictures.size() / 2].frame;
      if (!rung.copied) expect_bt709(picture);
      expect_like(picture, light);
    }
  }

  // The patches of kSignals, seen on a display of `primaries` as BT.1886 has it.
  void expect_right(const Clip& clip, const Primaries& primaries = kBt709Primaries) {
    expect_shown(clip, kSignals, each(kSignals, [&](const Triple& rgb) {
                   return convert(to_light(rgb), primaries, kBt709Primaries);
                 }));
  }

  Plan plan_;

 private:
  static void expect_bt709(const Bytes& init_segment) {
    const auto init = bmff::parse_init(init_segment);
    ASSERT_TRUE(init) << init.error().message;
    ASSERT_TRUE(init->colour);
    EXPECT_EQ(init->colour->primaries, 1);
    EXPECT_EQ(init->colour->transfer, 1);
    EXPECT_EQ(init->colour->matrix, 1);
    EXPECT_FALSE(init->colour->full_range);
  }

  static void expect_bt709(const AVFrame& frame) {
    EXPECT_EQ(frame.color_primaries, AVCOL_PRI_BT709);
    EXPECT_EQ(frame.color_trc, AVCOL_TRC_BT709);
    EXPECT_EQ(frame.colorspace, AVCOL_SPC_BT709);
    EXPECT_EQ(frame.color_range, AVCOL_RANGE_MPEG);
  }

  static void expect_like(const AVFrame& frame, const Patches& light) {
    const Patches seen = shown(frame);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const Triple signal = to_signal(seen[i]);
      const Triple right = to_signal(clipped(light[i]));
      EXPECT_LT(delta_e(to_lab(seen[i]), to_lab(clipped(light[i]))), 2)
          << "patch " << i << " is " << signal[0] << " " << signal[1] << " " << signal[2]
          << ", not " << right[0] << " " << right[1] << " " << right[2];
    }
  }

  ScratchFolder folder_;
};

// The authors' test data.
TEST(DeltaE, IsThatOfItsPaper) {
  EXPECT_NEAR(delta_e({50, 2.6772, -79.7751}, {50, 0, -82.7485}), 2.0425, 1e-4);
  EXPECT_NEAR(delta_e({50, 2.5, 0}, {50, 0, -2.5}), 4.3065, 1e-4);
  EXPECT_NEAR(delta_e({50, 2.5, 0}, {73, 25, -18}), 27.1492, 1e-4);
  EXPECT_NEAR(delta_e({60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}), 1.2644, 1e-4);
  EXPECT_NEAR(delta_e({2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}), 0.9082, 1e-4);
}

// SDR.

TEST_F(Colours, OfBt709AreKept) {
  expect_right({.file = "tagged.mp4", .encoder = kX264 + kTaggedBt709});
  expect_right({.file = "hd-untagged.mp4", .encoder = kX264, .size = {1280, 720}});
}

TEST_F(Colours, OfSmallUntaggedPicturesAreBt601WithBt709Primaries) {
  expect_right({.file = "sd.mp4", .encoder = kX264, .luma = kBt601Luma, .size = {640, 480}});
}

TEST_F(Colours, OfTaggedBt601AreConvertedWithTheirPrimaries) {
  expect_right({.file = "525.mp4",
                .encoder = kX264 + tags("smpte170m", "smpte170m", "smpte170m"),
                .luma = kBt601Luma,
                .size = {640, 480}},
               kBt601Primaries525);
  expect_right({.file = "625.mp4",
                .encoder = kX264 + tags("bt470bg", "bt709", "bt470bg"),
                .luma = kBt601Luma,
                .size = {720, 576}},
               kBt601Primaries625);
}

TEST_F(Colours, OfAMatrixThatIsTaggedAreConvertedWhateverTheSize) {
  expect_right({.file = "601.mp4",
                .encoder = kX264 + Words{"-colorspace", "smpte170m"},
                .luma = kBt601Luma,
                .size = {1280, 720}});
  expect_right(
      {.file = "709.mp4", .encoder = kX264 + Words{"-colorspace", "bt709"}, .size = {640, 480}});
  expect_right({.file = "240.mp4",
                .encoder = kX264 + Words{"-colorspace", "smpte240m"},
                .luma = kSmpte240mLuma});
}

TEST_F(Colours, OfFullRangeAreBroughtIntoTheLimitedOne) {
  expect_right({.file = "709.mp4",
                .encoder = kX264 + tags("bt709", "bt709", "bt709", "pc"),
                .format = k420Full});
  expect_right({.file = "601.mp4",
                .encoder = kX264 + Words{"-color_range", "pc"},
                .format = k420Full,
                .luma = kBt601Luma,
                .size = {640, 480}});
  expect_right({.file = "10.mp4",
                .encoder = kX264 + tags("bt709", "bt709", "bt709", "pc"),
                .format = {.name = "yuv420p10le", .depth = 10, .is_full = true}});
  expect_right({.file = "444.mp4",
                .encoder = kX264 + tags("bt709", "bt709", "bt709", "pc"),
                .format = {.name = "yuvj444p", .chroma_x = 0, .chroma_y = 0, .is_full = true}});
}

TEST_F(Colours, OfMotionJpegAreBt601OfFullRange) {
  expect_right({.file = "camera.mov",
                .encoder = {"-c:v", "mjpeg", "-q:v", "1"},
                .format = {.name = "yuvj422p", .chroma_y = 0, .is_full = true},
                .luma = kBt601Luma,
                .size = {1280, 720}});
}

TEST_F(Colours, OfDeepPicturesAreKept) {
  expect_right({.file = "10.mp4", .encoder = kX264 + kTaggedBt709, .format = k420Deep});
  expect_right({.file = "10-601.mp4",
                .encoder = kX264,
                .format = k420Deep,
                .luma = kBt601Luma,
                .size = {640, 480}});
  expect_right({.file = "12.mkv",
                .encoder = kFfv1 + kTaggedBt709,
                .format = {.name = "yuv420p12le", .depth = 12}});
}

TEST_F(Colours, OfFinerChromaAreKept) {
  expect_right({.file = "422.mp4",
                .encoder = kX264 + kTaggedBt709,
                .format = {.name = "yuv422p", .chroma_y = 0}});
  expect_right({.file = "prores.mov",
                .encoder = Words{"-c:v", "prores_ks", "-profile:v", "3"} + kTaggedBt709,
                .format = {.name = "yuv422p10le", .depth = 10, .chroma_y = 0}});
  expect_right({.file = "444.mp4",
                .encoder = kX264 + kTaggedBt709,
                .format = {.name = "yuv444p", .chroma_x = 0, .chroma_y = 0}});
  expect_right({.file = "444-601.mkv",
                .encoder = kFfv1,
                .format = {.name = "yuv444p12le", .depth = 12, .chroma_x = 0, .chroma_y = 0},
                .luma = kBt601Luma,
                .size = {640, 480}});
}

TEST_F(Colours, OfRgbAreKept) {
  expect_right({.file = "h264.mkv",
                .encoder = {"-c:v", "libx264rgb", "-preset", "ultrafast", "-qp", "0"},
                .format = {.name = "gbrp", .is_rgb = true, .is_full = true}});
  expect_right({.file = "ffv1.mkv",
                .encoder = kFfv1,
                .format = {.name = "gbrp10le", .depth = 10, .is_rgb = true, .is_full = true}});
}

TEST_F(Colours, OfTransparentPicturesAreShownAsIfOpaque) {
  expect_right({.file = "alpha.webm",
                .encoder = Words{"-c:v", "libvpx-vp9", "-lossless", "1", "-cpu-used", "8",
                                 "-deadline", "realtime"} +
                           kTaggedBt709,
                .format = {.name = "yuva420p", .has_alpha = true}});
  expect_right(
      {.file = "4444.mov",
       .encoder = Words{"-c:v", "prores_ks", "-profile:v", "4444"} + kTaggedBt709,
       .format = {
           .name = "yuva444p10le", .depth = 10, .chroma_x = 0, .chroma_y = 0, .has_alpha = true}});
}

TEST_F(Colours, OfWiderPrimariesAreConverted) {
  expect_right({.file = "2020.mp4",
                .encoder = kX264 + tags("bt2020", "bt2020-10", "bt2020nc"),
                .format = k420Deep,
                .luma = kBt2020Luma},
               kBt2020Primaries);
  expect_right({.file = "p3.mp4", .encoder = kX264 + tags("smpte432", "bt709", "bt709")},
               kDisplayP3Primaries);
  expect_right({.file = "p3-rgb.mkv",
                .encoder = kFfv1 + tags("smpte432", "bt709", "rgb", "pc"),
                .format = {.name = "gbrp10le", .depth = 10, .is_rgb = true, .is_full = true}},
               kDisplayP3Primaries);
}

// HDR. Nits of BT.709's primaries: greys, and colours as they are found.
const Patches kNits{{{1, 1, 1},
                     {10, 10, 10},
                     {50, 50, 50},
                     {100, 100, 100},
                     {203, 203, 203},
                     {400, 400, 400},
                     {1000, 1000, 1000},
                     {100, 10, 10},
                     {-45, 112, -5},  // outside of BT.709
                     {15, 20, 120},
                     {200, 130, 100},
                     {600, 500, 80}}};

constexpr double kReferenceWhite = 203;  // nits: BT.2408

// The look that HDR has here: mobius on the largest of R, G, B, straight up to 0.3 of reference
// white, and from there on bent so that `peak` is white.
Triple toned(const Triple& nits, double peak) {
  const double top = peak / kReferenceWhite;
  constexpr double kStraight = 0.3;
  const double largest = std::ranges::max(nits) / kReferenceWhite;
  double bent = largest;
  if (largest > kStraight) {
    const double a =
        -kStraight * kStraight * (top - 1) / (kStraight * kStraight - 2 * kStraight + top);
    const double b = (kStraight * kStraight - 2 * kStraight * top + top) / (top - 1);
    bent = (b * b + 2 * b * kStraight + kStraight * kStraight) / (b - a) * (largest + a) /
           (largest + b);
  }
  Triple light{};
  for (std::size_t i = 0; i < 3; ++i) light[i] = nits[i] / kReferenceWhite * bent / largest;
  return light;
}

class Hdr : public Colours {
 protected:
  void expect_toned(Clip clip, double peak, Triple (*curve)(const Triple&) = to_pq) {
    const Patches signals = each(kNits, [&](const Triple& nits) {
      return curve(convert(nits, kBt709Primaries, kBt2020Primaries));
    });
    clip.luma = kBt2020Luma;
    expect_shown(clip, signals, each(kNits, [&](const Triple& nits) { return toned(nits, peak); }));
  }

  // `metadata` in x265's words.
  static Clip hevc(const std::string& file, const std::string& metadata,
                   const std::string& transfer = "smpte2084") {
    return {.file = file,
            .encoder = Words{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                             "log-level=error:lossless=1" + metadata} +
                       tags("bt2020", transfer, "bt2020nc"),
            .format = k420Deep};
  }
};

std::string mastered_at(const std::string& luminance) {
  return ":hdr10=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(" +
         luminance + ",1)";
}

TEST_F(Hdr, OfPqWithoutAWordOnItsPeakHasOneOfThousandNits) {
  expect_toned(hevc("plain.mp4", ""), 1000);
}

TEST_F(Hdr, OfPqIsBentToTheContentsPeak) {
  expect_toned(hevc("600.mp4", ":hdr10=1:max-cll=600,300"), 600);
  expect_toned(hevc("4000.mp4", mastered_at("10000000") + ":max-cll=4000,300"), 4000);
}

TEST_F(Hdr, OfPqIsBentToTheMasteringDisplaysPeakWhereTheContentsIsUnknown) {
  expect_toned(hevc("4000.mp4", mastered_at("40000000")), 4000);
  expect_toned(hevc("0.mp4", mastered_at("40000000") + ":max-cll=0,0"), 4000);
}

TEST_F(Hdr, PeaksThatCannotBeAreNotBelieved) {
  expect_toned(hevc("dark.mp4", mastered_at("1") + ":max-cll=1,1"), 1000);
  expect_toned(hevc("glaring.mp4", mastered_at("4294967295") + ":max-cll=65535,65535"), 1000);
}

TEST_F(Hdr, OfHlgHasAPeakOfThousandNitsWhateverItSays) {
  expect_toned(hevc("plain.mp4", "", "arib-std-b67"), 1000, to_hlg);
  expect_toned(hevc("odd.mp4", mastered_at("1") + ":max-cll=4000,1", "arib-std-b67"), 1000, to_hlg);
}

TEST_F(Hdr, OfOddSizesAndFullRangeAndRgbIsTonedAlike) {
  Clip odd = hevc("odd.mkv", "");
  odd.encoder = kFfv1 + tags("bt2020", "smpte2084", "bt2020nc");
  odd.size = {643, 361};
  expect_toned(odd, 1000);
  Clip full = odd;
  full.file = "full.mkv";
  full.encoder = kFfv1 + tags("bt2020", "smpte2084", "bt2020nc", "pc");
  full.format.is_full = true;
  full.size = {};
  expect_toned(full, 1000);
  Clip rgb = full;
  rgb.file = "rgb.mkv";
  rgb.encoder = kFfv1 + tags("bt2020", "smpte2084", "rgb", "pc");
  rgb.format = {.name = "gbrp12le", .depth = 12, .is_rgb = true, .is_full = true};
  expect_toned(rgb, 1000);
}

}  // namespace
}  // namespace vodmill::engine_test
