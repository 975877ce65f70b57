// From a decoded frame to the pictures of the ladder: one normaliser, then a cascade of scalers.
//
// Both belong to a task of a mill; one thread. Errors: transcode_failed, out_of_memory.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "av/filter_graph.h"
#include "av/libav.h"
#include "av/tone_map.h"
#include "core/plan.h"

namespace vodmill::av {

// Turns whatever was decoded into the top rung's picture: upright, square pixels, progressive,
// 8-bit 4:2:0, BT.709, limited range. Frames that are so already pass through without a copy.
//
// Output size, colour and aspect ratio come from the plan, never from a frame.
class Normalizer {
 public:
  Normalizer(const Plan& plan, Rational time_base);

  // Gives a frame in; nullptr at the end. The frame's reference is taken over.
  Result<> send(AVFrame* frame);

  // The next picture; false when another frame is wanted or all have come. Keeps each frame's pts.
  Result<bool> receive(AVFrame& picture);

 private:
  struct Shape {
    int width = 0, height = 0, format = -1, color_space = 0, color_range = 0, transfer = 0,
        primaries = 0;
    bool operator==(const Shape&) const = default;
  };
  static Shape shape_of(const AVFrame& frame);
  Result<bool> filter(AVFrame& picture);

  const Plan& plan_;
  Rational time_base_;
  std::optional<FilterGraph> graph_;
  Shape shape_;                                   // of the frames that graph_ takes
  std::optional<ToneMapper> tone_mapper_;         // for HDR: between the two graphs
  std::optional<FilterGraph> after_tone_mapper_;  // made for the first picture
  std::vector<FramePtr> left_over_;  // what the graph before the last change of shape still held
};

// Scales the top rung's picture down the ladder, each rung from the one above it.
class Cascade {
 public:
  static Result<Cascade> make(std::span<const Rendition> ladder);

  // The pictures of all rungs for `top`, largest first. The frames are valid until the next call;
  // the pictures of those that somebody else holds a reference to, as long as he does.
  Result<std::span<AVFrame* const>> scale(AVFrame* top);

 private:
  Result<AVFrame*> free_buffer(std::size_t i);

  // [i] makes rung i + 1 from rung i; null where the sizes are equal.
  std::vector<ScalerPtr> scalers_;
  // [i] has the pictures of rung i + 1: one that is filled now, and those that others still hold.
  std::vector<std::vector<FramePtr>> buffers_;
  std::vector<AVFrame*> pictures_;
};

}  // namespace vodmill::av
