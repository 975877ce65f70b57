// The transfers of HDR, in libav's words: how samples become light (BT.2100).
#pragma once

#include <string_view>

namespace vodmill {

inline constexpr std::string_view kPq = "smpte2084";
inline constexpr std::string_view kHlg = "arib-std-b67";

}  // namespace vodmill
