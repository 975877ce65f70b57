#include "api/health.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "net/refusal.h"

namespace vodmill::api {
namespace {

Async<> look(const Ports& ports) {
  const Result<VideoPage> page =
      co_await ports.videos.list({.status = {}, .limit = 1, .cursor = {}});
  if (!page) co_return fail(page.error());
  // Any prefix reaches the store; one without objects is the cheapest.
  const Result<std::vector<BlobInfo>> objects = co_await ports.blobs.list("readyz/", "", 1);
  if (!objects) co_return fail(objects.error());
  co_return Result<>();
}

net::Response ok() {
  return {
      .head = {.status = 200,
               .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}},
      .body = R"({"status":"ok"})"};
}

}  // namespace

// Shared by the requests that wait for it, which may end first.
struct Health::Probe {
  Probe(const asio::any_io_executor& executor, Milliseconds patience) : done(executor, patience) {}
  asio::steady_timer done;  // cancelled when the answer is there
  std::optional<Result<>> answer;
};

Async<> Health::alive(net::Request&, net::ResponseWriter& response) {
  net::Response answer = ok();
  co_return co_await response.send(std::move(answer));
}

Async<> Health::ready(net::Request&, net::ResponseWriter& response) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  if (!probe_) {
    probe_ = std::make_shared<Probe>(executor, patience_);
    asio::co_spawn(executor, run(probe_), asio::detached);
  }
  const std::shared_ptr<Probe> probe = probe_;
  co_await probe->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (probe->answer && *probe->answer) {
    net::Response answer = ok();
    co_return co_await response.send(std::move(answer));
  }
  if (probe->answer) log::warn("not ready: {}", probe->answer->error().message);
  net::Response answer = net::problem(
      {503, "not_ready", "The database or the store does not answer. The server's log says more."});
  answer.head.headers.add("Retry-After", "5");
  co_return co_await response.send(std::move(answer));
}

asio::awaitable<void> Health::run(std::shared_ptr<Probe> probe) {
  Result<> answer = co_await look(ports_);
  probe->answer = std::move(answer);
  probe_.reset();
  probe->done.cancel();
}

}  // namespace vodmill::api
