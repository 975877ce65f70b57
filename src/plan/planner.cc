#include "plan/planner.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/transfer.h"
#include "plan/copy_gate.h"
#include "plan/frame_grid.h"
#include "plan/ladder.h"
#include "plan/language.h"
#include "plan/segment_lengths.h"
#include "plan/sounds.h"

namespace vodmill::plan {
namespace {

constexpr int kSegmentsInChunk = 8;  // about 48 s: long enough for the lead and tail to cost little

constexpr int kAacFrame = 1024;  // samples

constexpr std::string_view kNotAgain = "an earlier attempt at the video was not good enough";

// Pictures by which our encoder's decoding is ahead of showing; with the same for what is copied, a
// player that knows no edit lists keeps its time when it changes rendition.
constexpr int kEncoderDelay = 2;
constexpr int kLeastKbps = 80;

constexpr int kThumbSide = 160;     // pixels of a cell's longer side
constexpr int kPosterWidth = 1280;  // at most
constexpr double kManyThumbs = 200;

Result<> check_limits(const VideoStreamInfo& video, const Policy& policy) {
  const std::int64_t pixels = static_cast<std::int64_t>(video.width) * video.height;
  if (pixels > policy.max_pixels) {
    return fail(ErrorCode::resolution_exceeds_limit,
                fmt::format("The picture is {}x{}; at most {} megapixels are accepted.",
                            video.width, video.height, policy.max_pixels / 1'000'000));
  }
  if (std::min(video.width, video.height) < policy.min_side) {
    return fail(ErrorCode::resolution_too_small,
                fmt::format("The picture is {}x{}; each side must have at least {} pixels.",
                            video.width, video.height, policy.min_side));
  }
  const double seconds =
      static_cast<double>(video.end_pts - video.first_pts) * video.time_base.value();
  if (video.packets == 0 || seconds <= 0) {
    return fail(ErrorCode::duration_too_short,
                "The file announces video but holds no frame of it.");
  }
  if (seconds > policy.max_seconds) {
    return fail(ErrorCode::duration_exceeds_limit,
                fmt::format("The video is {:.0f} s long; at most {:.0f} s are accepted.", seconds,
                            policy.max_seconds));
  }
  return {};
}

// The content's own word before its display's.
int choose_peak(const VideoStreamInfo& video) {
  if (video.transfer == kHlg) return kUsualPeak;
  for (const int nits : {video.content_peak, video.mastering_peak}) {
    if (nits >= kLeastPeak && nits <= kMostPeak) return nits;
  }
  return kUsualPeak;
}

// Frame numbers of segment starts and forced IDRs: closed GOPs of two seconds, three to a segment,
// the first segment one GOP so that it is ready soon.
void cut_segments(Plan& plan) {
  const double fps = plan.fps.value();
  const auto gop = std::max<std::int64_t>(1, std::llround(kGopSeconds * fps));
  const std::int64_t per_segment =
      gop * kGopsInSegment <= std::llround((kSegmentSeconds + kShortTailSeconds) * fps)
          ? gop * kGopsInSegment
          : std::max<std::int64_t>(1, static_cast<std::int64_t>(kSegmentSeconds * fps));
  std::int64_t start = 0;
  for (std::int64_t length = gop; start < plan.frames; length = per_segment) {
    plan.boundaries.push_back(start);
    const std::int64_t end = std::min(start + length, plan.frames);
    for (std::int64_t idr = start; idr < end; idr += gop) plan.idrs.push_back(idr);
    start = end;
  }
  const auto tail = static_cast<double>(plan.frames - plan.boundaries.back()) / fps;
  if (plan.boundaries.size() > 2 && tail <= kShortTailSeconds) plan.boundaries.pop_back();
  plan.boundaries.push_back(plan.frames);
}

// Segments that begin where the source can be cut, in GOPs of equal length, at most two seconds.
void cut_segments_at(Plan& plan, std::vector<std::int64_t> boundaries) {
  const double fps = plan.fps.value();
  const auto gop = std::max<std::int64_t>(1, std::llround(kGopSeconds * fps));
  for (std::size_t i = 1; i < boundaries.size(); ++i) {
    const std::int64_t length = boundaries[i] - boundaries[i - 1];
    const std::int64_t gops = (length + gop - 1) / gop;
    for (std::int64_t k = 0; k < gops; ++k)
      plan.idrs.push_back(boundaries[i - 1] + k * length / gops);
  }
  plan.boundaries = std::move(boundaries);
}

// A smaller rendition never needs more bits than the copied one, nor quite as many by its area.
void limit_below(std::vector<Rendition>& ladder, double kbps) {
  constexpr double kBitsByArea = 0.75;  // the exponent: small pictures need more bits a pixel
  const Rendition& top = ladder.front();
  const auto area = [](const Rendition& rung) {
    return static_cast<double>(rung.width) * rung.height;
  };
  for (Rendition& rung : std::span(ladder).subspan(1)) {
    const double share = std::min(0.9, std::pow(area(rung) / area(top), kBitsByArea));
    rung.max_kbps = std::min(rung.max_kbps, std::max(kLeastKbps, static_cast<int>(kbps * share)));
    rung.buffer_kbits = std::min(rung.buffer_kbits, rung.max_kbps * 3 / 2);
  }
}

void copy_top(Plan& plan, const CopyFacts& facts, CopyDecision decision) {
  plan.ladder.front().copied = true;
  plan.ladder.front().codecs = facts.codecs;
  plan.copy_delay = std::max(facts.delay, kEncoderDelay);
  limit_below(plan.ladder, decision.kbps);
  cut_segments_at(plan, std::move(decision.boundaries));
}

// The first segment alone. Then a share for each of the mills that run side by side; where that
// would be too long, whole chunks and at the end ever smaller ones, so that the mills end together:
// `./dev bench core_use`.
void cut_chunks(Plan& plan, int cores) {
  const int parallel = std::max(1, (cores + plan.cores_of_chunk() - 1) / plan.cores_of_chunk());
  plan.chunks.push_back({0, 1});
  const bool is_one_each = plan.segments() - 1 <= kSegmentsInChunk * parallel;
  int mills = parallel;
  for (int first = 1; first < plan.segments();) {
    const int left = plan.segments() - first;
    const int size = std::min((left + mills - 1) / mills, kSegmentsInChunk);
    plan.chunks.push_back({first, first + size});
    first += size;
    if (is_one_each) --mills;
  }
}

AudioRendition plan_sound(const AudioStreamInfo& source, const Plan& plan) {
  AudioRendition audio;
  audio.name = fmt::format("a{}", plan.sounds.size());
  audio.source_stream = source.index;
  audio.language = language_tag(source.language);
  audio.purpose = source.purpose;
  audio.channels = source.channels == 1 ? 1 : 2;
  audio.sample_rate = source.sample_rate == 44100 ? 44100 : 48000;
  audio.kbps = audio.channels == 1 ? 96 : 128;
  for (const std::int64_t frame : plan.boundaries) {
    // Frame n is at n / fps; the AAC frame whose start is nearest.
    const std::int64_t nearest =
        mul_div_round(frame * plan.fps.den, audio.sample_rate, plan.fps.num * kAacFrame);
    // A segment has at least one AAC frame, however short the video is.
    const std::int64_t least = audio.boundaries.empty() ? 0 : audio.boundaries.back() + 1;
    audio.boundaries.push_back(std::max(nearest, least));
  }
  return audio;
}

void plan_sounds(const std::vector<AudioStreamInfo>& sounds, Plan& plan) {
  const std::vector<std::string> labels = labels_of(sounds);
  for (std::size_t i = 0; i < std::min(sounds.size(), kMaxSounds); ++i) {
    AudioRendition sound = plan_sound(sounds[i], plan);
    sound.label = labels[i];
    plan.sounds.push_back(std::move(sound));
  }
}

// No segment, rounded to whole seconds, is longer than the target (RFC 8216, 4.3.3.1).
int target_duration_of(const Plan& plan) {
  const auto longest = [](const std::vector<std::int64_t>& boundaries) {
    std::int64_t most = 0;
    for (std::size_t i = 1; i < boundaries.size(); ++i) {
      most = std::max(most, boundaries[i] - boundaries[i - 1]);
    }
    return static_cast<double>(most);
  };
  double seconds = longest(plan.boundaries) / plan.fps.value();
  for (const AudioRendition& sound : plan.sounds) {
    const double aac_frame = static_cast<double>(kAacFrame) / sound.sample_rate;
    seconds = std::max(seconds, longest(sound.boundaries) * aac_frame);
  }
  return std::max(static_cast<int>(kSegmentSeconds), static_cast<int>(std::lround(seconds)));
}

// A cell a second, less of them in a long video; every segment has one at its start.
ThumbPlan plan_thumbs(const Plan& plan) {
  const Rendition& smallest = plan.ladder.back();
  ThumbPlan thumbs;
  const double scale =
      std::min(1.0, static_cast<double>(kThumbSide) / std::max(smallest.width, smallest.height));
  const auto even = [scale](int side) {
    return std::max(2, 2 * static_cast<int>(std::lround(side * scale / 2)));
  };
  thumbs.width = even(smallest.width);
  thumbs.height = even(smallest.height);
  const auto fits = [](const Rendition& rung) { return rung.width <= kPosterWidth; };
  const auto poster = std::ranges::find_if(plan.ladder, fits);
  thumbs.poster = static_cast<int>(
      std::min<std::ptrdiff_t>(poster - plan.ladder.begin(), std::ssize(plan.ladder) - 1));
  const double fps = plan.fps.value();
  const double step = fps * std::max(1.0, static_cast<double>(plan.frames) / fps / kManyThumbs);
  for (int i = 0; i < plan.segments(); ++i) {
    const std::int64_t start = plan.boundaries[static_cast<std::size_t>(i)];
    const std::int64_t length = plan.boundaries[static_cast<std::size_t>(i) + 1] - start;
    const std::int64_t count =
        std::clamp<std::int64_t>(std::llround(static_cast<double>(length) / step), 1, length);
    for (std::int64_t k = 0; k < count; ++k) thumbs.frames.push_back(start + k * length / count);
  }
  return thumbs;
}

void explain(Plan& plan, const LadderPolicy& policy) {
  if (policy.max_height) {
    plan.reasons.push_back(
        fmt::format("no rendition above {}p, as the client asked", *policy.max_height));
  }
  if (policy.max_renditions) {
    plan.reasons.push_back(
        fmt::format("at most {} renditions, as the client asked", *policy.max_renditions));
  }
}

void explain(Plan& plan, const SourceInfo& info) {
  const VideoStreamInfo& video = *info.video;
  plan.reasons.push_back(fmt::format("{} {}x{} {} in {}", video.codec, video.width, video.height,
                                     video.pixel_format, info.container));
  if (video.grid_rate.num == 0) {
    plan.reasons.push_back(
        "variable frame rate: frames are repeated or dropped to a constant rate");
  }
  if (video.grid_rate.num != 0 && Rational{60, 1} < video.grid_rate) {
    plan.reasons.push_back(fmt::format("{:.3f} frames a second are halved until they fit 60",
                                       video.grid_rate.value()));
  }
  if (plan.rotation != 0)
    plan.reasons.push_back(fmt::format("turned by {} degrees", plan.rotation));
  if (plan.mirrored) plan.reasons.push_back("mirrored");
  if (plan.deinterlace) {
    plan.reasons.push_back(plan.field_order.empty()
                               ? "interlaced: deinterlaced"
                               : "interlaced, as the pictures show: deinterlaced");
  }
  if (!plan.tone_map.empty()) {
    plan.reasons.push_back(
        fmt::format("HDR: tone-mapped to BT.709, with {} nits as white", plan.tone_map_peak));
  }
  if (plan.ladder.front().copied) {
    plan.reasons.push_back(plan.ladder.front().name + " is the source's own packets, not encoded");
  }
  if (plan.sounds.empty()) {
    plan.reasons.push_back(info.lost_sound ? "no sound: that of the source cannot be decoded"
                                           : "no sound");
  }
  for (const std::string& note : info.notes) plan.reasons.push_back(note);
}

}  // namespace

Result<Plan> make_plan(const SourceInfo& info, const Policy& policy) {
  if (!info.video) {
    return fail(ErrorCode::no_video_stream,
                "The file has no video stream. Audio alone is not accepted.");
  }
  const VideoStreamInfo& video = *info.video;
  TRY_VOID(check_limits(video, policy));

  Plan plan;
  plan.build = policy.build;
  plan.source_stream = video.index;
  plan.source_time_base = video.time_base;
  plan.first_pts = video.first_pts;
  plan.fps = choose_rate(video.grid_rate, video.least_rate);
  const FrameGrid grid{video.time_base, video.first_pts, plan.fps};
  plan.frames = std::max<std::int64_t>(1, grid.position(video.end_pts));
  plan.rotation = video.rotation;
  plan.mirrored = video.mirrored;
  plan.deinterlace = video.interlaced;
  plan.field_order = video.field_order;
  if (video.transfer == kPq || video.transfer == kHlg) {
    plan.tone_map = video.transfer;
    plan.tone_map_peak = choose_peak(video);
  }
  plan.ladder =
      make_ladder(shown_size(video.width, video.height, video.sample_aspect, video.rotation),
                  plan.fps, policy.ladder);
  CopyDecision copy =
      policy.may_copy ? decide_copy(video, plan) : CopyDecision{.obstacle = std::string(kNotAgain)};
  if (copy.obstacle.empty()) {
    copy_top(plan, video.copy, std::move(copy));
  } else {
    plan.reasons.push_back("the largest rendition is encoded, not the source's own packets: " +
                           copy.obstacle);
    cut_segments(plan);
  }
  cut_chunks(plan, policy.cores);
  plan.thumbs = plan_thumbs(plan);
  plan_sounds(info.sounds, plan);
  plan.target_duration = target_duration_of(plan);
  explain(plan, info);
  explain(plan, policy.ladder);
  return plan;
}

}  // namespace vodmill::plan
