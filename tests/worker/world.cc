#include "worker/world.h"

#include <signal.h>

#include <array>
#include <fstream>
#include <set>
#include <thread>

#include "catalog/schema.h"
#include "db/open_sqlite.h"
#include "db/sqlite.h"
#include "engine/clips.h"
#include "hls/storyboard.h"
#include "mill/engine_build.h"
#include "queue/schema.h"

namespace vodmill {
namespace {

std::unique_ptr<db::Database> open_database(const Clock& clock) {
  const std::array schemas{catalog::kSchema, queue::kSchema};
  auto opened = db::open_sqlite(std::string(db::kInMemory), clock, schemas);
  EXPECT_TRUE(opened) << opened.error().message;
  return std::move(*opened);
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const ByteView view = as_bytes(text);
  return Bytes(view.begin(), view.end());
}

Bytes encode_clip(int seconds, int height) {
  const ScratchFolder folder;
  const std::filesystem::path path = folder.path() / "clip.mp4";
  engine_test::make_clip(
      {"-f", "lavfi", "-i", engine_test::counter(height * 4 / 3, height, "25", seconds), "-f",
       "lavfi", "-i", engine_test::beeps(48000, seconds), "-c:v", "libx264", "-preset", "ultrafast",
       "-g", "50", "-c:a", "aac"},
      path);
  return read_file(path);
}

}  // namespace

WorkerTest::WorkerTest()
    : database_(open_database(clock_)),
      videos_(*database_),
      generations_(*database_),
      tasks_(*database_),
      events_(*database_),
      outbox_(*database_),
      worker_list_(*database_),
      stills_(*database_),
      queue_(*database_) {}

WorkerTest::~WorkerTest() {
  store_.fail_all(std::nullopt);
  while (!workers_.empty()) stop(*workers_.back());
  EXPECT_TRUE(running_mills().empty());
  database_->stop();
}

worker::WorkerOptions WorkerTest::options(int slots) const {
  worker::WorkerOptions options;
  options.id = new_id<WorkerId>();
  options.build = mill::engine_build();
  options.slots = slots;
  options.lease = Milliseconds(15'000);
  options.heartbeat = Milliseconds(250);
  options.crash_delay = Milliseconds(100);
  options.store_delay = Milliseconds(100);
  options.child.arguments = {"mill", "--lockdown", json::serialize(to_json(options.lockdown))};
  options.child.nice = 0;
  return options;
}

worker::Ports WorkerTest::ports(BlobStore& store) {
  return {videos_,           generations_, tasks_,       outbox_, store,   queue_,
          database_->bell(), registry_,    worker_list_, stills_, nullptr, space_};
}

worker::Worker& WorkerTest::start_worker(worker::WorkerOptions options) {
  workers_.push_back(
      std::make_unique<worker::Worker>(ports(store_), std::move(options), context_.get_executor()));
  workers_.back()->start();
  return *workers_.back();
}

void WorkerTest::stop(worker::Worker& worker) {
  bool stopped = false;
  asio::co_spawn(context_, worker.stop(), [&](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
    stopped = true;
  });
  ASSERT_TRUE(turn_until([&] { return stopped; }));
  std::erase_if(workers_, [&](const auto& owned) { return owned.get() == &worker; });
}

const Bytes& WorkerTest::make_clip(int seconds, int height) {
  static std::map<std::pair<int, int>, Bytes> made;
  Bytes& bytes = made[{seconds, height}];
  if (bytes.empty()) bytes = encode_clip(seconds, height);
  return bytes;
}

VideoId WorkerTest::upload(int seconds, int height) {
  return upload_bytes(make_clip(seconds, height));
}

VideoId WorkerTest::upload_bytes(const Bytes& bytes) {
  NewVideo video;
  video.id = new_id<VideoId>();
  video.prefix = video.id.str() + "/";
  const BlobKey key(video.prefix + "source");
  const std::int64_t length = std::ssize(bytes);
  must(wait_for(store_.put(key, bytes)));
  video.source = {.extents = {{0, length, key}}, .length = length};
  return must(wait_for(videos_.create(std::move(video)))).id;
}

void WorkerTest::turn_once() {
  context_.restart();
  context_.run_for(Milliseconds(5));
}

bool WorkerTest::turn_until(const std::function<bool()>& is_true, Milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_true()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    turn_once();
  }
  return true;
}

void WorkerTest::turn_for(Milliseconds time) {
  turn_until([] { return false; }, time);
}

Video WorkerTest::wait_for_end(const VideoId& id, Milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  Video now = video(id);
  while (!is_final(now.status) && std::chrono::steady_clock::now() < deadline) {
    turn_for(Milliseconds(20));
    now = video(id);
  }
  EXPECT_TRUE(is_final(now.status))
      << "still " << name_of(now.status) << " at " << now.progress << " %, " << now.waiting_reason;
  return now;
}

std::vector<Task> WorkerTest::tasks_of(const VideoId& id, int generation) {
  return must(wait_for(generations_.tasks(id, generation)));
}

std::vector<Segment> WorkerTest::rows_of(const VideoId& id, int number) {
  const Generation generation = must(wait_for(videos_.generation(id, number)));
  std::vector<Segment> rows;
  if (!generation.plan) return rows;
  std::vector<std::string> names;
  for (const Rendition& rung : generation.plan->ladder) names.push_back(rung.name);
  for (const AudioRendition& sound : generation.plan->sounds) names.push_back(sound.name);
  for (const std::string& name : names) {
    const auto segments = must(wait_for(videos_.segments(id, number, name)));
    rows.insert(rows.end(), segments.begin(), segments.end());
  }
  return rows;
}

std::vector<std::string> WorkerTest::events_of(const VideoId& id) {
  std::vector<std::string> types;
  for (const Event& event : must(wait_for(events_.of_video(id, 0, 100)))) {
    types.push_back(event.type);
  }
  return types;
}

std::vector<std::string> WorkerTest::keys(const std::string& prefix) const {
  std::vector<std::string> found;
  for (const auto& [key, bytes] : store_.objects()) {
    if (key.starts_with(prefix)) found.push_back(key);
  }
  return found;
}

void WorkerTest::expect_whole(const VideoId& id, int number) {
  const Generation generation = must(wait_for(videos_.generation(id, number)));
  ASSERT_TRUE(generation.plan);
  const Plan& plan = *generation.plan;
  const auto objects = store_.objects();
  std::set<std::string> known{id.str() + "/source"};
  const std::vector<Segment> rows = rows_of(id, number);
  for (const Segment& row : rows) {
    known.insert(row.key.str());
    const auto object = objects.find(row.key.str());
    ASSERT_NE(object, objects.end()) << row.key.str();
    EXPECT_EQ(std::ssize(object->second), row.bytes);
  }
  const std::vector<Thumbs> thumbs = must(wait_for(videos_.thumbs(id, number)));
  EXPECT_EQ(std::ssize(thumbs), plan.segments());
  known.insert(id.str() + "/g" + std::to_string(number) + "/storyboard.vtt");
  known.insert(id.str() + "/poster.jpg");
  for (const Thumbs& row : thumbs) {
    known.insert(row.strip.str());
    ASSERT_TRUE(objects.contains(row.strip.str())) << row.strip.str();
    EXPECT_EQ(std::ssize(objects.at(row.strip.str())), row.strip_bytes);
  }
  if (const Thumbs* best = hls::best_poster(thumbs, true)) known.insert(best->poster.str());
  const std::size_t renditions = plan.ladder.size() + plan.sounds.size();
  EXPECT_EQ(rows.size(), renditions * static_cast<std::size_t>(plan.segments() + 1));
  for (const std::string& key : keys(id.str() + "/")) {
    if (!key.ends_with(".m3u8")) EXPECT_TRUE(known.contains(key)) << "a stray: " << key;
  }
}

std::vector<pid_t> running_mills() {
  std::vector<pid_t> mills;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(entry.path() / "children");
    for (pid_t pid = 0; children >> pid;) mills.push_back(pid);
  }
  return mills;
}

}  // namespace vodmill
