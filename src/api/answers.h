// Answers that several resources give.
#pragma once

#include "base/json.h"
#include "core/video.h"
#include "net/refusal.h"
#include "net/response.h"

namespace vodmill::api {

net::Response json_answer(int status, const json::object& object);

// "12 MB", for a sentence.
std::string megabytes(std::int64_t bytes);

// The video, or its error.
Async<> send_video(Result<Video> video, net::ResponseWriter& response);

Async<> send_refusal(net::Refusal refusal, net::ResponseWriter& response);

}  // namespace vodmill::api
