#include "mill/chunk.h"

#include <algorithm>
#include <deque>

#include "av/picture.h"
#include "mill/frame_reader.h"
#include "mill/rung.h"
#include "mill/thumbs.h"

namespace vodmill::mill {
namespace {

constexpr int kFramesBetweenReports = 8;

// Which renditions one decode makes, by their index in the ladder: [first, end).
struct Rungs {
  std::size_t first, end;
};

// How far the chunk is, all its decodes together.
struct Work {
  std::int64_t done = 0;  // pixels x frames that are there, committed ones included
  std::int64_t decoded = 0;
  std::int64_t encoded = 0;
  std::int64_t undecodable = 0;
  std::optional<std::int64_t> damaged_from = {};  // the first output frame that shows damage
};

// One decode of the chunk.
class ChunkEncoder {
 public:
  ChunkEncoder(const plan::TaskSpec& spec, Rungs wanted, Work before, Output& output)
      : plan_(*spec.plan),
        chunk_(plan_.chunks[static_cast<std::size_t>(spec.chunk)]),
        wanted_(wanted),
        before_(before),
        plain_output_(output),
        normalizer_(plan_, plan_.source_time_base),
        done_(before.done) {}

  Result<Work> run(av::ByteSource& source, const plan::TaskSpec& spec);

 private:
  Result<> open_rungs(const std::vector<int>& resume);
  void illustrate(const std::vector<int>& resume);
  Result<> encode(FrameReader& reader);
  Result<> encode_ready();
  Result<> encode_picture(AVFrame& picture, std::int64_t from, std::int64_t to);
  Result<> report();
  std::int64_t encoded() const;

  struct Range {
    std::int64_t from, to;
  };

  const Plan& plan_;
  const Chunk chunk_;
  const Rungs wanted_;
  const Work before_;
  Output& plain_output_;
  std::optional<ThumbMaker> thumbs_;  // where the lowest rendition is made
  std::optional<IllustratedOutput> illustrated_;
  Output* output_ = &plain_output_;
  av::Normalizer normalizer_;
  std::optional<av::Cascade> cascade_;
  // In ladder order; none where every segment is committed or none is wanted.
  std::vector<std::optional<Rung>> rungs_;
  std::deque<Range> in_normalizer_;  // of the frames given to it, in order
  std::int64_t done_;
  int unreported_ = 0;
};

std::int64_t pixels(const Rendition& rendition) {
  return static_cast<std::int64_t>(rendition.width) * rendition.height;
}

std::optional<std::int64_t> earlier(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  return a && b ? std::min(*a, *b) : (a ? a : b);
}

int front_of(int resume, const Chunk& chunk) {
  return std::clamp(resume, chunk.first_segment, chunk.end_segment);
}

std::int64_t committed(const plan::TaskSpec& spec) {
  const Plan& plan = *spec.plan;
  const Chunk& chunk = plan.chunks[static_cast<std::size_t>(spec.chunk)];
  const auto at = [&](int segment) { return plan.boundaries[static_cast<std::size_t>(segment)]; };
  std::int64_t done = 0;
  for (std::size_t i = 0; i < plan.ladder.size(); ++i) {
    const int front = front_of(spec.resume[i], chunk);
    done += pixels(plan.ladder[i]) * (at(front) - at(chunk.first_segment));
  }
  return done;
}

Result<> ChunkEncoder::open_rungs(const std::vector<int>& resume) {
  for (std::size_t i = 0; i < plan_.ladder.size(); ++i) {
    rungs_.emplace_back();
    const int first = front_of(resume[i], chunk_);
    const bool is_wanted = i >= wanted_.first && i < wanted_.end;
    if (!is_wanted || first == chunk_.end_segment) continue;
    rungs_.back().emplace(TRY(Rung::open(plan_, i, first, chunk_.end_segment)));
  }
  return {};
}

void ChunkEncoder::illustrate(const std::vector<int>& resume) {
  const int first = front_of(resume.back(), chunk_);
  if (!plan_.thumbs || !rungs_.back()) return;
  thumbs_.emplace(plan_, first, chunk_.end_segment);
  illustrated_.emplace(plain_output_, plan_, *thumbs_);
  output_ = &*illustrated_;
}

Result<> ChunkEncoder::report() {
  if (++unreported_ < kFramesBetweenReports) return {};
  unreported_ = 0;
  return output_->progress(done_, encoded());
}

std::int64_t ChunkEncoder::encoded() const {
  std::int64_t frames = before_.encoded;
  for (const auto& rung : rungs_) frames += rung ? rung->encoded() : 0;
  return frames;
}

Result<> ChunkEncoder::encode_picture(AVFrame& picture, std::int64_t from, std::int64_t to) {
  if (from == to) return {};
  const std::span<AVFrame* const> pictures = TRY(cascade_->scale(&picture));
  const std::int64_t first_counted =
      plan_.boundaries[static_cast<std::size_t>(chunk_.first_segment)];
  const std::int64_t end_counted = plan_.boundaries[static_cast<std::size_t>(chunk_.end_segment)];
  for (std::int64_t n = from; n < to; ++n) {
    if (thumbs_) TRY_VOID(thumbs_->see(pictures, n));
    for (std::size_t i = 0; i < rungs_.size(); ++i) {
      auto& rung = rungs_[i];
      if (!rung || n < rung->first_frame() || n >= rung->end_frame()) continue;
      TRY_VOID(rung->add(*pictures[i], n, *output_));
      if (n >= first_counted && n < end_counted) done_ += pixels(plan_.ladder[i]);
    }
    TRY_VOID(report());
  }
  return {};
}

Result<> ChunkEncoder::encode_ready() {
  for (av::FramePtr picture = av::make_frame(); TRY(normalizer_.receive(*picture));) {
    if (in_normalizer_.empty()) {
      return fail(ErrorCode::internal_error, "a filter gave more pictures than it was given");
    }
    const Range range = in_normalizer_.front();
    in_normalizer_.pop_front();
    TRY_VOID(encode_picture(*picture, range.from, range.to));
    av_frame_unref(picture.get());
  }
  return {};
}

Result<> ChunkEncoder::encode(FrameReader& reader) {
  for (;;) {
    std::optional<ShownFrame> shown = TRY(reader.next());
    if (!shown) break;
    in_normalizer_.push_back({shown->from, shown->to});
    TRY_VOID(normalizer_.send(shown->frame.get()));
    TRY_VOID(encode_ready());
  }
  TRY_VOID(normalizer_.send(nullptr));
  return encode_ready();
}

Result<Work> ChunkEncoder::run(av::ByteSource& source, const plan::TaskSpec& spec) {
  cascade_.emplace(TRY(av::Cascade::make(plan_.ladder)));
  TRY_VOID(open_rungs(spec.resume));
  illustrate(spec.resume);
  std::int64_t first = INT64_MAX;
  std::int64_t end = 0;
  for (const auto& rung : rungs_) {
    if (!rung) continue;
    first = std::min(first, rung->first_frame());
    end = std::max(end, rung->end_frame());
  }
  if (first >= end) return before_;

  FrameReader reader = TRY(FrameReader::open(source, plan_, first, end));
  TRY_VOID(encode(reader));
  for (auto& rung : rungs_) {
    if (rung) TRY_VOID(rung->finish(*output_));
  }
  TRY_VOID(output_->progress(done_, encoded()));
  return Work{.done = done_,
              .decoded = before_.decoded + reader.decoded(),
              .encoded = encoded(),
              .undecodable = std::max(before_.undecodable, reader.undecodable()),
              .damaged_from = earlier(before_.damaged_from, reader.damaged_from())};
}

}  // namespace

Result<json::object> encode_chunk(av::ByteSource& source, const plan::TaskSpec& spec,
                                  Output& output) {
  const std::size_t rungs = spec.plan->ladder.size();
  std::vector<Rungs> decodes{{0, rungs}};
  // Somebody waits for the lowest rendition of the first chunk, and decoding that twice is cheap.
  if (spec.chunk == 0 && rungs > 1) decodes = {{rungs - 1, rungs}, {0, rungs - 1}};
  Work work{.done = committed(spec)};
  for (const Rungs wanted : decodes) {
    work = TRY(ChunkEncoder(spec, wanted, work, output).run(source, spec));
  }
  json::object result{
      {"decoded", work.decoded}, {"encoded", work.encoded}, {"undecodable", work.undecodable}};
  if (work.damaged_from) {
    result["damaged_at"] = static_cast<double>(*work.damaged_from) / spec.plan->fps.value();
  }
  return result;
}

}  // namespace vodmill::mill
