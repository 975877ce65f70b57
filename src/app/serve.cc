#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <filesystem>
#include <optional>

#include "api/api.h"
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/folder_lives.h"
#include "app/machine.h"
#include "app/process_numbers.h"
#include "app/stores.h"
#include "app/worker_options.h"
#include "base/log.h"
#include "mill/engine_build.h"
#include "worker/worker.h"

namespace vodmill::app {
namespace {

// For requests that run when we are told to stop.
constexpr Milliseconds kGrace{10'000};

// Database, mills' pipes, segments on their way.
constexpr std::int64_t kOtherFiles = 512;

bool is_loopback(const std::string& address) {
  return address == "::1" || address.starts_with("127.");
}

// A connection is a socket, and a file while it uploads or plays.
void warn_of_few_files(const Settings& settings) {
  const std::int64_t wanted = std::int64_t{2} * settings.max_connections + kOtherFiles;
  const std::int64_t allowed = allow_open_files(wanted);
  if (allowed >= wanted) return;
  log::warn(
      "only {} files may be open at once, {} are wanted: raise the limit, or lower "
      "--max-connections",
      allowed, wanted);
}

// Everything a server or a worker process is made of, in the order of its dependence.
class Service {
 public:
  Service(const Settings& settings, std::unique_ptr<Stores> stores)
      : settings_(settings), stores_(std::move(stores)), signals_(context_, SIGINT, SIGTERM) {}

  Result<> start(const Clock& clock);
  void run();

 private:
  void describe_process(const Clock& clock);
  Result<> make_worker();
  Result<> start_api(const Clock& clock);
  net::ServerOptions server_options(const Endpoint& endpoint) const;
  asio::awaitable<void> stop_on_signal();

  const Settings& settings_;
  metrics::Registry registry_;
  const std::unique_ptr<Stores> stores_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  const sandbox::CpuClass lowest_;
  std::unique_ptr<FolderLives> lives_;
  std::optional<worker::Worker> worker_;
  std::optional<api::Api> api_;
  net::Router router_;
  std::unique_ptr<net::Server> server_;
};

void Service::describe_process(const Clock& clock) {
  registry_
      .gauge("vodmill_build_info", "What runs here; always 1.",
             {{"version", VODMILL_VERSION}, {"engine", mill::engine_build().str()}})
      .set(1);
  registry_.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.")
      .set(static_cast<double>(clock.now().ms) / 1000);
  registry_.collect(process_numbers);
}

Result<> Service::make_worker() {
  worker::WorkerOptions options = TRY(worker_options(settings_));
  stand_back(options.child, lowest_);
  log::info({{"worker", options.id.str()}}, "a worker with {} slots", options.slots);
  lives_ = TRY(FolderLives::enter(settings_.data + "/workers", options.id));
  worker::Ports ports = stores_->ports(*stores_->blobs, registry_);
  ports.lives = lives_.get();
  ports.space = stores_->blobs.get();
  worker_.emplace(ports, std::move(options), context_.get_executor());
  return {};
}

net::ServerOptions Service::server_options(const Endpoint& endpoint) const {
  net::ServerOptions options;
  options.address = endpoint.address;
  options.port = endpoint.port;
  options.max_connections = static_cast<std::size_t>(settings_.max_connections);
  options.max_client_connections = static_cast<std::size_t>(settings_.max_client_connections);
  options.trusted_proxies = settings_.trusted_proxies;
  return options;
}

Result<> Service::start_api(const Clock& clock) {
  const Endpoint endpoint = TRY(parse_endpoint(settings_.listen));
  api::ApiOptions options;
  options.max_upload_bytes = settings_.max_upload_bytes;
  options.loopback_only = is_loopback(endpoint.address);
  options.allowed_hosts = settings_.allowed_hosts;
  options.compat_routes = settings_.compat_routes;
  options.disk_floor = settings_.disk_floor;
  if (settings_.access_log) options.access_log = log::Level::info;
  if (settings_.owner_videos > 0) options.quota.unfinished_videos = settings_.owner_videos;
  if (settings_.owner_bytes > 0) options.quota.bytes = settings_.owner_bytes;
  options.rates = {.calls = settings_.rate, .creations = settings_.upload_rate};
  api_.emplace(api::Ports{stores_->videos, stores_->events, stores_->outbox, stores_->keys,
                          *stores_->blobs, stores_->database->bell(), clock, stores_->job_queue,
                          stores_->census, registry_, stores_->job_view, stores_->workers,
                          stores_->stills, stores_->blobs.get(), worker_ ? &*worker_ : nullptr},
               options);
  api_->add_routes(router_);
  server_ = TRY(net::Server::listen(context_.get_executor(), server_options(endpoint),
                                    api_->hooks(router_), clock));
  const bool is_v6 = endpoint.address.contains(':');
  log::info("listening on http://{}{}{}:{} ({})", is_v6 ? "[" : "", endpoint.address,
            is_v6 ? "]" : "", server_->port(),
            options.loopback_only ? "this machine only" : "open to the network, without keys");
  return {};
}

Result<> Service::start(const Clock& clock) {
  describe_process(clock);
  const bool is_server = settings_.command == "serve";
  if (is_server) warn_of_few_files(settings_);
  if (!is_server || !settings_.no_worker) TRY_VOID(make_worker());
  if (is_server) TRY_VOID(start_api(clock));
  if (worker_) worker_->start();
  return {};
}

asio::awaitable<void> Service::stop_on_signal() {
  boost::system::error_code error;
  co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  log::info("stopping");
  if (server_) {
    co_await server_->stop(kGrace);
  }
  if (worker_) {
    co_await worker_->stop();
  }
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
  const std::filesystem::path data = settings.data;
  // A worker makes no folder of its own: it would wait there for ever, and say nothing.
  const Result<std::string> database = settings.command == "worker"
                                           ? database_in(data)
                                           : Result<std::string>((data / kDatabaseName).string());
  if (!database) return complain(database.error());
  auto stores = Stores::open(clock, *database, (data / "objects").string());
  if (!stores) return complain(stores.error());
  Service service(settings, std::move(*stores));
  const Result<> started = service.start(clock);
  if (!started) return complain(started.error());
  service.run();
  return 0;
}

}  // namespace vodmill::app
