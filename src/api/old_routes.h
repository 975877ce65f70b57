// The routes of applications that processed a video inside the request: their forms, their answers,
// with vodmill's work behind them. Handlers (net/router.h); there with ApiOptions::compat_routes.
#pragma once

#include "api/ports.h"
#include "api/uploads.h"
#include "net/router.h"

namespace vodmill::api {

class OldRoutes {
 public:
  // Both outlive it.
  OldRoutes(const Ports& ports, Uploads& uploads) : ports_(ports), uploads_(uploads) {}

  // A form with a file, its other fields as metadata. 202 with where to ask, once it is durable.
  Async<> upload(net::Request& request, net::ResponseWriter& response);
  // The same, answered with the video's end: 200 with where it plays, or an error's status. 202
  // after kLongestProcessing, or after what the client prefers to wait.
  Async<> upload_and_process(net::Request& request, net::ResponseWriter& response);
  // Of the video {id}, or ?jobId=, or ?videoId=.
  Async<> status(net::Request& request, net::ResponseWriter& response);

 private:
  const Ports& ports_;
  Uploads& uploads_;
};

inline constexpr std::chrono::seconds kLongestProcessing = std::chrono::minutes(15);

}  // namespace vodmill::api
