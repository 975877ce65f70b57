#include "api/stills.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "api/answers.h"
#include "api/news.h"
#include "api/objects.h"
#include "hls/names.h"

namespace vodmill::api {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kDefaultWidth = 640;
constexpr int kLeastWidth = 16;
constexpr int kMostWidth = 1920;

// The whole text as a number.
template <class T>
std::optional<T> number_from(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<Still> still_of(const Generation& generation, double seconds, int width) {
  const Plan& plan = *generation.plan;
  const double duration = static_cast<double>(plan.frames) / plan.fps.value();
  if (seconds > duration) {
    return fail(ErrorCode::invalid_request,
                fmt::format("time must be within the video, which lasts {:.3f} s.", duration));
  }
  // Half a microsecond: a time that was rounded down still means its frame.
  const auto frame = static_cast<std::int64_t>(std::floor((seconds + 5e-7) * plan.fps.value()));
  const int even = std::min(width, plan.ladder.front().width) / 2 * 2;
  return Still{.video = generation.video,
               .generation = generation.number,
               .frame = std::min(frame, plan.frames - 1),
               .width = std::max(even, kLeastWidth)};
}

}  // namespace

Result<Stills::Wanted> Stills::read(const net::Request& request) {
  Wanted wanted{
      .video = VideoId(std::string(request.parameter("id"))), .seconds = 0, .width = kDefaultWidth};
  if (const auto text = request.query("time")) {
    const auto seconds = number_from<double>(*text);
    if (!seconds || !std::isfinite(*seconds) || *seconds < 0) {
      return fail(ErrorCode::invalid_request, "time must be a number of seconds, 0 or more.");
    }
    wanted.seconds = *seconds;
  }
  if (const auto text = request.query("width")) {
    const auto width = number_from<int>(*text);
    if (!width || *width < kLeastWidth || *width > kMostWidth) {
      return fail(ErrorCode::invalid_request,
                  fmt::format("width must be a whole number of pixels from {} to {}.", kLeastWidth,
                              kMostWidth));
    }
    wanted.width = *width;
  }
  return wanted;
}

// nullopt while nothing is known of the video yet.
Async<std::optional<Still>> Stills::find(const Wanted& wanted) {
  const Result<Video> video = co_await ports_.videos.get(wanted.video);
  if (!video) co_return fail(video.error());
  const int number =
      video->completed_generation > 0 ? video->completed_generation : video->generation;
  const Result<Generation> generation = co_await ports_.videos.generation(wanted.video, number);
  if (!generation) co_return fail(generation.error());
  if (!generation->plan && is_final(generation->status)) {
    co_return fail(ErrorCode::conflict,
                   "Nothing is known of the pictures of this video: its processing ended before. "
                   "The video says why; it can be retried.");
  }
  if (!generation->plan) co_return std::nullopt;
  Result<Still> still = still_of(*generation, wanted.seconds, wanted.width);
  if (!still) co_return fail(std::move(still).error());
  co_return std::move(*still);
}

// nullopt while it is being made, or cannot be named yet. Who waits does not read the plan again.
Async<std::optional<BlobKey>> Stills::look(const Wanted& wanted, std::optional<Still>& still) {
  if (!still) {
    Result<std::optional<Still>> found = co_await find(wanted);
    if (!found) co_return fail(std::move(found).error());
    if (!*found) co_return std::nullopt;
    still = std::move(**found);
  }
  Result<StillState> state = co_await ports_.stills.want(*still);
  if (!state) co_return fail(std::move(state).error());
  if (state->error) co_return fail(std::move(*state->error));
  co_return std::move(state->key);
}

// nullopt when it has not come in time.
Async<std::optional<BlobKey>> Stills::wait_for(net::ResponseWriter& response,
                                               const Wanted& wanted) {
  const Steady::time_point end = Steady::now() + options_.hold;
  response.interrupt_when_peer_goes();
  std::optional<Still> still;
  for (;;) {
    const std::uint64_t seen = ports_.bell.count();
    Result<std::optional<BlobKey>> key = co_await look(wanted, still);
    if (!key || *key) co_return key;
    const auto left = std::chrono::ceil<Milliseconds>(end - Steady::now());
    if (left <= Milliseconds(0)) co_return std::nullopt;
    const bool goes_on = co_await wait_for_news(ports_.bell, response, seen, left);
    if (!goes_on) co_return fail(ErrorCode::cancelled, "The server stops. Ask again.");
  }
}

Async<> Stills::get(net::Request& request, net::ResponseWriter& response) {
  const Result<Wanted> wanted = read(request);
  if (!wanted) co_return fail(wanted.error());
  Result<std::optional<BlobKey>> key = co_await wait_for(response, *wanted);
  if (!key) co_return fail(std::move(key).error());
  if (!*key) {
    net::Refusal refusal{503, net::HttpCode::not_ready,
                         "The picture is still being made. Ask again.", std::chrono::seconds(1)};
    co_return co_await send_refusal(std::move(refusal), response);
  }
  // The name of an object is as unique as its bytes.
  const std::string& name = (*key)->str();
  Representation what{.mime = hls::mime_type(name),
                      .etag = '"' + name.substr(name.rfind('/') + 1) + '"',
                      .cache_control = kRevalidate};
  co_return co_await send_object(request, response, ports_.blobs, std::move(**key),
                                 std::move(what));
}

}  // namespace vodmill::api
