// The attempts themselves, as raw as an attacker would make them. In the child only.
#pragma once

#include "sandbox/attempts.h"

namespace vodmill::sandbox {

// 0 if the attempt got through, else its errno. May not return at all.
int make_attempt(const AttemptOrder& order, const LockdownOptions& options);

}  // namespace vodmill::sandbox
