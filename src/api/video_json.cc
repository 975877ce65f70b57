#include "api/video_json.h"

#include "api/json_parts.h"
#include "hls/names.h"
#include "plan/ladder_policy.h"

namespace vodmill::api {
namespace {

json::value partial_json(const std::optional<Partial>& partial) {
  if (!partial) return nullptr;
  return {{"reason", error_code_name(partial->reason)}, {"at_seconds", partial->at_seconds}};
}

json::value metadata_json(const std::string& metadata) {
  Result<json::value> value = parse_json(metadata);
  return value && value->is_object() ? std::move(*value) : json::object();
}

std::int64_t size_of(const Source& source) {
  if (source.length) return *source.length;
  return source.extents.empty() ? 0 : source.extents.back().offset + source.extents.back().length;
}

std::string url_of(const VideoId& id, std::string_view name) {
  return "/play/" + id.str() + "/" + std::string(name);
}

// What plays is the completed generation, else the newest.
std::string storyboard_url(const Video& video) {
  const bool plays = video.completed_generation > 0;
  return url_of(video.id,
                hls::storyboard_name(plays ? video.completed_generation : video.generation));
}

}  // namespace

json::object to_json(const Video& video) {
  json::object object;
  object["id"] = video.id.str();
  object["status"] = name_of(video.status);
  object["generation"] = video.generation;
  object["playable"] = video.playable;
  object["progress"] = video.progress;
  object["waiting_reason"] = or_null(video.waiting_reason);
  object["partial"] = partial_json(video.partial);
  object["error"] = error_json(video.error);
  object["owner"] = video.owner;
  object["metadata"] = metadata_json(video.metadata);
  object["priority"] = video.priority;
  object["ladder"] = plan::to_object(video.ladder);
  object["size"] = size_of(video.source);
  object["sha256"] = or_null(video.sha256);
  object["duration_seconds"] =
      video.duration_seconds ? json::value(*video.duration_seconds) : json::value();
  object["width"] = or_null(video.width);
  object["height"] = or_null(video.height);
  object["created_at"] = to_rfc3339(video.created_at);
  object["updated_at"] = to_rfc3339(video.updated_at);
  object["playback_url"] = video.playable ? json::value(playback_url(video.id)) : json::value();
  object["poster_url"] =
      video.has_poster ? json::value(url_of(video.id, hls::kPosterName)) : json::value();
  object["storyboard_url"] =
      video.has_storyboard ? json::value(storyboard_url(video)) : json::value();
  return object;
}

std::string playback_url(const VideoId& id) { return url_of(id, hls::kMultivariantName); }

json::object to_json(const Event& event, const Video* video) {
  json::object object = video ? to_json(*video) : json::object{{"id", event.video.str()}};
  object["type"] = event.type;
  object["sequence"] = event.sequence;
  object["at"] = to_rfc3339(event.at);
  return object;
}

}  // namespace vodmill::api
