// What a container promises, held against what it has.
//
// Called by the probe when all packets have been read.
#pragma once

#include <optional>
#include <span>

#include "av/input.h"
#include "core/partial.h"
#include "core/source.h"
#include "mill/packet_scan.h"

namespace vodmill::mill {

struct ScannedStream {
  const AVStream* stream = nullptr;  // null: there is no such stream
  const PacketScan* scan = nullptr;
};

// The file ends before its container says: samples of an MP4's index, seconds of a header, the last
// bytes of a packet. REQUIRES: the input was read to its end.
bool ends_early(av::Input& input, std::span<const ScannedStream> streams);

// Sound that the container announces and that cannot be heard, all of it or from where on.
// `info.video` is there; `sounds` are the streams of info.sounds.
std::optional<Partial> find_lost_sound(av::Input& input, const SourceInfo& info,
                                       std::span<const ScannedStream> sounds);

// Where for a second or more there is neither picture nor sound, though both go on after it: in
// seconds after the first picture. None for a video without sound: its pictures may be that rare.
std::optional<double> find_gap(ScannedStream video, ScannedStream audio);

}  // namespace vodmill::mill
