// The embedded web page. A Handler (net/router.h).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/objects.h"
#include "net/router.h"
#include "web/assets.h"

namespace vodmill::api {

class Page {
 public:
  Page();

  // Every path it answers: "/" and one for each file.
  std::vector<std::string> paths() const;

  Async<> send(net::Request& request, net::ResponseWriter& response);

 private:
  struct File {
    const web::Asset* asset;
    std::string etag;
  };

  std::map<std::string, File, std::less<>> files_;  // by path
};

}  // namespace vodmill::api
