#include "fakes/memory_store.h"

#include "conformance/blob_store.h"
#include "fakes/run.h"

namespace vodmill {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, BlobStoreConformance, testing::Values(OpenBlobStore([] {
                           return std::make_shared<MemoryStore>();
                         })));

TEST(MemoryStore, FailsTheCallThatItWasTold) {
  MemoryStore store;
  store.fail_call("put", 2, {ErrorCode::disk_full, "full"});
  EXPECT_TRUE(run(store.put(BlobKey("a"), {})));
  EXPECT_EQ(run(store.put(BlobKey("b"), {})).error().code, ErrorCode::disk_full);
  EXPECT_TRUE(run(store.put(BlobKey("c"), {})));
  EXPECT_EQ(store.calls("put"), 3);
  EXPECT_EQ(store.objects().size(), 2U);
}

TEST(MemoryStore, CommitsNothingAfterAWriteHasFailed) {
  MemoryStore store;
  store.fail_call("write", 1, {ErrorCode::disk_full, "full"});
  const auto writer = std::move(*run(store.create(BlobKey("a"))));
  EXPECT_FALSE(run(writer->write(as_bytes("x"))));
  EXPECT_FALSE(run(writer->commit()));
  EXPECT_TRUE(store.objects().empty());
}

TEST(MemoryStore, IsDownUntilItIsToldOtherwise) {
  MemoryStore store;
  store.fail_all(Error{ErrorCode::storage_unavailable, "away"});
  EXPECT_EQ(run(store.stat(BlobKey("a"))).error().code, ErrorCode::storage_unavailable);
  EXPECT_EQ(run(store.list("", "", 1)).error().code, ErrorCode::storage_unavailable);
  store.fail_all(std::nullopt);
  EXPECT_TRUE(run(store.list("", "", 1)));
}

asio::awaitable<void> note(std::vector<std::string>& seen, const MemoryStore& store,
                           std::string call) {
  seen.push_back(std::move(call) + " " + std::to_string(store.objects().size()));
  co_return;
}

TEST(MemoryStore, AwaitsTheHookBeforeACallHasAnyEffect) {
  MemoryStore store;
  std::vector<std::string> seen;
  store.before = [&](std::string_view operation, const BlobKey& key) {
    return note(seen, store, std::string(operation) + " " + key.str());
  };
  EXPECT_TRUE(run(store.put(BlobKey("a"), {})));
  EXPECT_TRUE(run(store.remove(BlobKey("a"))));
  EXPECT_EQ(seen, (std::vector<std::string>{"put a 0", "remove a 1"}));
}

asio::awaitable<void> write_once(BlobWriter& writer, bool& entered, Result<>& outcome) {
  if (std::exchange(entered, true)) co_return;
  outcome = co_await writer.write(as_bytes("y"));
}

TEST(MemoryStore, NoticesTwoCoroutinesInOneWriter) {
  MemoryStore store;
  const auto writer = std::move(*run(store.create(BlobKey("a"))));
  Result<> inner;
  bool entered = false;
  store.before = [&](std::string_view, const BlobKey&) {
    return write_once(*writer, entered, inner);
  };
  EXPECT_TRUE(run(writer->write(as_bytes("x"))));
  EXPECT_FALSE(inner);
}

}  // namespace
}  // namespace vodmill
