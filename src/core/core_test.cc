#include <gtest/gtest.h>

#include "core/blob_store.h"
#include "core/job_queue.h"
#include "core/task.h"
#include "core/video.h"

namespace vodmill {
namespace {

TEST(VideoStatus, NamesAreReadBack) {
  for (int i = 0; i <= static_cast<int>(VideoStatus::cancelled); ++i) {
    const auto status = static_cast<VideoStatus>(i);
    EXPECT_EQ(video_status_from(name_of(status)), status);
  }
  EXPECT_EQ(video_status_from("done"), std::nullopt);
}

TEST(BlobKey, RefusesWhatCouldLeaveTheStore) {
  EXPECT_TRUE(is_valid_blob_key("abc/g1/v0/12-7.m4s"));
  for (const char* key :
       {"", "/a", "a/", "a//b", "..", "a/../b", "./a", "A", "a b", "a\\b", "a/\n"}) {
    EXPECT_FALSE(is_valid_blob_key(key)) << key;
  }
  EXPECT_TRUE(is_valid_blob_key(std::string(255, 'a') + "/" + std::string(255, 'b')));
  EXPECT_FALSE(is_valid_blob_key(std::string(256, 'a')));
}

TEST(Backoff, DoublesUpToItsCeiling) {
  using std::chrono::seconds;
  EXPECT_EQ(backoff(1, seconds(1), seconds(60)), seconds(1));
  EXPECT_EQ(backoff(4, seconds(1), seconds(60)), seconds(8));
  EXPECT_EQ(backoff(40, seconds(1), seconds(60)), seconds(60));
}

TEST(Task, NamesAreReadBack) {
  EXPECT_EQ(task_kind_from(name_of(TaskKind::audio)), TaskKind::audio);
  EXPECT_EQ(task_state_from(name_of(TaskState::cancelled)), TaskState::cancelled);
}

}  // namespace
}  // namespace vodmill
