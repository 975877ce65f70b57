#include "sandbox/child.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "sandbox/channel.h"
#include "sandbox/cpu_class.h"
#include "sandbox/lockdown.h"
#include "sandbox/messages.h"
#include "sandbox/namespaces.h"

namespace vodmill::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// A child that does `what` (main_test.cc).
ChildOptions acting(const std::string& what, const LockdownOptions& options = {}) {
  ChildOptions child;
  child.arguments = {"mill", "--act", what, "--lockdown", json::serialize(to_json(options))};
  return child;
}

template <class Message>
Message heard(FrameInput& input) {
  auto frame = input.receive();
  EXPECT_TRUE(frame.has_value()) << frame.error().message;
  auto message = decode_output(std::move(*frame));
  if (auto* failed = std::get_if<TaskFailed>(&*message)) ADD_FAILURE() << failed->error.message;
  return std::get<Message>(std::move(*message));
}

json::object result_of(const Child& child) {
  FrameInput input(child.output.get(), output_frames());
  return heard<TaskResult>(input).value;
}

bool ends_soon(int pidfd) {
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 20'000) == 1;
}

Fd pidfd_of(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

std::string status_line(pid_t pid, const std::string& name) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return line.substr(name.size() + 2);
  }
  return "";
}

TEST(Child, FindsNothingOfItsParentButItsFiveDescriptors) {
  const Fd inheritable(::fcntl(0, F_DUPFD, 60));
  ::setenv("VODMILL_TEST_SECRET", "1", 1);
  ChildOptions options = acting("look");
  options.extra_environment = {"EXTRA=yes"};
  auto child = start_child(options);
  ASSERT_TRUE(child.has_value()) << child.error().message;
  const json::object found = result_of(*child);
  EXPECT_EQ(json::serialize(found.at("descriptors")), "[0,1,2,3,4]");
  std::vector<std::string> variables;
  for (const json::value& variable : found.at("variables").as_array()) {
    variables.emplace_back(variable.as_string());
  }
#ifndef VODMILL_SANITIZED
  EXPECT_THAT(variables,
              ElementsAre("MALLOC_ARENA_MAX=2", StartsWith(kOutsideVariable), "EXTRA=yes"));
#endif
  EXPECT_THAT(variables, testing::Not(testing::Contains(StartsWith("VODMILL_TEST_SECRET"))));
}

TEST(Child, StandsBackBehindOtherProcesses) {
  auto child = start_child(acting("look"));
  ASSERT_TRUE(child.has_value());
  const json::object found = result_of(*child);
  EXPECT_EQ(found.at("nice").as_int64(), 19);
  EXPECT_EQ(found.at("policy").as_int64(), SCHED_BATCH);
  EXPECT_TRUE(found.at("session_leader").as_bool());
}

TEST(Child, JoinsTheGroupOfTheLowestCpuClass) {
  std::string folder;
  {
    const CpuClass lowest;
    if (lowest.group().empty()) GTEST_SKIP() << lowest.describe();
    folder = std::filesystem::path(lowest.group()).parent_path();
    ChildOptions options = acting("look");
    options.cpu_group = lowest.group();
    options.scheduling = Scheduling::idle;
    auto child = start_child(options);
    ASSERT_TRUE(child.has_value()) << child.error().message;
    const json::object found = result_of(*child);
    EXPECT_THAT(std::string(found.at("cgroups").as_string()), HasSubstr("/vodmill-mills\n"));
    EXPECT_EQ(found.at("policy").as_int64(), SCHED_IDLE);
    child->kill();
    EXPECT_TRUE(child->wait().has_value());
  }
  // Unless another vodmill has mills in it.
  std::ifstream others(folder + "/cgroup.procs");
  EXPECT_TRUE(!others || others.get() != EOF);
}

TEST(Child, GoesWithoutAGroupThatIsGone) {
  ChildOptions options = acting("look");
  options.cpu_group = "/proc/vodmill-nowhere/cgroup.procs";
  auto child = start_child(options);
  ASSERT_TRUE(child.has_value()) << child.error().message;
  EXPECT_TRUE(result_of(*child).at("session_leader").as_bool());
}

TEST(Child, CannotBeStartedFromAFileThatIsNoProgram) {
  ChildOptions options;
  options.executable = "/etc/passwd";
  const auto child = start_child(options);
  ASSERT_FALSE(child.has_value());
  EXPECT_THAT(child.error().message, HasSubstr("Permission denied"));
}

// It stands before its exec: its word to a group that nobody reads does not get through.
TEST(Child, IsGivenUpWhenItDoesNotStart) {
  const std::string group = testing::TempDir() + "/vodmill_full_" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(group.c_str(), 0600), 0);
  const Fd full(::open(group.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  while (::write(full.get(), "0", 1) == 1) {
  }
  ChildOptions options = acting("sleep");
  options.cpu_group = group;
  options.longest_start = std::chrono::milliseconds(50);
  const auto child = start_child(options);
  ASSERT_FALSE(child.has_value());
  EXPECT_THAT(child.error().message, HasSubstr("stands still"));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "it is not reaped";
  std::filesystem::remove(group);
}

TEST(Child, IsStartedFromSeveralThreadsAtOnce) {
  std::array<int, 4> codes{};
  {
    std::vector<std::jthread> threads;
    for (int& code : codes) {
      threads.emplace_back([&code] {
        for (int i = 0; i < 5; ++i) {
          auto child = start_child(acting("exit-7"));
          if (child) code += child->wait()->value;
        }
      });
    }
  }
  EXPECT_THAT(codes, testing::Each(35));
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void handle_nothing(int) {}

// What a process may change of itself, as far as a start changes it in the child.
json::object own_state() {
  json::array handlers, variables;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action{};
    ::sigaction(signal, nullptr, &action);
    handlers.emplace_back(reinterpret_cast<std::uintptr_t>(action.sa_handler));
  }
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  const auto descriptors = std::filesystem::directory_iterator("/proc/self/fd");
  int parent_death_signal = -1;
  ::prctl(PR_GET_PDEATHSIG, &parent_death_signal);
  return {{"handlers", handlers},
          {"blocked", status_line(::getpid(), "SigBlk")},
          {"variables", variables},
          {"folder", std::filesystem::current_path().string()},
          {"descriptors", std::distance(begin(descriptors), end(descriptors))},
          {"out_of_memory", text_of("/proc/self/oom_score_adj")},
          {"autogroup", text_of("/proc/self/autogroup")},
          {"cgroups", text_of("/proc/self/cgroup")},
          {"nice", ::getpriority(PRIO_PROCESS, 0)},
          {"policy", ::sched_getscheduler(0)},
          {"parent_death_signal", parent_death_signal},
          {"users", text_of("/proc/self/uid_map")},
          {"namespaces", all_namespace_identities()},
          {"session", ::getsid(0)}};
}

TEST(Child, LeavesItsParentAsItWas) {
  struct sigaction before{};
  struct sigaction handler{};
  handler.sa_handler = handle_nothing;
  ASSERT_EQ(::sigaction(SIGUSR1, &handler, &before), 0);
  const auto folder = std::filesystem::current_path();
  std::filesystem::current_path(testing::TempDir());
  const json::object expected = own_state();
  {
    auto started = start_child(acting("sleep"));
    ASSERT_TRUE(started.has_value()) << started.error().message;
  }
  EXPECT_EQ(json::serialize(own_state()), json::serialize(expected));
  ChildOptions broken;
  broken.executable = "/etc/passwd";
  EXPECT_FALSE(start_child(broken));
  EXPECT_EQ(json::serialize(own_state()), json::serialize(expected));
  std::filesystem::current_path(folder);
  ::sigaction(SIGUSR1, &before, nullptr);
}

#ifndef VODMILL_SANITIZED  // which start a copy
// A page that a start has copied faults at the next write.
TEST(Child, IsStartedWithoutACopyOfItsParentsMemory) {
  constexpr std::size_t kBytes = 64 << 20;
  constexpr std::size_t kPage = 4096;
  void* mapped =
      ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  ::madvise(mapped, kBytes, MADV_NOHUGEPAGE);
  auto* bytes = static_cast<volatile char*>(mapped);
  const auto faults_of_writing = [&] {
    rusage before{}, after{};
    ::getrusage(RUSAGE_THREAD, &before);
    for (std::size_t at = 0; at < kBytes; at += kPage) bytes[at] = 1;
    ::getrusage(RUSAGE_THREAD, &after);
    return after.ru_minflt - before.ru_minflt;
  };
  EXPECT_GT(faults_of_writing(), 1000);
  auto child = start_child(acting("sleep"));
  ASSERT_TRUE(child.has_value()) << child.error().message;
  EXPECT_LT(faults_of_writing(), 100);
  ::munmap(mapped, kBytes);
}
#endif

TEST(Child, DiesWithItsOwner) {
  Fd watch;
  {
    auto child = start_child(acting("sleep"));
    ASSERT_TRUE(child.has_value());
    watch = pidfd_of(child->pid());
    ASSERT_FALSE(child->try_wait()->has_value());
  }
  EXPECT_TRUE(ends_soon(watch.get()));
}

// A process starts a mill that does `what`, says its pid at `ready`, and is killed: the mill ends.
template <class Ready>
void expect_end_with_starter(const char* what, Ready ready) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t starter = ::fork();
  if (starter == 0) {
    auto child = start_child(acting(what));
    const pid_t pid = child && ready(*child) ? child->pid() : -1;
    static_cast<void>(!::write(ends[1], &pid, sizeof pid));
    ::pause();
  }
  pid_t pid = -1;
  ASSERT_EQ(::read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ASSERT_GT(pid, 0);
  const Fd watch = pidfd_of(pid);
  ASSERT_TRUE(watch);
  ::kill(starter, SIGKILL);
  ::waitpid(starter, nullptr, 0);
  EXPECT_TRUE(ends_soon(watch.get()));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Child, DiesWithTheProcessThatStartedIt) {
  expect_end_with_starter("sleep", [](Child&) { return true; });
}

TEST(Child, DiesWithItsStarterAlsoOnceItIsLocked) {
  expect_end_with_starter("spin", [](Child& child) {
    FrameInput input(child.output.get(), output_frames());
    return input.receive().has_value();
  });
}

struct Ending {
  const char* what;
  ExitKind kind;
  int value;
};

class Endings : public testing::TestWithParam<Ending> {};

TEST_P(Endings, AreTold) {
  LockdownOptions options;
  options.cpu_seconds = 1;
  auto child = start_child(acting(GetParam().what, options));
  ASSERT_TRUE(child.has_value());
  const auto status = child->wait();
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(name_of(status->kind), name_of(GetParam().kind)) << status->value;
  if (GetParam().value != 0) EXPECT_EQ(status->value, GetParam().value);
  EXPECT_GT(status->peak_bytes, 1 << 20);
  EXPECT_EQ(child->wait()->value, status->value);
}

INSTANTIATE_TEST_SUITE_P(Child, Endings,
                         testing::Values(Ending{"exit-7", ExitKind::exited, 7},
                                         Ending{"spin", ExitKind::cpu_limit, 0},
#ifndef VODMILL_SANITIZED  // which turns faults into exit codes
                                         Ending{"fault-locked", ExitKind::crashed, SIGSEGV},
                                         Ending{"abort", ExitKind::crashed, 0},
#endif
                                         Ending{"forbidden", ExitKind::policy, SIGSYS}));

TEST(Child, IsSeenToBeKilled) {
  auto child = start_child(acting("sleep"));
  ASSERT_TRUE(child.has_value());
  child->kill();
  EXPECT_EQ(child->wait()->kind, ExitKind::killed);
}

TEST(Child, RunsThreadsBehindTheFilter) {
  auto child = start_child(acting("threads"));
  ASSERT_TRUE(child.has_value());
  FrameInput input(child->output.get(), output_frames());
  heard<Locked>(input);
  EXPECT_EQ(heard<TaskResult>(input).value.at("sum").as_int64(), 4);
  EXPECT_EQ(child->wait()->value, 0);
}

TEST(Child, IsLockedAsThePeerSeesItAndNotOnlyAsItSays) {
  auto child = start_child(acting("wait-locked"));
  ASSERT_TRUE(child.has_value());
  FrameInput input(child->output.get(), output_frames());
  const Layers layers = heard<Locked>(input).layers;
  EXPECT_TRUE(layers.check(false).has_value());
  EXPECT_EQ(status_line(child->pid(), "Seccomp"), "2");
  EXPECT_EQ(status_line(child->pid(), "NoNewPrivs"), "1");
  if (layers.active(Layer::capabilities)) {
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
      EXPECT_EQ(status_line(child->pid(), set), "0000000000000000") << set;
    }
  }
  if (::geteuid() == 0) {
    EXPECT_EQ(status_line(child->pid(), "Uid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(status_line(child->pid(), "Gid"), "65534\t65534\t65534\t65534");
  }
  EXPECT_GT(*resident_bytes(child->pid()), 1 << 20);
  EXPECT_GT(cpu_time(child->pid())->count(), 0);
  child->control.reset();  // it reads the end of the stream
  EXPECT_EQ(child->wait()->value, 0);
  EXPECT_EQ(resident_bytes(child->pid()).error().code, ErrorCode::not_found);
  EXPECT_EQ(cpu_time(child->pid()).error().code, ErrorCode::not_found);
}

TEST(Child, SendsASegmentLargerThanItsPipe) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Bytes segment(3 * kLongestSegmentData + 7, std::byte{9});
  const pid_t writer = ::fork();
  if (writer == 0) ::_exit(write_segment(ends[1], {"v1", 4, std::ssize(segment)}, segment) ? 0 : 1);
  ::close(ends[1]);
  FrameInput input(ends[0], output_frames());
  const auto begin = heard<SegmentBegin>(input);
  EXPECT_EQ(begin.index, 4);
  Bytes received;
  while (static_cast<std::int64_t>(received.size()) < begin.bytes) {
    append(received, heard<SegmentData>(input).bytes);
  }
  EXPECT_EQ(received, segment);
  EXPECT_EQ(input.receive().error().code, ErrorCode::cancelled);
  ::waitpid(writer, nullptr, 0);
  ::close(ends[0]);
}

TEST(LockdownOptions, SurviveTheCommandLine) {
  LockdownOptions options;
  options.strict = true;
  options.off = {Layer::landlock, Layer::seccomp};
  options.cpu_seconds = 77;
  options.address_space_bytes = 1LL << 33;
  const auto back = lockdown_options_from(json::serialize(to_json(options)));
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE(back->strict);
  EXPECT_EQ(back->off, options.off);
  EXPECT_EQ(back->cpu_seconds, 77);
  EXPECT_EQ(back->address_space_bytes, 1LL << 33);
  options.cpu_seconds = 0;
  EXPECT_FALSE(lockdown_options_from(json::serialize(to_json(options))));
}

TEST(Layers, LackingARequiredOneForbidWorkAndLackingAnotherOnlyUnderStrict) {
  Layers layers;
  for (Layer layer : all_layers()) layers.set(layer, true);
  EXPECT_TRUE(layers.check(true).has_value());
  layers.set(Layer::landlock, false, "too old");
  EXPECT_TRUE(layers.check(false).has_value());
  EXPECT_THAT(layers.check(true).error().message, HasSubstr("too old"));
  layers.set(Layer::seccomp, false);
  EXPECT_FALSE(layers.check(false).has_value());
  EXPECT_TRUE(layers.check(false, {Layer::seccomp}).has_value());
}

}  // namespace
}  // namespace vodmill::sandbox
