// The file of settings (--config): a section for each command, and in it keys that are called like
// the command's flags. Read by settings.cc when the program starts; has no state.
//
// Of TOML it knows sections, comments, strings, numbers, booleans, and lists of these.
// Not fuzzed: who starts the program wrote it, and may say the same by flags.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace vodmill::app {

struct ConfigSection {
  std::string name;
  std::vector<std::string> keys;
};

struct ConfigEntry {
  std::string section;
  std::string key;
  std::vector<std::string> values;  // of a list; of anything else one
};

// Error: invalid_request at the first line that says nothing that is known, with its number and
// what is known.
Result<std::vector<ConfigEntry>> read_config(std::string_view text,
                                             std::span<const ConfigSection> known);

}  // namespace vodmill::app
