// What keeps a real worker from working is told to whoever asks whether the process is ready.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <latch>

#include "sandbox/layers.h"
#include "worker/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;

bool is_locked(pid_t mill) {
  std::ifstream status("/proc/" + std::to_string(mill) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line == "Seccomp:\t2") return true;
  }
  return false;
}

class WorkerVitalsTest : public WorkerTest {
 protected:
  // Until the worker says so; "" for no trouble.
  void expect_trouble(const worker::Worker& worker, const std::string& part) {
    turn_until([&] { return has(worker.trouble(), part); });
    EXPECT_TRUE(has(worker.trouble(), part)) << worker.trouble();
  }
  static bool has(const std::string& trouble, const std::string& part) {
    return part.empty() ? trouble.empty() : trouble.find(part) != std::string::npos;
  }
};

TEST_F(WorkerVitalsTest, TellOfMillsThatCannotBeStartedAndThatTheyCanAgain) {
  const ScratchFolder folder;
  worker::WorkerOptions broken = options();
  broken.child.executable = folder.path() / "vodmill";
  const worker::Worker& worker = start_worker(broken);
  expect_trouble(worker, "can start no mill");
  const VideoId id = upload(2);
  turn_for(Milliseconds(500));
  EXPECT_FALSE(is_final(video(id).status));
  std::filesystem::create_symlink(std::filesystem::read_symlink("/proc/self/exe"),
                                  broken.child.executable);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  expect_trouble(worker, "");
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts + task.losses, 0);
}

TEST_F(WorkerVitalsTest, TellOfASandboxThatDoesNotHoldBeforeAVideoComes) {
  worker::WorkerOptions strict = options();
  strict.lockdown.strict = true;
  strict.child.arguments.back() = json::serialize(to_json(strict.lockdown));
  for (const sandbox::Layer layer : sandbox::all_layers()) {
    if (sandbox::is_namespace(layer)) strict.child.off.insert(layer);  // as a host that gives none
  }
  const worker::Worker& worker = start_worker(strict);
  expect_trouble(worker, "cannot lock themselves in");
  const VideoId id = upload(2);
  turn_for(Milliseconds(1'500));
  EXPECT_THAT(worker.trouble(), HasSubstr("cannot lock themselves in"));
  EXPECT_FALSE(is_final(video(id).status));
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts + task.losses, 0);
}

TEST_F(WorkerVitalsTest, TellNothingOfASpareThatWasKilledWhenItWasLocked) {
  const worker::Worker& worker = start_worker();
  std::vector<pid_t> first;
  ASSERT_TRUE(turn_until([&] {
    first = running_mills();
    return !first.empty() && std::ranges::all_of(first, is_locked);
  }));
  turn_for(Milliseconds(200));  // in which it says so
  for (const pid_t mill : first) ::kill(mill, SIGKILL);
  ASSERT_TRUE(turn_until([&] {
    EXPECT_EQ(worker.trouble(), "");
    const std::vector<pid_t> mills = running_mills();
    return !mills.empty() && mills != first;
  }));
}

TEST_F(WorkerVitalsTest, TellOfADatabaseThatDoesNotAnswer) {
  worker::WorkerOptions impatient = options();
  impatient.silence = Milliseconds(3'000);
  const worker::Worker& worker = start_worker(impatient);
  turn_for(Milliseconds(1'000));
  EXPECT_EQ(worker.trouble(), "");
  std::latch answers(1);
  bool is_over = false;
  auto hang = [&answers](db::Transaction&) -> Result<int> {
    answers.wait();
    return 0;
  };
  asio::co_spawn(context_, database_->write(std::move(hang)),
                 [&](std::exception_ptr, const Result<int>&) { is_over = true; });
  expect_trouble(worker, "no answer from the database");
  answers.count_down();
  ASSERT_TRUE(turn_until([&] { return is_over; }));
  expect_trouble(worker, "");
}

}  // namespace
}  // namespace vodmill
