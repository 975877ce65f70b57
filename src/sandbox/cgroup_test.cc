#include "sandbox/cgroup.h"

#include <gtest/gtest.h>

namespace vodmill::sandbox {
namespace {

constexpr std::string_view kMounts =
    "22 1 0:20 / /proc rw,nosuid - proc proc rw\n"
    "30 23 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"
    "31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:5 - cgroup2 cgroup2 rw\n"
    "32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:6 - cgroup cgroup rw,cpu,cpuacct\n"
    "33 30 0:29 / /sys/fs/cgroup/memory rw shared:7 - cgroup cgroup rw,memory\n";

TEST(Cgroup, IsFoundUnderVersionOne) {
  const auto found =
      find_cgroup("cpu", "5:memory:/a\n4:cpu,cpuacct:/b/c\n1:name=systemd:/d\n0::/e\n", kMounts);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, 1);
  EXPECT_EQ(found->folder, "/sys/fs/cgroup/cpu,cpuacct/b/c");
  EXPECT_EQ(found->root, "/sys/fs/cgroup/cpu,cpuacct");
}

TEST(Cgroup, IsFoundUnderVersionTwo) {
  constexpr std::string_view kOne =
      "31 30 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
  const auto found = find_cgroup("cpu", "0::/system.slice/vodmill.service\n", kOne);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, 2);
  EXPECT_EQ(found->folder, "/sys/fs/cgroup/system.slice/vodmill.service");
  EXPECT_EQ(found->root, "/sys/fs/cgroup");
  EXPECT_EQ(find_cgroup("cpu", "0::/\n", kOne)->folder, "/sys/fs/cgroup");
}

// A container on an old host: the tree begins at its own group, its paths at the host's.
TEST(Cgroup, OfAContainerLiesInWhatIsMountedThere) {
  constexpr std::string_view kBound =
      "40 39 0:28 /docker/17ab /sys/fs/cgroup/cpu ro,relatime - cgroup cgroup rw,cpu\n";
  const auto found = find_cgroup("cpu", "4:cpu:/docker/17ab/inner\n", kBound);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->folder, "/sys/fs/cgroup/cpu/inner");
  EXPECT_EQ(find_cgroup("cpu", "4:cpu:/docker/other\n", kBound), std::nullopt);
  EXPECT_EQ(find_cgroup("cpu", "4:cpu:/docker/17abc\n", kBound), std::nullopt);
}

TEST(Cgroup, MayBeNoneAtAll) {
  EXPECT_FALSE(find_cgroup("cpu", "", ""));
  EXPECT_FALSE(find_cgroup("cpu", "4:cpu:/\n0::/\n", "22 1 0:20 / /proc rw - proc proc rw\n"));
  EXPECT_FALSE(find_cgroup("cpu", "nonsense\n:\n", "a b - c\n"));
}

}  // namespace
}  // namespace vodmill::sandbox
