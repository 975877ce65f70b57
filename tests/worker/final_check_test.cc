// What is looked at once more before a video is published.
#include <boost/asio/use_awaitable.hpp>

#include "worker/world.h"

namespace vodmill {
namespace {

class FinalCheckTest : public WorkerTest {
 protected:
  using Spoil = std::function<asio::awaitable<void>(VideoId id)>;

  // Spoils something at the moment when all is made and the coordinator lists what there is.
  void expect_refused_after(Spoil spoil) {
    store_.before = [is_done = false, spoil = std::move(spoil)](
                        std::string_view operation,
                        const BlobKey& prefix) mutable -> asio::awaitable<void> {
      if (operation != "list" || is_done) co_return;
      is_done = true;
      const VideoId id(prefix.str().substr(0, prefix.str().find('/')));
      co_await spoil(id);
    };
    expect_refused();
  }

  // Nothing of the next video is published.
  void expect_refused() {
    start_worker();
    const VideoId id = upload(8);
    const Video ended = wait_for_end(id);
    ASSERT_EQ(ended.status, VideoStatus::failed);
    EXPECT_FALSE(ended.playable);
    ASSERT_TRUE(ended.error);
    EXPECT_EQ(ended.error->code, ErrorCode::verification_failed) << ended.error->message;
    EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/g1/").empty(); }));
    EXPECT_EQ(keys(id.str() + "/"), std::vector{id.str() + "/source"});
  }

  asio::awaitable<BlobKey> second_segment(VideoId id) {
    const auto rows = co_await videos_.segments(id, 1, "v1");
    EXPECT_TRUE(rows && rows->size() > 2);
    co_return rows->at(2).key;
  }
};

TEST_F(FinalCheckTest, PublishesNothingOfAVideoWithATruncatedSegment) {
  const auto truncate = [this](VideoId id) -> asio::awaitable<void> {
    BlobKey key = co_await second_segment(id);
    const Result<> stored = co_await store_.put(std::move(key), Bytes(100));
    EXPECT_TRUE(stored);
  };
  expect_refused_after(truncate);
}

TEST_F(FinalCheckTest, PublishesNothingOfAVideoOfWhichASegmentIsGone) {
  const auto remove = [this](VideoId id) -> asio::awaitable<void> {
    BlobKey key = co_await second_segment(id);
    const Result<> removed = co_await store_.remove(std::move(key));
    EXPECT_TRUE(removed);
  };
  expect_refused_after(remove);
}

// What SQLite does to the second segment's row, or to the InitSegment's, once it is inserted.
struct SpoiltRow {
  const char* name;
  db::Statement trigger;
};

class SpoiltRows : public FinalCheckTest, public testing::WithParamInterface<SpoiltRow> {};

TEST_P(SpoiltRows, ArePublishedInNoPlaylist) {
  auto create = [trigger = GetParam().trigger](db::Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(trigger));
    return {};
  };
  must(wait_for(database_->write(std::move(create))));
  expect_refused();
}

INSTANTIATE_TEST_SUITE_P(
    FinalCheckTest, SpoiltRows,
    testing::Values(
        SpoiltRow{"TooLong",
                  {"spoil",
                   "CREATE TRIGGER spoil AFTER INSERT ON segments "
                   "WHEN NEW.rendition = 'v1' AND NEW.idx = 1 BEGIN "
                   "UPDATE segments SET duration = duration * 3 WHERE video = NEW.video "
                   "AND rendition = 'v1' AND idx = 1; END"}},
        SpoiltRow{"NotAsLongAsTheOtherRenditions",
                  {"spoil",
                   "CREATE TRIGGER spoil AFTER INSERT ON segments "
                   "WHEN NEW.rendition = 'v1' AND NEW.idx = 1 BEGIN "
                   "UPDATE segments SET duration = duration * 9 / 10 WHERE video = NEW.video "
                   "AND rendition = 'v1' AND idx = 1; END"}},
        SpoiltRow{"Gone",
                  {"spoil",
                   "CREATE TRIGGER spoil AFTER INSERT ON segments "
                   "WHEN NEW.rendition = 'v1' AND NEW.idx = 1 BEGIN "
                   "DELETE FROM segments WHERE video = NEW.video AND rendition = 'v1' AND idx = 1; "
                   "END"}},
        SpoiltRow{"WithoutCodecs",
                  {"spoil",
                   "CREATE TRIGGER spoil AFTER INSERT ON segments "
                   "WHEN NEW.rendition = 'v1' AND NEW.idx = -1 BEGIN "
                   "UPDATE segments SET codecs = '' WHERE video = NEW.video AND rendition = 'v1' "
                   "AND idx = -1; END"}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace vodmill
