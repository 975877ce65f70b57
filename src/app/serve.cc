#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/stores.h"
#include "app/worker_options.h"
#include "base/log.h"
#include "worker/worker.h"

namespace vodmill::app {
namespace {

// Everything a server or a worker process is made of, in the order of its dependence.
class Service {
 public:
  Service(const Settings& settings, std::unique_ptr<Stores> stores)
      : settings_(settings), stores_(std::move(stores)), signals_(context_, SIGINT, SIGTERM) {}

  Result<> start(const Clock& clock);
  void run();

 private:
  asio::awaitable<void> stop_on_signal();

  const Settings& settings_;
  const std::unique_ptr<Stores> stores_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  std::optional<worker::Worker> worker_;
};

Result<> Service::start(const Clock&) {
  if (settings_.command == "worker" || !settings_.no_worker) {
    worker::WorkerOptions options = TRY(worker_options(settings_));
    log::info("worker {} with {} mills", options.id.str(), options.slots);
    worker_.emplace(stores_->ports(*stores_->blobs), std::move(options), context_.get_executor());
    worker_->start();
  }
  return {};
}

asio::awaitable<void> Service::stop_on_signal() {
  boost::system::error_code error;
  co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  log::info("stopping");
  if (worker_) co_await worker_->stop();
}

void Service::run() {
  asio::co_spawn(context_, stop_on_signal(), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  context_.run();
  stores_->database->stop();
}

}  // namespace

int serve(const Settings& settings) {
  const SystemClock clock;
  auto stores = Stores::open(clock, settings.data + "/vodmill.db", settings.data + "/objects");
  if (!stores) return complain(stores.error());
  Service service(settings, std::move(*stores));
  const Result<> started = service.start(clock);
  if (!started) return complain(started.error());
  service.run();
  return 0;
}

}  // namespace vodmill::app
