#include "app/process_numbers.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace vodmill::app {
namespace {

using metrics::Family;
using metrics::Type;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::optional<double> resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;  // of all its address space, then those in memory
  if (!(file >> pages >> pages)) return std::nullopt;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::optional<double> open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator folder("/proc/self/fd", error);
  if (error) return std::nullopt;
  // One of them is the folder itself.
  return static_cast<double>(std::distance(begin(folder), end(folder)) - 1);
}

void add(std::vector<Family>& families, const char* name, const char* help, Type type,
         std::optional<double> value) {
  if (value) families.push_back({name, help, type, {{"", {}, *value}}});
}

}  // namespace

std::vector<Family> process_numbers() {
  std::vector<Family> families;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    add(families, "process_cpu_seconds_total", "Processor time, user and system, without mills.",
        Type::counter, seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }
  add(families, "process_resident_memory_bytes", "Memory in use, without mills.", Type::gauge,
      resident_bytes());
  add(families, "process_open_fds", "File descriptors in use.", Type::gauge, open_descriptors());
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    add(families, "process_max_fds", "File descriptors that there may be.", Type::gauge,
        static_cast<double>(limit.rlim_cur));
  }
  return families;
}

}  // namespace vodmill::app
