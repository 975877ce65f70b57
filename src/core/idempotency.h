// Which creation an Idempotency-Key stands for, so that a client that has heard no answer may send
// the same request again and there is one video. Port; its consumer is api/. One conformance suite
// with the catalog.
//
// One attempt at a time holds a key. VideoCatalog::create settles it in its own transaction (see
// NewVideo::claim), and from then on the key means that video, also after a removal, for
// kKeyKept. An attempt that fails releases its key; that of a process that died lapses.
#pragma once

#include <string>

#include "base/clock.h"
#include "core/async.h"
#include "core/ids.h"

namespace vodmill {

inline constexpr Milliseconds kKeyKept = std::chrono::hours(24);

// One attempt at the creation that a key stands for.
struct KeyClaim {
  std::string key;
  std::string fingerprint;  // of the request: the same key with another one is a mistake
  VideoId video;            // that the attempt will create
  // Of what the request's body says about the video, where that is known only at its end: for
  // create(), which keeps it.
  std::string details = {};
};

enum class KeyState {
  claimed,   // by this attempt, which goes on
  busy,      // another attempt at the same request is under way
  settled,   // the same request has created a video before
  mismatch,  // another request has used this key
};

struct KeyAnswer {
  KeyState state = KeyState::claimed;
  VideoId video;             // of settled
  std::string details = {};  // of settled: as create() was given them
};

class IdempotencyKeys {
 public:
  virtual ~IdempotencyKeys() = default;

  // Claims the key for `lease`, if nobody has it.
  virtual Async<KeyAnswer> claim(KeyClaim claim, Milliseconds lease) = 0;

  // Prolongs the claim, if it is still there: create() is what decides.
  virtual Async<> renew(KeyClaim claim, Milliseconds lease) = 0;

  // Frees the key, unless the attempt has settled or lost it.
  virtual Async<> release(KeyClaim claim) = 0;
};

}  // namespace vodmill
