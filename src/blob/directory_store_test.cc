#include "blob/directory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "fakes/run.h"
#include "fakes/scratch_folder.h"

namespace vodmill::blob {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

std::unique_ptr<DirectoryStore> open(const fs::path& folder,
                                     FileNames names = FileNames::none_if_possible) {
  auto store = DirectoryStore::open(folder, {.threads = 2, .names = names});
  if (!store) ADD_FAILURE() << store.error().message;
  return store ? std::move(*store) : nullptr;
}

Bytes bytes_of(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

// The files in ".tmp~" that are not the lock of an open store.
std::vector<std::string> temporaries_in(const fs::path& folder) {
  std::vector<std::string> names = names_in(folder / ".tmp~");
  std::erase_if(names, [](const std::string& name) { return name.ends_with(".lock"); });
  return names;
}

TEST(DirectoryStore, KeepsObjectsAsFilesThatOthersMayNotRead) {
  const mode_t before = ::umask(0);
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "made/with/its/parents";
  const auto store = open(folder);
  ASSERT_TRUE(run(store->put(BlobKey("v/0.m4s"), bytes_of("moof"))));
  ::umask(before);
  EXPECT_EQ(fs::status(folder / "v/0.m4s").permissions(), fs::perms(0640));
  EXPECT_EQ(fs::status(folder / "v").permissions(), fs::perms(0750));
  EXPECT_EQ(fs::status(folder).permissions(), fs::perms(0750));
  EXPECT_EQ(fs::file_size(folder / "v/0.m4s"), 4U);
}

TEST(DirectoryStore, KeepsThemForWhomTheUmaskLetsReadIfToldTo) {
  const mode_t before = ::umask(022);
  const ScratchFolder scratch;
  for (const FileNames names : {FileNames::none_if_possible, FileNames::always}) {
    const fs::path folder = scratch.path() / std::to_string(static_cast<int>(names));
    const auto store =
        DirectoryStore::open(folder, {.threads = 2, .names = names, .modes = kForEverybody});
    ASSERT_TRUE(store && run((*store)->put(BlobKey("v/0.m4s"), bytes_of("moof"))));
    EXPECT_EQ(fs::status(folder / "v/0.m4s").permissions(), fs::perms(0644));
    EXPECT_EQ(fs::status(folder / "v").permissions(), fs::perms(0755));
    EXPECT_EQ(fs::status(folder).permissions(), fs::perms(0755));
  }
  ::umask(before);
}

TEST(DirectoryStore, SaysWhichFolderCannotBeAndWhy) {
  const ScratchFolder scratch;
  const fs::path file = scratch.path() / "file";
  std::ofstream(file) << "x";
  for (const fs::path& folder : {file, file / "below", file / "far/below"}) {
    const auto store = DirectoryStore::open(folder);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::storage_unavailable);
    EXPECT_TRUE(store.error().message.ends_with("Not a directory."));
    EXPECT_TRUE(store.error().message.contains(folder.string())) << store.error().message;
  }
}

TEST(DirectoryStore, FindsItsObjectsWhenItIsOpenedAgain) {
  const ScratchFolder scratch;
  ASSERT_TRUE(run(open(scratch.path())->put(BlobKey("a/b"), bytes_of("kept"))));
  EXPECT_EQ(*run(open(scratch.path())->read(BlobKey("a/b"), 0, 10)), bytes_of("kept"));
}

TEST(DirectoryStore, RemovesFoldersThatBecameEmpty) {
  const ScratchFolder scratch;
  const auto store = open(scratch.path());
  for (const char* key : {"a/b/c/1", "a/b/c/2", "a/3"}) {
    ASSERT_TRUE(run(store->put(BlobKey(key), bytes_of("x"))));
  }
  ASSERT_TRUE(run(store->remove(BlobKey("a/b/c/1"))));
  EXPECT_TRUE(fs::exists(scratch.path() / "a/b/c"));
  ASSERT_TRUE(run(store->remove(BlobKey("a/b/c/2"))));
  EXPECT_FALSE(fs::exists(scratch.path() / "a/b"));
  ASSERT_TRUE(run(store->remove(BlobKey("a/3"))));
  EXPECT_THAT(names_in(scratch.path()), ElementsAre(".tmp~"));
}

TEST(DirectoryStore, LeavesNoFileWhenAWriterIsGivenUp) {
  for (const FileNames names : {FileNames::none_if_possible, FileNames::always}) {
    const ScratchFolder scratch;
    {
      const auto store = open(scratch.path(), names);
      auto writer = std::move(*run(store->create(BlobKey("a"))));
      ASSERT_TRUE(run(writer->write(as_bytes("half"))));
      EXPECT_EQ(temporaries_in(scratch.path()).size(), names == FileNames::always ? 1U : 0U);
    }
    EXPECT_THAT(names_in(scratch.path()), ElementsAre(".tmp~"));
    EXPECT_THAT(names_in(scratch.path() / ".tmp~"), IsEmpty());
  }
}

TEST(DirectoryStore, MakesAWritersFolderWhileTheBytesAreStillToCome) {
  const ScratchFolder scratch;
  const auto store = open(scratch.path());
  auto writer = std::move(*run(store->create(BlobKey("v/source"))));
  EXPECT_THAT(names_in(scratch.path() / "v"), IsEmpty());
  ASSERT_TRUE(run(writer->write(as_bytes("whole"))));
  ASSERT_TRUE(run(writer->commit()));
  writer.reset();
  EXPECT_THAT(names_in(scratch.path() / "v"), ElementsAre("source"));
}

TEST(DirectoryStore, CommitsIntoAFolderThatHasGoneMeanwhile) {
  const ScratchFolder scratch;
  const auto store = open(scratch.path());
  auto writer = std::move(*run(store->create(BlobKey("v/w/source"))));
  ASSERT_TRUE(run(writer->write(as_bytes("whole"))));
  ASSERT_TRUE(run(store->remove(BlobKey("v/w/other"))));
  ASSERT_FALSE(fs::exists(scratch.path() / "v"));
  ASSERT_TRUE(run(writer->commit()));
  EXPECT_EQ(*run(store->read(BlobKey("v/w/source"), 0, 10)), bytes_of("whole"));
}

TEST(DirectoryStore, RemovesTheFolderOfAWriterThatIsGivenUp) {
  const ScratchFolder scratch;
  {
    const auto store = open(scratch.path());
    auto given_up = std::move(*run(store->create(BlobKey("v/w/source"))));
    ASSERT_TRUE(run(given_up->write(as_bytes("half"))));
    auto other = std::move(*run(store->create(BlobKey("x/source"))));
    ASSERT_TRUE(run(store->put(BlobKey("x/kept"), bytes_of("x"))));
  }
  EXPECT_FALSE(fs::exists(scratch.path() / "v"));
  EXPECT_THAT(names_in(scratch.path() / "x"), ElementsAre("kept"));
}

TEST(DirectoryStore, LeavesTheFilesOfAnotherOpenStoreAlone) {
  const ScratchFolder scratch;
  const auto first = open(scratch.path(), FileNames::always);
  const auto writer = std::move(*run(first->create(BlobKey("a"))));
  ASSERT_TRUE(run(writer->write(as_bytes("written "))));
  const auto second = open(scratch.path(), FileNames::always);
  ASSERT_TRUE(run(writer->write(as_bytes("on"))));
  ASSERT_TRUE(run(writer->commit()));
  EXPECT_EQ(*run(second->read(BlobKey("a"), 0, 100)), bytes_of("written on"));
}

TEST(DirectoryStore, RemovesTheFilesOfAStoreThatIsNoMore) {
  const ScratchFolder scratch;
  fs::create_directories(scratch.path() / ".tmp~");
  for (const char* name : {"dead.lock", "dead.1", "dead.2", "lockless.7"}) {
    std::ofstream(scratch.path() / ".tmp~" / name) << "left";
  }
  const auto store = open(scratch.path());
  EXPECT_THAT(temporaries_in(scratch.path()), IsEmpty());
  EXPECT_EQ(names_in(scratch.path() / ".tmp~").size(), 1U);
}

TEST(DirectoryStore, IgnoresWhatIsNoObject) {
  const ScratchFolder scratch;
  const auto store = open(scratch.path());
  ASSERT_TRUE(run(store->put(BlobKey("a/object"), bytes_of("x"))));
  fs::create_directories(scratch.path() / "a/empty/folders");
  fs::create_directories(scratch.path() / "Lost+Found");
  std::ofstream(scratch.path() / "Lost+Found/b") << "x";
  std::ofstream(scratch.path() / "a/Thumbs.db") << "x";
  fs::create_symlink("/etc", scratch.path() / "a/link");
  ASSERT_EQ(::mkfifo((scratch.path() / "a/pipe").c_str(), 0600), 0);
  const auto found = run(store->list("", "", 10));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().key.str(), "a/object");
  EXPECT_EQ(run(store->read(BlobKey("a/pipe"), 0, 1)).error().code, ErrorCode::not_found);
}

// Runs `body` in a child process and hands back its exit status, 255 for a signal. The child must
// not return into the test framework.
int exit_status_of(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

// A disk of 1 MiB that only this process sees.
bool mount_small_disk(const fs::path& folder) {
  const std::string user = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(::getegid()) + " 1";
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << user;
  std::ofstream("/proc/self/gid_map") << group;
  return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
}

constexpr int kNotAllowed = 77;

int fill_a_small_disk(const fs::path& folder) {
  if (!mount_small_disk(folder)) return kNotAllowed;
  auto store = DirectoryStore::open(folder);
  if (!store) return 1;
  if (!run((*store)->put(BlobKey("small"), Bytes(100'000)))) return 2;
  const Result<> put = run((*store)->put(BlobKey("a/large"), Bytes(2'000'000)));
  if (put || put.error().code != ErrorCode::disk_full) return 3;
  auto writer = run((*store)->create(BlobKey("a/streamed")));
  if (!writer) return 4;
  const Bytes piece(100'000);
  Result<> written;
  for (int i = 0; written && i < 20; ++i) written = run((*writer)->write(piece));
  if (written || written.error().code != ErrorCode::disk_full) return 5;
  const Result<BlobInfo> info = run((*writer)->commit());
  if (info || info.error().code != ErrorCode::disk_full) return 6;
  const auto found = run((*store)->list("", "", 10));
  if (!found || found->size() != 1) return 7;
  // The space of what was given up is free again.
  return run((*store)->put(BlobKey("a/later"), Bytes(600'000))) ? 0 : 8;
}

TEST(DirectoryStore, AnswersDiskFullAndShowsNoPartOfTheObject) {
  const ScratchFolder scratch;
  const int status = exit_status_of([&] { return fill_a_small_disk(scratch.path()); });
  if (status == kNotAllowed) GTEST_SKIP() << "mounting a tmpfs is not allowed here";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace vodmill::blob
