// A database for coroutines: one writer thread with group commit, a small pool of readers.
//
// write() and read() may be awaited from any executor and resume there; the work itself runs on a
// thread of the database and must neither block on anything else nor refer to what may die before
// it has run: it owns what it needs. stop() finishes what is queued and joins the threads; it must
// have been called (or the Database destroyed) before an io_context whose coroutines still wait.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "core/async.h"
#include "db/backlog.h"
#include "db/change_bell.h"
#include "db/connection.h"

namespace vodmill::db {

class Database {
 public:
  // Without readers, as for SQLite in memory, reads run on the writer's connection.
  Database(std::unique_ptr<Connection> writer, std::vector<std::unique_ptr<Connection>> readers,
           std::unique_ptr<ChangeBell> bell);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs work(Transaction&) -> Result<T> and answers after it has been committed, durably. An
  // error of the work takes back what it has written. Errors besides its own: disk_full,
  // storage_unavailable; nothing has been written then.
  template <class F, class R = std::invoke_result_t<F&, Transaction&>>
  asio::awaitable<R> write(F work) {
    return run<F, R>(writes_, std::move(work));
  }

  // Runs work(Transaction&) -> Result<T> on one snapshot; it cannot write.
  template <class F, class R = std::invoke_result_t<F&, Transaction&>>
  asio::awaitable<R> read(F work) {
    return run<F, R>(readers_.empty() ? writes_ : reads_, std::move(work));
  }

  // Rings after every commit that changed something, of this process and of others.
  Bell& bell() { return *bell_; }

  void stop();

 private:
  template <class F, class R>
  static asio::awaitable<R> run(Backlog& backlog, F work);
  static asio::awaitable<Result<>> submit(Backlog& backlog, Work work);

  void write_loop();
  void read_loop(Connection& connection);

  const std::unique_ptr<Connection> writer_;
  const std::vector<std::unique_ptr<Connection>> readers_;
  const std::unique_ptr<ChangeBell> bell_;
  Backlog writes_;
  Backlog reads_;
  std::vector<std::jthread> threads_;
};

template <class F, class R>
asio::awaitable<R> Database::run(Backlog& backlog, F work) {
  auto answer = std::make_shared<std::optional<R>>();
  Work job = [work = std::move(work), answer](Transaction& transaction) mutable -> Result<> {
    answer->emplace(work(transaction));
    if (!**answer) return fail((*answer)->error());
    return {};
  };
  Result<> done = co_await submit(backlog, std::move(job));
  if (!done) co_return fail(std::move(done).error());
  co_return std::move(**answer);
}

}  // namespace vodmill::db
