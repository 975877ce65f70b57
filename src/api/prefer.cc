#include "api/prefer.h"

#include <algorithm>
#include <charconv>

#include "api/answers.h"
#include "api/news.h"
#include "api/video_json.h"
#include "net/parameter.h"

namespace vodmill::api {
namespace {

using Steady = std::chrono::steady_clock;

}  // namespace

Async<Video> await_end(const Ports& ports, net::ResponseWriter& response, Video video,
                       std::chrono::seconds wait) {
  const Steady::time_point end = Steady::now() + wait;
  response.interrupt_when_peer_goes();
  for (;;) {
    const std::uint64_t seen = ports.bell.count();
    Result<Video> now = co_await ports.videos.get(video.id);
    // A catalog that is away for a moment is waited for.
    if (!now && now.error().code != ErrorCode::storage_unavailable) co_return now;
    if (now) video = std::move(*now);
    const auto left = std::chrono::ceil<Milliseconds>(end - Steady::now());
    if (is_final(video.status) || left <= Milliseconds(0)) co_return video;
    const bool goes_on = co_await wait_for_news(ports.bell, response, seen, left);
    if (!goes_on) co_return video;
  }
}

std::optional<std::chrono::seconds> preferred_wait(const net::Headers& headers) {
  for (const net::HeaderField& field : headers) {
    if (!net::equal_ignoring_case(field.name, "Prefer")) continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      std::string_view member = net::take_list_member(list);
      const net::HeaderField preference = net::take_parameter(member);
      if (!net::equal_ignoring_case(preference.name, "wait")) continue;
      const char* const end = preference.value.data() + preference.value.size();
      std::uint64_t seconds = 0;
      const auto [rest, error] = std::from_chars(preference.value.data(), end, seconds);
      if (rest == preference.value.data() || rest != end) return std::nullopt;
      const auto longest = static_cast<std::uint64_t>(kLongestWait.count());
      if (error == std::errc::result_out_of_range) return kLongestWait;
      return std::chrono::seconds(std::min(seconds, longest));
    }
  }
  return std::nullopt;
}

Async<> send_when_ended(const Ports& ports, net::ResponseWriter& response, Video video,
                        std::optional<std::chrono::seconds> wait, int status,
                        net::Headers headers) {
  if (wait) {
    Result<Video> waited = co_await await_end(ports, response, std::move(video), *wait);
    if (!waited) co_return fail(std::move(waited).error());
    video = std::move(*waited);
    status = is_final(video.status) ? 200 : 202;
    headers.add("Preference-Applied", "wait=" + std::to_string(wait->count()));
  }
  net::Response answer = json_answer(status, to_json(video));
  for (const net::HeaderField& field : headers) answer.head.headers.add(field.name, field.value);
  co_return co_await response.send(std::move(answer));
}

}  // namespace vodmill::api
