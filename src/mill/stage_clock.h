// What a task's processor time goes into: every thread of a mill has a StageClock, all of them
// write into the task's StageSheet.
//
// A clock asks for its thread's processor time at each turn from one stage to another: about ten
// times a picture, a thousandth of what the picture costs.
#pragma once

#include <chrono>
#include <compare>
#include <map>
#include <mutex>
#include <utility>

#include "av/byte_source.h"
#include "mill/output.h"
#include "sandbox/stage_times.h"

namespace vodmill::mill {

using sandbox::Stage;

// Any thread.
class StageSheet {
 public:
  // rendition: its index in the ladder; of encode alone.
  void add(Stage stage, std::size_t rendition, std::chrono::nanoseconds time);

  // What has been added, by stage and rendition.
  sandbox::StageTimes times() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<Stage, std::size_t>, std::chrono::nanoseconds> times_;
};

// Processor time of this process so far: for what came before the first clock.
std::chrono::nanoseconds process_time();

// Belongs to the thread that makes it, which alone calls it; the sheet outlives it.
class StageClock {
 public:
  // What time goes into: a stage, and of encode which rendition of the ladder.
  struct Turn {
    Stage stage = Stage::rest;
    std::size_t rendition = 0;
    auto operator<=>(const Turn&) const = default;
  };

  // Begins with Stage::rest.
  explicit StageClock(StageSheet& sheet);
  StageClock(const StageClock&) = delete;
  StageClock& operator=(const StageClock&) = delete;
  // Writes into the sheet.
  ~StageClock();

  // Time from here on is of `next`; gives what it was of before.
  Turn turn(Turn next);

  StageSheet& sheet() { return sheet_; }

 private:
  StageSheet& sheet_;
  Turn now_;
  std::chrono::nanoseconds since_;
  std::map<Turn, std::chrono::nanoseconds> times_;
};

// A stage for as long as it lives, inside another one.
class StageScope {
 public:
  StageScope(StageClock& clock, Stage stage, std::size_t rendition = 0)
      : clock_(clock), before_(clock.turn({stage, rendition})) {}
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;
  ~StageScope() { clock_.turn(before_); }

 private:
  StageClock& clock_;
  const StageClock::Turn before_;
};

// A source whose reads are counted as Stage::read. Of the clock's thread.
class TimedSource final : public av::ByteSource {
 public:
  TimedSource(av::ByteSource& source, StageClock& clock) : source_(source), clock_(clock) {}

  std::int64_t size() const override { return source_.size(); }
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> into) override {
    const StageScope scope(clock_, Stage::read);
    return source_.read(offset, into);
  }

 private:
  av::ByteSource& source_;
  StageClock& clock_;
};

// An output that counts as Stage::write. Of the clock's thread.
class TimedOutput final : public Output {
 public:
  TimedOutput(Output& output, StageClock& clock) : output_(output), clock_(clock) {}

  Result<> segment(std::string_view rendition, int index, ByteView bytes,
                   const Pictures& pictures) override {
    const StageScope scope(clock_, Stage::write);
    return output_.segment(rendition, index, bytes, pictures);
  }
  Result<> progress(std::int64_t done, std::int64_t encoded) override {
    const StageScope scope(clock_, Stage::write);
    return output_.progress(done, encoded);
  }

 private:
  Output& output_;
  StageClock& clock_;
};

}  // namespace vodmill::mill
