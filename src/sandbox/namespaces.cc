#include "sandbox/namespaces.h"

#include <sched.h>
#include <unistd.h>

#include <utility>

namespace vodmill::sandbox {
namespace {

const char* link_of(Layer layer) {
  switch (layer) {
    case Layer::user_namespace:
      return "/proc/self/ns/user";
    case Layer::network_namespace:
      return "/proc/self/ns/net";
    case Layer::ipc_namespace:
      return "/proc/self/ns/ipc";
    case Layer::uts_namespace:
      return "/proc/self/ns/uts";
    case Layer::mount_namespace:
      return "/proc/self/ns/mnt";
    case Layer::pid_namespace:
      return "/proc/self/ns/pid";
    default:
      std::unreachable();
  }
}

}  // namespace

int clone_flag(Layer layer) {
  switch (layer) {
    case Layer::user_namespace:
      return CLONE_NEWUSER;
    case Layer::network_namespace:
      return CLONE_NEWNET;
    case Layer::ipc_namespace:
      return CLONE_NEWIPC;
    case Layer::uts_namespace:
      return CLONE_NEWUTS;
    case Layer::mount_namespace:
      return CLONE_NEWNS;
    case Layer::pid_namespace:
      return CLONE_NEWPID;
    default:
      std::unreachable();
  }
}

std::string namespace_identity(Layer layer) {
  char text[64];
  const ssize_t length = ::readlink(link_of(layer), text, sizeof text);
  return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : "";
}

std::string all_namespace_identities() {
  std::string all;
  for (Layer layer : all_layers()) {
    if (is_namespace(layer)) all += namespace_identity(layer) + " ";
  }
  return all;
}

}  // namespace vodmill::sandbox
