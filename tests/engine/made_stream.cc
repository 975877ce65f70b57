#include "engine/made_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "bmff/init.h"
#include "bmff/media.h"
#include "core/segment.h"
#include "mill/chunk.h"
#include "mill/probe.h"
#include "mill/sound.h"
#include "plan/planner.h"

namespace vodmill::engine_test {

MemorySource MemorySource::of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const ByteView view = as_bytes(text);
  return MemorySource(Bytes(view.begin(), view.end()));
}

Result<std::size_t> MemorySource::read(std::int64_t offset, std::span<std::byte> into) {
  if (offset >= size()) return std::size_t{0};
  const auto from = static_cast<std::size_t>(offset);
  const std::size_t count = std::min(into.size(), bytes_.size() - from);
  std::memcpy(into.data(), bytes_.data() + from, count);
  return count;
}

Result<> MadeStream::segment(std::string_view rendition, int index, ByteView bytes,
                             const mill::Pictures& pictures) {
  if (!pictures.strip.empty()) {
    EXPECT_TRUE(pictures_.emplace(index, pictures).second) << index << " has pictures twice";
  }
  auto& pieces = pieces_[std::string(rendition)];
  if (index == kInitSegment) {
    const auto [stored, is_new] = pieces.try_emplace(index, bytes.begin(), bytes.end());
    EXPECT_TRUE(std::ranges::equal(stored->second, bytes))
        << rendition << ": the chunks' InitSegments differ";
    return {};
  }
  const auto next = next_.find(rendition);
  if (next != next_.end()) EXPECT_EQ(index, next->second) << rendition;
  next_.insert_or_assign(std::string(rendition), index + 1);
  EXPECT_TRUE(pieces.contains(kInitSegment)) << rendition << ": a segment before its InitSegment";
  EXPECT_TRUE(pieces.try_emplace(index, bytes.begin(), bytes.end()).second)
      << rendition << " " << index << " was made twice";
  return {};
}

Result<> MadeStream::progress(std::int64_t done, std::int64_t) {
  EXPECT_GE(done, 0);
  done_ = done;
  return {};
}

Bytes MadeStream::joined(const std::string& rendition, int first) const {
  Bytes bytes = piece(rendition, kInitSegment);
  for (const auto& [index, segment] : pieces_.at(rendition)) {
    if (index >= first) append(bytes, segment);
  }
  return bytes;
}

const Bytes& MadeStream::piece(const std::string& rendition, int index) const {
  return pieces_.at(rendition).at(index);
}

std::size_t MadeStream::pieces(const std::string& rendition) const {
  const auto found = pieces_.find(rendition);
  return found == pieces_.end() ? 0 : found->second.size();
}

SourceInfo probe_info(MemorySource& source) {
  auto info = mill::probe(source);
  EXPECT_TRUE(info) << info.error().message;
  return std::move(info).value();
}

Plan plan_for(MemorySource& source, int parallel) {
  auto plan =
      plan::make_plan(probe_info(source), {.build = EngineBuild("test"), .cores = 2 * parallel});
  EXPECT_TRUE(plan) << plan.error().message;
  return std::move(plan).value();
}

Plan as_one_chunk(Plan plan) {
  plan.chunks = {{0, plan.segments()}};
  return plan;
}

void make_chunk(MemorySource& source, const Plan& plan, int chunk, std::vector<int> resume,
                MadeStream& made) {
  plan::TaskSpec spec;
  spec.kind = TaskKind::chunk;
  spec.source_bytes = source.size();
  spec.plan = plan;
  spec.chunk = chunk;
  spec.resume = std::move(resume);
  made.begin_task();
  mill::StageSheet sheet;
  mill::StageClock clock(sheet);
  const auto result = mill::encode_chunk(source, spec, made, clock);
  ASSERT_TRUE(result) << "chunk " << chunk << ": " << result.error().message;
}

void make_sound(MemorySource& source, const Plan& plan, int resume, MadeStream& made, int sound) {
  plan::TaskSpec spec;
  spec.kind = TaskKind::audio;
  spec.sound = sound;
  spec.source_bytes = source.size();
  spec.plan = plan;
  spec.resume = {resume};
  made.begin_task();
  const auto result = mill::encode_sound(source, spec, made);
  ASSERT_TRUE(result) << result.error().message;
}

void make_all(MemorySource& source, const Plan& plan, MadeStream& made) {
  for (int chunk = static_cast<int>(plan.chunks.size()) - 1; chunk >= 0; --chunk) {
    make_chunk(source, plan, chunk, std::vector<int>(plan.ladder.size(), 0), made);
  }
  for (int sound = 0; sound < std::ssize(plan.sounds); ++sound) {
    make_sound(source, plan, 0, made, sound);
  }
}

namespace {

struct Expected {
  std::string rendition;
  std::vector<std::int64_t> boundaries;  // in samples
  Rational seconds_a_sample;
};

void expect_chain(const Expected& expected, const MadeStream& made) {
  SCOPED_TRACE(expected.rendition);
  ASSERT_EQ(made.pieces(expected.rendition), expected.boundaries.size());
  const auto init = bmff::parse_init(made.piece(expected.rendition, kInitSegment));
  ASSERT_TRUE(init) << init.error().message;
  ASSERT_EQ(init->timescale * expected.seconds_a_sample.num % expected.seconds_a_sample.den, 0)
      << "the timescale " << init->timescale << " cannot tell single samples";
  const std::int64_t step =
      init->timescale * expected.seconds_a_sample.num / expected.seconds_a_sample.den;
  std::int64_t decode_time = 0;
  for (std::size_t i = 0; i + 1 < expected.boundaries.size(); ++i) {
    SCOPED_TRACE(i);
    const auto media =
        bmff::parse_media(made.piece(expected.rendition, static_cast<int>(i)), *init);
    ASSERT_TRUE(media) << media.error().message;
    EXPECT_EQ(media->samples, expected.boundaries[i + 1] - expected.boundaries[i]);
    EXPECT_EQ(media->start, decode_time);
    EXPECT_EQ(media->duration, media->samples * step);
    EXPECT_EQ(media->first_pts - init->media_time, expected.boundaries[i] * step);
    EXPECT_EQ(media->end_pts - init->media_time, expected.boundaries[i + 1] * step);
    EXPECT_FALSE(media->has_parameter_sets);
    decode_time += media->duration;
  }
}

}  // namespace

void expect_whole(const Plan& plan, const MadeStream& made) {
  for (const Rendition& rung : plan.ladder) {
    expect_chain({rung.name, plan.boundaries, {plan.fps.den, plan.fps.num}}, made);
  }
  for (const AudioRendition& sound : plan.sounds) {
    expect_chain({sound.name, sound.boundaries, {1024, sound.sample_rate}}, made);
  }
}

}  // namespace vodmill::engine_test
