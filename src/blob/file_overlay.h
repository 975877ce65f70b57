// Another store in which one key is a file that lies elsewhere: how `vodmill transcode` gives its
// input to mills without copying it. A BlobStore; the file is only read.
//
// Owned by app/. Everything but reading and stat of that key goes to the store below.
#pragma once

#include <filesystem>

#include "base/fd.h"
#include "core/blob_store.h"

namespace vodmill::blob {

class FileOverlay final : public BlobStore {
 public:
  // not_found if the file cannot be read. `below` must outlive the overlay; without one the file is
  // all there is, and nothing can be written.
  static Result<std::unique_ptr<FileOverlay>> open(BlobStore* below, BlobKey key,
                                                   const std::filesystem::path& file);

  // From now on that is below.
  void lay_over(BlobStore& below) { below_ = &below; }

  std::int64_t bytes() const { return bytes_; }

  Async<std::unique_ptr<BlobWriter>> create(BlobKey key) override;
  Async<> put(BlobKey key, Bytes bytes) override;
  Async<BlobInfo> stat(BlobKey key) override;
  Async<Bytes> read(BlobKey key, std::int64_t offset, std::int64_t length) override;
  Async<std::vector<BlobInfo>> list(std::string prefix, std::string after, int limit) override;
  Async<> remove(BlobKey key) override;

 private:
  FileOverlay(BlobStore* below, BlobKey key, Fd file, std::int64_t bytes)
      : below_(below), key_(std::move(key)), file_(std::move(file)), bytes_(bytes) {}

  BlobStore* below_;
  const BlobKey key_;
  const Fd file_;
  const std::int64_t bytes_;
};

}  // namespace vodmill::blob
