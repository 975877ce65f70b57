// A picture of any moment of a video that somebody has asked for: made once, then kept for a while.
//
// Port over the catalog's store: the API asks, a worker leases. Holds for every adapter
// (tests/conformance/catalog_stills.cc runs on each):
// * Every function is one transaction; time is the store's clock.
// * One row stands for one still, whoever asks how often.
// * A lease is a time and a token; a write with another token is lease_lost, as it is when the
//   video was removed meanwhile.
// * The oldest ones go where a video has more than kMostStills, or all videos more than
//   kMostStillsOfAll: their objects are swept.
// * Videos have their turns: the next is of the one for which none was made for longest. One that
//   nobody has asked for within kStillPatience waits until somebody does.
// * One that failed for a reason that may pass is tried again when it is asked for, kStillPause
//   after its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "core/async.h"
#include "core/plan.h"
#include "core/source.h"
#include "core/task.h"

namespace vodmill {

struct Still {
  VideoId video;
  int generation = 1;      // whose plan says what the frame is
  std::int64_t frame = 0;  // output frame
  int width = 0;           // of the JPEG
};

inline constexpr int kMostStills = 500;  // of one video
inline constexpr int kMostStillsOfAll = 20'000;
inline constexpr Milliseconds kStillPatience{15'000};
inline constexpr Milliseconds kStillPause{60'000};

// How a still stands: wanted (no key and no error), made, or known to be impossible.
struct StillState {
  std::optional<BlobKey> key;
  std::optional<Error> error;
};

struct LeasedStill {
  Still still;
  Token token;
  std::string prefix;  // of the video's keys
  Source source;
  SourceInfo info;
  Plan plan;
};

class StillCatalog {
 public:
  virtual ~StillCatalog() = default;

  // Wants it, unless it is there or wanted already. not_found if there is no such video, or it has
  // no such generation with a plan.
  virtual Async<StillState> want(Still still) = 0;

  // The next that nobody has.
  virtual Async<std::optional<LeasedStill>> lease(WorkerId worker, Milliseconds length) = 0;

  // Its object is stored under `key`.
  virtual Async<> finish(Still still, Token token, BlobKey key) = 0;

  // It cannot be made.
  virtual Async<> fail(Still still, Token token, Error error) = 0;

  // Its mill crashed: one attempt more, then as fail().
  virtual Async<> crashed(Still still, Token token, Error error) = 0;

  // Something on our side was away: it is wanted as before.
  virtual Async<> give_back(Still still, Token token) = 0;
};

}  // namespace vodmill
