// A stream in a folder. Called by `vodmill verify`, which waits for it.
//
// The folder may be a stranger's: only regular files below it are opened, whatever its playlists
// say.
#pragma once

#include <filesystem>

#include "app/stream_place.h"

namespace vodmill::app {

// The multivariant playlist meant: the file itself, or the folder's index.m3u8, or the only
// playlist in it that names variants. not_found if there is none.
Result<std::filesystem::path> find_multivariant(const std::filesystem::path& given);

// Its addresses are paths relative to `root`.
class StreamFolder final : public StreamPlace {
 public:
  explicit StreamFolder(std::filesystem::path root);

  std::optional<std::string> resolve(const std::string& playlist,
                                     std::string_view uri) const override;
  std::string_view why_not_followed() const override { return "The URI leads out of the folder."; }
  ReadObject read(const std::string& address, std::optional<hls::ForeignRange> range) override;
  ReadObject read_playlist(const std::string& address) override;

 private:
  const std::filesystem::path root_;
};

}  // namespace vodmill::app
