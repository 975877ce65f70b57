#include "net/server.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

#include "base/log.h"
#include "net/admission.h"
#include "net/client_address.h"
#include "net/connection.h"

namespace vodmill::net {
namespace {

using asio::ip::tcp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// How many connections over a limit are told so at once; more are closed without a word.
constexpr std::size_t kRefusedAtOnce = 64;
constexpr std::chrono::minutes kReportInterval{1};

std::string address_of(const tcp::socket& socket) {
  boost::system::error_code error;
  const std::string address = socket.remote_endpoint(error).address().to_string();
  return canonical_address(address).value_or(address);
}

void set_up(tcp::socket& socket, const ServerOptions& options) {
  boost::system::error_code ignored;  // none of these is needed for a right answer
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(tcp::socket::keep_alive(true), ignored);
  // A peer that has vanished without a word acknowledges nothing.
  const auto timeout = static_cast<unsigned>(options.write_timeout.count());
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

// Often enough for the shortest time limit and for a peer that goes.
Milliseconds tick_interval(const ServerOptions& options) {
  const Milliseconds shortest =
      std::min({options.header_timeout, options.keep_alive_timeout, options.body_timeout,
                options.write_timeout, options.linger_timeout});
  return std::clamp(shortest / 4, Milliseconds(5), Milliseconds(500));
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, ServerOptions options, ServerHooks hooks,
       const vodmill::Clock& clock)
      : executor_(executor),
        context_{.options = std::move(options), .hooks = std::move(hooks), .clock = clock},
        admission_(context_.options),
        acceptor_(executor),
        ticker_(executor),
        changed_(executor) {}

  Result<> open();
  void run();
  asio::awaitable<void> stop(Milliseconds grace);
  std::uint16_t port() const { return acceptor_port_; }
  std::size_t connection_count() const { return connections_.size(); }

 private:
  using Place = std::list<Connection>::iterator;

  asio::awaitable<void> accept_all();
  asio::awaitable<void> tick_all();
  void admit(tcp::socket socket);
  void report(const std::string& peer, const Refusal& refusal);
  void spawn(asio::awaitable<void> work);
  void ended();
  void ended(Place place, bool refused);

  // Safe when what `visit` cancels ends its connection at once.
  template <class Visit>
  void for_each_connection(Visit visit) {
    for (Place place = connections_.begin(); place != connections_.end();) visit(*place++);
  }

  asio::any_io_executor executor_;
  ServerContext context_;
  Admission admission_;
  tcp::acceptor acceptor_;
  std::uint16_t acceptor_port_ = 0;
  asio::steady_timer ticker_;
  asio::steady_timer changed_;  // cancelled whenever something has ended
  std::list<Connection> connections_;
  std::size_t refused_ = 0;  // of the connections
  std::optional<Wire::Clock::time_point> reported_;
  int running_ = 0;  // coroutines
};

Result<> Server::Impl::open() {
  const ServerOptions& options = context_.options;
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error) {
    return fail(ErrorCode::invalid_request,
                "'" + options.address + "' is not an IP address to listen on.");
  }
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor_.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(4096, error);
  if (error) {
    return fail(ErrorCode::invalid_request, "Cannot listen on " + options.address + " port " +
                                                std::to_string(options.port) + ": " +
                                                error.message() + ".");
  }
  acceptor_port_ = acceptor_.local_endpoint().port();
  return {};
}

void Server::Impl::run() {
  spawn(accept_all());
  spawn(tick_all());
}

void Server::Impl::spawn(asio::awaitable<void> work) {
  ++running_;
  asio::co_spawn(executor_, std::move(work),
                 [self = shared_from_this()](const std::exception_ptr&) { self->ended(); });
}

void Server::Impl::ended() {
  --running_;
  changed_.cancel();
  if (context_.stopping && connections_.empty()) ticker_.cancel();
}

asio::awaitable<void> Server::Impl::accept_all() {
  while (!context_.stopping) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (!error) {
      admit(std::move(socket));
    } else if (!context_.stopping) {
      // Out of descriptors, most likely: connections that end will free some.
      log::warn("accept: {}", error.message());
      asio::steady_timer pause(executor_, Milliseconds(100));
      co_await pause.async_wait(kAwait);
    }
  }
}

void Server::Impl::admit(tcp::socket socket) {
  if (context_.stopping) return;
  std::string peer = address_of(socket);
  std::optional<Refusal> refusal = admission_.enter(peer);
  const bool refused = refusal.has_value();
  if (refused) report(peer, *refusal);
  if (refused && refused_ >= kRefusedAtOnce) return;
  if (refused) ++refused_;
  set_up(socket, context_.options);
  connections_.emplace_front(std::move(socket), std::move(peer), context_);
  const Place place = connections_.begin();
  context_.numbers.connections.add(1);
  if (refused) context_.numbers.refused_connections.add();
  ++running_;
  asio::co_spawn(
      executor_, refused ? place->run_refused(std::move(*refusal)) : place->run(),
      asio::bind_cancellation_slot(
          place->signal().slot(), [self = shared_from_this(), place, refused](
                                      const std::exception_ptr&) { self->ended(place, refused); }));
}

void Server::Impl::ended(Place place, bool refused) {
  if (refused) {
    --refused_;
  } else {
    admission_.leave(place->peer_address());
  }
  connections_.erase(place);
  context_.numbers.connections.add(-1);
  ended();
}

// Whoever floods the server shall not flood its log.
void Server::Impl::report(const std::string& peer, const Refusal& refusal) {
  const Wire::Clock::time_point now = Wire::Clock::now();
  if (reported_ && now - *reported_ < kReportInterval) return;
  reported_ = now;
  log::warn("a connection from {} was refused: {}", peer, refusal.detail);
}

asio::awaitable<void> Server::Impl::tick_all() {
  const Milliseconds interval = tick_interval(context_.options);
  while (!context_.stopping || !connections_.empty()) {
    ticker_.expires_after(interval);
    co_await ticker_.async_wait(kAwait);
    const Wire::Clock::time_point now = Wire::Clock::now();
    for_each_connection([now](Connection& connection) { connection.tick(now); });
  }
}

asio::awaitable<void> Server::Impl::stop(Milliseconds grace) {
  context_.stopping = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  if (connections_.empty()) ticker_.cancel();
  for_each_connection([](Connection& connection) { connection.stop_soon(); });
  const Wire::Clock::time_point deadline = Wire::Clock::now() + grace;
  bool forced = false;
  while (running_ > 0) {
    changed_.expires_at(forced ? asio::steady_timer::time_point::max() : deadline);
    co_await changed_.async_wait(kAwait);
    if (forced || Wire::Clock::now() < deadline) continue;
    forced = true;
    for_each_connection([](Connection& connection) { connection.abort(); });
  }
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::listen(asio::any_io_executor executor,
                                               ServerOptions options, ServerHooks hooks,
                                               const Clock& clock) {
  auto impl =
      std::make_shared<Impl>(std::move(executor), std::move(options), std::move(hooks), clock);
  TRY_VOID(impl->open());
  impl->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port(); }
std::size_t Server::connection_count() const { return impl_->connection_count(); }
asio::awaitable<void> Server::stop(Milliseconds grace) { return impl_->stop(grace); }

}  // namespace vodmill::net
