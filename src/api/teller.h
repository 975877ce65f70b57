// What has happened, told to one client as it happens: of one video, or of all. Whoever opens a
// stream to a client (events.h, socket.h) owns one and asks it after every ring of the bell.
//
// Facts have an id, so a client that comes back with the last one it has seen misses none. Progress
// is a message without an id: the newest only, and only when it has changed. Nothing is queued: a
// client that reads slowly is told later.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include <memory>
#include <optional>

#include "api/ports.h"

namespace vodmill::api {

struct Message {
  std::optional<std::int64_t> id;
  std::string event;  // its type
  std::string data;   // a JSON object
};

// The client's end of a stream.
class Listener {
 public:
  virtual ~Listener() = default;
  // Returns once the bytes are on their way. Errors: cancelled, when the client has gone.
  virtual Async<> hear(const Message& message) = 0;
};

class Teller {
 public:
  virtual ~Teller() = default;

  // Tells all that is new; false when nothing can follow. storage_unavailable: nothing is lost, ask
  // again.
  virtual Async<bool> tell(Listener& listener) = 0;
};

// The id of the last event that a client has seen, as text; nullopt for none. `name`: of the header
// or the parameter. Errors: invalid_request.
Result<std::optional<std::int64_t>> read_event_id(std::optional<std::string_view> text,
                                                  std::string_view name);

// Where `after` is of an event that is not there, as after a backup was restored, both go on from
// now.
//
// Of one video, after the event with this sequence number, or from its first event on. Ends when
// the video is deleted. Errors: not_found. The ports outlive it.
Async<std::unique_ptr<Teller>> tell_video(const Ports& ports, VideoId id,
                                          std::optional<std::int64_t> after);

// Of all videos, without progress, after the event with this id (0: all there are), or from now on.
Async<std::unique_ptr<Teller>> tell_all(const Ports& ports, std::optional<std::int64_t> after);

}  // namespace vodmill::api
