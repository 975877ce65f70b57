#include "conformance/catalog.h"

namespace vodmill {

NewVideo new_video() {
  const VideoId id = new_id<VideoId>();
  NewVideo video;
  video.id = id;
  video.prefix = id.str() + "/";
  video.source.extents = {{0, 10, BlobKey(id.str() + "/source/0")}};
  video.source.length = 10;
  return video;
}

Plan small_plan() {
  Plan plan;
  plan.build = kBuild;
  plan.fps = {25, 1};
  plan.frames = 600;
  plan.boundaries = {0, 150, 300, 450, 600};
  plan.idrs = plan.boundaries;
  plan.idrs.pop_back();
  plan.chunks = {{0, 2}, {2, 4}};
  plan.ladder = {{"v0", 640, 360, 23, 800, 1600}, {"v1", 426, 240, 23, 400, 800}};
  plan.sounds = {{"a0", 1, "und", 48000, 2, 128, {0, 281, 563, 844, 1125}}};
  plan.thumbs = ThumbPlan{.width = 160, .height = 90, .poster = 0, .frames = {0, 150, 300, 450}};
  plan.reasons = {"because"};
  return plan;
}

SourceInfo small_info() {
  SourceInfo info;
  info.container = "mov";
  info.bytes = 10;
  VideoStreamInfo video;
  video.codec = "h264";
  video.width = 360;
  video.height = 640;
  video.rotation = 90;
  video.time_base = {1, 25};
  video.end_pts = 600;
  info.video = video;
  return info;
}

std::vector<NewTask> small_tasks() {
  return {{TaskKind::chunk, 0, 0, 200, kBuild},
          {TaskKind::chunk, 1, 1, 200, kBuild},
          {TaskKind::audio, 0, 0, 10, kBuild}};
}

Segment segment(std::string rendition, int index, std::string key) {
  Segment segment;
  segment.rendition = std::move(rendition);
  segment.index = index;
  segment.key = BlobKey(std::move(key));
  segment.bytes = 1000 + index;
  segment.start = std::int64_t{6000} * index;
  segment.duration = 6000;
  segment.samples = 150;
  segment.timescale = 1000;
  if (index == kInitSegment) {
    segment.codecs = "avc1.64001f";
  } else {
    segment.key_frame = ByteRange{24, 100 + index};
  }
  return segment;
}

void CatalogConformance::SetUp() {
  auto [world, process] = GetParam()();
  ASSERT_TRUE(world && process);
  world_ = world;
  process_ = process;
}

Video CatalogConformance::make_video(std::string owner, int priority) {
  advance(Milliseconds(1));
  NewVideo video = new_video();
  video.owner = std::move(owner);
  video.priority = priority;
  return must(run(videos().create(std::move(video))));
}

GenerationLease CatalogConformance::coordinate(const Video& video) {
  return must(
      run(generations().coordinate(video.id, video.generation, WorkerId("coordinator"), kLease)));
}

GenerationLease CatalogConformance::coordinate_planned(const Video& video) {
  const GenerationLease lease = coordinate(video);
  const LeasedTask probe = lease_task();
  EXPECT_EQ(probe.task.kind, TaskKind::probe);
  EXPECT_EQ(probe.task.video, video.id);
  must(run(tasks().finish(probe.task.id, probe.token, "{}")));
  must(run(generations().store_plan(lease, small_info(), small_plan(), small_tasks())));
  return lease;
}

std::optional<LeasedTask> CatalogConformance::try_lease() {
  return must(run(tasks().lease(WorkerId("worker"), {.build = kBuild, .lease = kLease})));
}

LeasedTask CatalogConformance::lease_task() {
  std::optional<LeasedTask> leased = try_lease();
  EXPECT_TRUE(leased) << "no task to lease";
  return std::move(leased).value();
}

LeasedTask CatalogConformance::take_over() {
  advance(kLease);
  return lease_task();
}

Task CatalogConformance::find_task(const TaskId& id, const VideoId& video, int generation) {
  for (const Task& task : must(run(generations().tasks(video, generation)))) {
    if (task.id == id) return task;
  }
  ADD_FAILURE() << "no task " << id.str();
  return {};
}

std::vector<std::string> CatalogConformance::event_types(const VideoId& id) {
  std::vector<std::string> types;
  for (const Event& event : must(run(events().of_video(id, 0, 100)))) types.push_back(event.type);
  return types;
}

std::vector<std::string> CatalogConformance::prefixes_due() {
  std::vector<std::string> prefixes;
  for (const SweepRow& row : must(run(outbox().due_sweeps(100)))) prefixes.push_back(row.prefix);
  return prefixes;
}

}  // namespace vodmill
