// Where the engine puts what a picture shows: turned, stretched, cropped, out of two fields.
//
// The sources are written sample by sample; no two of their corners are alike.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>

#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"

namespace vodmill::engine_test {
namespace {

const Words kX264{"-c:v", "libx264", "-preset", "ultrafast", "-qp", "1"};
const Words kFfv1{"-c:v", "ffv1"};

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

struct Size {
  int width, height;
};

// The luma of frame n at x, y.
using Painter = std::function<int(int n, int x, int y)>;

constexpr int kPaper = 128;  // and grey chroma

// Dark upper left, then ever brighter: upper right, lower left, lower right.
constexpr std::array kCorners{40, 90, 150, 220};
Painter corners(Size size) {
  return [size](int, int x, int y) {
    return kCorners[(x * 2 < size.width ? 0U : 1U) + (y * 2 < size.height ? 0U : 2U)];
  };
}

// Frames of 4:2:0 as raw video.
void write_raw(const std::filesystem::path& path, Size size, int frames, const Painter& paint) {
  std::ofstream out(path, std::ios::binary);
  const std::size_t columns = static_cast<std::size_t>(size.width + 1) / 2;
  const std::size_t rows = static_cast<std::size_t>(size.height + 1) / 2;
  for (int n = 0; n < frames; ++n) {
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) out.put(static_cast<char>(paint(n, x, y)));
    }
    out << std::string(2 * columns * rows, static_cast<char>(kPaper));
  }
}

// A display matrix without its last column (ISO 14496-12, 8.3.2): a point x, y is shown at
// a x + c y, b x + d y.
struct Orientation {
  const char* name;
  int a, b, c, d;
};

// Into the one track of an MP4.
void orient(const std::filesystem::path& path, const Orientation& orientation) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t box = text.find("tkhd");
  ASSERT_NE(box, std::string::npos);
  ASSERT_EQ(text.at(box + 4), '\0') << "another version of tkhd";
  constexpr std::size_t kToMatrix = 44;
  const auto put = [&](std::size_t index, int value) {
    const char one = static_cast<char>(value);  // 16.16: whole numbers stand in front
    const char sign = static_cast<char>(value < 0 ? -1 : 0);
    file.seekp(static_cast<std::streamoff>(box + kToMatrix + 4 * index));
    file.write(std::array{sign, one, '\0', '\0'}.data(), 4);
  };
  put(0, orientation.a);
  put(1, orientation.b);
  put(3, orientation.c);
  put(4, orientation.d);
}

int luma_at(const AVFrame& frame, int x, int y) { return frame.data[0][y * frame.linesize[0] + x]; }

class Geometry : public testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  void make(const std::string& file, Size size, const Words& encoder, const Painter& paint,
            int frames = 8) {
    write_raw(path("raw"), size, frames, paint);
    make_clip(Words{"-f", "rawvideo", "-pix_fmt", "yuv420p", "-s",
                    std::to_string(size.width) + "x" + std::to_string(size.height), "-r", "25",
                    "-i", path("raw")} +
                  encoder,
              path(file));
  }

  // Runs the clip through the engine and shows every rung's pictures.
  void see(const std::string& file,
           const std::function<void(const Rendition&, const std::vector<Picture>&)>& look) {
    MemorySource source = MemorySource::of_file(path(file));
    plan_ = plan_for(source, 1);
    MadeStream made;
    make_all(source, plan_, made);
    expect_whole(plan_, made);
    for (const Rendition& rung : plan_.ladder) {
      SCOPED_TRACE(file + " " + rung.name);
      const auto pictures = decode_pictures(made.joined(rung.name));
      ASSERT_EQ(std::ssize(pictures), plan_.frames);
      ASSERT_EQ(pictures.front().frame->width, rung.width);
      ASSERT_EQ(pictures.front().frame->height, rung.height);
      look(rung, pictures);
    }
  }

  void expect_top(Size size) const {
    EXPECT_EQ(plan_.ladder.front().width, size.width);
    EXPECT_EQ(plan_.ladder.front().height, size.height);
  }

  // Every corner of kCorners is where the orientation puts it.
  void expect_corners(const std::string& file, const Orientation& orientation) {
    see(file, [&](const Rendition& rung, const std::vector<Picture>& pictures) {
      for (std::size_t corner = 0; corner < kCorners.size(); ++corner) {
        const int x = corner % 2 == 0 ? -1 : 1;
        const int y = corner < 2 ? -1 : 1;
        const int shown_x = orientation.a * x + orientation.c * y;
        const int shown_y = orientation.b * x + orientation.d * y;
        // From the middle of the corner to the outermost sample.
        for (const int part : {2, 1000}) {
          const auto at = [part](int side, int toward) {
            const int middle = side / 2 + toward * (side / 2 - side / 2 / part);
            return std::clamp(middle, 0, side - 1);
          };
          EXPECT_NEAR(luma_at(*pictures[pictures.size() / 2].frame, at(rung.width, shown_x),
                              at(rung.height, shown_y)),
                      kCorners[corner], 8)
              << "corner " << corner << ", part " << part;
        }
      }
    });
  }

  Plan plan_;
  ScratchFolder folder_;
};

constexpr Orientation kUpright{"upright", 1, 0, 0, 1};
constexpr std::array kOrientations{kUpright,
                                   Orientation{"90", 0, 1, -1, 0},
                                   Orientation{"180", -1, 0, 0, -1},
                                   Orientation{"270", 0, -1, 1, 0},
                                   Orientation{"mirrored", -1, 0, 0, 1},
                                   Orientation{"upside-down", 1, 0, 0, -1},
                                   Orientation{"transposed", 0, 1, 1, 0},
                                   Orientation{"transversed", 0, -1, -1, 0}};

TEST_F(Geometry, FollowsEveryDisplayMatrixOfRightAngles) {
  constexpr Size kSize{640, 360};
  make("clip.mp4", kSize, kX264, corners(kSize));
  for (const Orientation& orientation : kOrientations) {
    SCOPED_TRACE(orientation.name);
    orient(path("clip.mp4"), orientation);
    expect_corners("clip.mp4", orientation);
    expect_top(orientation.a != 0 ? Size{640, 360} : Size{360, 640});
  }
}

TEST_F(Geometry, OfAPortraitHasAPortraitsLadder) {
  make("portrait.mp4", {480, 854}, kX264, corners({480, 854}));
  expect_corners("portrait.mp4", kUpright);
  expect_top({480, 854});
  ASSERT_EQ(plan_.ladder.size(), 3U);
  EXPECT_EQ(plan_.ladder[1].width, 360);
  EXPECT_EQ(plan_.ladder[1].height, 640);
}

TEST_F(Geometry, OfOddSizesLosesNoEdge) {
  for (const Size size : {Size{853, 479}, Size{641, 361}, Size{427, 241}, Size{17, 33}}) {
    make("odd.mkv", size, kFfv1, corners(size));
    expect_corners("odd.mkv", kUpright);
    // No stripe of another colour anywhere.
    make("flat.mkv", size, kFfv1, [](int, int, int) { return kPaper; });
    see("flat.mkv", [&](const Rendition& rung, const std::vector<Picture>& pictures) {
      const AVFrame& frame = *pictures.front().frame;
      for (int plane = 0; plane < 3; ++plane) {
        const int part = plane == 0 ? 1 : 2;
        for (int y = 0; y < rung.height / part; ++y) {
          for (int x = 0; x < rung.width / part; ++x) {
            ASSERT_NEAR(frame.data[plane][y * frame.linesize[plane] + x], kPaper, 3)
                << plane << ": " << x << ", " << y;
          }
        }
      }
    });
  }
}

TEST_F(Geometry, KeepsABorderOfOneSample) {
  constexpr Size kSize{640, 360};
  make("border.mp4", kSize, kX264 + Words{"-colorspace", "smpte170m"}, [](int, int x, int y) {
    const bool is_edge = x == 0 || y == 0 || x == kSize.width - 1 || y == kSize.height - 1;
    return is_edge ? 200 : 60;
  });
  see("border.mp4", [](const Rendition& rung, const std::vector<Picture>& pictures) {
    if (rung.width != kSize.width) return;
    const AVFrame& frame = *pictures.front().frame;
    for (const int x : {0, 1, kSize.width - 2, kSize.width - 1}) {
      for (const int y : {0, 1, 100, kSize.height - 2, kSize.height - 1}) {
        const bool is_edge = x == 0 || y == 0 || x == kSize.width - 1 || y == kSize.height - 1;
        EXPECT_EQ(luma_at(frame, x, y) > 130, is_edge) << x << ", " << y;
      }
    }
  });
}

// The stream's own cropping, also by amounts that no memory is aligned to.
TEST_F(Geometry, ShowsNothingOfWhatAStreamCropsOff) {
  struct Crop {
    int left, top, right, bottom;
  };
  for (const Crop& crop :
       {Crop{0, 0, 0, 8}, Crop{2, 4, 14, 12}, Crop{16, 8, 0, 0}, Crop{34, 2, 6, 6}}) {
    const Size size{640 + crop.left + crop.right, 360 + crop.top + crop.bottom};
    const std::string rect = std::to_string(crop.left) + "," + std::to_string(crop.top) + "," +
                             std::to_string(crop.right) + "," + std::to_string(crop.bottom);
    SCOPED_TRACE(rect);
    const Painter inside = corners({640, 360});
    make("cropped.mp4", size, kX264 + Words{"-x264-params", "crop-rect=" + rect},
         [&](int n, int x, int y) {
           const int shown_x = x - crop.left;
           const int shown_y = y - crop.top;
           const bool is_shown = shown_x >= 0 && shown_x < 640 && shown_y >= 0 && shown_y < 360;
           return is_shown ? inside(n, shown_x, shown_y) : 255;
         });
    expect_corners("cropped.mp4", kUpright);
    expect_top({640, 360});
  }
}

// The first and the last sample of a line or column that is bright.
double bright_length(int count, const std::function<int(int)>& luma) {
  int first = count;
  int last = -1;
  for (int i = 0; i < count; ++i) {
    if (luma(i) < 140) continue;
    first = std::min(first, i);
    last = i;
  }
  return last - first + 1;
}

TEST_F(Geometry, ShowsASquareAsASquareWhateverThePixelsShape) {
  struct Case {
    Size coded;
    int num, den;  // of a pixel's width to its height
    Size shown;
    bool is_turned = false;
  };
  for (const Case& c : {Case{{720, 576}, 64, 45, {854, 480}}, Case{{720, 480}, 8, 9, {640, 480}},
                        Case{{480, 480}, 4, 3, {640, 480}}, Case{{960, 240}, 1, 2, {960, 480}},
                        Case{{480, 360}, 4, 3, {360, 640}, true}}) {
    const std::string shape = std::to_string(c.num) + "/" + std::to_string(c.den);
    SCOPED_TRACE(shape);
    const int half_height = c.coded.height / 4;
    const int half_width = half_height * c.den / c.num;
    make("square.mp4", c.coded, Words{"-vf", "setsar=" + shape} + kX264, [&](int, int x, int y) {
      const bool is_in = std::abs(x - c.coded.width / 2) < half_width &&
                         std::abs(y - c.coded.height / 2) < half_height;
      return is_in ? 220 : 60;
    });
    if (c.is_turned) orient(path("square.mp4"), kOrientations[1]);
    see("square.mp4", [&](const Rendition& rung, const std::vector<Picture>& pictures) {
      const AVFrame& frame = *pictures.front().frame;
      EXPECT_EQ(frame.sample_aspect_ratio.num, frame.sample_aspect_ratio.den);
      const double width =
          bright_length(rung.width, [&](int x) { return luma_at(frame, x, rung.height / 2); });
      const double height =
          bright_length(rung.height, [&](int y) { return luma_at(frame, rung.width / 2, y); });
      EXPECT_NEAR(height, (c.is_turned ? rung.width : rung.height) / 2.0, 4);
      EXPECT_NEAR(width, height, 4);
    });
    expect_top(c.shown);
  }
}

// Interlaced: a bar that moves to the right by kStep samples a field, 50 fields a second.

constexpr Size kFields{640, 480};
constexpr int kStep = 6;
constexpr int kBar = 60;
constexpr int kFieldFrames = 40;

int bar_at(int field) { return 40 + kStep * field; }

Painter fields(bool top_first) {
  return [top_first](int n, int x, int y) {
    const bool is_first = (y % 2 == 0) == top_first;
    const int left = bar_at(2 * n + (is_first ? 0 : 1));
    return x >= left && x < left + kBar ? 200 : 60;
  };
}

// Where the bar begins on a line, between samples.
double edge_of(const AVFrame& frame, int y) {
  constexpr double kMiddle = 130;
  for (int x = 1; x < frame.width; ++x) {
    const int before = luma_at(frame, x - 1, y);
    const int here = luma_at(frame, x, y);
    if (before < kMiddle && here >= kMiddle) return x - (here - kMiddle) / (here - before);
  }
  return -1;
}

class Fields : public Geometry {
 protected:
  // Every frame shows its first field's moment, and that alone.
  void expect_progressive(const std::string& file, std::string_view field_order) {
    see(file, [&](const Rendition& rung, const std::vector<Picture>& pictures) {
      const double scale = static_cast<double>(rung.width) / kFields.width;
      for (std::size_t n = 1; n + 1 < pictures.size(); ++n) {
        const AVFrame& frame = *pictures[n].frame;
        double comb = 0;
        double sum = 0;
        for (int y = 2; y + 2 < rung.height; ++y) {
          comb += std::abs(edge_of(frame, y) - edge_of(frame, y + 1));
          sum += edge_of(frame, y);
        }
        const double lines = rung.height - 4;
        ASSERT_LT(comb / lines, 0.15 * kStep * scale) << "frame " << n << " is combed";
        ASSERT_NEAR(sum / lines, bar_at(2 * static_cast<int>(n)) * scale, kStep * scale / 3)
            << "frame " << n;
      }
    });
    EXPECT_TRUE(plan_.deinterlace);
    EXPECT_EQ(plan_.field_order, field_order);
    EXPECT_EQ(plan_.fps, (Rational{25, 1}));
    EXPECT_EQ(plan_.frames, kFieldFrames);
    expect_top(kFields);
  }
};

TEST_F(Fields, OfMpeg2AreMadeFramesInTheirOrder) {
  const Words mpeg2{"-c:v", "mpeg2video", "-q:v", "2",      "-g",
                    "12",   "-bf",        "2",    "-flags", "+ildct+ilme"};
  make("tff.ts", kFields, Words{"-vf", "setfield=tff"} + mpeg2 + Words{"-top", "1"}, fields(true),
       kFieldFrames);
  expect_progressive("tff.ts", "");
  make("bff.ts", kFields, Words{"-vf", "setfield=bff"} + mpeg2 + Words{"-top", "0"}, fields(false),
       kFieldFrames);
  expect_progressive("bff.ts", "");
}

TEST_F(Fields, OfH264AreMadeFramesInTheirOrder) {
  make("tff.mp4", kFields, Words{"-vf", "setfield=tff"} + kX264 + Words{"-x264-params", "tff=1"},
       fields(true), kFieldFrames);
  expect_progressive("tff.mp4", "");
  make("bff.mkv", kFields, Words{"-vf", "setfield=bff"} + kX264 + Words{"-x264-params", "bff=1"},
       fields(false), kFieldFrames);
  expect_progressive("bff.mkv", "");
}

TEST_F(Fields, OfDeepProResAreMadeFramesInTheirOrder) {
  const Words prores{"-c:v", "prores_ks", "-profile:v", "3", "-flags", "+ildct"};
  make("tff.mov", kFields, Words{"-vf", "setfield=tff,format=yuv422p10"} + prores, fields(true),
       kFieldFrames);
  expect_progressive("tff.mov", "");
}

TEST_F(Fields, ThatNoFrameTellsOfAreFoundInThePictures) {
  make("tff.mp4", kFields, kX264, fields(true), kFieldFrames);
  expect_progressive("tff.mp4", "tff");
  make("bff.avi", kFields, {"-c:v", "mpeg4", "-q:v", "2"}, fields(false), kFieldFrames);
  expect_progressive("bff.avi", "bff");
}

TEST_F(Fields, AreNotSeenInProgressivePictures) {
  const std::vector<std::pair<const char*, Painter>> pictures{
      {"a bar that moves",
       [](int n, int x, int) { return x >= bar_at(2 * n) && x < bar_at(2 * n) + kBar ? 200 : 60; }},
      {"lines that roll", [](int n, int, int y) { return (y + n) % 2 == 0 ? 200 : 60; }},
      {"text that rolls",
       [](int n, int x, int y) { return ((y + 3 * n) / 2 * 7 + x / 5) % 5 == 0 ? 220 : 40; }},
      {"noise",
       [](int n, int x, int y) {
         const auto seed = static_cast<unsigned>(x + 640 * (y + 480 * n));
         const unsigned mixed = (seed ^ (seed >> 7U)) * 2'654'435'761U;
         return 16 + static_cast<int>((mixed ^ (mixed >> 15U)) % 220);
       }},
      {"still lines", [](int, int, int y) { return y % 2 == 0 ? 200 : 60; }}};
  for (const auto& [name, paint] : pictures) {
    SCOPED_TRACE(name);
    make("clip.mkv", kFields, kFfv1, paint);
    MemorySource source = MemorySource::of_file(path("clip.mkv"));
    EXPECT_EQ(probe_info(source).video->field_order, "");
  }
}

}  // namespace
}  // namespace vodmill::engine_test
