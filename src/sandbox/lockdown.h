// The child's side of the sandbox: what a mill does to itself after its libraries are loaded and
// warm and before it reads one byte from outside.
//
// lock_down() is called once, by the mill's main(), while the process has a single thread (Landlock
// and capabilities are per thread). Nothing can be undone afterwards. After it: no file, socket or
// process can be opened; reading fd 0 and 3, writing fd 1 to 4, memory, threads and time are left.
//
// A build with AddressSanitizer or ThreadSanitizer keeps every layer but the empty root and the
// address space limit, and its seccomp filter lets through what the runtimes need (seccomp.cc).
// Such a build is for tests and never shipped.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "sandbox/layers.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VODMILL_SANITIZED 1
#endif
#endif

namespace vodmill::sandbox {

struct LockdownOptions {
  bool strict = false;     // every layer must hold, not only the required ones
  LayerSet off;            // not attempted and not demanded; for tests of single layers only
  int cpu_seconds = 3600;  // 1 to 1,000,000; of all threads together
  std::int64_t address_space_bytes = std::int64_t{4} << 30;  // at least 256 MiB
};

// The exit code of a mill that has used up cpu_seconds (a pid namespace's init does not die of
// SIGXCPU, so a handler ends it).
inline constexpr int kCpuLimitExitCode = 152;

// Locks this process and says which layers hold. An error if a required layer (with strict: any)
// does not: the process must then end without reading its input.
Result<Layers> lock_down(const LockdownOptions& options);

// As one command line argument for the mill, and back.
json::object to_json(const LockdownOptions& options);
Result<LockdownOptions> lockdown_options_from(std::string_view text);

// The environment variable in which start_child() names its own namespaces, so that the child can
// tell that it is in others.
inline constexpr const char* kOutsideVariable = "VODMILL_OUTSIDE";

}  // namespace vodmill::sandbox
