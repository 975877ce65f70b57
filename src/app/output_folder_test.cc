#include "app/output_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fakes/scratch_folder.h"

namespace vodmill::app {
namespace {

namespace fs = std::filesystem;

class OutputFolderTest : public testing::Test {
 protected:
  void put(const std::string& name) {
    fs::create_directories((out_ / name).parent_path());
    std::ofstream(out_ / name) << "x";
  }

  bool is_taken() const { return OutputFolder::take(out_).has_value(); }

  const ScratchFolder scratch_;
  const fs::path out_ = scratch_.path() / "out";
};

TEST_F(OutputFolderTest, MayBeNewOrEmpty) {
  EXPECT_TRUE(is_taken());
  fs::create_directory(out_);
  EXPECT_TRUE(is_taken());
  EXPECT_TRUE(fs::exists(out_)) << "it was there before";
}

TEST_F(OutputFolderTest, MayHoldAStreamOfOursWholeOrBegun) {
  put("g1/v0/init-1.mp4");
  put("g1/posters/0-1.jpg");
  put(".tmp~/abc.1");
  EXPECT_TRUE(is_taken());
  put("g1/v0-vod.m3u8");
  put("poster.jpg");
  put("index.m3u8");
  EXPECT_TRUE(is_taken());
  EXPECT_TRUE(fs::exists(out_ / ".tmp~")) << "somebody uses it";
}

TEST_F(OutputFolderTest, MayHoldNothingElse) {
  put("index.m3u8");
  EXPECT_FALSE(is_taken()) << "a playlist alone may be anybody's";
  put("g1/v0/init-1.mp4");
  EXPECT_TRUE(is_taken());
  put("g1/notes.txt");
  const auto taken = OutputFolder::take(out_);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::conflict);
  EXPECT_NE(taken.error().message.find("g1/notes.txt"), std::string::npos);
}

TEST_F(OutputFolderTest, IsGoneAfterARunThatMadeNothing) {
  {
    const auto taken = OutputFolder::take(out_);
    ASSERT_TRUE(taken);
    fs::create_directories(out_ / ".tmp~");
  }
  EXPECT_FALSE(fs::exists(out_));
  {
    const auto taken = OutputFolder::take(out_);
    ASSERT_TRUE(taken);
    fs::create_directories(out_ / ".tmp~");
    put("index.m3u8");
  }
  EXPECT_FALSE(fs::exists(out_ / ".tmp~"));
  EXPECT_TRUE(fs::exists(out_ / "index.m3u8"));
}

}  // namespace
}  // namespace vodmill::app
