// /v1/jobs, /v1/queue and /v1/workers: what is worked on, by whom, and why not yet. Handlers
// (net/router.h).
#pragma once

#include "api/ports.h"
#include "net/router.h"

namespace vodmill::api {

class Jobs {
 public:
  // Both outlive it.
  Jobs(const Ports& ports, const ApiOptions& options) : ports_(ports), options_(options) {}

  Async<> list(net::Request& request, net::ResponseWriter& response);
  // With its plan and tasks.
  Async<> get(net::Request& request, net::ResponseWriter& response);
  // What the same does to its video, as long as the job is the video's newest. Answers with the
  // job.
  Async<> cancel(net::Request& request, net::ResponseWriter& response);
  // The same. Answers with the job that the video has now.
  Async<> retry(net::Request& request, net::ResponseWriter& response);
  Async<> queue(net::Request& request, net::ResponseWriter& response);
  Async<> workers(net::Request& request, net::ResponseWriter& response);

 private:
  Async<> send_job(MessageId id, net::ResponseWriter& response);

  const Ports& ports_;
  const ApiOptions& options_;
};

}  // namespace vodmill::api
