// A BlobStore in memory, stricter than the real ones: it refuses use of a writer after its end or
// by two coroutines at once. Tests make it fail and wait; by itself it does neither.
// Thread-safe, but set `before` while nothing runs.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/blob_store.h"

namespace vodmill {

class MemoryStore final : public BlobStore {
 public:
  // Awaited at the start of every call, before it has any effect. `operation` is "create", "write",
  // "commit", "put", "stat", "read", "list" or "remove"; for list the key is the prefix.
  using Before = std::function<asio::awaitable<void>(std::string_view operation, const BlobKey&)>;
  Before before;

  // The nth call from now (1 = the next) of that operation ends with `error`, without effect.
  void fail_call(std::string operation, int nth, Error error) {
    const std::lock_guard hold(mutex_);
    failures_.push_back({std::move(operation), nth, std::move(error)});
  }

  // Every call ends with `error`, until it is told std::nullopt.
  void fail_all(std::optional<Error> error) {
    const std::lock_guard hold(mutex_);
    outage_ = std::move(error);
  }

  // Calls of that operation so far, those that failed included.
  int calls(const std::string& operation) const {
    const std::lock_guard hold(mutex_);
    const auto found = calls_.find(operation);
    return found == calls_.end() ? 0 : found->second;
  }

  // Every object, in the order of keys.
  std::map<std::string, Bytes> objects() const {
    const std::lock_guard hold(mutex_);
    return objects_;
  }

  Async<std::unique_ptr<BlobWriter>> create(BlobKey key) override {
    Result<> begun = co_await begin("create", key);
    if (!begun) co_return fail(std::move(begun).error());
    co_return std::make_unique<Writer>(*this, std::move(key));
  }

  Async<> put(BlobKey key, Bytes bytes) override {
    Result<> begun = co_await begin("put", key);
    if (!begun) co_return begun;
    co_return store(key, std::move(bytes));
  }

  Async<BlobInfo> stat(BlobKey key) override {
    Result<> begun = co_await begin("stat", key);
    if (!begun) co_return fail(std::move(begun).error());
    const std::lock_guard hold(mutex_);
    const auto found = objects_.find(key.str());
    if (found == objects_.end()) co_return absent(key);
    co_return BlobInfo{key, static_cast<std::int64_t>(found->second.size())};
  }

  Async<Bytes> read(BlobKey key, std::int64_t offset, std::int64_t length) override {
    Result<> begun = co_await begin("read", key);
    if (!begun) co_return fail(std::move(begun).error());
    if (offset < 0 || length < 1 || length > 64 * 1024 * 1024) {
      co_return fail(ErrorCode::invalid_request, "A read is of 1 byte to 64 MiB.");
    }
    const std::lock_guard hold(mutex_);
    const auto found = objects_.find(key.str());
    if (found == objects_.end()) co_return absent(key);
    const auto size = static_cast<std::int64_t>(found->second.size());
    const auto from = found->second.begin() + std::min(offset, size);
    co_return Bytes(from, from + std::min(length, size - std::min(offset, size)));
  }

  Async<std::vector<BlobInfo>> list(std::string prefix, std::string after, int limit) override {
    const BlobKey key(prefix);
    Result<> begun = co_await begin("list", key);
    if (!begun) co_return fail(std::move(begun).error());
    std::vector<BlobInfo> found;
    const std::lock_guard hold(mutex_);
    for (const auto& [name, bytes] : objects_) {
      if (static_cast<int>(found.size()) >= limit) break;
      if (name <= after || !name.starts_with(prefix)) continue;
      found.push_back({BlobKey(name), static_cast<std::int64_t>(bytes.size())});
    }
    co_return found;
  }

  Async<> remove(BlobKey key) override {
    Result<> begun = co_await begin("remove", key);
    if (!begun) co_return begun;
    const std::lock_guard hold(mutex_);
    objects_.erase(key.str());
    co_return begun;
  }

 private:
  struct Failure {
    std::string operation;
    int in = 1;
    Error error;
  };

  class Writer final : public BlobWriter {
   public:
    Writer(MemoryStore& store, BlobKey key) : store_(store), key_(std::move(key)) {}

    Async<> write(ByteView bytes) override {
      if (busy_.exchange(true)) co_return misuse("is used by two coroutines at once");
      Result<> begun = co_await store_.begin("write", key_);
      busy_ = false;
      if (ended_) co_return misuse("has ended");
      if (!begun) ended_ = true;
      if (begun) append(bytes_, bytes);
      co_return begun;
    }

    Async<BlobInfo> commit() override {
      if (busy_.exchange(true)) co_return misuse("is used by two coroutines at once");
      Result<> begun = co_await store_.begin("commit", key_);
      busy_ = false;
      if (ended_) co_return misuse("has ended");
      ended_ = true;
      if (!begun) co_return fail(std::move(begun).error());
      const auto size = static_cast<std::int64_t>(bytes_.size());
      Result<> stored = store_.store(key_, std::move(bytes_));
      if (!stored) co_return fail(std::move(stored).error());
      co_return BlobInfo{key_, size};
    }

   private:
    std::unexpected<Error> misuse(const std::string& what) const {
      return fail(ErrorCode::internal_error, "The writer of " + key_.str() + " " + what + ".");
    }

    MemoryStore& store_;
    const BlobKey key_;
    Bytes bytes_;
    bool ended_ = false;
    std::atomic<bool> busy_ = false;
  };

  // What every call has in front: the count, the test's hook and failures, the key.
  Async<> begin(std::string operation, const BlobKey& key) {
    std::optional<Error> error = count(operation);
    if (before) {
      co_await before(operation, key);
    }
    if (error) co_return fail(std::move(*error));
    if (operation != "list" && !is_valid_blob_key(key.str())) {
      co_return fail(ErrorCode::invalid_request, "The key \"" + key.str() + "\" is not valid.");
    }
    co_return Result<>();
  }

  std::optional<Error> count(const std::string& operation) {
    const std::lock_guard hold(mutex_);
    ++calls_[operation];
    std::optional<Error> error = outage_;
    std::erase_if(failures_, [&](Failure& failure) {
      if (failure.operation != operation || --failure.in > 0) return false;
      error = failure.error;
      return true;
    });
    return error;
  }

  Result<> store(const BlobKey& key, Bytes bytes) {
    const std::lock_guard hold(mutex_);
    const std::string folder = key.str() + '/';
    const auto below = objects_.lower_bound(folder);
    bool clash = below != objects_.end() && below->first.starts_with(folder);
    for (std::size_t at = key.str().find('/'); at != std::string::npos;
         at = key.str().find('/', at + 1)) {
      clash = clash || objects_.contains(key.str().substr(0, at));
    }
    if (clash) return fail(ErrorCode::invalid_request, "One key is the folder of another.");
    objects_.insert_or_assign(key.str(), std::move(bytes));
    return {};
  }

  static std::unexpected<Error> absent(const BlobKey& key) {
    return fail(ErrorCode::not_found, "There is no object " + key.str() + ".");
  }

  mutable std::mutex mutex_;
  std::map<std::string, Bytes> objects_;
  std::map<std::string, int> calls_;
  std::vector<Failure> failures_;
  std::optional<Error> outage_;
};

}  // namespace vodmill
