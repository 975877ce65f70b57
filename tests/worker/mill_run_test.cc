// One mill seen from its worker. The mills here are shell scripts that say what a mill says.
#include "worker/mill_run.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "fakes/memory_store.h"
#include "fakes/run.h"
#include "fakes/scratch_folder.h"
#include "sandbox/layers.h"

namespace vodmill::worker {
namespace {

constexpr std::int64_t kSourceBytes = 4 << 20;  // more than a socket holds

class Deaf : public MillListener {
 public:
  asio::awaitable<Budget::Room> make_room(std::int64_t) override { co_return Budget::Room(); }
  Async<> segment(sandbox::SegmentBegin, Bytes, Budget::Room) override { co_return Result<>(); }
  void progress(sandbox::Progress) override {}
};

sandbox::Locked all_locked() {
  sandbox::Locked locked;
  for (const sandbox::Layer layer : sandbox::all_layers()) locked.layers.set(layer, true);
  return locked;
}

class MillRunTest : public testing::Test {
 protected:
  MillRunTest() {
    EXPECT_TRUE(run(store_.put(BlobKey("v/source"), Bytes(kSourceBytes))));
    options_.stall = Milliseconds(1000);
    options_.child.executable = "/bin/bash";
  }

  // A file of the test's, for a script to send.
  std::string file(const std::string& name, const Bytes& bytes) {
    const std::string path = scratch_.path() / name;
    std::ofstream(path, std::ios::binary) << as_text(bytes);
    return path;
  }

  MillOutcome outcome_of(const std::string& script) {
    options_.child.arguments = {"-c", script};
    auto child = sandbox::start_child(options_.child);
    if (!child) return {.end = MillEnd::hindered, .result = {}, .error = child.error()};
    asio::io_context context{1};
    RangeCache ranges(context.get_executor(), store_, 64 << 20);
    MillRun mill(context.get_executor(), std::move(*child), options_, ranges, task_, source_,
                 deaf_);
    std::optional<MillOutcome> outcome;
    asio::co_spawn(context, run_into(mill.run({}), outcome), asio::detached);
    context.run();
    return std::move(*outcome);
  }

  const ScratchFolder scratch_;
  MemoryStore store_;
  WorkerOptions options_;
  Task task_;
  const Source source_{.extents = {{.length = kSourceBytes, .key = BlobKey("v/source")}},
                       .length = kSourceBytes};
  Deaf deaf_;
};

TEST_F(MillRunTest, EndsAMillThatTakesNoAnswerToWhatItAskedFor) {
  const std::string locked = file("locked", encode(all_locked()));
  const std::string request = file("request", encode(sandbox::RangeRequest{0, kSourceBytes}));
  const MillOutcome outcome =
      outcome_of("cat " + locked + " >&4; cat " + request + " >&3; exec sleep 20");
  EXPECT_EQ(outcome.end, MillEnd::crashed);
  EXPECT_EQ(outcome.error.code, ErrorCode::transcode_stalled) << outcome.error.message;
}

}  // namespace
}  // namespace vodmill::worker
