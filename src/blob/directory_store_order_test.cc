// What the store asks of the disk, and in which order: a power failure between any two of these
// calls may lose an object that nobody was told of, and no other.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>

#include "blob/directory_store.h"
#include "fakes/run.h"
#include "fakes/scratch_folder.h"

namespace vodmill::blob {
namespace {

// What this program's calls of the C library tell. Thread-safe.
class Calls {
 public:
  void add(std::string call) {
    const std::lock_guard lock(mutex_);
    if (listens_) calls_.push_back(std::move(call));
  }

  void listen() {
    const std::lock_guard lock(mutex_);
    listens_ = true;
    calls_.clear();
  }

  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    listens_ = false;
    return std::exchange(calls_, {});
  }

 private:
  std::mutex mutex_;
  bool listens_ = false;
  std::vector<std::string> calls_;
};

Calls& calls() {
  static Calls all;
  return all;
}

std::string name_of(int fd) {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error);
  return path.filename();
}

}  // namespace
}  // namespace vodmill::blob

// In place of the C library's.
extern "C" int fsync(int fd) {
  vodmill::blob::calls().add("sync " + vodmill::blob::name_of(fd));
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int fdatasync(int fd) {
  vodmill::blob::calls().add("sync bytes");
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

extern "C" int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  vodmill::blob::calls().add("make " + std::string(path));
  return static_cast<int>(::syscall(SYS_mkdirat, folder, path, mode));
}

extern "C" int linkat(int from, const char* old, int to, const char* path, int flags) noexcept {
  vodmill::blob::calls().add("link " + std::string(path));
  return static_cast<int>(::syscall(SYS_linkat, from, old, to, path, flags));
}

namespace vodmill::blob {
namespace {

using testing::ElementsAre;

TEST(DirectoryStoreOrder, SyncsTheBytesThenShowsThemThenSyncsTheirName) {
  const ScratchFolder scratch;
  const auto store = std::move(*DirectoryStore::open(scratch.path() / "objects"));
  calls().listen();
  const auto writer = std::move(*run(store->create(BlobKey("v/source"))));
  EXPECT_THAT(calls().take(), ElementsAre("make v", "sync objects"));
  ASSERT_TRUE(run(writer->write(Bytes(1'000'000))));
  calls().listen();
  ASSERT_TRUE(run(writer->commit()));
  EXPECT_THAT(calls().take(), ElementsAre("sync bytes", "link source", "sync v"));
}

TEST(DirectoryStoreOrder, MakesAndSyncsAgainAFolderThatHasGoneMeanwhile) {
  const ScratchFolder scratch;
  const auto store = std::move(*DirectoryStore::open(scratch.path() / "objects"));
  const auto writer = std::move(*run(store->create(BlobKey("v/source"))));
  ASSERT_TRUE(run(writer->write(as_bytes("x"))));
  ASSERT_TRUE(run(store->remove(BlobKey("v/other"))));
  calls().listen();
  ASSERT_TRUE(run(writer->commit()));
  EXPECT_THAT(calls().take(),
              ElementsAre("sync bytes", "make v", "sync objects", "link source", "sync v"));
}

TEST(DirectoryStoreOrder, IsThatOfAWriterForASmallObject) {
  const ScratchFolder scratch;
  const auto store = std::move(*DirectoryStore::open(scratch.path() / "objects"));
  calls().listen();
  ASSERT_TRUE(run(store->put(BlobKey("v/0"), Bytes(100))));
  EXPECT_THAT(calls().take(),
              ElementsAre("sync bytes", "make v", "sync objects", "link 0", "sync v"));
}

}  // namespace
}  // namespace vodmill::blob
