#include "app/config_file.h"

#include <gtest/gtest.h>

#include <array>

namespace vodmill::app {
namespace {

using Values = std::vector<std::string>;

const std::array kKnown{ConfigSection{"serve", {"listen", "max-upload", "allowed-host"}},
                        ConfigSection{"worker", {"slots"}}};

std::string complaint(std::string_view text) {
  const auto entries = read_config(text, kKnown);
  return entries ? "" : entries.error().message;
}

TEST(ConfigFile, HasSectionsWithKeysAndValues) {
  const auto entries = read_config(
      "# ours\n\n[serve] # and its settings\nlisten = \":8080\" # open\r\nmax-upload=10\n"
      "allowed-host = [\"a#b\", 'c',\n  d, # one more\n]\n[worker]\nslots = 3",
      kKnown);
  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), 4U);
  EXPECT_EQ((*entries)[0].section, "serve");
  EXPECT_EQ((*entries)[0].values, Values{":8080"});
  EXPECT_EQ((*entries)[1].key, "max-upload");
  EXPECT_EQ((*entries)[2].values, (Values{"a#b", "c", "d"}));
  EXPECT_EQ((*entries)[3].section, "worker");
  EXPECT_EQ(read_config("serve.listen = ':80'", kKnown)->front().section, "serve");
  EXPECT_TRUE(read_config("", kKnown)->empty());
}

TEST(ConfigFile, SaysWhatItDoesNotKnowAndWhere) {
  EXPECT_EQ(complaint("[serve]\nmax_upload = 10"),
            "line 2: [serve] has no setting max_upload. It has listen, max-upload, allowed-host.");
  EXPECT_EQ(complaint("\n[server]"),
            "line 2: there is no section [server]. There are [serve], [worker].");
  EXPECT_EQ(complaint("[serve\nlisten = 1"), "line 1: [serve has no closing bracket.");
  EXPECT_EQ(complaint("listen = ':80'"),
            "line 1: listen stands in no section. Write the command's above it, for example "
            "[serve].");
  EXPECT_EQ(complaint("[serve]\nlisten"),
            "line 2: \"listen\" is no setting. One is written KEY = VALUE.");
  EXPECT_EQ(complaint("[worker]\nslots = 1\nslots = 2"), "line 3: slots is said a second time.");
}

TEST(ConfigFile, TakesNoHalfValues) {
  for (const char* value : {"", "\"a", "a b", "\"a\"b", "[a, , b]", "[]", "\"a\\n\"", "["}) {
    EXPECT_NE(complaint("[serve]\nlisten = " + std::string(value)), "") << value;
  }
}

}  // namespace
}  // namespace vodmill::app
