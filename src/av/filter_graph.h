// A chain of libavfilter's filters: frames of one shape in, frames out.
//
// Belongs to a Normalizer; one thread. Errors: transcode_failed, out_of_memory.
#pragma once

#include <string>

#include "av/libav.h"

namespace vodmill::av {

class FilterGraph {
 public:
  // For frames of the size and format of `like`, with square pixels. REQUIRES: no word of `filters`
  // was written by a file.
  static Result<FilterGraph> make(const AVFrame& like, Rational time_base,
                                  const std::string& filters);

  // Gives a frame in; nullptr at the end. The frame's reference is taken over.
  Result<> send(AVFrame* frame);

  // The next frame; false when another one is wanted or all have come.
  Result<bool> receive(AVFrame& frame);

 private:
  FilterGraphPtr graph_;
  AVFilterContext* source_ = nullptr;  // owned by graph_
  AVFilterContext* sink_ = nullptr;
};

}  // namespace vodmill::av
