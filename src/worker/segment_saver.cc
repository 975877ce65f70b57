#include "worker/segment_saver.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "bmff/media.h"
#include "hls/names.h"

namespace vodmill::worker {
namespace {

constexpr Milliseconds kFirstRetry{200};
constexpr Milliseconds kLongestRetry{10'000};
constexpr int kAacFrame = 1024;  // samples

bool can_be_retried(ErrorCode code) {
  return code == ErrorCode::storage_unavailable || code == ErrorCode::disk_full;
}

std::unexpected<Error> not_as_planned(const Segment& segment, std::string_view what) {
  return fail(ErrorCode::verification_failed,
              fmt::format("{} segment {}: {}", segment.rendition, segment.index, what));
}

}  // namespace

SegmentSaver::SegmentSaver(const Ports& ports, Budget& budget, asio::any_io_executor executor,
                           const LeasedTask& task, const bool& stopping)
    : ports_(ports), budget_(budget), task_(task), stopping_(stopping), saving_(executor) {}

asio::awaitable<void> SegmentSaver::make_room(std::int64_t bytes) { return budget_.take(bytes); }

// Times and counts as the plan has them: what a mill says of itself is not believed.
Result<> SegmentSaver::check_media(const Segment& segment, const bmff::InitInfo& init) const {
  const Plan& plan = *task_.plan;
  const auto index = static_cast<std::size_t>(segment.index);
  const bool is_sound = init.kind == bmff::TrackKind::audio;
  const std::vector<std::int64_t>& boundaries = is_sound ? plan.audio->boundaries : plan.boundaries;
  if (index + 1 >= boundaries.size())
    return not_as_planned(segment, "the plan has no such segment");
  const std::int64_t units = boundaries[index + 1] - boundaries[index];
  if (segment.samples != units) return not_as_planned(segment, "a wrong number of samples");
  // One sample lasts num / den seconds.
  const std::int64_t num = is_sound ? kAacFrame : plan.fps.den;
  const std::int64_t den = is_sound ? plan.audio->sample_rate : plan.fps.num;
  const std::int64_t start = mul_div_round(boundaries[index] * num, segment.timescale, den);
  const std::int64_t duration = mul_div_round(units * num, segment.timescale, den);
  constexpr std::int64_t kRounding = 1;
  if (std::abs(segment.start - start) > kRounding)
    return not_as_planned(segment, "starts elsewhere");
  if (std::abs(segment.duration - duration) > units)
    return not_as_planned(segment, "lasts otherwise");
  return {};
}

Result<Segment> SegmentSaver::describe(const sandbox::SegmentBegin& begin, ByteView bytes) {
  Segment segment;
  segment.rendition = begin.rendition;
  segment.index = begin.index;
  segment.bytes = std::ssize(bytes);
  segment.key = hls::segment_key(task_.prefix, begin.rendition, begin.index, task_.token);
  if (begin.index == kInitSegment) {
    const bmff::InitInfo init = TRY(bmff::parse_init(bytes));
    segment.timescale = init.timescale;
    segment.codecs = init.codecs;
    inits_.insert_or_assign(begin.rendition, init);
    return segment;
  }
  const auto init = inits_.find(begin.rendition);
  if (init == inits_.end()) return not_as_planned(segment, "comes before its InitSegment");
  const bmff::MediaInfo media = TRY(bmff::parse_media(bytes, init->second));
  segment.start = media.start;
  segment.duration = media.duration;
  segment.samples = media.samples;
  segment.timescale = init->second.timescale;
  TRY_VOID(check_media(segment, init->second));
  return segment;
}

Async<> SegmentSaver::accept(sandbox::SegmentBegin begin, Bytes bytes) {
  const std::int64_t held = begin.bytes;
  Result<Segment> segment = task_.plan
                                ? describe(begin, bytes)
                                : fail(ErrorCode::verification_failed, "a probe made a segment");
  if (!segment || error_) {
    budget_.give_back(held);
    co_return fail(error_ ? *error_ : std::move(segment).error());
  }
  saving_.spawn(save(std::move(*segment), std::move(bytes)));
  co_return Result<>();
}

asio::awaitable<bool> SegmentSaver::wait_before_retry(int attempt, const Error& error) {
  if (!can_be_retried(error.code) || stopping_ || error_) co_return false;
  const Milliseconds delay = backoff(attempt, kFirstRetry, kLongestRetry);
  log::warn("storing a segment is tried again in {} ms: {}", delay.count(), error.message);
  co_await sleep_for(delay);
  co_return !stopping_;
}

// A chunk whose InitSegment differs from the one that stands cannot be played with the others.
Async<> SegmentSaver::compare_with_stored(std::string rendition, const Bytes& bytes) {
  auto rows = co_await ports_.videos.segments(task_.task.video, task_.task.generation, rendition);
  if (!rows) co_return fail(std::move(rows).error());
  const auto init = std::ranges::find(*rows, kInitSegment, &Segment::index);
  if (init == rows->end()) co_return fail(ErrorCode::lease_lost, "the generation is gone");
  auto stored = co_await ports_.blobs.read(init->key, 0, std::max<std::int64_t>(1, init->bytes));
  if (!stored) co_return fail(std::move(stored).error());
  if (*stored != bytes) {
    co_return fail(ErrorCode::verification_failed,
                   fmt::format("{}: the parts of the video do not fit together", rendition));
  }
  co_return Result<>();
}

Async<> SegmentSaver::store_and_commit(Segment segment, const Bytes& bytes) {
  Bytes copy = bytes;
  Result<> stored = co_await ports_.blobs.put(segment.key, std::move(copy));
  if (!stored) co_return fail(std::move(stored).error().within("store " + segment.key.str()));
  const TaskId task = task_.task.id;
  const Token token = task_.token;
  auto outcome = co_await ports_.tasks.commit_segment(task, token, segment);
  if (outcome && *outcome == CommitOutcome::won) co_return Result<>();
  // Not the segment for ever, or not ours to make any more: its object must not stay behind. Where
  // the removal fails, the sweep of the finished generation finds it.
  const bool is_ours_no_more = outcome || outcome.error().code == ErrorCode::lease_lost;
  if (is_ours_no_more) {
    Result<> removed = co_await ports_.blobs.remove(segment.key);
    if (!removed) log::warn("remove {}: {}", segment.key.str(), removed.error().message);
  }
  if (!outcome) co_return fail(std::move(outcome).error().within("commit " + segment.key.str()));
  if (segment.index != kInitSegment) co_return Result<>();
  Result<> equal = co_await compare_with_stored(segment.rendition, bytes);
  co_return equal;
}

asio::awaitable<void> SegmentSaver::save(Segment segment, Bytes bytes) {
  for (int attempt = 1;; ++attempt) {
    Result<> saved = co_await store_and_commit(segment, bytes);
    if (saved) break;
    const bool again = co_await wait_before_retry(attempt, saved.error());
    if (again) continue;
    if (!error_) error_ = std::move(saved).error();
    break;
  }
  budget_.give_back(segment.bytes);
}

Async<> SegmentSaver::drain() {
  co_await saving_.join();
  if (error_) co_return fail(*error_);
  co_return Result<>();
}

}  // namespace vodmill::worker
