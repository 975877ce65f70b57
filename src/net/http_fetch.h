// GET over HTTP and HTTPS, one at a time, on connections that are kept (libcurl). Called by
// `vodmill verify`, which waits for it; one thread at a time.
//
// The other side may be hostile: nothing but http and https is spoken, also after a redirect, no
// body is larger than was allowed, and one that stands still is given up.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "net/headers.h"

namespace vodmill::net {

struct FetchRequest {
  std::string url;
  Headers headers;
  // Offered as Accept-Encoding, and undone in the body.
  bool may_be_gzip = false;
  std::int64_t longest_body = 0;  // in bytes, once unpacked
};

struct Fetched {
  int status = 0;
  Headers headers;  // of the last answer
  int redirects = 0;
  std::string url;  // which answered
  Bytes body;
};

class HttpFetch {
 public:
  HttpFetch();
  ~HttpFetch();
  HttpFetch(const HttpFetch&) = delete;
  HttpFetch& operator=(const HttpFetch&) = delete;

  // Whatever the status is, after at most 5 redirects. Errors: fetch_failed.
  Result<Fetched> get(const FetchRequest& request);

 private:
  struct Curl;
  std::unique_ptr<Curl> curl_;
};

// Where `reference` leads, found at `base` (RFC 3986, 5.2); nullopt unless to http or https.
std::optional<std::string> resolve_url(const std::string& base, const std::string& reference);

}  // namespace vodmill::net
