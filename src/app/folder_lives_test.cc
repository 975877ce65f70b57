#include "app/folder_lives.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fakes/scratch_folder.h"

namespace vodmill::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::unique_ptr<FolderLives> enter(const ScratchFolder& folder, const char* name) {
  auto lives = FolderLives::enter(folder.path() / "workers", WorkerId(name));
  EXPECT_TRUE(lives) << lives.error().message;
  return std::move(lives).value();
}

std::vector<std::string> dead(FolderLives& lives) {
  std::vector<std::string> names;
  for (const WorkerId& worker : lives.dead().value()) names.push_back(worker.str());
  return names;
}

TEST(FolderLives, TakesNobodyForDeadWhoLivesOrTookLeave) {
  const ScratchFolder folder;
  const auto one = enter(folder, "one");
  auto other = enter(folder, "other");
  EXPECT_THAT(dead(*one), IsEmpty());
  EXPECT_THAT(dead(*other), IsEmpty());
  other.reset();
  EXPECT_THAT(dead(*one), IsEmpty());
}

TEST(FolderLives, KnowsOneThatWasKilledUntilItIsForgotten) {
  const ScratchFolder folder;
  const auto one = enter(folder, "one");
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lives = enter(folder, "other");
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(dead(*one), IsEmpty());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_THAT(dead(*one), ElementsAre("other"));
  one->forget(WorkerId("other"));
  EXPECT_THAT(dead(*one), IsEmpty());
}

}  // namespace
}  // namespace vodmill::app
