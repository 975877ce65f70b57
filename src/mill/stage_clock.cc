#include "mill/stage_clock.h"

#include <ctime>
#include <string>

namespace vodmill::mill {
namespace {

std::chrono::nanoseconds now_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

void StageSheet::add(Stage stage, std::size_t rendition, std::chrono::nanoseconds time) {
  const std::scoped_lock lock(mutex_);
  times_[{stage, rendition}] += time;
}

sandbox::StageTimes StageSheet::times() const {
  const std::scoped_lock lock(mutex_);
  sandbox::StageTimes times;
  for (const auto& [key, time] : times_) {
    const auto& [stage, rendition] = key;
    times.push_back({stage, stage == Stage::encode ? "v" + std::to_string(rendition) : "",
                     std::chrono::duration_cast<std::chrono::microseconds>(time)});
  }
  return times;
}

std::chrono::nanoseconds process_time() { return now_of(CLOCK_PROCESS_CPUTIME_ID); }

StageClock::StageClock(StageSheet& sheet)
    : sheet_(sheet), since_(now_of(CLOCK_THREAD_CPUTIME_ID)) {}

StageClock::~StageClock() {
  turn({});
  for (const auto& [turn, time] : times_) sheet_.add(turn.stage, turn.rendition, time);
}

StageClock::Turn StageClock::turn(Turn next) {
  const std::chrono::nanoseconds now = now_of(CLOCK_THREAD_CPUTIME_ID);
  times_[now_] += now - since_;
  since_ = now;
  return std::exchange(now_, next);
}

}  // namespace vodmill::mill
