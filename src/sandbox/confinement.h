// The single steps of lock_down() that the kernel's older interfaces give: each does one layer and
// says what came of it. Called by lock_down() only, in this order, on the child's only thread.
#pragma once

#include <string>

#include "base/error.h"
#include "sandbox/layers.h"
#include "sandbox/lockdown.h"

namespace vodmill::sandbox {

// Nothing but 0 to 4 is open. Reads /proc/self/fd, so it comes before the root is emptied.
LayerState check_descriptors();

// This process is in another namespace of this kind than the process that started it.
LayerState check_namespace(Layer layer);

// Root directory and working directory become an empty read-only tmpfs; the old one is detached.
// REQUIRES: a mount namespace of its own.
LayerState empty_root();

// What the process that started this one called the superuser's id in here: 0 if this process, or
// what it may become, is the superuser outside.
unsigned outside_user_id();

// Leaves user and group 0 for 65534 where this process is the superuser `outside`.
LayerState leave_superuser(unsigned outside);

// Empties the bounding set; must come before leave_superuser(), which takes the right to do so.
Result<> empty_bounding_set();

// Empties all other sets, and looks that they are.
LayerState drop_capabilities();

LayerState limit_resources(const LockdownOptions& options);

// Denies every right that this kernel's Landlock handles. REQUIRES: no_new_privs.
LayerState apply_landlock();

// Kills the process at every system call that is not on the list. REQUIRES: no_new_privs.
LayerState apply_seccomp();

}  // namespace vodmill::sandbox
