#include "core/transitions.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace vodmill {
namespace {

template <class Transitions>
std::string describe(const Transitions& transitions) {
  std::string text = "```mermaid\nstateDiagram-v2\n";
  for (const auto& one : transitions) {
    text.append("  ").append(name_of(one.from)).append(" --> ").append(name_of(one.to)) += '\n';
  }
  text += "```\n\n| from | to | by |\n|---|---|---|\n";
  for (const auto& one : transitions) {
    text.append("| `").append(name_of(one.from)).append("` | `").append(name_of(one.to));
    text.append("` | ").append(one.by).append(" |\n");
  }
  return text;
}

// The document: a diagram and a table for each, in Markdown.
std::string describe_transitions() {
  return "# States\n\nWritten from `src/core/transitions.cc` by its test; the conformance suite "
         "of the catalog sees each of these changes and\nno other.\n\n"
         "## A generation of a video\n\nIt begins at `pending`. A retry begins another generation, "
         "from every status but `uploading`; a pending one that is retried\nwas cancelled first. "
         "So "
         "does a worker where a video is `processing` whose engine no worker has any more. "
         "`completed`, `failed`\nand `cancelled` are final.\n\n" +
         describe(video_transitions()) +
         "\n## A task\n\nIt begins at `waiting`. A lease that ran out is not a change: the task "
         "stays `leased`, and whoever takes it over has a new token.\n\n" +
         describe(task_transitions());
}

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
