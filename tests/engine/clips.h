// Clips made with the ffmpeg command, a dependency of the tests: what they show can be read back by
// a machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/rational.h"

namespace vodmill::engine_test {

using Words = std::vector<std::string>;

// Runs a program (ffmpeg, ffprobe) and gives what it wrote to its output. A failure to run or an
// exit code other than 0 fails the test and says what the program said.
std::string run(const Words& command);

// `ffmpeg -nostdin -v error -y ARGUMENTS PATH`.
void make_clip(const Words& arguments, const std::filesystem::path& path);

// A lavfi source whose frame N shows N in binary: a row of 12 squares, white for 1, and below them
// the same inverted. Readable after scaling to 240 lines.
inline constexpr int kCounterBits = 12;
std::string counter(int width, int height, const std::string& rate, double seconds);

// Black, white for one frame at every full second; REQUIRES: a whole rate.
std::string flashes(int width, int height, int rate, double seconds);

// A tone of 1 kHz for 50 ms from every full second on.
std::string beeps(int sample_rate, double seconds);
// The same at these moments alone: one that is a second off is no other's.
std::string beeps_at(const std::vector<double>& moments, int sample_rate, double seconds);

// What ffprobe says are the presented frames' times, ascending, in ticks of the stream.
struct Times {
  Rational time_base;
  std::vector<std::int64_t> pts;
};
Times presented(const std::filesystem::path& path);

}  // namespace vodmill::engine_test
