// What happens, as server-sent events: of one video, or of all. Handlers (net/router.h).
//
// A stream ends when its client goes, when the server stops, and when its video is deleted.
#pragma once

#include "api/teller.h"
#include "net/router.h"

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
  Async<> stream_events(net::Request& request, net::ResponseWriter& response,
                        Result<std::unique_ptr<Teller>> teller);

  const Ports& ports_;
  metrics::Gauge& followers_;
};

}  // namespace vodmill::api
