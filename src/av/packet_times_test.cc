#include "av/packet_times.h"

#include <gtest/gtest.h>

#include <vector>

namespace vodmill::av {
namespace {

// A picture as libavformat gives it; without times unless one was stored with it.
struct Coded {
  char type;
  std::int64_t pts = AV_NOPTS_VALUE;
  std::int64_t dts = AV_NOPTS_VALUE;
};

constexpr std::int64_t kDuration = 10;

class InAProgramStream : public testing::Test {
 protected:
  InAProgramStream() {
    context_->iformat = av_find_input_format("mpeg");
    AVStream* stream = avformat_new_stream(context_.get(), nullptr);
    stream->codecpar->codec_id = AV_CODEC_ID_MPEG2VIDEO;
    stream->codecpar->video_delay = 1;
    times_ = PacketTimes::make(*context_, *stream);
  }

  // When they are shown, in the order given.
  std::vector<std::int64_t> shown(const std::vector<Coded>& pictures) {
    for (const Coded& picture : pictures) add(picture);
    times_->finish();
    std::vector<std::int64_t> times;
    while (times_->take(*packet_)) {
      times.push_back(packet_->pts);
      av_packet_unref(packet_.get());
    }
    return times;
  }

  void add(const Coded& picture) {
    ASSERT_EQ(av_new_packet(packet_.get(), 8), 0);
    const int type = picture.type == 'I' ? 1 : (picture.type == 'P' ? 2 : 3);
    const std::array<int, 8> header{0, 0, 1, 0, 0, type << 3, 0, 0};
    std::ranges::copy(header, packet_->data);
    packet_->pts = picture.pts;
    packet_->dts = picture.dts;
    packet_->pos = picture.pts == AV_NOPTS_VALUE ? -1 : 0;
    packet_->duration = kDuration;
    times_->add(*packet_);
  }

  std::unique_ptr<AVFormatContext, FreeByValue<avformat_free_context>> context_{
      avformat_alloc_context()};
  PacketPtr packet_ = make_packet();
  std::unique_ptr<PacketTimes> times_;
};

using Times = std::vector<std::int64_t>;

TEST_F(InAProgramStream, TheFirstPicturesTimeGivesAllOthersTheirs) {
  EXPECT_EQ(shown({{'I', 10, 0}, {'P'}, {'B'}, {'B'}, {'P'}, {'B'}, {'B'}}),
            (Times{10, 40, 20, 30, 70, 50, 60}));
}

TEST_F(InAProgramStream, ATimeThatContradictsTheOthersIsNotBelieved) {
  // The P picture has got the time of the B picture behind it.
  EXPECT_EQ(shown({{'I', 10, 0}, {'P', 20, 10}, {'B'}, {'B'}, {'P'}, {'B', 50, 50}, {'B'}}),
            (Times{10, 40, 20, 30, 70, 50, 60}));
}

TEST_F(InAProgramStream, TwoTimesThatAgreeMoveTheClock) {
  EXPECT_EQ(shown({{'I', 10, 0}, {'B', 1010, 1010}, {'B', 1020, 1020}, {'B'}, {'P'}}),
            (Times{1040, 10, 1020, 1030, 1050}));
}

TEST_F(InAProgramStream, SmallDifferencesAreFollowed) {
  EXPECT_EQ(shown({{'I', 10, 0}, {'P'}, {'B', 22, 22}, {'B'}, {'P'}}), (Times{10, 42, 22, 32, 52}));
}

TEST_F(InAProgramStream, NothingHasATimeAfterASeekBeforeTwoAgree) {
  times_->restart();
  EXPECT_EQ(shown({{'I', 10, 0}, {'P'}, {'B', 20, 20}, {'B'}, {'P'}}),
            (Times{AV_NOPTS_VALUE, AV_NOPTS_VALUE, 20, 30, 50}));
}

TEST_F(InAProgramStream, PicturesThatNoReferenceFollowsAreNotHeldForEver) {
  add({'I', 10, 0});
  for (int i = 0; i < 100; ++i) add({'B'});
  EXPECT_TRUE(times_->take(*packet_));
}

}  // namespace
}  // namespace vodmill::av
