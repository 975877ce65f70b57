// POST and PUT of videos: the bytes and what is said about them. A Handler (net/router.h).
#pragma once

#include "api/creation.h"
#include "api/ports.h"
#include "core/blocking_pool.h"
#include "net/router.h"

namespace vodmill::api {

// A creation as far as its bytes go: a video, or what is said to the client instead.
struct Taken {
  Video video;
  bool again = false;  // an earlier request with the same Idempotency-Key has created it
  std::optional<net::Refusal> refusal = {};
};

class Uploads {
 public:
  // Both outlive it.
  Uploads(const Ports& ports, const ApiOptions& options) : ports_(ports), options_(options) {}

  // The body is the original's bytes, a form with them, or a document that says which object of the
  // store has them (document.h). 201 with the video once they are
  // durable; 200 or 202 where the client prefers to wait for its end.
  Async<> create(net::Request& request, net::ResponseWriter& response);

  // The same without an answer.
  Async<Taken> take(net::Request& request, FormFields fields);

 private:
  // For a key that this request may not use or has used before.
  Async<Taken> take_again(net::Request& request, FormFields fields, KeyAnswer key);
  Async<std::optional<net::Refusal>> compare_form(net::Request& request, FormFields fields,
                                                  std::string details);
  Async<Taken> make_video(net::Request& request, FormFields fields, std::string document,
                          NewVideo video);
  Async<> check_owner(std::string owner, std::int64_t bytes);
  Async<std::optional<net::Refusal>> check_room(std::int64_t bytes);
  Async<Video> import_video(const net::Request& request, std::string document, NewVideo video);
  Async<Taken> receive_video(net::Request& request, FormFields fields, NewVideo video);
  Async<Video> store_video(const net::Request& request, net::BodyStream& body, Creation& creation,
                           NewVideo video);
  Async<> answer_created(net::Request& request, net::ResponseWriter& response, Taken taken);

  const Ports& ports_;
  const ApiOptions& options_;
  BlockingPool hashing_{2};
};

}  // namespace vodmill::api
