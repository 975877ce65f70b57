// The request methods this server knows (RFC 9110 section 9, RFC 5789). Others are answered 501.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace vodmill::net {

enum class Method { get, head, post, put, patch, remove, options };

inline constexpr std::array kMethodNames{std::string_view("GET"),    std::string_view("HEAD"),
                                         std::string_view("POST"),   std::string_view("PUT"),
                                         std::string_view("PATCH"),  std::string_view("DELETE"),
                                         std::string_view("OPTIONS")};

inline constexpr std::string_view name_of(Method method) {
  return kMethodNames[static_cast<std::size_t>(method)];
}

// Names are case-sensitive.
inline constexpr std::optional<Method> method_from(std::string_view name) {
  for (std::size_t i = 0; i < kMethodNames.size(); ++i) {
    if (kMethodNames[i] == name) return static_cast<Method>(i);
  }
  return std::nullopt;
}

}  // namespace vodmill::net
