// Any bytes as an initialization segment, as a media segment of either kind of track, and as the
// beginning of a box.
#include <cstdint>
#include <cstdlib>

#include "bmff/box.h"
#include "bmff/media.h"

namespace vodmill {
namespace {

void parse_as(ByteView bytes, bmff::TrackKind kind) {
  bmff::InitInfo init;
  init.kind = kind;
  init.track_id = 1;
  init.timescale = 48000;
  init.default_duration = 1024;
  init.default_size = 4;
  const auto media = bmff::parse_media(bytes, init);
  if (!media) return;
  const bool sound = media->samples > 0 && media->samples <= media->bytes && media->start >= 0 &&
                     media->duration >= media->samples && media->first_pts < media->end_pts;
  if (!sound) std::abort();
  for (const bmff::SyncSample& sync : media->sync_samples) {
    if (sync.offset + sync.length > media->bytes || sync.sample >= media->samples) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  const auto box = bmff::parse_box_header(bytes);
  if (box && box->bytes != 0 && box->bytes < box->header_bytes) std::abort();
  const auto init = bmff::parse_init(bytes);
  if (init && init->timescale <= 0) std::abort();
  parse_as(bytes, bmff::TrackKind::video);
  parse_as(bytes, bmff::TrackKind::audio);
  return 0;
}

}  // namespace vodmill
