#include "sandbox/pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vodmill::sandbox {
namespace {

constexpr int kLowestFd = 10;
constexpr int kPipeBytes = 1 << 20;  // fewer wake-ups; a host may refuse

struct Ends {
  Fd reader;
  Fd writer;
};

Result<Ends> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("pipe", errno);
  Fd reader(ends[0]);
  Fd writer(ends[1]);
  return Ends{TRY(raised(std::move(reader))), TRY(raised(std::move(writer)))};
}

Result<Pair> from_child() {
  Ends ends = TRY(make_pipe());
  return Pair{.ours = std::move(ends.reader), .theirs = std::move(ends.writer)};
}

Result<Pair> to_child() {
  Ends ends = TRY(make_pipe());
  return Pair{.ours = std::move(ends.writer), .theirs = std::move(ends.reader)};
}

Result<Pair> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail_errno("socketpair", errno);
  }
  Fd first(ends[0]);
  Fd second(ends[1]);
  return Pair{TRY(raised(std::move(first))), TRY(raised(std::move(second)))};
}

}  // namespace

Result<Fd> raised(Fd fd) {
  if (fd.get() >= kLowestFd) return std::move(fd);
  Fd higher(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kLowestFd));
  if (!higher) return fail_errno("dup", errno);
  return higher;
}

Result<Pipes> make_pipes() {
  Pipes pipes{.control = TRY(make_socket_pair()),
              .output = TRY(from_child()),
              .errors = TRY(from_child()),
              .failure = TRY(from_child()),
              .steps = TRY(from_child()),
              .go = TRY(to_child())};
  ::fcntl(pipes.output.ours.get(), F_SETPIPE_SZ, kPipeBytes);
  return pipes;
}

}  // namespace vodmill::sandbox
