// kill -9 at any moment: what was acknowledged is there, what is there is whole, and the next
// store that opens the folder finds no leftover.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <map>

#include "base/random.h"
#include "blob/directory_store.h"
#include "fakes/run.h"
#include "fakes/scratch_folder.h"

namespace vodmill::blob {
namespace {

constexpr std::uint32_t kKeys = 12;
constexpr std::size_t kPieceBytes = 20'000;

// One write of one writer: the same number says key, length and every byte.
BlobKey key_of(std::uint32_t number) {
  return BlobKey("v/" + std::to_string(number % 3) + "/" + std::to_string(number % kKeys));
}

Bytes object_of(std::uint32_t number) {
  Bytes bytes;
  append_be(bytes, number);
  bytes.resize(4 + (1 + number % 5) * kPieceBytes, static_cast<std::byte>(number));
  return bytes;
}

asio::awaitable<void> write_for_ever(DirectoryStore& store, std::uint32_t number, int tell) {
  for (;; number += 4) {
    const Bytes bytes = object_of(number);
    auto writer = co_await store.create(key_of(number));
    if (!writer) ::_exit(1);
    for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
      const ByteView rest = ByteView(bytes).subspan(at);
      const ByteView piece = rest.first(std::min(rest.size(), kPieceBytes));
      Result<> written = co_await (*writer)->write(piece);
      if (!written) ::_exit(2);
    }
    auto info = co_await (*writer)->commit();
    if (!info) ::_exit(3);
    if (::write(tell, &number, sizeof number) != sizeof number) ::_exit(4);
  }
}

[[noreturn]] void child_main(const std::filesystem::path& folder, FileNames names, int tell) {
  auto store = DirectoryStore::open(folder, {.threads = 3, .names = names});
  if (!store) ::_exit(5);
  asio::io_context context(1);
  for (std::uint32_t first = 0; first < 4; ++first) {
    asio::co_spawn(context, write_for_ever(**store, first, tell), asio::detached);
  }
  context.run();
  ::_exit(6);
}

// Kills a child after some acknowledged objects; the acknowledged numbers in order.
std::vector<std::uint32_t> write_and_be_killed(const std::filesystem::path& folder,
                                               FileNames names) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) child_main(folder, names, ends[1]);
  ::close(ends[1]);
  const Fd listen(ends[0]);
  std::vector<std::uint32_t> acknowledged;
  const std::size_t enough = random_below(25);
  std::uint32_t number = 0;
  for (;;) {
    if (acknowledged.size() == enough) ::kill(child, SIGKILL);
    if (::read(listen.get(), &number, sizeof number) != sizeof number) break;
    acknowledged.push_back(number);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  return acknowledged;
}

void expect_whole(DirectoryStore& store, const std::vector<std::uint32_t>& acknowledged) {
  const auto found = run(store.list("", "", 1000));
  ASSERT_TRUE(found);
  std::map<BlobKey, std::uint32_t> stored;
  for (const BlobInfo& info : *found) {
    const auto bytes = run(store.read(info.key, 0, 1 << 20));
    ASSERT_TRUE(bytes);
    ASSERT_GE(bytes->size(), 4U);
    const auto number = load_be<std::uint32_t>(*bytes);
    EXPECT_EQ(*bytes, object_of(number)) << info.key.str();
    EXPECT_EQ(info.key, key_of(number));
    stored[info.key] = number;
  }
  // A key's numbers all come from one writer, so a later one replaces an earlier one.
  for (const std::uint32_t number : acknowledged) {
    ASSERT_TRUE(stored.contains(key_of(number))) << number;
    EXPECT_GE(stored[key_of(number)], number);
  }
}

class DirectoryStoreKilled : public testing::TestWithParam<FileNames> {};

TEST_P(DirectoryStoreKilled, LeavesOnlyWholeObjectsAndForgetsNoAcknowledgedOne) {
  for (int round = 0; round < 20; ++round) {
    const ScratchFolder scratch;
    const auto acknowledged = write_and_be_killed(scratch.path(), GetParam());
    const auto store = std::move(*DirectoryStore::open(scratch.path()));
    expect_whole(*store, acknowledged);
    std::size_t temporaries = 0;
    for (const auto& entry : std::filesystem::directory_iterator(scratch.path() / ".tmp~")) {
      temporaries += entry.path().extension() == ".lock" ? 0U : 1U;
    }
    EXPECT_EQ(temporaries, 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(UnnamedFiles, DirectoryStoreKilled,
                         testing::Values(FileNames::none_if_possible));
INSTANTIATE_TEST_SUITE_P(NamedFiles, DirectoryStoreKilled, testing::Values(FileNames::always));

}  // namespace
}  // namespace vodmill::blob
