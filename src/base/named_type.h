// A string that cannot be mistaken for another: VideoId is not WorkerId.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace vodmill {

template <class Tag>
class NamedString {
 public:
  NamedString() = default;
  explicit NamedString(std::string value) : value_(std::move(value)) {}

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const NamedString&) const = default;

 private:
  std::string value_;
};

}  // namespace vodmill

template <class Tag>
struct std::hash<vodmill::NamedString<Tag>> {
  std::size_t operator()(const vodmill::NamedString<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
