// Whether a video is called something like a text. Pure.
#pragma once

#include <string>
#include <string_view>

namespace vodmill::catalog {

class TitleSearch {
 public:
  // `text` in UTF-8.
  explicit TitleSearch(std::string_view text);

  // `metadata`: a JSON object as text. Whether its title, name or filename, where they are strings,
  // has the text in it, upper and lower case alike.
  bool finds(const std::string& metadata) const;

 private:
  const std::wstring wanted_;
};

}  // namespace vodmill::catalog
