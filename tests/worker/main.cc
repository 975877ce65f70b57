// The test program is its own mill, as vodmill is.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log.h"
#include "mill/mill_main.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "mill") {
    const std::vector<std::string> words(argv + 2, argv + argc);
    return vodmill::mill::mill_main(words);
  }
  vodmill::log::start("warn");
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
