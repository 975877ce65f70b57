#include "engine/served_source.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

namespace vodmill::engine_test {

ServedSource::ServedSource(MemorySource& source) : source_(source) {
  std::array<int, 2> ends{};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  mill_.reset(ends[0]);
  worker_.reset(ends[1]);
  input_.emplace(mill_.get(), sandbox::answers_to_mill());
  ranges_.emplace(mill_.get(), *input_, source.size());
  server_ = std::thread([this] { serve(); });
}

ServedSource::~ServedSource() {
  shutdown(mill_.get(), SHUT_RDWR);
  server_.join();
}

void ServedSource::serve() {
  sandbox::FrameInput requests(worker_.get(), sandbox::requests_to_worker());
  while (const auto frame = requests.receive()) {
    const auto request = sandbox::decode_request(*frame);
    ASSERT_TRUE(request) << request.error().message;
    Bytes bytes(request->length);
    const auto got = source_.read(request->offset, bytes);
    ASSERT_TRUE(got);
    bytes.resize(*got);
    ++requests_;
    bytes_ += std::ssize(bytes);
    const Bytes answer =
        bytes.empty() ? encode(sandbox::RangeEnd{}) : encode(sandbox::RangeData{std::move(bytes)});
    if (!sandbox::write_all(worker_.get(), answer)) return;
  }
}

}  // namespace vodmill::engine_test
