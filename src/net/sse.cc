#include "net/sse.h"

#include <algorithm>

namespace vodmill::net {
namespace {

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  for (const char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
  out += '\n';
}

}  // namespace

std::string format_sse(const SseEvent& event) {
  std::string out;
  if (!event.id.empty()) append_line(out, "id: ", event.id);
  if (!event.event.empty()) append_line(out, "event: ", event.event);
  std::string_view rest = event.data;
  for (;;) {
    const std::size_t end = rest.find_first_of("\r\n");
    append_line(out, "data: ", rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  out += '\n';
  return out;
}

SseStream::SseStream(ResponseWriter& response, const Clock& clock, Milliseconds heartbeat)
    : response_(response), clock_(clock), heartbeat_(heartbeat), last_write_(clock.now()) {}

Async<> SseStream::open(Headers headers) {
  headers.set("Content-Type", "text/event-stream");
  headers.set("Cache-Control", "no-cache, no-transform");
  headers.set("X-Accel-Buffering", "no");  // nginx holds events back otherwise
  response_.interrupt_when_peer_goes();
  ResponseHead head{.status = 200, .headers = std::move(headers)};
  co_return co_await response_.start(std::move(head), std::nullopt);
}

Async<> SseStream::send(const SseEvent& event) { return write(format_sse(event)); }

Milliseconds SseStream::until_heartbeat() const {
  const Milliseconds quiet = clock_.now() - last_write_;
  return std::clamp(heartbeat_ - quiet, Milliseconds(0), heartbeat_);
}

Async<> SseStream::keep_alive() {
  if (until_heartbeat() > Milliseconds(0)) co_return Result<>();
  co_return co_await write(": keep-alive\n\n");
}

Async<> SseStream::write(std::string text) {
  last_write_ = clock_.now();
  co_return co_await response_.write(as_bytes(text));
}

}  // namespace vodmill::net
