#include "worker/segment_saver.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "bmff/media.h"
#include "hls/jpeg.h"
#include "hls/names.h"
#include "worker/about.h"

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

// One JPEG, of the size that the plan asks for; a browser is the first to decode it.
Result<> check_picture(const Segment& segment, ByteView bytes, int width, int height) {
  const hls::JpegInfo info = TRY(hls::parse_jpeg(bytes));
  if (info.width != width || info.height != height) {
    return not_as_planned(segment, "a picture of a wrong size");
  }
  return {};
}

// Of the segment, its strip and its poster.
std::vector<BlobKey> keys_of(const Segment& segment) {
  std::vector<BlobKey> keys{segment.key};
  if (!segment.thumbs) return keys;
  keys.push_back(segment.thumbs->strip);
  if (!segment.thumbs->poster.str().empty()) keys.push_back(segment.thumbs->poster);
  return keys;
}

}  // namespace

SegmentSaver::SegmentSaver(const Ports& ports, Budget& budget, Counts& counts,
                           asio::any_io_executor executor, const LeasedTask& task)
    : ports_(ports),
      budget_(budget),
      counts_(counts),
      task_(task),
      executor_(executor),
      saving_(executor),
      given_up_(executor) {}

asio::awaitable<Budget::Room> SegmentSaver::make_room(std::int64_t bytes) {
  return budget_.take(bytes, room_unwanted_);
}

void SegmentSaver::give_up() {
  room_unwanted_ = true;
  given_up_.give();
  budget_.look_again();
}

// Times and counts as the plan has them: what a mill says of itself is not believed.
Result<> SegmentSaver::check_media(const Segment& segment, const bmff::InitInfo& init) const {
  const Plan& plan = *task_.plan;
  const auto index = static_cast<std::size_t>(segment.index);
  const bool is_sound = init.kind == bmff::TrackKind::audio;
  const AudioRendition* sound = is_sound ? plan.sound(segment.rendition) : nullptr;
  const bool is_rung =
      std::ranges::find(plan.ladder, segment.rendition, &Rendition::name) != plan.ladder.end();
  if (is_sound ? !sound : !is_rung)
    return not_as_planned(segment, "the plan has no such rendition");
  const std::vector<std::int64_t>& boundaries = is_sound ? sound->boundaries : plan.boundaries;
  if (index + 1 >= boundaries.size())
    return not_as_planned(segment, "the plan has no such segment");
  const std::int64_t units = boundaries[index + 1] - boundaries[index];
  if (segment.samples != units) return not_as_planned(segment, "a wrong number of samples");
  // One sample lasts num / den seconds.
  const std::int64_t num = is_sound ? kAacFrame : plan.fps.den;
  const std::int64_t den = is_sound ? sound->sample_rate : plan.fps.num;
  const std::int64_t start = mul_div_round(boundaries[index] * num, segment.timescale, den);
  const std::int64_t duration = mul_div_round(units * num, segment.timescale, den);
  constexpr std::int64_t kRounding = 1;
  if (std::abs(segment.start - start) > kRounding)
    return not_as_planned(segment, "starts elsewhere");
  if (std::abs(segment.duration - duration) > units)
    return not_as_planned(segment, "lasts otherwise");
  return {};
}

Result<Segment> SegmentSaver::describe(const sandbox::SegmentBegin& begin, ByteView media_bytes) {
  Segment segment;
  segment.rendition = begin.rendition;
  segment.index = begin.index;
  segment.bytes = std::ssize(media_bytes);
  segment.key = hls::segment_key(task_.prefix, begin.rendition, begin.index, task_.token);
  if (begin.index == kInitSegment) {
    const bmff::InitInfo init = TRY(bmff::parse_init(media_bytes));
    segment.timescale = init.timescale;
    segment.codecs = init.codecs;
    Init fresh{init, std::make_unique<Notice>(executor_)};
    const bool is_first = inits_.emplace(begin.rendition, std::move(fresh)).second;
    if (!is_first) return not_as_planned(segment, "comes twice");
    return segment;
  }
  const auto init = inits_.find(begin.rendition);
  if (init == inits_.end()) return not_as_planned(segment, "comes before its InitSegment");
  const bmff::InitInfo& info = init->second.info;
  const bmff::MediaInfo media = TRY(bmff::parse_media(media_bytes, info));
  segment.start = media.start;
  segment.duration = media.duration;
  segment.samples = media.samples;
  segment.timescale = info.timescale;
  if (!media.sync_samples.empty()) {
    const bmff::SyncSample& first = media.sync_samples.front();
    segment.key_frame = ByteRange{first.offset, first.length};
  }
  TRY_VOID(check_media(segment, info));
  return segment;
}

// The lowest rendition's segments come with pictures, where the plan has thumbs, and no others.
Result<> SegmentSaver::describe_pictures(const sandbox::SegmentBegin& begin, Piece& piece) const {
  const Plan& plan = *task_.plan;
  Segment& segment = piece.segment;
  const bool are_planned =
      plan.thumbs && segment.index != kInitSegment && segment.rendition == plan.ladder.back().name;
  if (are_planned != !piece.strip.empty()) {
    return not_as_planned(segment, "its pictures are not those of the plan");
  }
  if (!are_planned) return {};
  const auto cells = static_cast<int>(plan.thumbs_of(segment.index).size());
  TRY_VOID(check_picture(segment, piece.strip, cells * plan.thumbs->width, plan.thumbs->height));
  Thumbs thumbs{.segment = segment.index,
                .strip = hls::strip_key(task_.prefix, segment.index, task_.token),
                .strip_bytes = begin.strip_bytes,
                .poster = {},
                .poster_bytes = 0,
                .score = begin.score};
  if (!piece.poster.empty()) {
    const Rendition& rung = plan.ladder.at(static_cast<std::size_t>(plan.thumbs->poster));
    TRY_VOID(check_picture(segment, piece.poster, rung.width, rung.height));
    thumbs.poster = hls::poster_key(task_.prefix, segment.index, task_.token);
    thumbs.poster_bytes = begin.poster_bytes;
  }
  segment.thumbs = std::move(thumbs);
  return {};
}

Result<SegmentSaver::Piece> SegmentSaver::take_apart(const sandbox::SegmentBegin& begin,
                                                     Bytes bytes) {
  Piece piece;
  const ByteView all(bytes);
  const auto media = static_cast<std::size_t>(begin.media_bytes());
  const auto strip = static_cast<std::size_t>(begin.strip_bytes);
  const auto copy = [](ByteView part) { return Bytes(part.begin(), part.end()); };
  piece.strip = copy(all.subspan(media, strip));
  piece.poster = copy(all.subspan(media + strip));
  bytes.resize(media);
  if (begin.strip_bytes > 0) bytes.shrink_to_fit();
  piece.segment = TRY(describe(begin, bytes));
  piece.media = std::move(bytes);
  TRY_VOID(describe_pictures(begin, piece));
  return piece;
}

Async<> SegmentSaver::accept(sandbox::SegmentBegin begin, Bytes bytes, Budget::Room room) {
  if (error_) co_return fail(*error_);
  if (!task_.plan) co_return fail(ErrorCode::verification_failed, "a probe made a segment");
  Result<Piece> piece = take_apart(begin, std::move(bytes));
  if (!piece) co_return fail(std::move(piece).error());
  saving_.spawn(save(std::move(*piece), std::move(room)));
  co_return Result<>();
}

asio::awaitable<bool> SegmentSaver::try_again(int attempt, const Error& error) {
  if (!can_be_retried(error.code) || given_up_.given()) co_return false;
  const Milliseconds delay = backoff(attempt, kFirstRetry, kLongestRetry);
  log::debug(about(task_.task), "a segment waits {} ms: {}", delay.count(), error.message);
  co_await given_up_.wait(delay);
  co_return !given_up_.given();
}

Async<> SegmentSaver::put(const BlobKey& key, const Bytes& bytes) {
  for (int attempt = 1;; ++attempt) {
    Bytes copy = bytes;
    Result<> stored = co_await ports_.blobs.put(key, std::move(copy));
    if (stored) co_return stored;
    const bool again = co_await try_again(attempt, stored.error());
    if (!again) co_return fail(std::move(stored).error().within("store " + key.str()));
  }
}

// At once: somebody may wait for the segment, and the store may be slow.
Async<> SegmentSaver::put_all(const Piece& piece) {
  const std::vector<BlobKey> keys = keys_of(piece.segment);
  const std::array parts{&piece.media, &piece.strip, &piece.poster};
  Nursery storing(executor_);
  Result<> stored;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    storing.spawn(put(keys[i], *parts.at(i)), stored);
  }
  co_await storing.join();
  co_return stored;
}

Async<CommitOutcome> SegmentSaver::commit(const Segment& segment) {
  if (segment.index != kInitSegment) {
    co_await inits_.find(segment.rendition)->second.settled->wait();
    if (error_) co_return fail(*error_);
  }
  for (int attempt = 1;; ++attempt) {
    auto outcome = co_await ports_.tasks.commit_segment(task_.task.id, task_.token, segment);
    if (outcome) co_return outcome;
    const bool again = co_await try_again(attempt, outcome.error());
    if (!again) co_return fail(std::move(outcome).error().within("commit " + segment.key.str()));
  }
}

// A chunk whose InitSegment differs from the one that stands cannot be played with the others.
Async<> SegmentSaver::compare_with_stored(const Segment& segment, const Bytes& bytes) {
  const Task& task = task_.task;
  auto rows = co_await ports_.videos.segments(task.video, task.generation, segment.rendition);
  if (!rows) co_return fail(std::move(rows).error());
  const auto init = std::ranges::find(*rows, kInitSegment, &Segment::index);
  if (init == rows->end()) co_return fail(ErrorCode::lease_lost, "the generation is gone");
  auto stored = co_await ports_.blobs.read(init->key, 0, std::max<std::int64_t>(1, init->bytes));
  if (!stored) co_return fail(std::move(stored).error());
  if (*stored != bytes) {
    co_return fail(
        ErrorCode::verification_failed,
        fmt::format("{}: the parts of the video do not fit together", segment.rendition));
  }
  co_return Result<>();
}

// True if its row stands after all: an earlier commit had reached the catalog and its answer had
// not reached us. Where the removal fails, the publisher or the sweep of the generation finds the
// object.
Async<bool> SegmentSaver::remove_unless_committed(const Segment& segment) {
  const Task& task = task_.task;
  auto rows = co_await ports_.videos.segments(task.video, task.generation, segment.rendition);
  if (!rows) co_return fail(std::move(rows).error());
  if (std::ranges::find(*rows, segment.key, &Segment::key) != rows->end()) co_return true;
  for (const BlobKey& key : keys_of(segment)) {
    Result<> removed = co_await ports_.blobs.remove(key);
    if (!removed) log::warn(about(task), "remove {}: {}", key.str(), removed.error().message);
  }
  co_return false;
}

// Another's row stands in this one's place.
Async<> SegmentSaver::settle_loser(const Segment& segment, const Bytes& bytes) {
  for (int attempt = 1;; ++attempt) {
    Result<> settled;
    Result<bool> stands = co_await remove_unless_committed(segment);
    if (!stands) {
      settled = fail(std::move(stands).error());
    } else if (!*stands && segment.index == kInitSegment) {
      settled = co_await compare_with_stored(segment, bytes);
    }
    if (settled) co_return settled;
    const bool again = co_await try_again(attempt, settled.error());
    if (!again) co_return settled;
  }
}

Async<> SegmentSaver::store_and_commit(const Piece& piece) {
  const Segment& segment = piece.segment;
  Result<> stored = co_await put_all(piece);
  if (!stored) co_return stored;
  Result<CommitOutcome> outcome = co_await commit(segment);
  if (outcome && *outcome == CommitOutcome::won) {
    counts_.segments.add();
    counts_.segment_bytes.add(static_cast<double>(segment.bytes));
    co_return Result<>();
  }
  if (outcome) {
    // Every chunk makes its InitSegments anew.
    if (segment.index != kInitSegment) counts_.lost_segments.add();
    Result<> settled = co_await settle_loser(segment, piece.media);
    co_return settled;
  }
  Result<bool> stands = co_await remove_unless_committed(segment);
  if (!stands) {
    log::warn(about(task_.task), "remove {}: {}", segment.key.str(), stands.error().message);
  }
  co_return fail(std::move(outcome).error());
}

asio::awaitable<void> SegmentSaver::save(Piece piece, Budget::Room) {
  Result<> saved = co_await store_and_commit(piece);
  if (!saved) {
    if (!error_) error_ = std::move(saved).error();
    give_up();
  }
  const Segment& segment = piece.segment;
  if (segment.index == kInitSegment) inits_.find(segment.rendition)->second.settled->give();
}

Async<> SegmentSaver::drain() {
  co_await saving_.join();
  if (error_) co_return fail(*error_);
  co_return Result<>();
}

}  // namespace vodmill::worker
