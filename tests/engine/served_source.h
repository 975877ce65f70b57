// A source behind a mill's own RangeSource, with a worker's end that counts what it is asked for.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>

#include "base/fd.h"
#include "engine/made_stream.h"
#include "mill/range_source.h"

namespace vodmill::engine_test {

// Belongs to a test's thread; a thread of its own answers.
class ServedSource final : public av::ByteSource {
 public:
  // `source` outlives it.
  explicit ServedSource(MemorySource& source);
  ServedSource(const ServedSource&) = delete;
  ServedSource& operator=(const ServedSource&) = delete;
  ~ServedSource() override;

  std::int64_t size() const override { return source_.size(); }
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> into) override {
    return ranges_->read(offset, into);
  }

  std::int64_t bytes() const { return bytes_; }
  int requests() const { return requests_; }

 private:
  void serve();

  MemorySource& source_;
  Fd mill_;
  Fd worker_;
  std::optional<sandbox::FrameInput> input_;
  std::optional<mill::RangeSource> ranges_;
  std::atomic<std::int64_t> bytes_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread server_;
};

}  // namespace vodmill::engine_test
