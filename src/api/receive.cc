#include "api/receive.h"

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "api/sha256.h"

namespace vodmill::api {
namespace {

constexpr std::size_t kPiece = 512 * 1024;

std::unexpected<Error> empty() {
  return fail(ErrorCode::invalid_request,
              "The request has no body. Send the video's bytes as the body.");
}

// The next piece; less than all of `into` only at the end.
Async<std::size_t> read_piece(net::BodyStream& body, Bytes& into) {
  // An abort comes as the error of what was under way, never as an exception.
  co_await asio::this_coro::throw_if_cancelled(false);
  Result<std::size_t> bytes = co_await net::read_full(body, into);
  co_return bytes;
}

Async<> hash_piece(BlockingPool& hashing, Sha256& hash, ByteView bytes) {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (bytes.empty()) co_return Result<>();
  auto update = [&hash, bytes] {
    hash.update(bytes);
    return Result<>();
  };
  co_return co_await hashing.run(std::move(update));
}

Async<> write_piece(BlobWriter& writer, ByteView bytes) {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (bytes.empty()) co_return Result<>();
  co_return co_await writer.write(bytes);
}

}  // namespace

std::unexpected<Error> too_large(std::int64_t limit) {
  return fail(ErrorCode::size_exceeds_limit,
              "The upload is larger than the " + std::to_string(limit) +
                  " bytes that this server takes. Send a smaller file.");
}

Async<Received> receive(net::BodyStream& body, BlobStore& blobs, BlockingPool& hashing, BlobKey key,
                        std::int64_t limit) {
  using asio::experimental::awaitable_operators::operator&&;
  const std::optional<std::int64_t> declared = body.declared_length();
  if (declared && *declared > limit) co_return too_large(limit);
  if (declared && *declared == 0) co_return empty();
  Result<std::unique_ptr<BlobWriter>> writer = co_await blobs.create(std::move(key));
  if (!writer) co_return fail(std::move(writer).error());

  std::array pieces{Bytes(kPiece), Bytes(kPiece)};
  Sha256 hash;
  Received received;
  ByteView waiting;
  for (std::size_t turn = 0;; turn = 1 - turn) {
    auto all = read_piece(body, pieces[turn]) && write_piece(**writer, waiting) &&
               hash_piece(hashing, hash, waiting);
    auto [read, written, hashed] = co_await std::move(all);
    if (!read) co_return fail(std::move(read).error());
    if (!written) co_return fail(std::move(written).error());
    if (!hashed) co_return fail(std::move(hashed).error());
    if (*read == 0) break;
    received.bytes += static_cast<std::int64_t>(*read);
    if (received.bytes > limit) co_return too_large(limit);
    waiting = ByteView(pieces[turn]).first(*read);
  }
  if (received.bytes == 0) co_return empty();
  Result<BlobInfo> stored = co_await (*writer)->commit();
  if (!stored) co_return fail(std::move(stored).error());
  received.sha256 = hash.hex();
  co_return received;
}

}  // namespace vodmill::api
