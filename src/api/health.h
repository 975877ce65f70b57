// /healthz and /readyz, for supervisors and load balancers. Handlers (net/router.h).
#pragma once

#include <string>
#include <vector>

#include "api/ports.h"
#include "api/shared_look.h"
#include "net/router.h"

namespace vodmill::api {

class Health {
 public:
  // Both outlive it.
  Health(const Ports& ports, const ApiOptions& options);

  // The process serves requests.
  Async<> alive(net::Request& request, net::ResponseWriter& response);

  // It can do its work: the catalog answers, the BlobStore takes an object, its disk has room, and
  // the worker, where this process has one, works. 503 with a sentence for each that fails else.
  Async<> ready(net::Request& request, net::ResponseWriter& response);

 private:
  struct Trouble {
    std::string_view of;  // "catalog", "store", "disk" or "worker"
    std::string sentence;
  };

  asio::awaitable<std::vector<Trouble>> look();
  std::string trouble_of_disk(const std::optional<Result<std::int64_t>>& space) const;

  const Ports& ports_;
  const ApiOptions& options_;
  SharedLook<Result<>> catalog_;
  SharedLook<Result<>> store_;
  SharedLook<Result<std::int64_t>> space_;
};

}  // namespace vodmill::api
