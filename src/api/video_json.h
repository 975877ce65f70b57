// How the API shows a video and what happened to it. Pure.
#pragma once

#include "base/json.h"
#include "core/event.h"
#include "core/video.h"

namespace vodmill::api {

// The video resource. What is not known yet is null; where its bytes lie is nobody's business.
json::object to_json(const Video& video);

// "/play/ID/index.m3u8".
std::string playback_url(const VideoId& id);

// An event as server-sent events carry it: the video resource as it is now, and beside its members
// type, sequence and at of the event. Without the video (it was deleted) only id stands for it.
json::object to_json(const Event& event, const Video* video);

}  // namespace vodmill::api
