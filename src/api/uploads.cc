#include "api/uploads.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "api/answers.h"
#include "api/claim.h"
#include "api/document.h"
#include "api/form.h"
#include "api/prefer.h"
#include "api/receive.h"
#include "base/log.h"

namespace vodmill::api {
namespace {

using net::Request;
using net::ResponseWriter;

// More than a form's fields, heads and boundaries may be beside its file.
constexpr std::int64_t kRestOfAForm = 8 << 20;

std::string_view content_type(const Request& request) {
  return request.header("Content-Type").value_or("");
}

net::Refusal busy_key() {
  return {409, net::HttpCode::idempotency_key_busy,
          "A request with this Idempotency-Key is still under way. Wait for its end, then send "
          "this one again."};
}

net::Refusal mismatched_key() {
  return {422, net::HttpCode::idempotency_key_mismatch,
          "This Idempotency-Key belongs to another request: method, path, length, metadata, "
          "priority, ladder or owner differ. Use a new key for a new video."};
}

// `coming`: 0 where nobody said.
std::string no_room(std::int64_t free, std::int64_t coming, std::int64_t floor) {
  const std::string upload =
      coming > 0 ? "the " + megabytes(coming) + " of this upload and " : std::string();
  return fmt::format(
      "The store's disk has {} left, less than {}the {} of --disk-floor: make room there, then "
      "send it again.",
      megabytes(free), upload, megabytes(floor));
}

net::Refusal incomplete(const Error& error) {
  return {400, net::HttpCode::incomplete_body, error.message};
}

// The video, or its error.
Result<Taken> as_taken(Result<Video> video) {
  if (!video) return fail(std::move(video).error());
  return Taken{.video = std::move(*video)};
}

// `bytes`: of the object with the key, which is all of the original.
void describe(NewVideo& video, const Creation& creation, const BlobKey& key, std::int64_t bytes) {
  video.metadata = creation.metadata_text();
  video.priority = creation.priority;
  video.ladder = creation.ladder;
  video.owner = creation.owner;
  video.source.extents = {{.offset = 0, .length = bytes, .key = key}};
  video.source.length = bytes;
}

}  // namespace

Async<> Uploads::create(Request& request, ResponseWriter& response) {
  Result<Taken> taken = co_await take(request, FormFields::known);
  if (!taken) co_return fail(std::move(taken).error());
  if (taken->refusal) co_return co_await send_refusal(std::move(*taken->refusal), response);
  co_return co_await answer_created(request, response, std::move(*taken));
}

Async<Taken> Uploads::take(Request& request, FormFields fields) {
  std::optional<net::Refusal> refusal =
      refuse_media_type(request.method(), content_type(request), fields);
  if (!refusal) refusal = refuse_part_or_packed(request);
  if (refusal) co_return Taken{.video = {}, .refusal = std::move(refusal)};
  Result<std::string> document;
  if (is_json(content_type(request))) {
    document = co_await net::read_all(request.body, kLargestDocument);
  }
  if (!document) co_return fail(std::move(document).error());
  NewVideo creating;
  creating.id = new_id<VideoId>();
  const Result<std::optional<KeyClaim>> read = read_claim(request, creating.id, *document);
  if (!read) co_return fail(read.error());
  const std::optional<KeyClaim>& claim = *read;
  if (claim) {
    Result<KeyAnswer> key = co_await ports_.keys.claim(claim.value(), kClaimLease);
    if (!key) co_return fail(std::move(key).error());
    if (key->state != KeyState::claimed) {
      co_return co_await take_again(request, fields, std::move(*key));
    }
  }
  creating.prefix = creating.id.str() + "/";
  creating.claim = claim;
  creating.quota = options_.quota;
  Result<Taken> made =
      co_await make_video(request, fields, std::move(*document), std::move(creating));
  if ((!made || made->refusal) && claim) {
    const Result<> released = co_await ports_.keys.release(claim.value());
    if (!released) {
      log::warn({{"request", request.id}}, "release an Idempotency-Key: {}",
                released.error().message);
    }
  }
  co_return made;
}

Async<Taken> Uploads::take_again(Request& request, FormFields fields, KeyAnswer key) {
  if (key.state != KeyState::settled) {
    const bool busy = key.state == KeyState::busy;
    co_return Taken{.video = {}, .refusal = busy ? busy_key() : mismatched_key()};
  }
  if (is_form(content_type(request)) && !key.details.empty()) {
    Result<std::optional<net::Refusal>> refusal =
        co_await compare_form(request, fields, std::move(key.details));
    if (!refusal) co_return fail(std::move(refusal).error());
    if (*refusal) co_return Taken{.video = {}, .refusal = std::move(*refusal)};
  }
  Result<Video> video = co_await ports_.videos.get(key.video);
  if (video) co_return Taken{.video = std::move(*video), .again = true};
  if (video.error().code != ErrorCode::not_found) co_return fail(std::move(video).error());
  co_return fail(ErrorCode::gone,
                 "The video that this Idempotency-Key created was deleted. Use a new key to upload "
                 "it again.");
}

// Of a form that is sent again: its file is not wanted, but its fields may stand after it.
Async<std::optional<net::Refusal>> Uploads::compare_form(Request& request, FormFields fields,
                                                         std::string details) {
  constexpr std::size_t kPiece = 256 * 1024;
  Result<Creation> creation = read_creation(request);
  if (!creation) co_return fail(std::move(creation).error());
  const Result<std::string> boundary = net::boundary_of(content_type(request));
  if (!boundary) co_return fail(boundary.error());
  FormFile file(request.body, *boundary, fields, *creation);
  Bytes unwanted(kPiece);
  std::int64_t length = 0;
  for (;;) {
    const Result<std::size_t> bytes = co_await file.read(unwanted);
    if (!bytes && file.is_cut_short()) co_return incomplete(bytes.error());
    if (!bytes) co_return fail(bytes.error());
    if (*bytes == 0) break;
    length += static_cast<std::int64_t>(*bytes);
    if (length > options_.max_upload_bytes) co_return too_large(options_.max_upload_bytes);
  }
  if (details_of(*creation) != details) co_return mismatched_key();
  co_return std::nullopt;
}

Async<Taken> Uploads::make_video(Request& request, FormFields fields, std::string document,
                                 NewVideo video) {
  if (is_json(content_type(request))) {
    Result<Video> made = co_await import_video(request, std::move(document), std::move(video));
    co_return as_taken(std::move(made));
  }
  co_return co_await receive_video(request, fields, std::move(video));
}

Async<Video> Uploads::import_video(const Request& request, std::string document, NewVideo video) {
  Result<Creation> creation = read_creation(request);
  if (!creation) co_return fail(std::move(creation).error());
  const Result<BlobKey> key = read_document(*creation, document);
  if (!key) co_return fail(key.error());
  const Result<BlobInfo> object = co_await ports_.blobs.stat(*key);
  if (!object && object.error().code == ErrorCode::not_found) {
    co_return fail(ErrorCode::not_found, "There is no object " + key->str() + " in the store.");
  }
  if (!object) co_return fail(object.error());
  if (object->bytes > options_.max_upload_bytes) co_return too_large(options_.max_upload_bytes);
  if (object->bytes == 0) {
    co_return fail(ErrorCode::not_a_video, "The object " + key->str() + " is empty.");
  }
  describe(video, *creation, *key, object->bytes);
  const VideoId id = video.id;
  const log::Fields fields{{"video", id.str()}, {"request", request.id}};
  Result<Video> created = co_await ports_.videos.create(std::move(video));
  if (created) log::info(fields, "made from {}: {} bytes", key->str(), object->bytes);
  co_return created;
}

// Before a body is read. What others add meanwhile is seen when the video is created.
Async<> Uploads::check_owner(std::string owner, std::int64_t bytes) {
  if (!options_.quota.is_limited()) co_return Result<>();
  const Result<OwnerUsage> usage = co_await ports_.census.of_owner(std::move(owner));
  if (!usage) co_return fail(usage.error());
  co_return check_quota(options_.quota, *usage, bytes);
}

// Before a body is read. A disk that cannot be asked counts as roomy: the store itself will say
// what is wrong.
Async<std::optional<net::Refusal>> Uploads::check_room(std::int64_t bytes) {
  if (!ports_.space) co_return std::nullopt;
  const Result<std::int64_t> free = co_await ports_.space->free_bytes();
  if (!free || *free - bytes >= options_.disk_floor) co_return std::nullopt;
  std::string sentence = no_room(*free, bytes, options_.disk_floor);
  log::warn("an upload is refused: {}", sentence);
  co_return net::Refusal{507, ErrorCode::disk_full, std::move(sentence)};
}

Async<Taken> Uploads::receive_video(Request& request, FormFields fields, NewVideo video) {
  Result<Creation> creation = read_creation(request);
  if (!creation) co_return fail(std::move(creation).error());
  const bool has_form = is_form(content_type(request));
  const std::int64_t declared = request.body.declared_length().value_or(0);
  // Of the file at least.
  const std::int64_t bytes =
      has_form ? std::max<std::int64_t>(declared - kRestOfAForm, 0) : declared;
  if (bytes > options_.max_upload_bytes) co_return too_large(options_.max_upload_bytes);
  // A form may say later for whom it is.
  if (!has_form || !creation->owner.empty()) {
    const Result<> checked = co_await check_owner(creation->owner, bytes);
    if (!checked) co_return fail(checked.error());
  }
  Result<std::optional<net::Refusal>> refusal = co_await check_room(declared);
  if (!refusal) co_return fail(std::move(refusal).error());
  if (*refusal) co_return Taken{.video = {}, .refusal = std::move(*refusal)};
  std::optional<ClaimedBody> claimed;
  if (video.claim) claimed.emplace(request.body, ports_.keys, *video.claim);
  net::BodyStream& body = claimed ? static_cast<net::BodyStream&>(*claimed) : request.body;
  if (!has_form) {
    Result<Video> stored = co_await store_video(request, body, creation.value(), video);
    co_return as_taken(std::move(stored));
  }
  const Result<std::string> boundary = net::boundary_of(content_type(request));
  if (!boundary) co_return fail(boundary.error());
  FormFile file(body, *boundary, fields, *creation);
  Result<Video> stored = co_await store_video(request, file, creation.value(), video);
  if (!stored && file.is_cut_short()) {
    co_return Taken{.video = {}, .refusal = incomplete(stored.error())};
  }
  co_return as_taken(std::move(stored));
}

// Receives the body; only then `creation` is complete.
Async<Video> Uploads::store_video(const Request& request, net::BodyStream& body, Creation& creation,
                                  NewVideo video) {
  const BlobKey key(video.prefix + "source");
  Result<> owed = co_await ports_.outbox.sweep_later(key.str(), options_.longest_upload);
  if (!owed) co_return fail(std::move(owed).error());
  Result<Received> received =
      co_await receive(body, ports_.blobs, hashing_, key, options_.max_upload_bytes);
  if (!received) co_return fail(std::move(received).error());
  describe(video, creation, key, received->bytes);
  if (video.claim && is_form(content_type(request))) video.claim->details = details_of(creation);
  video.sha256 = std::move(received->sha256);
  const VideoId id = video.id;
  const log::Fields fields{{"video", id.str()}, {"request", request.id}};
  Result<Video> created = co_await ports_.videos.create(std::move(video));
  if (created) log::info(fields, "uploaded: {} bytes, \"{}\"", received->bytes, creation.filename);
  if (!created) {
    const Result<> removed = co_await ports_.blobs.remove(key);
    if (!removed) log::warn(fields, "remove {}: {}", key.str(), removed.error().message);
  }
  co_return created;
}

Async<> Uploads::answer_created(Request& request, ResponseWriter& response, Taken taken) {
  const std::optional<std::chrono::seconds> wait = preferred_wait(request.head.headers);
  net::Headers headers{{"Location", "/v1/videos/" + taken.video.id.str()}};
  if (taken.again) headers.add("Idempotent-Replayed", "true");
  co_return co_await send_when_ended(ports_, response, std::move(taken.video), wait, 201,
                                     std::move(headers));
}

}  // namespace vodmill::api
