#include "blob/directory_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "blob/tree.h"

namespace vodmill::blob {
namespace {

constexpr std::int64_t kLongestRead = 64 * 1024 * 1024;

std::unexpected<Error> invalid_key(const BlobKey& key) {
  return fail(ErrorCode::invalid_request,
              "The key \"" + key.str() +
                  "\" is not valid: use up to 512 characters a-z, 0-9, '.', '_' and '-', with "
                  "single slashes between components.");
}

// Who named the folder wants to know which and why.
std::unexpected<Error> cannot_be(std::string_view what, const std::filesystem::path& folder,
                                 std::error_code why) {
  const ErrorCode code = fail_errno("", why.value()).error().code;
  return fail(code == ErrorCode::internal_error ? ErrorCode::storage_unavailable : code,
              "The folder " + folder.string() + " cannot be " + std::string(what) + ": " +
                  why.message() + ".");
}

class DirectoryWriter final : public BlobWriter {
 public:
  DirectoryWriter(BlockingPool& pool, int root, BlobKey key, TemporaryFile file)
      : pool_(pool), root_(root), key_(std::move(key)), file_(std::move(file)) {}

  // Closing the last descriptor of a large file without a name frees its blocks: not here.
  ~DirectoryWriter() override {
    if (published_) return;
    auto leave_nothing = [file = std::move(file_), root = root_, key = key_] {
      remove_empty_folders(root, key);
    };
    pool_.post(std::move(leave_nothing));
  }

  Async<> write(ByteView bytes) override {
    if (!file_) co_return fail(error_);
    auto append = [this, bytes] {
      Result<> appended = file_->append(bytes);
      if (!appended) file_.reset();
      return appended;
    };
    Result<> written = co_await pool_.run(std::move(append));
    if (written) co_return written;
    error_ = std::move(written).error().within("write " + key_.str());
    co_return fail(error_);
  }

  Async<BlobInfo> commit() override {
    if (!file_) co_return fail(error_);
    auto publish = [this] {
      Result<BlobInfo> published = file_->publish(root_, key_);
      published_ = published.has_value();
      file_.reset();
      return published;
    };
    co_return co_await pool_.run(std::move(publish));
  }

 private:
  BlockingPool& pool_;
  const int root_;
  const BlobKey key_;
  std::optional<TemporaryFile> file_;  // until it is published, or a write has failed
  bool published_ = false;
  Error error_{ErrorCode::internal_error, "This writer has ended: create another."};
};

}  // namespace

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::open(const std::filesystem::path& folder,
                                                             DirectoryOptions options) {
  std::error_code made;
  std::filesystem::create_directories(folder.parent_path(), made);
  if (::mkdir(folder.c_str(), options.modes.folder) != 0 && errno != EEXIST) {
    const std::error_code here(errno, std::generic_category());
    return cannot_be("made", folder, here.value() == ENOENT && made ? made : here);
  }
  Fd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return cannot_be("opened", folder, {errno, std::generic_category()});
  if (::faccessat(root.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
    return cannot_be("written to", folder, {errno, std::generic_category()});
  }
  auto temporaries = TemporaryFolder::open(root.get(), options.names, options.modes);
  if (!temporaries) return fail(std::move(temporaries).error().within(folder.string()));
  return std::unique_ptr<DirectoryStore>(
      new DirectoryStore(std::move(root), std::move(*temporaries), options.threads));
}

DirectoryStore::DirectoryStore(Fd root, std::unique_ptr<TemporaryFolder> temporaries, int threads)
    : root_(std::move(root)), temporaries_(std::move(temporaries)), pool_(threads) {}

DirectoryStore::~DirectoryStore() = default;

Async<std::unique_ptr<BlobWriter>> DirectoryStore::create(BlobKey key) {
  if (!is_valid_blob_key(key.str())) co_return invalid_key(key);
  auto begin = [this, &key] {
    Result<TemporaryFile> made = TemporaryFile::create(*temporaries_);
    // Already now, synced while the bytes are still on their way; publish() makes it again where it
    // could not be made or has gone.
    if (made) (void)make_parent(root_.get(), key, temporaries_->modes().folder);
    return made;
  };
  Result<TemporaryFile> file = co_await pool_.run(std::move(begin));
  if (!file) co_return fail(std::move(file).error().within("create " + key.str()));
  co_return std::make_unique<DirectoryWriter>(pool_, root_.get(), std::move(key), std::move(*file));
}

Async<> DirectoryStore::put(BlobKey key, Bytes bytes) {
  if (!is_valid_blob_key(key.str())) co_return invalid_key(key);
  auto store = [this, &key, &bytes]() -> Result<> {
    TemporaryFile file = TRY(TemporaryFile::create(*temporaries_));
    TRY_VOID(file.append(bytes));
    TRY_VOID(file.publish(root_.get(), key));
    return {};
  };
  Result<> stored = co_await pool_.run(std::move(store));
  if (!stored) co_return fail(std::move(stored).error().within("put " + key.str()));
  co_return stored;
}

Async<BlobInfo> DirectoryStore::stat(BlobKey key) {
  if (!is_valid_blob_key(key.str())) co_return invalid_key(key);
  auto look = [this, &key] { return stat_object(root_.get(), key); };
  co_return co_await pool_.run(std::move(look));
}

Async<Bytes> DirectoryStore::read(BlobKey key, std::int64_t offset, std::int64_t length) {
  if (!is_valid_blob_key(key.str())) co_return invalid_key(key);
  if (offset < 0 || length < 1 || length > kLongestRead) {
    co_return fail(ErrorCode::invalid_request,
                   "A read is of 1 byte to 64 MiB at offset 0 or more.");
  }
  auto fetch = [this, &key, offset, length] {
    return read_object(root_.get(), key, offset, length);
  };
  co_return co_await pool_.run(std::move(fetch));
}

Async<std::vector<BlobInfo>> DirectoryStore::list(std::string prefix, std::string after,
                                                  int limit) {
  auto walk = [this, &prefix, &after, limit] {
    return list_objects(root_.get(), prefix, after, limit);
  };
  co_return co_await pool_.run(std::move(walk));
}

Async<> DirectoryStore::remove(BlobKey key) {
  if (!is_valid_blob_key(key.str())) co_return invalid_key(key);
  auto unlink = [this, &key] { return remove_object(root_.get(), key); };
  co_return co_await pool_.run(std::move(unlink));
}

Async<std::int64_t> DirectoryStore::free_bytes() {
  auto ask = [this]() -> Result<std::int64_t> {
    struct statvfs disk{};
    if (::fstatvfs(root_.get(), &disk) != 0) return fail_errno("fstatvfs", errno);
    return static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
  };
  co_return co_await pool_.run(std::move(ask));
}

}  // namespace vodmill::blob
