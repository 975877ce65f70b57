#include "services/postgres.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "db/postgres.h"

namespace vodmill {
namespace {

constexpr int kNotInstalled = 77;
constexpr const char* kScript = VODMILL_SOURCE_DIR "/tests/services/start-postgres.sh";

}  // namespace

PostgresServer::PostgresServer() {
  process_ = fork();
  if (process_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGINT);
  execl(kScript, kScript, folder_.path().c_str(), nullptr);
  _exit(127);
}

PostgresServer::~PostgresServer() {
  if (process_ <= 0) return;
  kill(process_, SIGINT);  // PostgreSQL's fast shutdown
  waitpid(process_, nullptr, 0);
}

bool PostgresServer::has_ended() {
  if (waitpid(process_, &status_, WNOHANG) != process_) return false;
  process_ = -1;
  return true;
}

bool PostgresServer::wait_until_it_answers() {
  for (int i = 0; i < 600; ++i) {
    if (has_ended()) return false;
    if (db::PostgresConnection::open(target())) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

std::unique_ptr<PostgresServer> PostgresServer::start() {
  std::unique_ptr<PostgresServer> server(new PostgresServer());
  if (server->wait_until_it_answers()) return server;
  const int status = server->status_;
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == kNotInstalled)
      << "PostgreSQL did not start";
  return nullptr;
}

}  // namespace vodmill
