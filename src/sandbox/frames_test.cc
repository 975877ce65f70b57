#include "sandbox/frames.h"

#include <gmock/gmock.h>

#include "core/thumbs.h"
#include "sandbox/messages.h"

namespace vodmill::sandbox {
namespace {

std::vector<Frame> read_in_pieces(ByteView stream, std::size_t piece) {
  FrameReader reader(output_frames());
  std::vector<Frame> frames;
  while (!stream.empty()) {
    ByteView now = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(now.size());
    while (!now.empty()) {
      auto frame = reader.next(now);
      EXPECT_TRUE(frame.has_value());
      if (frame && *frame) frames.push_back(std::move(**frame));
    }
  }
  EXPECT_FALSE(reader.inside_frame());
  return frames;
}

Bytes three_frames() {
  Bytes stream;
  append_frame(stream, FrameType::segment_data, as_bytes("abc"));
  append_frame(stream, FrameType::segment_data, {});
  append_frame(stream, FrameType::progress, as_bytes("{}"));
  return stream;
}

TEST(FrameReader, GivesTheSameFramesHoweverTheBytesAreCut) {
  const Bytes stream = three_frames();
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    const std::vector<Frame> frames = read_in_pieces(stream, piece);
    ASSERT_EQ(frames.size(), 3U) << piece;
    EXPECT_EQ(frames[0].type, FrameType::segment_data);
    EXPECT_EQ(as_text(frames[0].payload), "abc");
    EXPECT_TRUE(frames[1].payload.empty());
    EXPECT_EQ(frames[2].type, FrameType::progress);
    EXPECT_EQ(as_text(frames[2].payload), "{}");
  }
}

TEST(FrameReader, KnowsThatAStreamEndsInsideAFrame) {
  const Bytes stream = three_frames();
  for (std::size_t length : {1U, 4U, 5U, 7U}) {
    FrameReader reader(output_frames());
    ByteView input = ByteView(stream).first(length);
    ASSERT_FALSE(reader.next(input)->has_value());
    EXPECT_TRUE(reader.inside_frame()) << length;
  }
}

TEST(FrameReader, TakesTheLongestFrameAndRefusesOneByteMoreByItsHeader) {
  for (const FrameLimit& limit : output_frames()) {
    Bytes longest;
    append_frame_header(longest, limit.type, limit.longest);
    longest.resize(longest.size() + limit.longest);
    ByteView input(longest);
    FrameReader accepting(output_frames());
    ASSERT_TRUE(accepting.next(input)->has_value());

    Bytes header;
    append_frame_header(header, limit.type, limit.longest + 1);
    input = header;
    FrameReader refusing(output_frames());
    EXPECT_EQ(refusing.next(input).error().code, ErrorCode::malformed_input);
  }
}

TEST(FrameReader, RefusesATypeOfAnotherChannelAndStaysRefusing) {
  Bytes stream;
  append_frame(stream, FrameType::task, as_bytes("{}"));
  append_frame(stream, FrameType::progress, as_bytes("{}"));
  FrameReader reader(output_frames());
  ByteView input(stream);
  EXPECT_FALSE(reader.next(input).has_value());
  EXPECT_FALSE(reader.next(input).has_value());
}

Frame only_frame(ByteView bytes, std::span<const FrameLimit> limits) {
  FrameReader reader(limits);
  auto frame = reader.next(bytes);
  EXPECT_TRUE(frame && *frame && bytes.empty());
  return std::move(**frame);
}

template <class Message>
Message output_round_trip(const Message& message) {
  auto decoded = decode_output(only_frame(encode(message), output_frames()));
  EXPECT_TRUE(decoded.has_value());
  return std::get<Message>(*decoded);
}

template <class Message>
Message answer_round_trip(const Message& message) {
  auto decoded = decode_answer(only_frame(encode(message), answers_to_mill()));
  EXPECT_TRUE(decoded.has_value());
  return std::get<Message>(*decoded);
}

TEST(Messages, SurviveTheirFrames) {
  Locked locked;
  locked.layers.set(Layer::seccomp, true, "70 rules");
  EXPECT_EQ(output_round_trip(locked).layers.of(Layer::seccomp).detail, "70 rules");
  EXPECT_FALSE(output_round_trip(locked).layers.active(Layer::landlock));

  const SegmentBegin begin = output_round_trip(SegmentBegin{"v0", -1, kLongestSegment});
  EXPECT_EQ(begin.rendition, "v0");
  EXPECT_EQ(begin.index, -1);
  EXPECT_EQ(begin.bytes, kLongestSegment);

  const SegmentBegin pictured = output_round_trip(SegmentBegin{"v2", 3, 100, 20, 30, kBestPoster});
  EXPECT_EQ(pictured.strip_bytes, 20);
  EXPECT_EQ(pictured.poster_bytes, 30);
  EXPECT_EQ(pictured.score, kBestPoster);
  EXPECT_EQ(pictured.media_bytes(), 50);

  EXPECT_EQ(output_round_trip(Progress{1LL << 60}).done, 1LL << 60);
  EXPECT_EQ(output_round_trip(TaskResult{{{"a", 1}}}).value.at("a").as_int64(), 1);
  const TaskResult timed = output_round_trip(
      TaskResult{{{"a", 1}}, {{Stage::encode, "v3", std::chrono::microseconds(7)}}});
  EXPECT_EQ(timed.value, (json::object{{"a", 1}}));
  ASSERT_EQ(timed.stages.size(), 1U);
  EXPECT_EQ(timed.stages.front().stage, Stage::encode);
  EXPECT_EQ(timed.stages.front().rendition, "v3");
  EXPECT_EQ(timed.stages.front().time.count(), 7);
  const TaskFailed failed{{ErrorCode::unsupported_codec, "No decoder."}};
  EXPECT_EQ(output_round_trip(failed).error.code, ErrorCode::unsupported_codec);

  EXPECT_EQ(answer_round_trip(TaskOrder{{{"kind", "probe"}}}).value.at("kind").as_string(),
            "probe");
  EXPECT_EQ(answer_round_trip(RangeData{Bytes(3)}).bytes.size(), 3U);
  answer_round_trip(RangeEnd{});
  EXPECT_EQ(answer_round_trip(RangeError{{ErrorCode::gone, "Gone."}}).error.message, "Gone.");

  const RangeRequest sent{(1LL << 40) + 5, kLongestRange};
  const auto request = decode_request(only_frame(encode(sent), requests_to_worker()));
  EXPECT_EQ(request->offset, sent.offset);
  EXPECT_EQ(request->length, sent.length);
}

TEST(Messages, RefuseWhatIsOutOfRange) {
  const std::vector<Bytes> refused{
      encode(SegmentBegin{"v0", -2, 1}),
      encode(SegmentBegin{"v0", 0, 0}),
      encode(SegmentBegin{"v0", 0, kLongestSegment + 1}),
      encode(SegmentBegin{"../v0", 0, 1}),
      encode(SegmentBegin{"", 0, 1}),
      encode(SegmentBegin{"v0", 0, 10, 0, 5, 1}),
      encode(TaskResult{{}, {{Stage::encode, "v16", std::chrono::microseconds(1)}}}),
      encode(TaskResult{{}, {{Stage::decode, "v0", std::chrono::microseconds(1)}}}),
      encode(TaskResult{{}, {{Stage::decode, "", std::chrono::microseconds(-1)}}}),
      encode(TaskResult{{}, {{Stage::decode, "", std::chrono::hours(25)}}}),
      encode(TaskResult{{}, StageTimes(65)}),
      encode(TaskResult{{{"stages", "many"}}}),
      encode(TaskResult{{{"stages", json::array{json::array{"sleep", "", 1}}}}}),
      encode(SegmentBegin{"v0", 0, 10, -1, 5, 1}),
      encode(SegmentBegin{"v0", 0, 10, 5, -1, 1}),
      encode(SegmentBegin{"v0", 0, 10, 5, 5, 1}),
      encode(SegmentBegin{"v0", 0, 10, INT64_MAX, INT64_MAX, 1}),
      encode(SegmentBegin{"v0", 0, kLongestSegment, kLongestStrip + 1, 0, 1}),
      encode(SegmentBegin{"v0", 0, kLongestSegment, 1, kLongestPoster + 1, 1}),
      encode(SegmentBegin{"v0", 0, 10, 5, 4, kBestPoster + 1}),
      encode(SegmentBegin{"v0", 0, 10, 5, 4, -1}),
      encode(Progress{-1}),
  };
  for (const Bytes& bytes : refused) {
    EXPECT_FALSE(decode_output(only_frame(bytes, output_frames()))) << as_text(bytes);
  }
  EXPECT_FALSE(decode_output(Frame{FrameType::segment_data, {}}));
  EXPECT_FALSE(decode_output(Frame{FrameType::result, Bytes(1, std::byte{'7'})}));
  EXPECT_FALSE(decode_output(Frame{FrameType::locked, Bytes(2, std::byte{'['})}));
  for (RangeRequest request : {RangeRequest{-1, 1}, RangeRequest{0, 0},
                               RangeRequest{0, kLongestRange + 1}, RangeRequest{INT64_MAX, 1}}) {
    EXPECT_FALSE(decode_request(only_frame(encode(request), requests_to_worker())));
  }
}

TEST(Messages, CutALongErrorWhereACharacterEnds) {
  std::string text = "x";
  for (int i = 0; i < 3000; ++i) text += "\xC3\xA9";
  const Error error = output_round_trip(TaskFailed{{ErrorCode::internal_error, text}}).error;
  EXPECT_EQ(error.message.size(), 3999U);
}

}  // namespace
}  // namespace vodmill::sandbox
