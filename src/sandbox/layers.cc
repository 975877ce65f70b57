#include "sandbox/layers.h"

#include <spdlog/fmt/fmt.h>

#include <array>

namespace vodmill::sandbox {
namespace {

constexpr std::array<std::string_view, kLayers> kNames{
    "descriptors",       "not_dumpable",    "no_new_privs",      "resource_limits",
    "seccomp",           "user_namespace",  "network_namespace", "ipc_namespace",
    "uts_namespace",     "mount_namespace", "pid_namespace",     "empty_root",
    "unprivileged_user", "capabilities",    "landlock",
};

std::size_t index_of(Layer layer) { return static_cast<std::size_t>(layer); }

}  // namespace

std::string_view name_of(Layer layer) { return kNames[index_of(layer)]; }

std::optional<Layer> layer_from(std::string_view name) {
  for (Layer layer : all_layers()) {
    if (name_of(layer) == name) return layer;
  }
  return std::nullopt;
}

bool is_required(Layer layer) { return layer <= Layer::seccomp; }

bool is_namespace(Layer layer) {
  return layer >= Layer::user_namespace && layer <= Layer::pid_namespace;
}

std::vector<Layer> all_layers() {
  std::vector<Layer> layers;
  for (int i = 0; i < kLayers; ++i) layers.push_back(static_cast<Layer>(i));
  return layers;
}

void Layers::set(Layer layer, bool active, std::string detail) {
  states_[index_of(layer)] = LayerState{active, std::move(detail)};
}

const LayerState& Layers::of(Layer layer) const { return states_[index_of(layer)]; }

Result<> Layers::check(bool strict, LayerSet excused) const {
  for (Layer layer : all_layers()) {
    if (active(layer) || excused.contains(layer) || !(strict || is_required(layer))) continue;
    const std::string& why = of(layer).detail;
    return fail(ErrorCode::internal_error,
                fmt::format("The sandbox layer {} does not hold here ({}), so no file may be "
                            "decoded. Run `vodmill doctor` for what this host allows.",
                            name_of(layer), why.empty() ? "not reported" : why));
  }
  return {};
}

json::object to_json(const Layers& layers) {
  json::object object;
  for (Layer layer : all_layers()) {
    const LayerState& state = layers.of(layer);
    object[name_of(layer)] = json::object{{"active", state.active}, {"detail", state.detail}};
  }
  return object;
}

Result<Layers> layers_from_json(const json::object& object) {
  Layers layers;
  for (Layer layer : all_layers()) {
    const json::object* state = TRY(get_object(object, name_of(layer)));
    layers.set(layer, TRY(get_bool(*state, "active")), TRY(get_string(*state, "detail")));
  }
  return layers;
}

json::array to_json(LayerSet layers) {
  json::array names;
  for (Layer layer : all_layers()) {
    if (layers.contains(layer)) names.emplace_back(name_of(layer));
  }
  return names;
}

Result<LayerSet> layer_set_from_json(const json::array& names) {
  LayerSet layers;
  for (const json::value& name : names) {
    const auto layer = name.is_string() ? layer_from(name.get_string()) : std::nullopt;
    if (!layer) return fail(ErrorCode::malformed_input, "A sandbox layer's name is unknown.");
    layers.insert(*layer);
  }
  return layers;
}

}  // namespace vodmill::sandbox
