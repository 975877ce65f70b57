#include "api/page.h"

#include "net/range.h"

namespace vodmill::api {
namespace {

constexpr std::string_view kIndex = "index.html";

// hls.js plays through blob: URLs and may run in a worker made of one; all else is ours alone.
constexpr std::string_view kPolicy =
    "default-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

Page::Page() {
  for (const web::Asset& asset : web::assets()) {
    const File file{&asset, etag_of(asset.bytes)};
    files_.emplace('/' + std::string(asset.path), file);
    if (asset.path == kIndex) files_.emplace("/", file);
  }
}

std::vector<std::string> Page::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, file] : files_) paths.push_back(path);
  return paths;
}

Async<> Page::send(net::Request& request, net::ResponseWriter& response) {
  const auto found = files_.find(request.path());
  if (found == files_.end()) co_return fail(ErrorCode::not_found, "There is no such page.");
  const auto& [asset, etag] = found->second;
  const bool unchanged = net::matches_none_match(request.header("If-None-Match"), etag);
  net::Response answer{
      .head = {.status = unchanged ? 304 : 200,
               .headers = {{"ETag", etag},
                           {"Cache-Control",
                            std::string(asset->immutable ? kImmutable : kRevalidate)},
                           {"Content-Security-Policy", std::string(kPolicy)},
                           {"Referrer-Policy", "no-referrer"}}},
      .body = {}};
  if (!unchanged) {
    answer.head.headers.add("Content-Type", std::string(asset->mime));
    answer.body = as_text(asset->bytes);
  }
  co_return co_await response.send(std::move(answer));
}

}  // namespace vodmill::api
