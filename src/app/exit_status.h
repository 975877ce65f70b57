// What a command's exit status says: 0 done, else by the kind of error (sysexits.h's numbers).
// The commands return it to main().
#pragma once

#include "base/error.h"

namespace vodmill::app {

int exit_status(ErrorCode code);

// Writes "vodmill: message" to standard error and returns the exit status.
int complain(const Error& error);

}  // namespace vodmill::app
