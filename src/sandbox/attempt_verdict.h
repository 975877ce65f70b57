// Which layer an attempt's end speaks for. Pure.
#pragma once

#include <optional>

#include "sandbox/attempts.h"

namespace vodmill::sandbox {

// How an attempt ended: with an errno (0 = it got through) or with a signal.
struct AttemptEnd {
  std::optional<int> error_number;
  int signal = 0;
};

// One line of the sandbox's promise: this layer, alone, stops this attempt in this way.
struct Stop {
  Attempt attempt;
  Layer layer;
  int error_number = 0;  // 0: by a signal
  int signal = 0;
  bool superuser_only = false;  // only where the superuser started the mill
};

// All lines; those of one attempt in the order in which the kernel asks the layers.
const std::vector<Stop>& all_stops();

// The first active layer whose line fits the end.
std::optional<Layer> layer_that_stopped(Attempt attempt, const AttemptEnd& end,
                                        const Layers& layers, bool superuser);

}  // namespace vodmill::sandbox
