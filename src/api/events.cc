#include "api/events.h"

#include "api/news.h"
#include "net/sse.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;

Result<std::optional<std::int64_t>> last_event_id(const Request& request) {
  return read_event_id(request.header("Last-Event-ID"), "Last-Event-ID");
}

class SseListener final : public Listener {
 public:
  explicit SseListener(net::SseStream& stream) : stream_(stream) {}

  Async<> hear(const Message& message) override {
    const net::SseEvent event{.id = message.id ? std::to_string(*message.id) : std::string(),
                              .event = message.event,
                              .data = message.data};
    co_return co_await stream_.send(event);
  }

 private:
  net::SseStream& stream_;
};

}  // namespace

Async<> Events::follow_video(Request& request, ResponseWriter& response) {
  const Result<std::optional<std::int64_t>> last = last_event_id(request);
  if (!last) co_return fail(last.error());
  VideoId id(std::string(request.parameter("id")));
  auto teller = co_await tell_video(ports_, std::move(id), *last);
  co_return co_await stream_events(request, response, std::move(teller));
}

Async<> Events::follow_all(Request& request, ResponseWriter& response) {
  const Result<std::optional<std::int64_t>> last = last_event_id(request);
  if (!last) co_return fail(last.error());
  auto teller = co_await tell_all(ports_, *last);
  co_return co_await stream_events(request, response, std::move(teller));
}

Async<> Events::stream_events(Request& request, ResponseWriter& response,
                              Result<std::unique_ptr<Teller>> teller) {
  if (!teller) co_return fail(std::move(teller).error());
  const bool head_alone = request.method() == net::Method::head;
  const metrics::Held follower(followers_);
  net::SseStream stream(response, ports_.clock);
  SseListener listener(stream);
  Result<> sent = co_await stream.open();
  while (sent && !head_alone) {
    const std::uint64_t seen = ports_.bell.count();
    const Result<bool> told = co_await (*teller)->tell(listener);
    // A catalog that is away for a moment is waited for: the client would only come back.
    if (!told && told.error().code != ErrorCode::storage_unavailable) co_return fail(told.error());
    if (told && !*told) break;
    const Milliseconds longest = stream.until_heartbeat();
    const bool goes_on = co_await wait_for_news(ports_.bell, response, seen, longest);
    if (!goes_on) break;
    sent = co_await stream.keep_alive();
  }
  if (!sent) co_return sent;
  co_return co_await stream.finish();
}

}  // namespace vodmill::api
