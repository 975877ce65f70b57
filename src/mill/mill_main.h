// The mill's own main(): the whole story of its rights.
//
// `vodmill mill --lockdown OPTIONS` is started by worker/ (by app/ for `probe` and `doctor`) with
// sandbox::start_child(), never by a person. It loads and warms its libraries, locks itself, says
// which layers hold, takes one task from the control socket, does it, and ends.
#pragma once

#include <span>
#include <string>

namespace vodmill::mill {

// Returns the exit code. `arguments` are those after "mill".
int mill_main(std::span<const std::string> arguments);

}  // namespace vodmill::mill
