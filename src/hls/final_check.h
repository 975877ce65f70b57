// The final playlists of a generation, judged before they are published: by the rules that look at
// playlists and sizes alone. Called by worker/. Pure; any thread.
//
// Renders what render.h renders and reads it back as a player would, so that a mistake in one of
// the two ends a video here and not in front of its viewers. Segments were looked into one by one
// when they came out of the mill.
#pragma once

#include "core/plan.h"
#include "hls/render.h"

namespace vodmill::hls {

// verification_failed with the first MUST rule that is broken, or with what render.h refuses.
Result<> check_final(const Plan& plan, int generation, const RenditionRows& rows);

}  // namespace vodmill::hls
