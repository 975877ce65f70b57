// The web page, embedded into the program. Generated at build time from what Vite makes of web/
// (tools/embed.py). Constant data: callable from any thread, valid for ever.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace vodmill::web {

struct Asset {
  std::string_view path;  // "index.html", "assets/index-6a7TK7W4.css"
  std::string_view mime;  // "text/html; charset=utf-8"
  std::span<const std::byte> bytes;
  bool immutable;  // its name contains a hash of its content: may be cached for ever
};

// Sorted by path.
std::span<const Asset> assets();

}  // namespace vodmill::web
