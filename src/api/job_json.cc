#include "api/job_json.h"

#include <algorithm>

#include "api/json_parts.h"

namespace vodmill::api {
namespace {

json::value rate_or_null(Rational rate) {
  if (rate.num <= 0 || rate.den <= 0) return nullptr;
  return static_cast<double>(rate.num) / static_cast<double>(rate.den);
}

json::object to_json(const VideoStreamInfo& video) {
  return {{"codec", video.codec},
          {"pixel_format", video.pixel_format},
          {"width", video.width},
          {"height", video.height},
          {"frame_rate", rate_or_null(video.grid_rate)},
          {"frames", video.packets},
          {"rotation", video.rotation},
          {"mirrored", video.mirrored},
          {"interlaced", video.interlaced},
          {"transfer", or_null(video.transfer)}};
}

json::object to_json(const AudioStreamInfo& audio) {
  return {{"codec", audio.codec},
          {"channels", audio.channels},
          {"sample_rate", audio.sample_rate},
          {"language", or_null(audio.language)},
          {"title", or_null(audio.title)},
          {"purpose", name_of(audio.purpose)},
          {"default", audio.is_default}};
}

// Of several the one that plays if nobody chooses; null where there is none.
json::value first_of(const json::array& sounds) {
  return sounds.empty() ? json::value() : sounds.front();
}

json::object to_json(const SourceInfo& info) {
  json::array sounds;
  for (const AudioStreamInfo& sound : info.sounds) sounds.push_back(to_json(sound));
  return {{"container", info.container},
          {"size", info.bytes},
          {"video", info.video ? json::value(to_json(*info.video)) : json::value()},
          {"audio", first_of(sounds)},
          {"sounds", sounds},
          {"truncated", info.truncated},
          {"notes", json::array(info.notes.begin(), info.notes.end())}};
}

// Seconds from the start at which a segment begins.
double start_of(const Plan& plan, int segment) {
  const auto frame = plan.boundaries.at(static_cast<std::size_t>(segment));
  return static_cast<double>(frame) * static_cast<double>(plan.fps.den) /
         static_cast<double>(plan.fps.num);
}

json::object to_json(const Plan& plan) {
  json::array ladder;
  for (const Rendition& rung : plan.ladder) {
    ladder.push_back({{"name", rung.name},
                      {"width", rung.width},
                      {"height", rung.height},
                      {"max_kbps", rung.max_kbps},
                      {"copied", rung.copied}});
  }
  json::array chunks;
  for (const Chunk& chunk : plan.chunks) {
    chunks.push_back({{"segments", chunk.end_segment - chunk.first_segment},
                      {"start_seconds", start_of(plan, chunk.first_segment)},
                      {"end_seconds", start_of(plan, chunk.end_segment)}});
  }
  json::array sounds;
  for (const AudioRendition& sound : plan.sounds) {
    sounds.push_back({{"name", sound.name},
                      {"kbps", sound.kbps},
                      {"channels", sound.channels},
                      {"sample_rate", sound.sample_rate},
                      {"language", or_null(sound.language)},
                      {"label", or_null(sound.label)},
                      {"purpose", name_of(sound.purpose)}});
  }
  return {{"ladder", std::move(ladder)},
          {"audio", first_of(sounds)},
          {"sounds", sounds},
          {"chunks", std::move(chunks)},
          {"segments", plan.segments()},
          {"frames", plan.frames},
          {"frame_rate", rate_or_null(plan.fps)},
          {"target_duration", plan.target_duration},
          {"engine_build", plan.build.str()},
          {"reasons", json::array(plan.reasons.begin(), plan.reasons.end())}};
}

int percent_of(const Task& task) {
  if (task.state == TaskState::completed) return 100;
  if (task.cost <= 0) return 0;
  return static_cast<int>(std::clamp<std::int64_t>(task.done * 100 / task.cost, 0, 99));
}

}  // namespace

json::object to_json(const ShownTask& shown) {
  const Task& task = shown.task;
  return {{"kind", name_of(task.kind)},   {"index", task.index},
          {"state", name_of(task.state)}, {"attempts", task.attempts},
          {"losses", task.losses},        {"worker", or_null(shown.worker)},
          {"progress", percent_of(task)}, {"error", error_json(task.error)}};
}

json::object to_json(const ShownJob& job) {
  return {{"id", job.id.str()},
          {"video", job.video.str()},
          {"generation", job.generation},
          {"state", name_of(job.state)},
          {"priority", job.priority},
          {"waiting_reason", or_null(job.waiting_reason)},
          {"progress", job.progress},
          {"coordinator", or_null(job.coordinator)},
          {"error", error_json(job.error)},
          {"created_at", to_rfc3339(job.created_at)},
          {"ended_at", job.ended_at ? json::value(to_rfc3339(*job.ended_at)) : json::value()}};
}

json::object to_json(const JobDetails& details) {
  json::object object = to_json(details.job);
  object["source"] = details.info ? json::value(to_json(*details.info)) : json::value();
  object["plan"] = details.plan ? json::value(to_json(*details.plan)) : json::value();
  json::array tasks;
  for (const ShownTask& task : details.tasks) tasks.push_back(to_json(task));
  object["tasks"] = std::move(tasks);
  return object;
}

}  // namespace vodmill::api
