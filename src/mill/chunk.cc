#include "mill/chunk.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <ranges>

#include "av/picture.h"
#include "mill/copied_rung.h"
#include "mill/frame_reader.h"
#include "mill/rung_thread.h"
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
  ChunkEncoder(const plan::TaskSpec& spec, Rungs wanted, Work before, Output& output,
               StageClock& clock)
      : plan_(*spec.plan),
        chunk_(plan_.chunks[static_cast<std::size_t>(spec.chunk)]),
        wanted_(wanted),
        before_(before),
        clock_(clock),
        output_(output),
        normalizer_(plan_, plan_.source_time_base),
        done_(before.done) {}

  Result<Work> run(av::ByteSource& source, const plan::TaskSpec& spec);

 private:
  bool makes(std::size_t rung) const { return rung >= wanted_.first && rung < wanted_.end; }
  Result<> open_rungs(const std::vector<int>& resume);
  void illustrate(const std::vector<int>& resume);
  Result<FrameReader> open_reader(av::ByteSource& source, std::int64_t first, std::int64_t end);
  Result<> encode(FrameReader& reader);
  Result<std::optional<ShownFrame>> decode(FrameReader& reader);
  Result<bool> filter(AVFrame& picture);
  Result<std::span<AVFrame* const>> scale(AVFrame& picture);
  Result<> see(std::span<AVFrame* const> pictures, std::int64_t n);
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
  StageClock& clock_;
  SharedOutput output_;
  std::optional<ThumbMaker> thumbs_;  // where the lowest rendition is made
  av::Normalizer normalizer_;
  std::optional<av::Cascade> cascade_;
  // In ladder order; none where every segment is committed or none is wanted.
  std::vector<std::unique_ptr<RungThread>> rungs_;
  std::deque<Range> in_normalizer_;  // of the frames given to it, in order
  std::int64_t done_;
  int unreported_ = 0;
};

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
    done += plan.ladder[i].cost() * (at(front) - at(chunk.first_segment));
  }
  return done;
}

Result<> ChunkEncoder::open_rungs(const std::vector<int>& resume) {
  bool has_own = false;  // the largest one that is made
  for (std::size_t i = 0; i < plan_.ladder.size(); ++i) {
    rungs_.emplace_back();
    const int first = front_of(resume[i], chunk_);
    if (!makes(i) || first == chunk_.end_segment) continue;
    const bool is_lowest = i + 1 == plan_.ladder.size();
    ThumbMaker* thumbs = is_lowest && thumbs_ ? &*thumbs_ : nullptr;
    Rung rung = TRY(Rung::open(plan_, i, first, chunk_.end_segment, thumbs));
    const auto where = has_own ? RungThread::Thread::callers : RungThread::Thread::own;
    rungs_.back() = std::make_unique<RungThread>(std::move(rung), output_, clock_, where);
    has_own = true;
  }
  return {};
}

void ChunkEncoder::illustrate(const std::vector<int>& resume) {
  const int first = front_of(resume.back(), chunk_);
  if (!plan_.thumbs || !makes(plan_.ladder.size() - 1) || first == chunk_.end_segment) return;
  thumbs_.emplace(plan_, first, chunk_.end_segment);
}

Result<> ChunkEncoder::report() {
  if (++unreported_ < kFramesBetweenReports) return {};
  unreported_ = 0;
  const StageScope scope(clock_, Stage::write);
  return output_.progress(done_, encoded());
}

std::int64_t ChunkEncoder::encoded() const {
  std::int64_t frames = before_.encoded;
  for (const auto& rung : rungs_) frames += rung ? rung->encoded() : 0;
  return frames;
}

Result<std::span<AVFrame* const>> ChunkEncoder::scale(AVFrame& picture) {
  const StageScope scope(clock_, Stage::scale);
  return cascade_->scale(&picture);
}

Result<> ChunkEncoder::see(std::span<AVFrame* const> pictures, std::int64_t n) {
  if (!thumbs_) return {};
  const StageScope scope(clock_, Stage::pictures);
  return thumbs_->see(pictures, n);
}

Result<bool> ChunkEncoder::filter(AVFrame& picture) {
  const StageScope scope(clock_, Stage::filter);
  return normalizer_.receive(picture);
}

Result<std::optional<ShownFrame>> ChunkEncoder::decode(FrameReader& reader) {
  const StageScope scope(clock_, Stage::decode);
  return reader.next();
}

Result<> ChunkEncoder::encode_picture(AVFrame& picture, std::int64_t from, std::int64_t to) {
  if (from == to) return {};
  const std::span<AVFrame* const> pictures = TRY(scale(picture));
  const std::int64_t first_counted =
      plan_.boundaries[static_cast<std::size_t>(chunk_.first_segment)];
  const std::int64_t end_counted = plan_.boundaries[static_cast<std::size_t>(chunk_.end_segment)];
  for (std::int64_t n = from; n < to; ++n) {
    TRY_VOID(see(pictures, n));
    for (std::size_t i = 0; i < rungs_.size(); ++i) {
      auto& rung = rungs_[i];
      if (!rung || n < rung->first_frame() || n >= rung->end_frame()) continue;
      TRY_VOID(rung->add(*pictures[i], n));
      if (n >= first_counted && n < end_counted) done_ += plan_.ladder[i].cost();
    }
    TRY_VOID(report());
  }
  return {};
}

Result<> ChunkEncoder::encode_ready() {
  for (av::FramePtr picture = av::make_frame(); TRY(filter(*picture));) {
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
    std::optional<ShownFrame> shown = TRY(decode(reader));
    if (!shown) break;
    in_normalizer_.push_back({shown->from, shown->to});
    {
      const StageScope scope(clock_, Stage::filter);
      TRY_VOID(normalizer_.send(shown->frame.get()));
    }
    TRY_VOID(encode_ready());
  }
  TRY_VOID(normalizer_.send(nullptr));
  return encode_ready();
}

Result<FrameReader> ChunkEncoder::open_reader(av::ByteSource& source, std::int64_t first,
                                              std::int64_t end) {
  const StageScope scope(clock_, Stage::decode);
  return FrameReader::open(source, plan_, first, end);
}

Result<Work> ChunkEncoder::run(av::ByteSource& source, const plan::TaskSpec& spec) {
  cascade_.emplace(TRY(av::Cascade::make(plan_.ladder)));
  illustrate(spec.resume);
  TRY_VOID(open_rungs(spec.resume));
  std::int64_t first = INT64_MAX;
  std::int64_t end = 0;
  for (const auto& rung : rungs_) {
    if (!rung) continue;
    first = std::min(first, rung->first_frame());
    end = std::max(end, rung->end_frame());
  }
  if (first >= end) return before_;

  TimedSource timed(source, clock_);
  FrameReader reader = TRY(open_reader(timed, first, end));
  TRY_VOID(encode(reader));
  // The one with a thread of its own last: it works on meanwhile.
  for (auto& rung : rungs_ | std::views::reverse) {
    if (rung) TRY_VOID(rung->finish());
  }
  TRY_VOID(output_.progress(done_, encoded()));
  return Work{.done = done_,
              .decoded = before_.decoded + reader.decoded(),
              .encoded = encoded(),
              .undecodable = std::max(before_.undecodable, reader.undecodable()),
              .damaged_from = earlier(before_.damaged_from, reader.damaged_from())};
}

}  // namespace

Result<json::object> encode_chunk(av::ByteSource& source, const plan::TaskSpec& spec,
                                  Output& output, StageClock& clock) {
  const Plan& plan = *spec.plan;
  const std::size_t rungs = plan.ladder.size();
  const std::size_t first_encoded = plan.ladder.front().copied ? 1 : 0;
  std::vector<Rungs> decodes{{first_encoded, rungs}};
  // Somebody waits for the lowest rendition of the first chunk, and decoding that twice is cheap.
  if (spec.chunk == 0 && rungs > 1) decodes = {{rungs - 1, rungs}, {first_encoded, rungs - 1}};
  if (first_encoded > 0) {
    const Chunk& chunk = plan.chunks[static_cast<std::size_t>(spec.chunk)];
    const int front = front_of(spec.resume.front(), chunk);
    TRY_VOID(copy_segments(source, plan, front, chunk.end_segment, output));
  }
  Work work{.done = committed(spec)};
  for (const Rungs wanted : decodes) {
    work = TRY(ChunkEncoder(spec, wanted, work, output, clock).run(source, spec));
  }
  json::object result{
      {"decoded", work.decoded}, {"encoded", work.encoded}, {"undecodable", work.undecodable}};
  if (work.damaged_from) {
    result["damaged_at"] = static_cast<double>(*work.damaged_from) / spec.plan->fps.value();
  }
  return result;
}

}  // namespace vodmill::mill
