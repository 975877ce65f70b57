// The worker's BlobStore, remembering whether it is away: what people are told while a video waits.
//
// Passes every call on. One executor, one thread; `below` outlives it.
#pragma once

#include <string_view>

#include "core/blob_store.h"

namespace vodmill::worker {

class WatchedStore final : public BlobStore {
 public:
  explicit WatchedStore(BlobStore& below) : below_(below) {}

  // Why work waits for the store, of core/waiting_reason.h; "" while it answers.
  std::string_view trouble() const { return writing_.empty() ? reading_ : writing_; }

  Async<std::unique_ptr<BlobWriter>> create(BlobKey key) override;
  Async<> put(BlobKey key, Bytes bytes) override;
  Async<BlobInfo> stat(BlobKey key) override;
  Async<Bytes> read(BlobKey key, std::int64_t offset, std::int64_t length) override;
  Async<std::vector<BlobInfo>> list(std::string prefix, std::string after, int limit) override;
  Async<> remove(BlobKey key) override;

 private:
  template <class T>
  static void note(const Result<T>& result, std::string_view& trouble);

  BlobStore& below_;
  // A full disk still reads, so one success says nothing of the other.
  std::string_view reading_;
  std::string_view writing_;
};

}  // namespace vodmill::worker
