// Where a stream is, a folder or a site, as stream_reader.h reads it. Called by `vodmill verify`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "hls/stream_facts.h"

namespace vodmill::app {

inline constexpr std::int64_t kLargestObject = std::int64_t{256} << 20;

struct ReadObject {
  Result<Bytes> bytes;
  std::optional<hls::Delivery> delivery = {};  // of a site that answered
};

class StreamPlace {
 public:
  virtual ~StreamPlace() = default;

  // Where a URI in the playlist at `playlist` leads; nullopt where it is not followed.
  virtual std::optional<std::string> resolve(const std::string& playlist,
                                             std::string_view uri) const = 0;
  // Said of those.
  virtual std::string_view why_not_followed() const = 0;

  // An object, or a range of it, of kLargestObject at most. not_found if it is not there.
  virtual ReadObject read(const std::string& address, std::optional<hls::ForeignRange> range) = 0;
  virtual ReadObject read_playlist(const std::string& address) = 0;
};

}  // namespace vodmill::app
