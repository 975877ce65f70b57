#include "app/stream_site.h"

namespace vodmill::app {
namespace {

// Some servers speak of other origins only to a request that has one.
constexpr const char* kOrigin = "https://player.example";
constexpr std::int64_t kLargestPlaylist = std::int64_t{16} << 20;

hls::Delivery delivery_of(const net::Fetched& answer) {
  const std::string_view origin = answer.headers.find("Access-Control-Allow-Origin").value_or("");
  const std::string_view coding = answer.headers.find("Content-Encoding").value_or("");
  return {.redirects = answer.redirects,
          .content_type = std::string(answer.headers.find("Content-Type").value_or("")),
          .is_gzip = net::equal_ignoring_case(coding, "gzip"),
          .allows_every_site = origin == "*" || origin == kOrigin,
          .is_tls = net::equal_ignoring_case(std::string_view(answer.url).substr(0, 8), "https://"),
          .cache_control = std::string(answer.headers.find("Cache-Control").value_or(""))};
}

Result<Bytes> bytes_of(net::Fetched answer) {
  if (answer.status == 200 || answer.status == 206) return std::move(answer.body);
  return fail(ErrorCode::not_found,
              "The server answered with status " + std::to_string(answer.status) + ".");
}

// The part of a whole that was sent in its stead.
Result<Bytes> cut(Bytes whole, const hls::ForeignRange& range) {
  if (range.offset + range.length > std::ssize(whole)) {
    return fail(ErrorCode::not_found, "The file ends before the byte range does.");
  }
  const auto begin = whole.begin() + range.offset;
  return Bytes(begin, begin + range.length);
}

}  // namespace

bool is_url(std::string_view given) { return given.contains("://"); }

std::optional<std::string> StreamSite::resolve(const std::string& playlist,
                                               std::string_view uri) const {
  return net::resolve_url(playlist, std::string(uri));
}

ReadObject StreamSite::read(const std::string& address, std::optional<hls::ForeignRange> range) {
  net::FetchRequest request{
      .url = address, .headers = {{"Origin", kOrigin}}, .longest_body = kLargestObject};
  if (range) {
    if (range->length > kLargestObject) {
      return {.bytes =
                  fail(ErrorCode::invalid_request, "More than 256 MiB in one piece are not read.")};
    }
    const std::int64_t last = range->offset + range->length - 1;
    request.headers.add("Range",
                        "bytes=" + std::to_string(range->offset) + "-" + std::to_string(last));
  }
  Result<net::Fetched> answer = http_.get(request);
  if (!answer) return {.bytes = fail(std::move(answer).error())};
  hls::Delivery delivery = delivery_of(*answer);
  delivery.ignores_ranges = range && answer->status == 200;
  Result<Bytes> bytes = bytes_of(std::move(*answer));
  if (bytes && delivery.ignores_ranges) bytes = cut(std::move(*bytes), *range);
  return {.bytes = std::move(bytes), .delivery = std::move(delivery)};
}

ReadObject StreamSite::read_playlist(const std::string& address) {
  const net::FetchRequest request{.url = address,
                                  .headers = {{"Origin", kOrigin}},
                                  .may_be_gzip = true,
                                  .longest_body = kLargestPlaylist};
  Result<net::Fetched> answer = http_.get(request);
  if (!answer) return {.bytes = fail(std::move(answer).error())};
  hls::Delivery delivery = delivery_of(*answer);
  return {.bytes = bytes_of(std::move(*answer)), .delivery = std::move(delivery)};
}

}  // namespace vodmill::app
