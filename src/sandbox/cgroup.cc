#include "sandbox/cgroup.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace vodmill::sandbox {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool has(const std::vector<std::string_view>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

struct Mount {
  std::string_view root;  // the folder of the file system that is mounted here
  std::string_view point;
};

// The mount of this type whose options have `option`, or any of the type for "".
std::optional<Mount> find_mount(std::string_view text, std::string_view type,
                                std::string_view option) {
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> fields = split(line, ' ');
    const auto dash = std::ranges::find(fields, std::string_view("-"));
    if (fields.end() - dash < 4 || dash - fields.begin() < 6 || dash[1] != type) continue;
    if (option.empty() || has(split(dash[3], ','), option)) return Mount{fields[3], fields[4]};
  }
  return std::nullopt;
}

std::optional<Cgroup> in_mount(int version, const std::optional<Mount>& mount,
                               std::string_view path) {
  if (!mount) return std::nullopt;
  // Below a group that is mounted alone, paths go on from it.
  if (mount->root != "/") {
    if (!path.starts_with(mount->root)) return std::nullopt;
    path.remove_prefix(mount->root.size());
    if (!path.empty() && !path.starts_with('/')) return std::nullopt;
  }
  Cgroup found{.version = version, .folder = std::string(mount->point), .root = {}};
  found.root = found.folder;
  while (path.starts_with('/')) path.remove_prefix(1);
  if (!path.empty()) found.folder /= std::string(path);
  return found;
}

std::string read(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::optional<Cgroup> find_cgroup(std::string_view controller, std::string_view cgroup_text,
                                  std::string_view mountinfo_text) {
  std::optional<Cgroup> unified;
  for (const std::string_view line : split(cgroup_text, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view names = line.substr(first + 1, second - first - 1);
    const std::string_view path = line.substr(second + 1);
    if (names.empty()) unified = in_mount(2, find_mount(mountinfo_text, "cgroup2", ""), path);
    if (has(split(names, ','), controller)) {
      return in_mount(1, find_mount(mountinfo_text, "cgroup", controller), path);
    }
  }
  return unified;
}

std::optional<Cgroup> own_cgroup(std::string_view controller) {
  return find_cgroup(controller, read("/proc/self/cgroup"), read("/proc/self/mountinfo"));
}

}  // namespace vodmill::sandbox
