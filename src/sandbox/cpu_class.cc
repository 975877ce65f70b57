#include "sandbox/cpu_class.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/fd.h"

namespace vodmill::sandbox {
namespace {

constexpr const char* kName = "vodmill-mills";

Result<> write_file(const std::filesystem::path& path, std::string_view text) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return fail_errno("open " + path.string(), errno);
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail_errno("write " + path.string(), errno);
  }
  return {};
}

bool has_word(const std::filesystem::path& path, std::string_view word) {
  std::ifstream file(path);
  for (std::string found; file >> found;) {
    if (found == word) return true;
  }
  return false;
}

// A group with processes of its own, as ours is, can divide CPU time among threaded children only
// (Linux, Documentation/admin-guide/cgroup-v2.rst, "Threads").
Result<> divide(const std::filesystem::path& own, const std::filesystem::path& child) {
  if (!has_word(own / "cgroup.controllers", "cpu")) {
    return fail(ErrorCode::not_found, "the cpu controller is not given to " + own.string());
  }
  if (!has_word(child / "cgroup.type", "threaded")) {
    TRY_VOID(write_file(child / "cgroup.type", "threaded"));
  }
  if (has_word(own / "cgroup.subtree_control", "cpu")) return {};
  return write_file(own / "cgroup.subtree_control", "+cpu");
}

constexpr const char* kAutogroup = "/proc/self/autogroup";

bool is_refused_for_now(const std::string& nice) {
  const Fd fd(::open(kAutogroup, O_WRONLY | O_CLOEXEC));
  if (!fd) return false;
  return ::write(fd.get(), nice.data(), nice.size()) < 0 && errno == EAGAIN;
}

bool has_autogroups() { return has_word("/proc/sys/kernel/sched_autogroup_enabled", "1"); }

}  // namespace

CpuClass::CpuClass() {
  const std::optional<Cgroup> own = own_cgroup("cpu");
  const Result<> made =
      own ? make_group(*own) : fail(ErrorCode::not_found, "none is mounted for the cpu");
  if (!made) missing_ = made.error().message;
}

CpuClass::CpuClass(const Cgroup& own) {
  const Result<> made = make_group(own);
  if (!made) missing_ = made.error().message;
}

// Others may be in it still: the last one out takes it away.
CpuClass::~CpuClass() {
  if (!folder_.empty()) ::rmdir(folder_.c_str());
}

Result<> CpuClass::make_group(const Cgroup& own) {
  const std::filesystem::path folder = own.folder / kName;
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    return fail_errno("make " + folder.string(), errno);
  }
  folder_ = folder;
  if (own.version == 2) TRY_VOID(divide(own.folder, folder));
  std::string_view by = "cpu.idle";
  if (!write_file(folder / by, "1")) {
    by = own.version == 2 ? "cpu.weight" : "cpu.shares";
    TRY_VOID(write_file(folder / by, own.version == 2 ? "1" : "2"));
  }
  const std::string file = folder / "cgroup.procs";
  if (::access(file.c_str(), W_OK) != 0) return fail_errno("open " + file, errno);
  group_ = file;
  how_ = fmt::format("cgroup v{} {}, {}", own.version, folder.string(), by);
  return {};
}

std::string CpuClass::describe() const {
  if (!group_.empty()) return how_;
  return fmt::format("SCHED_IDLE{} (no cgroup: {})",
                     has_autogroups() ? ", autogroup at nice 19" : "", missing_);
}

void take_place_of_session() {
  constexpr int kTries = 50;
  const std::string nice = std::to_string(::getpriority(PRIO_PROCESS, 0));
  // "/autogroup-123 nice 19". Each write that succeeds makes all others wait.
  if (!has_autogroups() || has_word(kAutogroup, nice)) return;
  // So that those that were refused together do not ask again together.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const std::chrono::microseconds pause(40'000 + now / std::chrono::microseconds(1) % 40'000);
  for (int i = 0; i < kTries && is_refused_for_now(nice); ++i) std::this_thread::sleep_for(pause);
}

}  // namespace vodmill::sandbox
