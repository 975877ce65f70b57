// What happens, as server-sent events: of one video, or of all. Handlers (net/router.h).
//
// Events have an id, so a client that comes back with Last-Event-ID misses none. Progress comes as
// a message without an id: the newest only, and only when it has changed. A stream ends when its
// client goes, when the server stops, and when its video is deleted.
#pragma once

#include <functional>

#include "api/ports.h"
#include "net/router.h"
#include "net/sse.h"

namespace vodmill::api {

class Events {
 public:
  // The ports outlive it.
  explicit Events(const Ports& ports)
      : ports_(ports),
        followers_(ports.registry.gauge("vodmill_sse_subscribers", "Clients that follow events.")) {
  }

  // From the video's first event on; ids are its sequence numbers.
  Async<> follow_video(net::Request& request, net::ResponseWriter& response);

  // Of all videos, without progress. From now on, or after Last-Event-ID (0 for all there are).
  Async<> follow_all(net::Request& request, net::ResponseWriter& response);

 private:
  // What one client has been told of one video.
  struct Told {
    VideoId video = {};
    std::int64_t sequence = 0;
    std::string progress = {};  // the last message
    bool deleted = false;
  };

  // Sends what is new; false when nothing can follow.
  using Tell = std::function<Async<bool>(net::SseStream&)>;

  Async<> stream_events(net::ResponseWriter& response, Tell tell);
  Async<bool> tell_video(net::SseStream& stream, Told& told);
  Async<bool> tell_all(net::SseStream& stream, std::int64_t& id);
  Async<> tell_progress(net::SseStream& stream, Told& told, const Video& video);

  const Ports& ports_;
  metrics::Gauge& followers_;
};

}  // namespace vodmill::api
