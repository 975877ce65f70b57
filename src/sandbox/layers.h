// The layers between a decoder that a file has taken over and everything else: their names, and
// which of them hold. The child reports them before it is given work; doctor shows them.
// Value types.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace vodmill::sandbox {

enum class Layer : std::uint8_t {
  // Required everywhere: without one of these a mill gets no work.
  descriptors,      // nothing is open but 0 to 4
  not_dumpable,     // no core file, no /proc access for others of the same user
  no_new_privs,     // exec can never add a right
  resource_limits,  // CPU time, address space, files
  seccomp,          // an allow-list of system calls
  // Used where the host allows them; demanded by strict.
  user_namespace,
  network_namespace,  // empty: not even a loopback interface that is up
  ipc_namespace,
  uts_namespace,
  mount_namespace,
  pid_namespace,
  empty_root,         // the root directory is an empty, read-only file system
  unprivileged_user,  // not the superuser outside
  capabilities,       // all sets empty
  landlock,           // every right that this kernel's Landlock knows is denied
};

inline constexpr int kLayers = 15;

std::string_view name_of(Layer layer);  // "seccomp", "user_namespace", ...
std::optional<Layer> layer_from(std::string_view name);
bool is_required(Layer layer);
bool is_namespace(Layer layer);

// Every layer, in the order above.
std::vector<Layer> all_layers();

class LayerSet {
 public:
  constexpr LayerSet() = default;
  constexpr LayerSet(std::initializer_list<Layer> layers) {
    for (Layer layer : layers) insert(layer);
  }

  constexpr bool contains(Layer layer) const { return (bits_ & bit(layer)) != 0; }
  constexpr void insert(Layer layer) { bits_ |= bit(layer); }
  constexpr void erase(Layer layer) { bits_ &= ~bit(layer); }
  constexpr bool operator==(const LayerSet&) const = default;

 private:
  static constexpr std::uint32_t bit(Layer layer) { return 1U << static_cast<unsigned>(layer); }
  std::uint32_t bits_ = 0;
};

struct LayerState {
  bool active = false;
  std::string detail;  // how ("ABI 7"), or why not
};

// What holds. A layer that was never set is inactive: "not reported".
class Layers {
 public:
  void set(Layer layer, bool active, std::string detail = "");
  const LayerState& of(Layer layer) const;
  bool active(Layer layer) const { return of(layer).active; }

  // Whether work may be given: every required layer, with `strict` every layer. `excused` are not
  // asked for; only tests excuse a layer. The error names the first one that is missing, and why.
  Result<> check(bool strict, LayerSet excused = {}) const;

 private:
  LayerState states_[kLayers];
};

// {"seccomp": {"active": true, "detail": "..."}, ...}, every layer.
json::object to_json(const Layers& layers);

// malformed_input if a layer is missing or of another shape. Written by a child: trust it as far
// as the child could be trusted when it wrote it.
Result<Layers> layers_from_json(const json::object& object);

// ["seccomp", ...]
json::array to_json(LayerSet layers);
Result<LayerSet> layer_set_from_json(const json::array& names);

}  // namespace vodmill::sandbox
