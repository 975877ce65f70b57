#include "catalog/title_search.h"

#include <clocale>
#include <cwctype>

#include "base/json.h"

namespace vodmill::catalog {
namespace {

// The letters of every script, whatever the process's locale is.
locale_t every_script() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

wchar_t lower(char32_t code) {
  const locale_t locale = every_script();
  const auto letter = static_cast<wint_t>(code);
  return static_cast<wchar_t>(locale == nullptr ? std::towlower(letter)
                                                : ::towlower_l(letter, locale));
}

// Lower case; a byte that is no UTF-8 stands for itself, above all characters.
std::wstring folded(std::string_view text) {
  constexpr char32_t kBytes = 0x110000;
  std::wstring out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned lead = byte(i);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    char32_t code = lead < 0x80 ? lead : lead & (0x7fU >> length);
    bool is_whole = lead < 0x80 || (lead >= 0xc0 && i + length <= text.size());
    for (std::size_t k = 1; is_whole && k < length; ++k) {
      is_whole = (byte(i + k) & 0xc0U) == 0x80;
      code = code << 6 | (byte(i + k) & 0x3fU);
    }
    out += is_whole ? lower(code) : static_cast<wchar_t>(kBytes + lead);
    i += is_whole ? length : 1;
  }
  return out;
}

}  // namespace

TitleSearch::TitleSearch(std::string_view text) : wanted_(folded(text)) {}

bool TitleSearch::finds(const std::string& metadata) const {
  const Result<json::value> value = parse_json(metadata);
  if (!value || !value->is_object()) return false;
  for (const char* name : {"title", "name", "filename"}) {
    const json::value* said = value->get_object().if_contains(name);
    if (!said || !said->is_string()) continue;
    if (folded(std::string_view(said->get_string())).find(wanted_) != std::wstring::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace vodmill::catalog
