#include "conformance/blob_store.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "fakes/run.h"

namespace vodmill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Bytes bytes_of(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

// Bytes that differ by position and by seed, so that a mixture of two objects is seen.
Bytes pattern(std::size_t size, std::uint32_t seed) {
  Bytes bytes(size);
  std::uint32_t state = seed * 2654435761U + 1;
  for (std::byte& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::byte>(state >> 24);
  }
  return bytes;
}

void put(BlobStore& store, const std::string& key, std::string_view text) {
  const Result<> stored = run(store.put(BlobKey(key), bytes_of(text)));
  ASSERT_TRUE(stored) << stored.error().message;
}

std::string text_at(BlobStore& store, const std::string& key, std::int64_t offset = 0,
                    std::int64_t length = 1 << 20) {
  const Result<Bytes> bytes = run(store.read(BlobKey(key), offset, length));
  if (!bytes) return "error: " + std::string(error_code_name(bytes.error().code));
  return std::string(as_text(*bytes));
}

std::vector<std::string> keys(BlobStore& store, std::string prefix, std::string after = "",
                              int limit = 1000) {
  const auto found = run(store.list(std::move(prefix), std::move(after), limit));
  if (!found) return {"error: " + found.error().message};
  std::vector<std::string> names;
  for (const BlobInfo& info : *found) names.push_back(info.key.str());
  return names;
}

std::unique_ptr<BlobWriter> create(BlobStore& store, const std::string& key) {
  auto writer = run(store.create(BlobKey(key)));
  if (!writer) {
    ADD_FAILURE() << writer.error().message;
    return nullptr;
  }
  return std::move(*writer);
}

void write(BlobWriter& writer, std::string_view text) {
  const Result<> written = run(writer.write(as_bytes(text)));
  ASSERT_TRUE(written) << written.error().message;
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
  if (result) ADD_FAILURE() << "succeeded";
  return result ? ErrorCode::internal_error : result.error().code;
}

TEST_P(BlobStoreConformance, ReadsBackWhatWasPut) {
  put(*store_, "video/g1/v0/0.m4s", "moof");
  EXPECT_EQ(text_at(*store_, "video/g1/v0/0.m4s"), "moof");
  const Result<BlobInfo> info = run(store_->stat(BlobKey("video/g1/v0/0.m4s")));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->key.str(), "video/g1/v0/0.m4s");
  EXPECT_EQ(info->bytes, 4);
}

TEST_P(BlobStoreConformance, KeepsAnEmptyObject) {
  put(*store_, "empty", "");
  EXPECT_EQ(text_at(*store_, "empty"), "");
  EXPECT_EQ(run(store_->stat(BlobKey("empty")))->bytes, 0);
  EXPECT_THAT(keys(*store_, ""), ElementsAre("empty"));
}

TEST_P(BlobStoreConformance, DoesNotFindWhatWasNeverPut) {
  put(*store_, "folder/object", "x");
  for (const char* key :
       {"absent", "folder", "folder/absent", "absent/deep/down", "folder/object/below"}) {
    EXPECT_EQ(code_of(run(store_->stat(BlobKey(key)))), ErrorCode::not_found) << key;
    EXPECT_EQ(code_of(run(store_->read(BlobKey(key), 0, 1))), ErrorCode::not_found) << key;
  }
}

TEST_P(BlobStoreConformance, RefusesInvalidKeys) {
  for (const std::string& name :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"),
        std::string("../a"), std::string("a/./b"), std::string("A"), std::string("a b"),
        std::string("a\0b", 3), std::string("\xc3\xa4"), std::string(513, 'a')}) {
    const BlobKey key(name);
    EXPECT_EQ(code_of(run(store_->put(key, bytes_of("x")))), ErrorCode::invalid_request) << name;
    EXPECT_EQ(code_of(run(store_->create(key))), ErrorCode::invalid_request) << name;
    EXPECT_EQ(code_of(run(store_->stat(key))), ErrorCode::invalid_request) << name;
    EXPECT_EQ(code_of(run(store_->read(key, 0, 1))), ErrorCode::invalid_request) << name;
    EXPECT_EQ(code_of(run(store_->remove(key))), ErrorCode::invalid_request) << name;
  }
  EXPECT_THAT(keys(*store_, ""), IsEmpty());
}

TEST_P(BlobStoreConformance, AcceptsEveryValidKey) {
  const std::vector<std::string> valid{"...",
                                       ".hidden",
                                       ".tmp/x",
                                       "-",
                                       "_",
                                       "a.b-c_d/0",
                                       std::string(255, 'x') + "/" + std::string(255, 'y')};
  for (const std::string& key : valid) {
    put(*store_, key, key);
    EXPECT_EQ(text_at(*store_, key), key);
  }
  EXPECT_EQ(keys(*store_, "").size(), valid.size());
}

TEST_P(BlobStoreConformance, RefusesAKeyThatIsTheFolderOfAnother) {
  put(*store_, "a/b/c", "x");
  EXPECT_EQ(code_of(run(store_->put(BlobKey("a/b"), bytes_of("y")))), ErrorCode::invalid_request);
  EXPECT_EQ(code_of(run(store_->put(BlobKey("a/b/c/d/e"), bytes_of("y")))),
            ErrorCode::invalid_request);
  EXPECT_THAT(keys(*store_, ""), ElementsAre("a/b/c"));
  EXPECT_EQ(text_at(*store_, "a/b/c"), "x");
}

TEST_P(BlobStoreConformance, ShowsAStreamedObjectOnlyOnceItIsCommitted) {
  const auto writer = create(*store_, "upload/0");
  write(*writer, "first ");
  EXPECT_EQ(code_of(run(store_->stat(BlobKey("upload/0")))), ErrorCode::not_found);
  write(*writer, "second");
  EXPECT_EQ(code_of(run(store_->read(BlobKey("upload/0"), 0, 1))), ErrorCode::not_found);
  EXPECT_THAT(keys(*store_, ""), IsEmpty());
  const Result<BlobInfo> info = run(writer->commit());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->key.str(), "upload/0");
  EXPECT_EQ(info->bytes, 12);
  EXPECT_EQ(text_at(*store_, "upload/0"), "first second");
}

TEST_P(BlobStoreConformance, LeavesNothingOfAWriterThatDidNotCommit) {
  auto writer = create(*store_, "upload/0");
  write(*writer, "half");
  writer.reset();
  EXPECT_EQ(code_of(run(store_->stat(BlobKey("upload/0")))), ErrorCode::not_found);
  EXPECT_THAT(keys(*store_, ""), IsEmpty());
}

TEST_P(BlobStoreConformance, KeepsTheOldObjectWhenAReplacementIsGivenUp) {
  put(*store_, "a", "old");
  auto writer = create(*store_, "a");
  write(*writer, "new");
  EXPECT_EQ(text_at(*store_, "a"), "old");
  writer.reset();
  EXPECT_EQ(text_at(*store_, "a"), "old");
}

TEST_P(BlobStoreConformance, RefusesAWriterThatHasEnded) {
  const auto writer = create(*store_, "a");
  write(*writer, "once");
  ASSERT_TRUE(run(writer->commit()));
  EXPECT_FALSE(run(writer->write(as_bytes("more"))));
  EXPECT_FALSE(run(writer->commit()));
  EXPECT_EQ(text_at(*store_, "a"), "once");
}

TEST_P(BlobStoreConformance, ReplacesAnObject) {
  put(*store_, "a", "a long first object");
  put(*store_, "a", "short");
  EXPECT_EQ(text_at(*store_, "a"), "short");
  const auto writer = create(*store_, "a");
  write(*writer, "streamed");
  ASSERT_TRUE(run(writer->commit()));
  EXPECT_EQ(text_at(*store_, "a"), "streamed");
  EXPECT_THAT(keys(*store_, ""), ElementsAre("a"));
}

TEST_P(BlobStoreConformance, ReadsRangesAndStopsWhereTheObjectEnds) {
  put(*store_, "a", "0123456789");
  EXPECT_EQ(text_at(*store_, "a", 0, 1), "0");
  EXPECT_EQ(text_at(*store_, "a", 3, 4), "3456");
  EXPECT_EQ(text_at(*store_, "a", 0, 10), "0123456789");
  EXPECT_EQ(text_at(*store_, "a", 8, 5), "89");
  EXPECT_EQ(text_at(*store_, "a", 10, 5), "");
  EXPECT_EQ(text_at(*store_, "a", std::int64_t{1} << 40, 5), "");
  EXPECT_EQ(text_at(*store_, "a", 0, 64 * 1024 * 1024), "0123456789");
}

TEST_P(BlobStoreConformance, RefusesRangesThatAreNone) {
  put(*store_, "a", "0123456789");
  const BlobKey key("a");
  EXPECT_EQ(code_of(run(store_->read(key, -1, 1))), ErrorCode::invalid_request);
  EXPECT_EQ(code_of(run(store_->read(key, 0, 0))), ErrorCode::invalid_request);
  EXPECT_EQ(code_of(run(store_->read(key, 0, 64 * 1024 * 1024 + 1))), ErrorCode::invalid_request);
}

TEST_P(BlobStoreConformance, ListsInByteOrderOfWholeKeys) {
  for (const char* key : {"b", "a/b", "a-b", "a.b", "a0", "a/a/a", "a_b"}) put(*store_, key, "12");
  // '-' < '.' < '/' < '0' < '_'
  EXPECT_THAT(keys(*store_, ""), ElementsAre("a-b", "a.b", "a/a/a", "a/b", "a0", "a_b", "b"));
  const auto found = run(store_->list("a/b", "", 10));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().bytes, 2);
}

TEST_P(BlobStoreConformance, ListsWhatStartsWithAPrefix) {
  for (const char* key : {"v1/g1/a", "v1/g1/b", "v1/g2/a", "v10/a", "v2"}) put(*store_, key, "");
  EXPECT_THAT(keys(*store_, "v1/"), ElementsAre("v1/g1/a", "v1/g1/b", "v1/g2/a"));
  EXPECT_THAT(keys(*store_, "v1"), ElementsAre("v1/g1/a", "v1/g1/b", "v1/g2/a", "v10/a"));
  EXPECT_THAT(keys(*store_, "v1/g"), ElementsAre("v1/g1/a", "v1/g1/b", "v1/g2/a"));
  EXPECT_THAT(keys(*store_, "v1/g1/b"), ElementsAre("v1/g1/b"));
  EXPECT_THAT(keys(*store_, "v2"), ElementsAre("v2"));
  for (const char* prefix :
       {"v2/", "v3", "v3/x/", "v1/g3/", "/", "/v1", "v1//", "../", "./", "V"}) {
    EXPECT_THAT(keys(*store_, prefix), IsEmpty()) << prefix;
  }
}

TEST_P(BlobStoreConformance, ListsOnePageAfterAnother) {
  std::vector<std::string> all;
  for (const char* key : {"a-1", "a.1", "a/1", "a/2/x", "a/2/y", "a/2-z", "a/3", "a0", "b/1/1/1"}) {
    put(*store_, key, "");
    all.emplace_back(key);
  }
  std::ranges::sort(all);
  for (const int limit : {1, 2, 3, 8, 9, 10}) {
    std::vector<std::string> paged;
    for (;;) {
      const auto page = keys(*store_, "", paged.empty() ? "" : paged.back(), limit);
      ASSERT_LE(page.size(), static_cast<std::size_t>(limit));
      paged.insert(paged.end(), page.begin(), page.end());
      if (page.size() < static_cast<std::size_t>(limit)) break;
    }
    EXPECT_EQ(paged, all) << "pages of " << limit;
  }
  // `after` need not be there, nor be a key.
  EXPECT_THAT(keys(*store_, "a/", "a/2", 2), ElementsAre("a/2-z", "a/2/x"));
  EXPECT_THAT(keys(*store_, "a/", "a/2/", 1), ElementsAre("a/2/x"));
  EXPECT_THAT(keys(*store_, "", "a/~", 1), ElementsAre("a0"));
  EXPECT_THAT(keys(*store_, "a/", "b"), IsEmpty());
}

TEST_P(BlobStoreConformance, RemovesAnObject) {
  put(*store_, "a/b/c", "x");
  put(*store_, "a/d", "y");
  ASSERT_TRUE(run(store_->remove(BlobKey("a/b/c"))));
  EXPECT_EQ(code_of(run(store_->stat(BlobKey("a/b/c")))), ErrorCode::not_found);
  EXPECT_THAT(keys(*store_, ""), ElementsAre("a/d"));
  // The folder is no obstacle any more, and may come again.
  put(*store_, "a/b", "z");
  ASSERT_TRUE(run(store_->remove(BlobKey("a/b"))));
  put(*store_, "a/b/c", "again");
  EXPECT_EQ(text_at(*store_, "a/b/c"), "again");
}

TEST_P(BlobStoreConformance, RemovesWhatIsNotThereWithoutComplaint) {
  put(*store_, "a/b", "x");
  for (const char* key : {"absent", "absent/too", "a", "a/b/c", "a/c"}) {
    EXPECT_TRUE(run(store_->remove(BlobKey(key)))) << key;
  }
  EXPECT_THAT(keys(*store_, ""), ElementsAre("a/b"));
}

TEST_P(BlobStoreConformance, GivesAKeyToTheLastOfItsWritersWhole) {
  std::vector<std::unique_ptr<BlobWriter>> writers;
  for (int i = 0; i < 4; ++i) writers.push_back(create(*store_, "a/b"));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < writers.size(); ++i)
      write(*writers[i], std::string(1000, static_cast<char>('0' + i)));
  }
  for (const std::size_t i : {2U, 0U, 3U, 1U}) {
    ASSERT_TRUE(run(writers[i]->commit()));
    EXPECT_EQ(text_at(*store_, "a/b"), std::string(3000, static_cast<char>('0' + i)));
  }
  EXPECT_THAT(keys(*store_, ""), ElementsAre("a/b"));
}

Async<> stream(BlobStore& store, BlobKey key, const Bytes& piece, int pieces) {
  auto writer = co_await store.create(key);
  if (!writer) co_return fail(std::move(writer).error());
  for (int i = 0; i < pieces; ++i) {
    Result<> written = co_await (*writer)->write(piece);
    if (!written) co_return written;
  }
  auto info = co_await (*writer)->commit();
  if (!info) co_return fail(std::move(info).error());
  co_return Result<>();
}

TEST_P(BlobStoreConformance, StreamsALargeObjectThroughASmallBuffer) {
  constexpr int kPieces = 64 * 1024 * 1024 / 65'521;  // pieces that fit no block or page
  const Bytes piece = pattern(65'521, 7);
  const BlobKey key("large");
  const Result<> stored = run(stream(*store_, key, piece, kPieces));
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(run(store_->stat(key))->bytes, std::int64_t{65'521} * kPieces);
  for (int i = 0; i < kPieces; ++i) {
    const auto bytes = run(store_->read(key, std::int64_t{65'521} * i, 65'521));
    ASSERT_TRUE(bytes);
    ASSERT_EQ(*bytes, piece) << i;
  }
}

// Runs them all at once on two threads; the first error of all.
Result<> run_together(std::vector<Async<>> works) {
  asio::thread_pool threads(2);
  std::mutex mutex;
  Result<> first;
  for (Async<>& work : works) {
    asio::co_spawn(threads, std::move(work), [&](std::exception_ptr thrown, Result<> result) {
      const std::lock_guard hold(mutex);
      if (thrown) result = fail(ErrorCode::internal_error, "a coroutine threw");
      if (!result && first) first = result;
    });
  }
  threads.join();
  return first;
}

TEST_P(BlobStoreConformance, TakesManyPutsAtOnce) {
  std::vector<Async<>> puts;
  for (std::uint32_t i = 0; i < 200; ++i) {
    puts.push_back(store_->put(BlobKey("v/" + std::to_string(i % 7) + "/" + std::to_string(i)),
                               pattern(10'000 + i, i)));
  }
  const Result<> stored = run_together(std::move(puts));
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(keys(*store_, "v/").size(), 200U);
  for (std::uint32_t i = 0; i < 200; ++i) {
    const BlobKey key("v/" + std::to_string(i % 7) + "/" + std::to_string(i));
    ASSERT_EQ(*run(store_->read(key, 0, 1 << 20)), pattern(10'000 + i, i)) << i;
  }
}

Async<> read_whole_ones(BlobStore& store, BlobKey key, const std::vector<Bytes>& allowed) {
  for (int i = 0; i < 200; ++i) {
    auto bytes = co_await store.read(key, 0, 1 << 20);
    if (!bytes) co_return fail(std::move(bytes).error());
    if (std::ranges::find(allowed, *bytes) == allowed.end()) {
      co_return fail(ErrorCode::internal_error, "read a mixture of two objects");
    }
  }
  co_return Result<>();
}

Async<> put_in_turn(BlobStore& store, BlobKey key, const std::vector<Bytes>& objects) {
  for (std::size_t i = 0; i < 60; ++i) {
    Bytes bytes = objects[i % objects.size()];
    Result<> stored = co_await store.put(key, std::move(bytes));
    if (!stored) co_return stored;
  }
  co_return Result<>();
}

TEST_P(BlobStoreConformance, ShowsReadersTheOldOrTheNewBytesOfAReplacedObject) {
  const std::vector<Bytes> objects{pattern(100'000, 1), pattern(30'000, 2), pattern(70'000, 3)};
  const BlobKey key("v/playlist");
  ASSERT_TRUE(run(store_->put(key, objects[0])));
  std::vector<Async<>> works;
  for (int i = 0; i < 2; ++i) works.push_back(put_in_turn(*store_, key, objects));
  for (int i = 0; i < 2; ++i) works.push_back(read_whole_ones(*store_, key, objects));
  const Result<> worked = run_together(std::move(works));
  EXPECT_TRUE(worked) << worked.error().message;
}

Async<> put_and_remove(BlobStore& store, BlobKey key) {
  for (int i = 0; i < 40; ++i) {
    Bytes bytes(100);
    Result<> stored = co_await store.put(key, std::move(bytes));
    if (!stored) co_return stored;
    auto info = co_await store.stat(key);
    if (!info) co_return fail(std::move(info).error().within("after put"));
    Result<> removed = co_await store.remove(key);
    if (!removed) co_return removed;
  }
  co_return Result<>();
}

TEST_P(BlobStoreConformance, KeepsNewObjectsWhileTheirNeighboursAreRemoved) {
  std::vector<Async<>> works;
  for (const char* key : {"a/b/c/1", "a/b/c/2", "a/b/3", "a/b/d/4", "a/5"})
    works.push_back(put_and_remove(*store_, BlobKey(key)));
  const Result<> worked = run_together(std::move(works));
  EXPECT_TRUE(worked) << worked.error().message;
  EXPECT_THAT(keys(*store_, ""), IsEmpty());
}

}  // namespace
}  // namespace vodmill
