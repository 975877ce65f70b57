// Landlock with an empty list of exceptions: every right is denied. Raw system calls and numbers
// of our own, because the headers of Debian 12 know ABI 2 and the kernel below may know more.
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "sandbox/confinement.h"

namespace vodmill::sandbox {
namespace {

constexpr long kCreateRuleset = 444;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;

// struct landlock_ruleset_attr as of ABI 6. An older kernel takes a shorter one.
struct Ruleset {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;  // from ABI 4
  std::uint64_t scoped = 0;              // from ABI 6
};

// The number of file system rights by ABI: 1 has 13, 2 adds REFER, 3 TRUNCATE, 5 IOCTL_DEV.
int file_rights(int abi) {
  if (abi >= 5) return 16;
  if (abi >= 3) return 15;
  return abi >= 2 ? 14 : 13;
}

std::size_t ruleset_bytes(int abi) {
  if (abi >= 6) return sizeof(Ruleset);
  return abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

}  // namespace

LayerState apply_landlock() {
  const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  if (version < 1) return {false, "this kernel has no Landlock, or it is switched off"};
  const int abi = static_cast<int>(version);

  Ruleset ruleset;
  ruleset.handled_access_fs = (std::uint64_t{1} << file_rights(abi)) - 1;
  if (abi >= 4) ruleset.handled_access_net = 0b11;  // bind and connect of TCP
  if (abi >= 6) ruleset.scoped = 0b11;              // abstract sockets and signals to outside
  const Fd fd(static_cast<int>(::syscall(kCreateRuleset, &ruleset, ruleset_bytes(abi), 0)));
  if (!fd) return {false, fmt::format("landlock_create_ruleset: {}", strerrordesc_np(errno))};
  if (::syscall(kRestrictSelf, fd.get(), 0) != 0) {
    return {false, fmt::format("landlock_restrict_self: {}", strerrordesc_np(errno))};
  }
  return {true, fmt::format("ABI {}", abi)};
}

}  // namespace vodmill::sandbox
