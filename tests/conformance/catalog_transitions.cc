#include <map>
#include <random>
#include <set>

#include "conformance/catalog.h"
#include "core/transitions.h"

namespace vodmill {
namespace {

Error crash() { return {ErrorCode::transcode_failed, "crashed"}; }

// Does anything to one video and its tasks, and notes every change of status that follows.
class Walk {
 public:
  using Changes = std::set<std::pair<int, int>>;

  Walk(CatalogProcess& process, CatalogWorld& world, unsigned seed)
      : process_(process), world_(world), dice_(seed) {}

  void begin() {
    // Nothing of the one before is left to lease.
    if (!id_.str().empty()) must(run(process_.videos().cancel(id_)));
    NewVideo video = new_video();
    id_ = video.id;
    lease_.reset();
    leased_.clear();
    must(run(process_.videos().create(std::move(video))));
    look();
  }

  void step() {
    switch (dice_() % 15) {
      case 0:
      case 1:
        coordinate();
        break;
      case 2:
        plan();
        break;
      case 3:
      case 4:
      case 5:
        lease_task();
        break;
      case 6:
      case 7:
        end_task([this](const LeasedTask& task) {
          return run(process_.tasks().finish(task.task.id, task.token, "{}"));
        });
        break;
      case 8:
        end_task([this](const LeasedTask& task) {
          return run(process_.tasks().crashed(task.task.id, task.token, crash(), Milliseconds(0)));
        });
        break;
      case 9:
        end_task([this](const LeasedTask& task) {
          return run(process_.tasks().give_back(task.task.id, task.token, Milliseconds(0)));
        });
        break;
      case 10:
        end_task([this](const LeasedTask& task) {
          return run(process_.tasks().fail(task.task.id, task.token, crash()));
        });
        break;
      case 11:
        end_generation();
        break;
      case 12:
        world_.advance(kLease);
        break;
      case 13:
        if (dice_() % 4 == 0) must(run(process_.videos().retry(id_)));
        break;
      default:
        if (dice_() % 4 == 0) must(run(process_.videos().cancel(id_)));
    }
    look();
  }

  const Changes& videos() const { return videos_; }
  const Changes& tasks() const { return tasks_; }

 private:
  void coordinate() {
    const Video video = must(run(process_.videos().get(id_)));
    auto lease =
        run(process_.generations().coordinate(id_, video.generation, WorkerId("c"), kLease));
    if (lease) lease_ = std::move(*lease);
  }

  void plan() {
    if (!lease_) return;
    std::ignore =
        run(process_.generations().store_plan(*lease_, small_info(), small_plan(), small_tasks()));
  }

  void lease_task() {
    auto task =
        must(run(process_.tasks().lease(WorkerId("w"), {.build = kBuild, .lease = kLease})));
    if (task) leased_.push_back(std::move(*task));
  }

  template <class End>
  void end_task(End end) {
    if (leased_.empty()) return;
    const std::size_t one = dice_() % leased_.size();
    std::ignore = end(leased_[one]);
    leased_.erase(leased_.begin() + static_cast<std::ptrdiff_t>(one));
  }

  void end_generation() {
    if (!lease_) return;
    if (dice_() % 2 == 0) {
      std::ignore = run(process_.generations().fail(*lease_, crash()));
    } else {
      std::ignore = run(process_.generations().complete(*lease_, {}));
    }
  }

  void look() {
    const Video video = must(run(process_.videos().get(id_)));
    const bool is_same = video.id == seen_.id && video.generation == seen_.generation;
    if (is_same) note(videos_, seen_.status, video.status);
    if (!is_same) EXPECT_EQ(video.status, VideoStatus::pending);
    seen_ = video;
    std::map<std::string, TaskState> now;
    for (int generation = 1; generation <= video.generation; ++generation) {
      for (const Task& task : must(run(process_.generations().tasks(id_, generation)))) {
        now[task.id.str()] = task.state;
        const auto before = states_.find(task.id.str());
        if (before != states_.end()) note(tasks_, before->second, task.state);
        if (before == states_.end()) EXPECT_EQ(task.state, TaskState::waiting);
      }
    }
    states_ = std::move(now);
  }

  template <class State>
  static void note(Changes& changes, State from, State to) {
    if (from != to) changes.emplace(static_cast<int>(from), static_cast<int>(to));
  }

  CatalogProcess& process_;
  CatalogWorld& world_;
  std::minstd_rand dice_;
  VideoId id_;
  Video seen_;
  std::map<std::string, TaskState> states_;
  std::optional<GenerationLease> lease_;
  std::vector<LeasedTask> leased_;
  Changes videos_, tasks_;
};

template <class Transitions>
Walk::Changes changes_of(const Transitions& transitions) {
  Walk::Changes changes;
  for (const auto& one : transitions) {
    changes.emplace(static_cast<int>(one.from), static_cast<int>(one.to));
  }
  return changes;
}

TEST_P(CatalogConformance, KnowsNoOtherChangesThanTheTables) {
  Walk walk(*process_, *world_, 1);
  for (int video = 0; video < 60; ++video) {
    walk.begin();
    for (int step = 0; step < 40; ++step) walk.step();
  }
  EXPECT_EQ(walk.videos(), changes_of(video_transitions()));
  EXPECT_EQ(walk.tasks(), changes_of(task_transitions()));
}

}  // namespace
}  // namespace vodmill
