// Objects in a folder: key "a/b.m4s" is the file "a/b.m4s" below it. A BlobStore.
//
// Owned by app/; used by any number of coroutines on any executors, and the folder by any number
// of processes of one machine at a time. Needs the right to write to the folder; makes files of
// mode 0640 and folders of mode 0750 (less the umask) if not told otherwise. Below the folder are
// only whole objects and
// ".tmp~" (see temporary.h), which a killed process may leave files in until the next open(). What
// else lies there and is not a file or folder with a valid name is ignored.
//
// An object is in its file and its name is in its folder, both synced, once commit() has returned.
// A writer's bytes are on their way to the disk as they come and its folder is made, synced, when
// it is created, so that commit() has little left to wait for.
// A removal is not synced: after a power failure a removed object may be back.
#pragma once

#include <filesystem>
#include <memory>

#include "base/fd.h"
#include "blob/temporary.h"
#include "core/blob_store.h"
#include "core/blocking_pool.h"
#include "core/vitals.h"

namespace vodmill::blob {

struct DirectoryOptions {
  // Operations on the disk at once. They wait much more than they work, and syncs that wait
  // together are one to the disk.
  int threads = 32;
  FileNames names = FileNames::none_if_possible;
  Modes modes = {};
};

class DirectoryStore final : public BlobStore, public DiskSpace {
 public:
  // Makes the folder if it is missing and removes what dead processes have left in ".tmp~". Blocks:
  // for start-up. storage_unavailable, with a sentence, where no folder can be or be written to.
  static Result<std::unique_ptr<DirectoryStore>> open(const std::filesystem::path& folder,
                                                      DirectoryOptions options = {});

  // Waits for the calls on the disk. REQUIRES: every operation has ended, every writer is gone.
  ~DirectoryStore() override;

  Async<std::unique_ptr<BlobWriter>> create(BlobKey key) override;
  Async<> put(BlobKey key, Bytes bytes) override;
  Async<BlobInfo> stat(BlobKey key) override;
  Async<Bytes> read(BlobKey key, std::int64_t offset, std::int64_t length) override;
  Async<std::vector<BlobInfo>> list(std::string prefix, std::string after, int limit) override;
  Async<> remove(BlobKey key) override;

  // What a process without special rights may still write.
  Async<std::int64_t> free_bytes() override;

 private:
  DirectoryStore(Fd root, std::unique_ptr<TemporaryFolder> temporaries, int threads);

  const Fd root_;
  const std::unique_ptr<TemporaryFolder> temporaries_;
  BlockingPool pool_;  // the last member: its threads end before what they use
};

}  // namespace vodmill::blob
