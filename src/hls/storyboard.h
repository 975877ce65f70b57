// The pictures of a video's seek bar as WebVTT, and which picture stands for the video.
//
// A cue for each cell: its payload is the strip with the cell's place in it, as players expect it
// ("thumbs/12-7.jpg#xywh=160,0,160,90", Media Fragments 4.2.2). Pure; any thread.
#pragma once

#include <span>
#include <string>

#include "core/plan.h"
#include "core/thumbs.h"

namespace vodmill::hls {

// `rows`: of one generation, by segment, as VideoCatalog::thumbs() answers them; segments that are
// missing have no cues. URIs are relative to storyboard_name(). Only a header while there are none.
std::string render_storyboard(const Plan& plan, std::span<const Thumbs> rows);

// The best of them: the highest score, then the earliest. nullptr if there is none. While more may
// come (`ended` is false), pictures that show nothing do not count.
const Thumbs* best_poster(std::span<const Thumbs> rows, bool ended);

}  // namespace vodmill::hls
