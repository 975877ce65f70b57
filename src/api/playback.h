// /play/{id}/...: the streams. A Handler (net/router.h).
//
// Only names that hls/names.h makes are reachable, so the original never is. Playlists of what is
// still being made are rendered from the catalog's committed rows and held back until there is
// something to play; the rest are stored objects.
#pragma once

#include <functional>
#include <optional>

#include "api/objects.h"
#include "api/ports.h"
#include "hls/names.h"
#include "net/router.h"

namespace vodmill::api {

class Playback {
 public:
  // The ports outlive it. hold: how long a playlist that is not there yet is waited for.
  Playback(const Ports& ports, Milliseconds hold) : ports_(ports), hold_(hold) {}

  Async<> play(net::Request& request, net::ResponseWriter& response);

 private:
  // A playlist's text; nullopt while it is too early for it.
  using Look = std::function<Async<std::optional<std::string>>()>;

  Async<> play_object(net::Request& request, net::ResponseWriter& response, VideoId id,
                      hls::StreamName name);
  Async<BlobKey> key_of(VideoId id, hls::StreamName name, std::string rest);
  Async<> send_playlist(net::Request& request, net::ResponseWriter& response, BlobKey key,
                        Representation what);
  Async<> play_held(net::Request& request, net::ResponseWriter& response, Look look);
  Async<std::optional<std::string>> wait_for(net::ResponseWriter& response, Look look);

  Async<> send_poster(net::Request& request, net::ResponseWriter& response, VideoId id);

  Async<std::optional<std::string>> multivariant(VideoId id);
  Async<std::optional<std::string>> storyboard(VideoId id, int generation);
  Async<std::optional<std::string>> media(VideoId id, hls::StreamName name);

  static constexpr std::size_t kPackedBytes = 8 << 20;

  const Ports& ports_;
  const Milliseconds hold_;
  PackedTexts packed_{kPackedBytes};
};

}  // namespace vodmill::api
