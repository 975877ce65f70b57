// Where this process stands in the host's control groups, v2 or v1.
//
// Reading only; callable from any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace vodmill::sandbox {

struct Cgroup {
  bool operator==(const Cgroup&) const = default;
  int version = 2;
  std::filesystem::path folder;  // as this process sees it
  std::filesystem::path root;    // the mount it lies in: limits of all folders up to it hold too
};

// The group whose "cpu" or "memory" controller this process is under; nullopt where the trees are
// not mounted here, as in some containers. The texts are those of /proc/self/cgroup and
// /proc/self/mountinfo (cgroups(7), proc_pid_mountinfo(5)). Pure.
std::optional<Cgroup> find_cgroup(std::string_view controller, std::string_view cgroup_text,
                                  std::string_view mountinfo_text);

// The same of this process, now.
std::optional<Cgroup> own_cgroup(std::string_view controller);

}  // namespace vodmill::sandbox
