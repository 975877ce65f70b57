// The lowest CPU class that this host lets mills have, so that whoever answers requests never waits
// behind one, and mills still use every core that is idle.
//
// Best is a control group of their own with cpu.idle (Linux 5.15, v2 or v1), or of the least
// weight: there any thread of anybody goes first at once. It is made below the group of this
// process where that is ours to divide: always for the superuser outside containers, under systemd
// with Delegate=cpu. Everywhere else mills have the policy SCHED_IDLE, which does the same within
// one group, and the last place among sessions where the kernel makes each one a group (autogroup;
// nice alone does nothing there).
//
// Made once by app/ before the first mill and destroyed after the last: then the group goes.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "sandbox/cgroup.h"

namespace vodmill::sandbox {

class CpuClass {
 public:
  // On this host. Never fails: see above.
  CpuClass();
  // With a group below `own`, for tests.
  explicit CpuClass(const Cgroup& own);
  ~CpuClass();
  CpuClass(const CpuClass&) = delete;
  CpuClass& operator=(const CpuClass&) = delete;

  // The file by which a process joins the group (ChildOptions::cpu_group); "" where there is none.
  const std::string& group() const { return group_; }

  // For people: what holds, and why not better.
  std::string describe() const;

 private:
  Result<> make_group(const Cgroup& own);

  std::filesystem::path folder_;  // that we made or found; "" for none
  std::string group_;
  std::string how_;      // "cgroup v1 FOLDER, cpu.idle"
  std::string missing_;  // why there is no group
};

// Gives this process's session, in the kernel's autogroups, the niceness that the process has. Asks
// again for up to a few seconds: of all processes that are not the superuser's, the kernel lets one
// do so in a tenth of a second (kernel/sched/autogroup.c), and a mill is rarely started alone. For
// a mill that has just begun; does nothing where there are no autogroups.
void take_place_of_session();

}  // namespace vodmill::sandbox
