#include "engine/clips.h"

#include <gtest/gtest.h>
#include <spawn.h>
#include <spdlog/fmt/fmt.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "base/fd.h"

namespace vodmill::engine_test {

std::string run(const Words& command) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
  posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, reading.get());
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = -1;
  const int spawned = posix_spawnp(&child, words.front(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) {
    ADD_FAILURE() << command.front() << " cannot be started: these tests need it";
    return "";
  }
  writing = Fd();
  std::string said;
  std::array<char, 65536> part{};
  for (ssize_t got = 0; (got = read(reading.get(), part.data(), part.size())) > 0;) {
    said.append(part.data(), static_cast<std::size_t>(got));
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << fmt::format("{}", fmt::join(command, " "));
  return said;
}

void make_clip(const Words& arguments, const std::filesystem::path& path) {
  Words command{"ffmpeg", "-nostdin", "-v", "error", "-y"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.push_back(path);
  run(command);
}

std::string counter(int width, int height, const std::string& rate, double seconds) {
  return fmt::format(
      "nullsrc=size={}x2:rate={}:duration={},format=gray,"
      "geq=lum='abs(255*Y-255*mod(floor(N/pow(2,X)),2))',"
      "scale={}:{}:flags=neighbor,format=yuv420p",
      kCounterBits, rate, seconds, width, height);
}

std::string flashes(int width, int height, int rate, double seconds) {
  return fmt::format(
      "nullsrc=size=2x2:rate={}:duration={},format=gray,geq=lum='255*eq(mod(N,{}),0)',"
      "scale={}:{}:flags=neighbor,format=yuv420p",
      rate, seconds, rate, width, height);
}

std::string beeps(int sample_rate, double seconds) {
  return fmt::format("aevalsrc=0.7*sin(2*PI*1000*t)*lt(mod(n\\,{0})\\,{0}/20):s={0}:d={1}",
                     sample_rate, seconds);
}

std::string beeps_at(const std::vector<double>& moments, int sample_rate, double seconds) {
  std::string sounding = "0";
  for (const double moment : moments) {
    sounding += fmt::format("+between(t\\,{}\\,{})", moment, moment + 0.05);
  }
  return fmt::format("aevalsrc=0.7*sin(2*PI*1000*t)*({}):s={}:d={}", sounding, sample_rate,
                     seconds);
}

Times presented(const std::filesystem::path& path) {
  const std::string base = run({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                                "stream=time_base", "-of", "default=nw=1:nk=1", path});
  Times times;
  char slash = 0;
  std::istringstream(base) >> times.time_base.num >> slash >> times.time_base.den;
  std::istringstream lines(run({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                                "frame=best_effort_timestamp", "-of", "default=nw=1:nk=1", path}));
  for (std::int64_t pts = 0; lines >> pts;) times.pts.push_back(pts);
  std::ranges::sort(times.pts);
  return times;
}

}  // namespace vodmill::engine_test
