#include "core/transitions.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace vodmill {
namespace {

TEST(Transitions, LeaveNoFinalStatus) {
  for (const VideoTransition& one : video_transitions()) EXPECT_FALSE(is_final(one.from));
  for (const TaskTransition& one : task_transitions()) {
    EXPECT_TRUE(one.from == TaskState::waiting || one.from == TaskState::leased);
  }
}

// VODMILL_REWRITE=1 writes the document anew.
TEST(Transitions, AreWhatTheDocumentShows) {
  const std::string path = VODMILL_SOURCE_DIR "/docs/states.md";
  if (std::getenv("VODMILL_REWRITE")) std::ofstream(path) << describe_transitions();
  std::ostringstream shown;
  shown << std::ifstream(path).rdbuf();
  EXPECT_EQ(shown.str(), describe_transitions()) << "run this test with VODMILL_REWRITE=1";
}

}  // namespace
}  // namespace vodmill
