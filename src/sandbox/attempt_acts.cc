#include "sandbox/attempt_acts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

namespace vodmill::sandbox {
namespace {

int outcome(long result) { return result < 0 ? errno : 0; }

int open_and_read(const char* path) {
  const Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return errno;
  char byte = 0;
  // A process's memory has nothing at 0: having it open is the success.
  return ::read(fd.get(), &byte, 1) < 0 && errno != EIO ? errno : 0;
}

int create_and_write() {
  const std::string path = fmt::format("/tmp/vodmill-attempt-{}", ::getpid());
  const Fd fd(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (!fd) return errno;
  ::unlink(path.c_str());
  return outcome(::write(fd.get(), "x", 1));
}

int connect_to(int port) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return errno;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return outcome(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
}

int execute_true() {
  char name[] = "true";
  char* arguments[] = {name, nullptr};
  char* environment[] = {nullptr};
  return outcome(::execve("/bin/true", arguments, environment));
}

int fork_process() {
  const long pid = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (pid == 0) ::_exit(0);
  return outcome(pid);
}

int read_descriptor(int fd) {
  char byte = 0;
  return outcome(::read(fd, &byte, 1));
}

int map(std::size_t bytes, int protection) {
  void* memory =
      ::mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? errno : 0;
}

int set_up_io_uring() {
  char parameters[256] = {};
  return outcome(::syscall(SYS_io_uring_setup, 1, parameters));
}

// getpid() as a 32-bit process would ask.
int call_in_32_bits() {
#ifdef __x86_64__
  long result = 20;
  asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
  return result > 0 ? 0 : ENOSYS;
#else
  return ENOSYS;
#endif
}

}  // namespace

int make_attempt(const AttemptOrder& order, const LockdownOptions& options) {
  switch (order.attempt) {
    case Attempt::read_file:
      return open_and_read("/etc/passwd");
    case Attempt::write_file:
      return create_and_write();
    case Attempt::connect:
      return connect_to(order.port);
    case Attempt::execute:
      return execute_true();
    case Attempt::fork:
      return fork_process();
    case Attempt::trace_parent:
      return outcome(::ptrace(PTRACE_SEIZE, order.parent, nullptr, nullptr));
    case Attempt::signal_parent:
      return outcome(::kill(order.parent, 0));  // asks for the right without using it
    case Attempt::read_parent_memory:
      return open_and_read(fmt::format("/proc/{}/mem", order.parent).c_str());
    case Attempt::use_descriptor:
      return read_descriptor(order.descriptor);
    case Attempt::write_execute_memory:
      return map(4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    case Attempt::much_memory:
      return map(static_cast<std::size_t>(options.address_space_bytes), PROT_READ | PROT_WRITE);
    case Attempt::io_uring:
      return set_up_io_uring();
    case Attempt::unshare:
      return outcome(::unshare(CLONE_NEWUSER));
    case Attempt::foreign_call:
      return call_in_32_bits();
  }
  std::unreachable();
}

}  // namespace vodmill::sandbox
