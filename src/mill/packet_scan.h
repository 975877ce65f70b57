// What the packets of a stream say about it, without decoding one. Made by the probe; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "av/libav.h"

namespace vodmill::mill {

struct PacketScan {
  std::vector<std::int64_t> pts;        // of presented packets; ascending once the scan is done
  std::vector<std::int64_t> keyframes;  // the same of random access points, whole ones
  std::int64_t seen = 0;                // packets, discarded ones too
  std::int64_t packets = 0;             // that will be presented
  std::int64_t end = INT64_MIN;         // largest pts + duration
  bool encrypted = false;
  bool cut_short = false;  // a packet has fewer bytes than the container says
  // How many times are kept: the first ones, and the last. Without all of them there are no gaps().
  std::size_t most_times = SIZE_MAX;

  void add(const AVPacket& packet);
  void sort();

  // The end, with the usual step (the median) for a last packet that does not say how long it
  // lasts. REQUIRES: a pts, sorted.
  std::int64_t end_with_last_step() const;

  // Where no packet begins for at least `least` ticks, and for eight times the usual step.
  // REQUIRES: sorted.
  struct Gap {
    std::int64_t from = 0;  // the end of the last packet before
    std::int64_t to = 0;
  };
  std::vector<Gap> gaps(std::int64_t least) const;

 private:
  void keep(std::int64_t time, std::vector<std::int64_t>& times) const;
  std::int64_t usual_step() const;
};

}  // namespace vodmill::mill
