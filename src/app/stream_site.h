// A stream that a server has. Called by `vodmill verify`, which waits for it.
//
// What its playlists name is fetched wherever it is, as a player would, but over HTTP alone.
#pragma once

#include "app/stream_place.h"
#include "net/http_fetch.h"

namespace vodmill::app {

// Whether `verify` was given one.
bool is_url(std::string_view given);

// Its addresses are absolute URLs.
class StreamSite final : public StreamPlace {
 public:
  std::optional<std::string> resolve(const std::string& playlist,
                                     std::string_view uri) const override;
  std::string_view why_not_followed() const override { return "The URI is not one of HTTP."; }
  ReadObject read(const std::string& address, std::optional<hls::ForeignRange> range) override;
  ReadObject read_playlist(const std::string& address) override;

 private:
  net::HttpFetch http_;
};

}  // namespace vodmill::app
