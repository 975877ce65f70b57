#include "app/machine.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "sandbox/cgroup.h"

namespace vodmill::app {
namespace {

constexpr double kBaseBytes = 0.5e9;
constexpr double kMillBytes = 0.6e9;
constexpr int kCoresOfMill = 2;

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::optional<std::int64_t> number_in(const std::filesystem::path& path) {
  const std::string text = first_line(path.c_str());
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

// Processors that the cgroup's quota pays for, v2 or v1; 0 for no limit.
double cgroup_quota() {
  const double v2 = quota_of(first_line("/sys/fs/cgroup/cpu.max"));
  if (v2 > 0) return v2;
  const auto quota = number_in("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const auto period = number_in("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (!quota || !period || *quota <= 0 || *period <= 0) return 0;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

double quota_of(std::string_view cpu_max) {
  double quota = 0;
  double period = 0;
  const char* end = cpu_max.data() + cpu_max.size();
  const auto first = std::from_chars(cpu_max.data(), end, quota);
  if (first.ec != std::errc{} || first.ptr == end) return 0;
  const auto second = std::from_chars(first.ptr + 1, end, period);
  return second.ec == std::errc{} && period > 0 ? quota / period : 0;
}

int usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int allowed = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  const double quota = cgroup_quota();
  const int paid = quota > 0 ? std::max(1, static_cast<int>(quota)) : allowed;
  return std::min(allowed, paid);
}

std::int64_t usable_memory() {
  std::int64_t memory = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const std::optional<sandbox::Cgroup> own = sandbox::own_cgroup("memory");
  if (!own) return memory;
  const char* name = own->version == 2 ? "memory.max" : "memory.limit_in_bytes";
  for (std::filesystem::path folder = own->folder;; folder = folder.parent_path()) {
    const auto bytes = number_in(folder / name);
    if (bytes && *bytes > 0) memory = std::min(memory, *bytes);
    if (folder == own->root || folder == folder.parent_path()) return memory;
  }
}

std::int64_t memory_for_mills(std::int64_t memory) {
  return std::max<std::int64_t>(1, memory - static_cast<std::int64_t>(kBaseBytes));
}

std::int64_t allow_open_files(std::int64_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit before = limit;
  limit.rlim_cur = std::clamp(static_cast<rlim_t>(wanted), limit.rlim_cur, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit = before;
  return static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
}

int default_slots(int processors, std::int64_t memory) {
  const double fitting = (static_cast<double>(memory) - kBaseBytes) / kMillBytes;
  return std::max(1, std::min(processors, kCoresOfMill * static_cast<int>(fitting)));
}

}  // namespace vodmill::app
