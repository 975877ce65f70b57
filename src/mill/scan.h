// What is known of all packets of the picture and the sounds: read one by one, or, of a large MP4,
// taken from its index.
//
// Made by the probe; one thread.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "av/input.h"
#include "mill/copy_scan.h"
#include "mill/packet_scan.h"

namespace vodmill::mill {

// The streams that a video is made from; what is heard if nobody chooses comes first.
struct ChosenStreams {
  const AVStream* video = nullptr;
  std::vector<const AVStream*> sounds;
};

struct Scan {
  explicit Scan(const AVStream& video_stream) : copy(video_stream) {}

  PacketScan video;
  std::vector<PacketScan> sounds;  // of ChosenStreams::sounds; times of the first alone are whole
  CopyScan copy;
  bool ends_early = false;  // the container promises more than is there
};

// Reads every packet. REQUIRES: the input is at its front, and has these streams.
Result<Scan> scan_packets(av::Input& input, const ChosenStreams& chosen);

// Why an index is not believed, in a sentence's words; empty: nobody expects one there.
struct NotByIndex {
  std::string why;
};

// The same facts without reading the packets, for an MP4 or MOV file of at least `least_bytes`
// whose index lists all of them. `input` was opened on the source and is left where it is; `chosen`
// are its streams. REQUIRES: they are not encrypted. Errors are the source's.
Result<std::variant<Scan, NotByIndex>> scan_index(av::ByteSource& source, av::Input& input,
                                                  const ChosenStreams& chosen,
                                                  std::int64_t least_bytes);

// Whether a packet of the picture that was read is as the index has it.
bool agrees(Scan& scan, const AVPacket& packet);

// Reads a few packets, at random access points in the middle and at the end, and holds the scan
// against them. False: the packets must be read. `input` stands anywhere afterwards. Errors are the
// source's.
Result<bool> try_samples(av::Input& input, const AVStream& video, Scan& scan);

}  // namespace vodmill::mill
