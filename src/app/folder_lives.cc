#include "app/folder_lives.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace vodmill::app {

namespace fs = std::filesystem;

Result<std::unique_ptr<FolderLives>> FolderLives::enter(const std::string& folder,
                                                        WorkerId worker) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail_errno("make " + folder, error.value());
  std::unique_ptr<FolderLives> lives(new FolderLives);
  lives->folder_ = folder;
  lives->worker_ = std::move(worker);
  // It gets its name when it is locked, so that nobody finds it without its lock.
  const std::string name = folder + "/" + lives->worker_.str();
  const std::string unnamed = folder + "/." + lives->worker_.str();
  lives->lock_ = Fd(::open(unnamed.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!lives->lock_) return fail_errno("create " + unnamed, errno);
  if (::flock(lives->lock_.get(), LOCK_EX | LOCK_NB) != 0) return fail_errno("flock", errno);
  if (std::rename(unnamed.c_str(), name.c_str()) != 0) return fail_errno("rename", errno);
  return lives;
}

FolderLives::~FolderLives() { forget(worker_); }

Result<std::vector<WorkerId>> FolderLives::dead() {
  std::vector<WorkerId> dead;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.starts_with('.') || name == worker_.str()) continue;
    const Fd file(::open(entry->path().c_str(), O_RDWR | O_CLOEXEC));
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) dead.emplace_back(name);
  }
  if (error) return fail_errno("read " + folder_, error.value());
  return dead;
}

void FolderLives::forget(const WorkerId& worker) {
  std::error_code ignored;
  fs::remove(fs::path(folder_) / worker.str(), ignored);
}

}  // namespace vodmill::app
