// The test program is its own mill, as vodmill is: `vodmill_sandbox_test mill ...` is the child.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "sandbox/attempts.h"
#include "sandbox/channel.h"
#include "sandbox/lockdown.h"

namespace vodmill::sandbox {
namespace {

int say(json::object value) {
  return write_all(kOutputFd, encode(TaskResult{std::move(value)})) ? 0 : 1;
}

// What the child finds around it before it locks itself.
json::object surroundings() {
  json::array descriptors, variables;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    if (std::filesystem::exists(entry.symlink_status()) &&
        std::filesystem::is_symlink(entry.symlink_status())) {
      std::error_code error;
      const auto target = std::filesystem::read_symlink(entry.path(), error).string();
      if (!target.ends_with("/fd")) descriptors.emplace_back(std::stoi(entry.path().filename()));
    }
  }
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  std::ifstream cgroups("/proc/self/cgroup");
  return {{"descriptors", descriptors},
          {"variables", variables},
          {"nice", ::getpriority(PRIO_PROCESS, 0)},
          {"policy", ::sched_getscheduler(0)},
          {"cgroups", std::string(std::istreambuf_iterator<char>(cgroups), {})},
          {"pid", ::getpid()},
          {"session_leader", ::getsid(0) == ::getpid()}};
}

int lock_and_say(const LockdownOptions& options) {
  auto layers = lock_down(options);
  if (!layers) {
    static_cast<void>(write_all(kOutputFd, encode(TaskFailed{layers.error()})));
    return 1;
  }
  return write_all(kOutputFd, encode(Locked{std::move(*layers)})) ? 0 : 1;
}

// Two threads that allocate, wait for each other and sleep.
int work_in_threads() {
  int sum = 0;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&sum, &mutex] {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::vector<int> numbers(1 << 20, 1);
      const std::lock_guard lock(mutex);
      sum += numbers[5];
    });
  }
  for (std::thread& thread : threads) thread.join();
  return say({{"sum", sum}});
}

[[noreturn]] void wait_for_ever() {
  while (true) ::pause();
}

int act(const std::string& what, const LockdownOptions& options) {
  if (what == "look") return say(surroundings());
  if (what == "sleep") wait_for_ever();
  if (what == "exit-7") return 7;
  if (const int code = lock_and_say(options); code != 0) return code;
  if (what == "threads") return work_in_threads();
  if (what == "abort") std::abort();
  if (what == "fault-locked") *static_cast<volatile int*>(nullptr) = 1;
  if (what == "forbidden") ::syscall(SYS_setsid);
  if (what == "spin") {
    for (volatile std::uint64_t i = 0;; i = i + 1) {
    }
  }
  if (what == "wait-locked") {
    char byte = 0;
    static_cast<void>(!::read(kControlFd, &byte, 1));
  }
  return 0;
}

template <class T>
T value_or_die(Result<T> result) {
  if (result) return std::move(*result);
  std::cerr << result.error().message << '\n';
  std::exit(2);
}

int child_main(const std::vector<std::string>& arguments) {
  const auto options = value_or_die(lockdown_options_from(arguments.at(3)));
  if (arguments.at(0) == "--act") return act(arguments.at(1), options);
  return run_attempt(value_or_die(attempt_order_from(arguments.at(1))), options);
}

// `self-test OPTIONS [ATTEMPT]`: what `vodmill doctor` does, for a test that wants another user.
int self_test_main(const std::vector<std::string>& arguments) {
  ChildOptions mill;
  mill.arguments = {"mill"};
  const auto options = value_or_die(lockdown_options_from(arguments.at(0)));
  std::vector<Attempt> attempts = all_attempts();
  if (arguments.size() > 1) {
    std::erase_if(attempts, [&](Attempt attempt) { return name_of(attempt) != arguments[1]; });
  }
  json::array reports;
  for (const AttemptReport& report : value_or_die(run_attempts(mill, options, attempts))) {
    reports.emplace_back(to_json(report));
  }
  std::cout << json::serialize(reports) << '\n';
  return 0;
}

}  // namespace
}  // namespace vodmill::sandbox

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 2), argv + argc);
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "mill") return vodmill::sandbox::child_main(arguments);
  if (mode == "self-test") return vodmill::sandbox::self_test_main(arguments);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
