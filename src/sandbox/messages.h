// What a mill and its worker say to each other: the payloads of frames.h, typed. Pure.
//
// encode() gives a whole frame. The decode functions take what the other side wrote: every number,
// length and string is checked, malformed_input otherwise.
//
// Order on the output pipe: locked; then for each segment one segment_begin and as many
// segment_data as it takes to reach its `bytes`, with progress anywhere between segments; at the
// end one result or one failed. Segment bytes are cut into small frames so that a reader can wait
// for memory when it has seen segment_begin, and keeps one copy.
// Fuzzed by: fuzz/frames_fuzz.cc
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "sandbox/frames.h"
#include "sandbox/layers.h"
#include "sandbox/stage_times.h"

namespace vodmill::sandbox {

inline constexpr std::int64_t kLongestSegment = 64 << 20;  // bytes
inline constexpr std::int64_t kLongestStrip = 1 << 20;
inline constexpr std::int64_t kLongestPoster = 2 << 20;

struct Locked {
  Layers layers;
};

struct SegmentBegin {
  std::string rendition;   // 1 to 32 characters of [a-z0-9]
  int index = 0;           // kInitSegment (-1) or the segment's number, up to 10,000,000
  std::int64_t bytes = 0;  // of the segment_data that follow, 1 to kLongestSegment
  // How many of them, at the end, are the segment's small pictures: first the strip, then the
  // poster. 0: it has none.
  std::int64_t strip_bytes = 0;   // up to kLongestStrip
  std::int64_t poster_bytes = 0;  // up to kLongestPoster; only where there is a strip
  int score = 0;                  // of the poster, 0 to kBestPoster

  std::int64_t media_bytes() const { return bytes - strip_bytes - poster_bytes; }
};

struct SegmentData {
  Bytes bytes;  // not empty
};

struct Progress {
  std::int64_t done = 0;     // >= 0; of the task's cost
  std::int64_t encoded = 0;  // >= 0; frames given to encoders, thrown away ones included
};

struct TaskResult {
  json::object value;      // has no "stages" of its own
  StageTimes stages = {};  // what it took
};

struct TaskFailed {
  Error error;
};

using OutputMessage =
    std::variant<Locked, SegmentBegin, SegmentData, Progress, TaskResult, TaskFailed>;

struct RangeRequest {
  std::int64_t offset = 0;   // >= 0
  std::uint32_t length = 0;  // 1 to kLongestRange
};

struct TaskOrder {
  json::object value;
};

// Bytes from the offset that was asked for; 1 to as many as were asked for.
struct RangeData {
  Bytes bytes;
};

// The source ends at or before the offset that was asked for.
struct RangeEnd {};

struct RangeError {
  Error error;
};

using MillMessage = std::variant<TaskOrder, RangeData, RangeEnd, RangeError>;

Bytes encode(const Locked& message);
Bytes encode(const SegmentBegin& message);
Bytes encode(const Progress& message);
Bytes encode(const TaskResult& message);
Bytes encode(const TaskFailed& message);  // the message cut to 4,000 bytes
Bytes encode(const RangeRequest& message);
Bytes encode(const TaskOrder& message);
Bytes encode(const RangeData& message);
Bytes encode(const RangeEnd& message);
Bytes encode(const RangeError& message);

// For the worker.
Result<OutputMessage> decode_output(Frame frame);
Result<RangeRequest> decode_request(const Frame& frame);

// For the mill.
Result<MillMessage> decode_answer(Frame frame);

}  // namespace vodmill::sandbox
