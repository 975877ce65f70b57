#include "sandbox/cpu_class.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "fakes/scratch_folder.h"

namespace vodmill::sandbox {
namespace {

class CpuClassFiles : public testing::Test {
 protected:
  CpuClassFiles() { std::filesystem::create_directory(mills()); }

  std::filesystem::path mills() const { return folder_.path() / "vodmill-mills"; }
  void write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path) << text;
  }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Cgroup group(int version) const {
    return {.version = version, .folder = folder_.path(), .root = folder_.path()};
  }

  ScratchFolder folder_;
};

TEST_F(CpuClassFiles, HaveAThreadedGroupWhereOursHasProcesses) {
  write(folder_.path() / "cgroup.controllers", "cpuset cpu memory\n");
  write(folder_.path() / "cgroup.subtree_control", "");
  for (const char* name : {"cgroup.type", "cgroup.procs", "cpu.idle"}) write(mills() / name, "");
  const CpuClass lowest(group(2));
  EXPECT_EQ(lowest.group(), mills() / "cgroup.procs");
  EXPECT_EQ(read(folder_.path() / "cgroup.subtree_control"), "+cpu");
  EXPECT_EQ(read(mills() / "cgroup.type"), "threaded");
  EXPECT_EQ(read(mills() / "cpu.idle"), "1");
  EXPECT_EQ(lowest.describe(), "cgroup v2 " + mills().string() + ", cpu.idle");
}

TEST_F(CpuClassFiles, HaveTheLeastWeightWhereTheKernelKnowsNoIdleGroups) {
  for (const char* name : {"cgroup.procs", "cpu.shares"}) write(mills() / name, "");
  const CpuClass lowest(group(1));
  EXPECT_EQ(read(mills() / "cpu.shares"), "2");
  EXPECT_EQ(lowest.describe(), "cgroup v1 " + mills().string() + ", cpu.shares");
}

TEST_F(CpuClassFiles, AreDoneWithoutWhereTheControllerIsNotOurs) {
  write(folder_.path() / "cgroup.controllers", "memory pids\n");
  const CpuClass lowest(group(2));
  EXPECT_EQ(lowest.group(), "");
  EXPECT_NE(lowest.describe().find("SCHED_IDLE"), std::string::npos);
  EXPECT_NE(lowest.describe().find("the cpu controller is not given to"), std::string::npos);
}

TEST_F(CpuClassFiles, AreDoneWithoutWhereNothingMayBeMade) {
  const CpuClass lowest(Cgroup{.folder = "/proc/vodmill-nowhere", .root = "/proc"});
  EXPECT_EQ(lowest.group(), "");
  EXPECT_NE(lowest.describe().find("no cgroup: make"), std::string::npos);
}

}  // namespace
}  // namespace vodmill::sandbox
