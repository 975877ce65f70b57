// A PostgreSQL server of one test program, ended with it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "fakes/scratch_folder.h"

namespace vodmill {

class PostgresServer {
 public:
  // nullptr where PostgreSQL is not installed. A server that does not start fails the test.
  static std::unique_ptr<PostgresServer> start();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // What libpq connects to.
  std::string target() const {
    return "host=" + folder_.path().string() + " user=test dbname=postgres";
  }

 private:
  PostgresServer();
  bool has_ended();  // by itself; keeps its exit status
  bool wait_until_it_answers();

  ScratchFolder folder_;
  pid_t process_ = -1;
  int status_ = 0;
};

}  // namespace vodmill
