// The kernel's namespaces by their layer: clone flags and identities. Pure but for reading
// /proc/self/ns.
#pragma once

#include <string>

#include "sandbox/layers.h"

namespace vodmill::sandbox {

// CLONE_NEWUSER, ... REQUIRES: is_namespace(layer).
int clone_flag(Layer layer);

// What the kernel calls this process's namespace: "net:[4026531840]"; "" where /proc does not say.
std::string namespace_identity(Layer layer);

// The identities of all namespaces that this file knows, separated by spaces.
std::string all_namespace_identities();

}  // namespace vodmill::sandbox
