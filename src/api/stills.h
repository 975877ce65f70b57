// /v1/videos/{id}/thumbnail.jpg: the picture of any moment. A Handler (net/router.h).
//
// The first who asks waits for a worker to make it; what was made is kept and served at once.
#pragma once

#include "api/ports.h"
#include "net/router.h"

namespace vodmill::api {

class Stills {
 public:
  // Both outlive it.
  Stills(const Ports& ports, const ApiOptions& options) : ports_(ports), options_(options) {}

  Async<> get(net::Request& request, net::ResponseWriter& response);

 private:
  struct Wanted {
    VideoId video;
    double seconds = 0;
    int width = 0;
  };
  static Result<Wanted> read(const net::Request& request);
  Async<std::optional<Still>> find(const Wanted& wanted);
  Async<std::optional<BlobKey>> look(const Wanted& wanted, std::optional<Still>& still);
  Async<std::optional<BlobKey>> wait_for(net::ResponseWriter& response, const Wanted& wanted);

  const Ports& ports_;
  const ApiOptions& options_;
};

}  // namespace vodmill::api
