#include "sandbox/confinement.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "sandbox/namespaces.h"

namespace vodmill::sandbox {
namespace {

constexpr unsigned kNobody = 65534;

LayerState failed(const char* call, int error_number) {
  return {false, fmt::format("{}: {}", call, strerrordesc_np(error_number))};
}

// Mounts the tmpfs over one of the directories that every system has, and enters it.
bool enter_empty_file_system() {
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;
  for (const char* place : {"/tmp", "/proc", "/dev"}) {
    if (::mount("none", place, "tmpfs", kFlags, "size=4k,nr_inodes=2,mode=0555") == 0) {
      return ::chdir(place) == 0;
    }
  }
  return false;
}

struct Limit {
  decltype(RLIMIT_CORE) resource;
  const char* name;
  rlim_t soft;
  rlim_t hard;
};

// Sets the limit, or what is already lower.
int lower_limit(const Limit& limit) {
  rlimit now{};
  if (::getrlimit(limit.resource, &now) != 0) return errno;
  const rlimit wanted{.rlim_cur = std::min(limit.soft, now.rlim_max),
                      .rlim_max = std::min(limit.hard, now.rlim_max)};
  return ::setrlimit(limit.resource, &wanted) == 0 ? 0 : errno;
}

bool capabilities_are_empty() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  for (const auto& word : data) {
    if ((word.effective | word.permitted | word.inheritable) != 0) return false;
  }
  return true;
}

}  // namespace

LayerState check_descriptors() {
  const std::unique_ptr<DIR, decltype(&::closedir)> listing(::opendir("/proc/self/fd"),
                                                            &::closedir);
  if (!listing) return failed("open /proc/self/fd", errno);
  while (const dirent* entry = ::readdir(listing.get())) {
    const int fd = std::atoi(entry->d_name);
    if (fd > 4 && fd != ::dirfd(listing.get())) {
      return {false, fmt::format("descriptor {} is open", fd)};
    }
  }
  return {true, "0 to 4"};
}

LayerState check_namespace(Layer layer) {
  const char* outside = std::getenv(kOutsideVariable);
  const std::string own = namespace_identity(layer);
  if (!outside || own.empty()) return {false, "its identity is not known"};
  const bool same = std::string_view(outside).find(own) != std::string_view::npos;
  if (same) return {false, "not separate from the host's"};
  return {true, own};
}

LayerState empty_root() {
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return failed("make the mounts private", errno);
  }
  if (!enter_empty_file_system()) return failed("mount an empty file system", errno);
  // The new root covers the old one, which then goes away: pivot_root(2), "pivot_root(".", ".")".
  if (::syscall(SYS_pivot_root, ".", ".") != 0) return failed("pivot_root", errno);
  if (::umount2(".", MNT_DETACH) != 0) return failed("detach the old root", errno);
  if (::chdir("/") != 0) return failed("chdir", errno);
  return {true, "empty read-only tmpfs"};
}

unsigned outside_user_id() {
  std::ifstream map("/proc/self/uid_map");
  unsigned inside = 0, outside = 0, count = 0;
  while (map >> inside >> outside >> count) {
    const unsigned user = ::geteuid();
    if (user >= inside && user - inside < count) return outside + (user - inside);
  }
  return ::geteuid();
}

LayerState leave_superuser(unsigned outside) {
  if (outside != 0) return {true, fmt::format("user {} outside", outside)};
  if (::setgroups(0, nullptr) != 0) return failed("setgroups", errno);
  if (::setresgid(kNobody, kNobody, kNobody) != 0) return failed("setresgid", errno);
  if (::setresuid(kNobody, kNobody, kNobody) != 0) return failed("setresuid", errno);
  return {true, fmt::format("user {}", kNobody)};
}

Result<> empty_bounding_set() {
  for (unsigned long capability = 0; capability < 64; ++capability) {
    if (::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1) continue;
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return fail_errno("capbset", errno);
  }
  return {};
}

LayerState drop_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capset, &header, none) != 0) return failed("capset", errno);
  if (!capabilities_are_empty()) return {false, "some are left"};
  return {true, "none"};
}

LayerState limit_resources(const LockdownOptions& options) {
  const auto cpu = static_cast<rlim_t>(options.cpu_seconds);
  const auto space = static_cast<rlim_t>(options.address_space_bytes);
  // The hard CPU limit is above the soft one: equal values kill without saying why.
  const std::vector<Limit> limits{
      {RLIMIT_CORE, "core", 0, 0},
      {RLIMIT_NOFILE, "nofile", 32, 32},
      {RLIMIT_FSIZE, "fsize", 0, 0},
      {RLIMIT_MEMLOCK, "memlock", 0, 0},
      {RLIMIT_STACK, "stack", 8 << 20, 8 << 20},
      {RLIMIT_CPU, "cpu", cpu, cpu + 5},
#ifndef VODMILL_SANITIZED
      {RLIMIT_AS, "as", space, space},
#endif
  };
  for (const Limit& limit : limits) {
    if (int error = lower_limit(limit)) return failed(limit.name, error);
  }
  return {true, fmt::format("cpu {} s, address space {} MiB", cpu, space >> 20)};
}

}  // namespace vodmill::sandbox
