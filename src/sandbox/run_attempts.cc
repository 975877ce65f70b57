#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "sandbox/attempt_verdict.h"
#include "sandbox/attempts.h"
#include "sandbox/channel.h"

namespace vodmill::sandbox {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr int kBaitDescriptor = 50;  // or above

// What lies within reach for a child that is not locked.
struct Bait {
  Fd listener;
  int port = 0;
  Fd descriptor;  // inheritable; reading it gives an end of file
};

Result<Bait> lay_bait() {
  Bait bait;
  bait.listener.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (!bait.listener || ::bind(bait.listener.get(), generic, length) != 0 ||
      ::listen(bait.listener.get(), 64) != 0 ||
      ::getsockname(bait.listener.get(), generic, &length) != 0) {
    return fail_errno("listen on 127.0.0.1", errno);
  }
  bait.port = ntohs(address.sin_port);
  int ends[2];
  if (::pipe(ends) != 0) return fail_errno("pipe", errno);
  const Fd reader(ends[0]);
  const Fd writer(ends[1]);
  bait.descriptor.reset(::fcntl(reader.get(), F_DUPFD, kBaitDescriptor));
  if (!bait.descriptor) return fail_errno("dup", errno);
  return bait;
}

Result<> await_end(const Child& child) {
  pollfd ended{.fd = child.pidfd(), .events = POLLIN, .revents = 0};
  const int ready = ::poll(&ended, 1, kPatienceMs);
  if (ready < 0) return fail_errno("poll", errno);
  if (ready == 0) return fail(ErrorCode::internal_error, "An attempt does not come to an end.");
  return {};
}

struct Heard {
  Layers layers;
  AttemptEnd end;
};

// Everything that the child has said. Its pipe holds far more than that.
Result<Heard> listen_to(const Child& child) {
  Heard heard;
  bool locked = false;
  FrameInput input(child.output.get(), output_frames());
  while (auto frame = input.receive()) {
    OutputMessage message = TRY(decode_output(std::move(*frame)));
    if (auto* report = std::get_if<Locked>(&message)) {
      heard.layers = std::move(report->layers);
      locked = true;
    } else if (auto* result = std::get_if<TaskResult>(&message)) {
      heard.end.error_number = static_cast<int>(TRY(get_int(result->value, "errno")));
    } else if (auto* failed = std::get_if<TaskFailed>(&message)) {
      return fail(std::move(failed->error));
    }
  }
  if (!locked) return fail(ErrorCode::internal_error, "The child ended before it was locked.");
  return heard;
}

std::string description(const AttemptEnd& end) {
  if (end.error_number) return strerrordesc_np(*end.error_number);
  return fmt::format("killed by SIG{}", sigabbrev_np(end.signal));
}

Result<AttemptReport> judge(Attempt attempt, Heard heard, const ExitStatus& status) {
  AttemptReport report;
  report.attempt = attempt;
  report.layers = std::move(heard.layers);
  AttemptEnd end = heard.end;
  if (!end.error_number && status.kind != ExitKind::exited) end.signal = status.value;
  if (!end.error_number && end.signal == 0) {
    if (attempt != Attempt::execute || status.value != 0) {
      return fail(ErrorCode::internal_error,
                  fmt::format("The child ended with code {} and said nothing.", status.value));
    }
    end.error_number = 0;  // it has become the other program
  }
  report.stopped = end.error_number != 0;
  if (report.stopped) {
    report.by = layer_that_stopped(attempt, end, report.layers, ::geteuid() == 0);
    report.how = description(end);
  } else {
    report.how = "SUCCEEDED";
  }
  return report;
}

Result<AttemptReport> run_one(ChildOptions mill, const LockdownOptions& options,
                              const AttemptOrder& order) {
  mill.arguments.insert(mill.arguments.end(), {"--attempt", json::serialize(to_json(order)),
                                               "--lockdown", json::serialize(to_json(options))});
  Child child = TRY(start_child(mill));
  TRY_VOID(await_end(child));
  Heard heard = TRY(listen_to(child));
  const ExitStatus status = TRY(child.wait());
  return judge(order.attempt, std::move(heard), status);
}

}  // namespace

Result<std::vector<AttemptReport>> run_attempts(const ChildOptions& mill,
                                                const LockdownOptions& options) {
  return run_attempts(mill, options, all_attempts());
}

Result<std::vector<AttemptReport>> run_attempts(const ChildOptions& mill,
                                                const LockdownOptions& options,
                                                const std::vector<Attempt>& attempts) {
  const Bait bait = TRY(lay_bait());
  ChildOptions unlocked = mill;
  unlocked.nice = 0;  // short, and someone waits for the answer
  unlocked.scheduling = Scheduling::normal;
  for (Layer layer : all_layers()) {
    if (options.off.contains(layer)) unlocked.off.insert(layer);
  }
  std::vector<AttemptReport> reports;
  for (Attempt attempt : attempts) {
    auto report = run_one(unlocked, options,
                          AttemptOrder{.attempt = attempt,
                                       .parent = ::getpid(),
                                       .port = bait.port,
                                       .descriptor = bait.descriptor.get()});
    if (!report) return fail(std::move(report.error()).within(name_of(attempt)));
    reports.push_back(std::move(*report));
  }
  return reports;
}

}  // namespace vodmill::sandbox
