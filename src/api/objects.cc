#include "api/objects.h"

#include "api/sha256.h"
#include "net/gzip.h"
#include "net/range.h"

namespace vodmill::api {
namespace {

constexpr std::int64_t kPiece = 512 * 1024;

class ObjectPieces final : public net::BodySource {
 public:
  ObjectPieces(BlobStore& blobs, BlobKey key, std::int64_t offset, std::int64_t length)
      : blobs_(blobs), key_(std::move(key)), offset_(offset), left_(length) {}

  Async<Bytes> next() override {
    if (left_ == 0) co_return Bytes();
    const std::int64_t wanted = std::min(left_, kPiece);
    Result<Bytes> piece = co_await blobs_.read(key_, offset_, wanted);
    if (piece) {
      offset_ += static_cast<std::int64_t>(piece->size());
      left_ -= static_cast<std::int64_t>(piece->size());
    }
    co_return piece;
  }

 private:
  BlobStore& blobs_;
  const BlobKey key_;
  std::int64_t offset_;
  std::int64_t left_;
};

net::ResponseHead head_of(int status, const Representation& what) {
  net::ResponseHead head{
      .status = status,
      .headers = {{"ETag", what.etag}, {"Cache-Control", std::string(what.cache_control)}}};
  if (status != 304) head.headers.add("Content-Type", std::string(what.mime));
  return head;
}

bool is_unchanged(const net::Request& request, const Representation& what) {
  return net::matches_none_match(request.header("If-None-Match"), what.etag);
}

}  // namespace

Async<> send_object(net::Request& request, net::ResponseWriter& response, BlobStore& blobs,
                    BlobKey key, Representation what) {
  const Result<BlobInfo> info = co_await blobs.stat(key);
  if (!info) co_return fail(info.error());
  if (is_unchanged(request, what)) {
    net::Response unchanged{.head = head_of(304, what)};
    co_return co_await response.send(std::move(unchanged));
  }
  const net::RangeDecision range = net::decide_range(request.head.headers, what.etag, info->bytes);
  net::ResponseHead head = head_of(range.status, what);
  head.headers.add("Accept-Ranges", "bytes");
  if (range.status != 200) head.headers.add("Content-Range", range.content_range(info->bytes));
  ObjectPieces pieces(blobs, std::move(key), range.offset, range.length);
  co_return co_await response.send_from(std::move(head), range.length, pieces);
}

Async<> send_text(net::Request& request, net::ResponseWriter& response, std::string text,
                  Representation what, PackedTexts& packed) {
  const bool packs = net::accepts_gzip(request.header("Accept-Encoding"));
  // Other bytes need another ETag (RFC 9110, section 8.8.3.3).
  if (packs) what.etag.insert(what.etag.size() - 1, "-gzip");
  const bool unchanged = is_unchanged(request, what);
  net::Response answer{.head = head_of(unchanged ? 304 : 200, what), .body = {}};
  answer.head.headers.add("Vary", "Accept-Encoding");
  if (!unchanged && packs) {
    const Result<std::shared_ptr<const std::string>> small = packed.pack(text);
    if (!small) co_return fail(small.error());
    text = **small;
    answer.head.headers.add("Content-Encoding", "gzip");
  }
  if (!unchanged) answer.body = std::move(text);
  co_return co_await response.send(std::move(answer));
}

std::string etag_of(ByteView bytes) {
  constexpr std::size_t kDigits = 32;
  return '"' + sha256_hex(bytes).substr(0, kDigits) + '"';
}

}  // namespace vodmill::api
