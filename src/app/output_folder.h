// The folder that `vodmill transcode` writes to: judged before, tidied after. Owned by the run of
// the command; outlives the store that writes to it.
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.h"

namespace vodmill::app {

class OutputFolder {
 public:
  // conflict where there is anything in it that vodmill did not write: what stands in the way of a
  // stream, or is no part of it, is removed.
  static Result<std::unique_ptr<OutputFolder>> take(std::filesystem::path folder);

  // Leaves the stream alone; of a run without one not even the folder, if it was not there before.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

 private:
  OutputFolder(std::filesystem::path folder, bool is_new)
      : folder_(std::move(folder)), is_new_(is_new) {}

  const std::filesystem::path folder_;
  const bool is_new_;
};

}  // namespace vodmill::app
