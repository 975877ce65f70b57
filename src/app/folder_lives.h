// Lives for the workers of one machine that share a data folder: each holds a lock on a file of its
// name, and the kernel lets go of that whatever ends the process. Owned by the command that runs
// the worker; blocks for as long as reading a small folder takes.
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "core/lives.h"

namespace vodmill::app {

class FolderLives final : public Lives {
 public:
  // Makes `folder` if it is missing, and in it the file of `worker`.
  static Result<std::unique_ptr<FolderLives>> enter(const std::string& folder, WorkerId worker);

  // Takes leave: the file goes.
  ~FolderLives() override;

  Result<std::vector<WorkerId>> dead() override;
  void forget(const WorkerId& worker) override;

 private:
  FolderLives() = default;

  std::string folder_;
  WorkerId worker_;
  Fd lock_;
};

}  // namespace vodmill::app
