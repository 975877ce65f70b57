#include "api/health.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <limits>

#include "api/answers.h"
#include "base/json.h"
#include "base/log.h"
#include "net/refusal.h"

namespace vodmill::api {
namespace {

// Ever the same one: what a killed process leaves is overwritten by the next.
const char* const kProbeKey = "readyz/probe";

Async<> look_at_catalog(const Ports& ports) {
  const Result<VideoPage> page =
      co_await ports.videos.list({.status = {}, .limit = 1, .cursor = {}});
  if (!page) co_return fail(page.error());
  co_return Result<>();
}

Async<> write_to_store(const Ports& ports) {
  const ByteView text = as_bytes("ready?");
  Bytes bytes(text.begin(), text.end());
  const Result<> stored = co_await ports.blobs.put(BlobKey(kProbeKey), std::move(bytes));
  if (!stored) co_return stored;
  co_return co_await ports.blobs.remove(BlobKey(kProbeKey));
}

Async<std::int64_t> ask_for_space(const Ports& ports) {
  if (!ports.space) co_return std::numeric_limits<std::int64_t>::max();
  co_return co_await ports.space->free_bytes();
}

// What the store itself says may name hosts and folders: that is for the log.
template <class T>
bool has_failed(const std::optional<Result<T>>& answer, std::string_view what) {
  if (answer && !*answer) log::warn("not ready: {}: {}", what, answer->error().message);
  return !answer || !*answer;
}

net::Response ok() {
  return {
      .head = {.status = 200,
               .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}},
      .body = R"({"status":"ok"})"};
}

}  // namespace

Health::Health(const Ports& ports, const ApiOptions& options)
    : ports_(ports),
      options_(options),
      catalog_([&ports] { return look_at_catalog(ports); }, options.readiness, options.fresh),
      store_([&ports] { return write_to_store(ports); }, options.readiness, options.fresh),
      space_([&ports] { return ask_for_space(ports); }, options.readiness, options.fresh) {}

Async<> Health::alive(net::Request&, net::ResponseWriter& response) {
  net::Response answer = ok();
  co_return co_await response.send(std::move(answer));
}

std::string Health::trouble_of_disk(const std::optional<Result<std::int64_t>>& space) const {
  if (has_failed(space, "disk")) return "How much room the store's disk has cannot be told.";
  if (**space >= options_.disk_floor) return "";
  return "The store's disk has " + megabytes(**space) + " left, less than the " +
         megabytes(options_.disk_floor) + " of --disk-floor: make room.";
}

// All at a time: one that hangs does not hide another.
asio::awaitable<std::vector<Health::Trouble>> Health::look() {
  using asio::experimental::awaitable_operators::operator&&;
  auto all = catalog_.ask() && store_.ask() && space_.ask();
  const auto [catalog, store, space] = co_await std::move(all);
  std::vector<Trouble> troubles;
  if (has_failed(catalog, "catalog")) troubles.push_back({"catalog", "The database is away."});
  if (has_failed(store, "store")) {
    const bool is_full = store && store->error().code == ErrorCode::disk_full;
    troubles.push_back({"store", is_full ? "The store is full: make room."
                                         : "The store takes no objects: see the server's log."});
  }
  std::string disk = trouble_of_disk(space);
  if (!disk.empty()) troubles.push_back({"disk", std::move(disk)});
  std::string worker = ports_.worker ? ports_.worker->trouble() : "";
  if (!worker.empty()) troubles.push_back({"worker", std::move(worker)});
  co_return troubles;
}

Async<> Health::ready(net::Request&, net::ResponseWriter& response) {
  const std::vector<Trouble> troubles = co_await look();
  if (troubles.empty()) {
    net::Response answer = ok();
    co_return co_await response.send(std::move(answer));
  }
  json::object failing;
  std::string detail;
  for (const Trouble& trouble : troubles) {
    failing[trouble.of] = trouble.sentence;
    detail += (detail.empty() ? "" : " ") + trouble.sentence;
  }
  const json::object body{{"type", "about:blank"},
                          {"title", net::reason_phrase(503)},
                          {"status", 503},
                          {"code", net::problem_code_name(net::HttpCode::not_ready)},
                          {"detail", detail},
                          {"retryable", true},
                          {"failing", std::move(failing)}};
  net::Response answer{.head = {.status = 503,
                                .headers = {{"Content-Type", "application/problem+json"},
                                            {"Cache-Control", "no-store"},
                                            {"Retry-After", "5"}}},
                       .body = json::serialize(body)};
  co_return co_await response.send(std::move(answer));
}

}  // namespace vodmill::api
