#include "plan/language.h"

#include <algorithm>
#include <array>

namespace vodmill::plan {
namespace {

struct Language {
  std::string_view iso_639_2;  // bibliographic or terminological
  std::string_view iso_639_1;
  std::string_view name;
};

// ISO 639-2 where ISO 639-1 has a code too, by the first.
constexpr std::array kLanguages{
    Language{"aar", "aa", "Afar"},
    Language{"abk", "ab", "Abkhazian"},
    Language{"afr", "af", "Afrikaans"},
    Language{"aka", "ak", "Akan"},
    Language{"alb", "sq", "Albanian"},
    Language{"amh", "am", "Amharic"},
    Language{"ara", "ar", "Arabic"},
    Language{"arg", "an", "Aragonese"},
    Language{"arm", "hy", "Armenian"},
    Language{"asm", "as", "Assamese"},
    Language{"ava", "av", "Avaric"},
    Language{"ave", "ae", "Avestan"},
    Language{"aym", "ay", "Aymara"},
    Language{"aze", "az", "Azerbaijani"},
    Language{"bak", "ba", "Bashkir"},
    Language{"bam", "bm", "Bambara"},
    Language{"baq", "eu", "Basque"},
    Language{"bel", "be", "Belarusian"},
    Language{"ben", "bn", "Bengali"},
    Language{"bih", "bh", "Bihari"},
    Language{"bis", "bi", "Bislama"},
    Language{"bod", "bo", "Tibetan"},
    Language{"bos", "bs", "Bosnian"},
    Language{"bre", "br", "Breton"},
    Language{"bul", "bg", "Bulgarian"},
    Language{"bur", "my", "Burmese"},
    Language{"cat", "ca", "Catalan"},
    Language{"ces", "cs", "Czech"},
    Language{"cha", "ch", "Chamorro"},
    Language{"che", "ce", "Chechen"},
    Language{"chi", "zh", "Chinese"},
    Language{"chu", "cu", "Church Slavic"},
    Language{"chv", "cv", "Chuvash"},
    Language{"cor", "kw", "Cornish"},
    Language{"cos", "co", "Corsican"},
    Language{"cre", "cr", "Cree"},
    Language{"cym", "cy", "Welsh"},
    Language{"cze", "cs", "Czech"},
    Language{"dan", "da", "Danish"},
    Language{"deu", "de", "German"},
    Language{"div", "dv", "Divehi"},
    Language{"dut", "nl", "Dutch"},
    Language{"dzo", "dz", "Dzongkha"},
    Language{"ell", "el", "Greek"},
    Language{"eng", "en", "English"},
    Language{"epo", "eo", "Esperanto"},
    Language{"est", "et", "Estonian"},
    Language{"eus", "eu", "Basque"},
    Language{"ewe", "ee", "Ewe"},
    Language{"fao", "fo", "Faroese"},
    Language{"fas", "fa", "Persian"},
    Language{"fij", "fj", "Fijian"},
    Language{"fin", "fi", "Finnish"},
    Language{"fra", "fr", "French"},
    Language{"fre", "fr", "French"},
    Language{"fry", "fy", "Western Frisian"},
    Language{"ful", "ff", "Fulah"},
    Language{"geo", "ka", "Georgian"},
    Language{"ger", "de", "German"},
    Language{"gla", "gd", "Gaelic"},
    Language{"gle", "ga", "Irish"},
    Language{"glg", "gl", "Galician"},
    Language{"glv", "gv", "Manx"},
    Language{"gre", "el", "Greek"},
    Language{"grn", "gn", "Guarani"},
    Language{"guj", "gu", "Gujarati"},
    Language{"hat", "ht", "Haitian"},
    Language{"hau", "ha", "Hausa"},
    Language{"heb", "he", "Hebrew"},
    Language{"her", "hz", "Herero"},
    Language{"hin", "hi", "Hindi"},
    Language{"hmo", "ho", "Hiri Motu"},
    Language{"hrv", "hr", "Croatian"},
    Language{"hun", "hu", "Hungarian"},
    Language{"hye", "hy", "Armenian"},
    Language{"ibo", "ig", "Igbo"},
    Language{"ice", "is", "Icelandic"},
    Language{"ido", "io", "Ido"},
    Language{"iii", "ii", "Nuosu"},
    Language{"iku", "iu", "Inuktitut"},
    Language{"ile", "ie", "Interlingue"},
    Language{"ina", "ia", "Interlingua"},
    Language{"ind", "id", "Indonesian"},
    Language{"ipk", "ik", "Inupiaq"},
    Language{"isl", "is", "Icelandic"},
    Language{"ita", "it", "Italian"},
    Language{"jav", "jv", "Javanese"},
    Language{"jpn", "ja", "Japanese"},
    Language{"kal", "kl", "Greenlandic"},
    Language{"kan", "kn", "Kannada"},
    Language{"kas", "ks", "Kashmiri"},
    Language{"kat", "ka", "Georgian"},
    Language{"kau", "kr", "Kanuri"},
    Language{"kaz", "kk", "Kazakh"},
    Language{"khm", "km", "Khmer"},
    Language{"kik", "ki", "Kikuyu"},
    Language{"kin", "rw", "Kinyarwanda"},
    Language{"kir", "ky", "Kyrgyz"},
    Language{"kom", "kv", "Komi"},
    Language{"kon", "kg", "Kongo"},
    Language{"kor", "ko", "Korean"},
    Language{"kua", "kj", "Kuanyama"},
    Language{"kur", "ku", "Kurdish"},
    Language{"lao", "lo", "Lao"},
    Language{"lat", "la", "Latin"},
    Language{"lav", "lv", "Latvian"},
    Language{"lim", "li", "Limburgish"},
    Language{"lin", "ln", "Lingala"},
    Language{"lit", "lt", "Lithuanian"},
    Language{"ltz", "lb", "Luxembourgish"},
    Language{"lub", "lu", "Luba-Katanga"},
    Language{"lug", "lg", "Ganda"},
    Language{"mac", "mk", "Macedonian"},
    Language{"mah", "mh", "Marshallese"},
    Language{"mal", "ml", "Malayalam"},
    Language{"mao", "mi", "Maori"},
    Language{"mar", "mr", "Marathi"},
    Language{"may", "ms", "Malay"},
    Language{"mkd", "mk", "Macedonian"},
    Language{"mlg", "mg", "Malagasy"},
    Language{"mlt", "mt", "Maltese"},
    Language{"mon", "mn", "Mongolian"},
    Language{"mri", "mi", "Maori"},
    Language{"msa", "ms", "Malay"},
    Language{"mya", "my", "Burmese"},
    Language{"nau", "na", "Nauru"},
    Language{"nav", "nv", "Navajo"},
    Language{"nbl", "nr", "South Ndebele"},
    Language{"nde", "nd", "North Ndebele"},
    Language{"ndo", "ng", "Ndonga"},
    Language{"nep", "ne", "Nepali"},
    Language{"nld", "nl", "Dutch"},
    Language{"nno", "nn", "Norwegian Nynorsk"},
    Language{"nob", "nb", "Norwegian Bokmål"},
    Language{"nor", "no", "Norwegian"},
    Language{"nya", "ny", "Chichewa"},
    Language{"oci", "oc", "Occitan"},
    Language{"oji", "oj", "Ojibwa"},
    Language{"ori", "or", "Odia"},
    Language{"orm", "om", "Oromo"},
    Language{"oss", "os", "Ossetian"},
    Language{"pan", "pa", "Punjabi"},
    Language{"per", "fa", "Persian"},
    Language{"pli", "pi", "Pali"},
    Language{"pol", "pl", "Polish"},
    Language{"por", "pt", "Portuguese"},
    Language{"pus", "ps", "Pashto"},
    Language{"que", "qu", "Quechua"},
    Language{"roh", "rm", "Romansh"},
    Language{"ron", "ro", "Romanian"},
    Language{"rum", "ro", "Romanian"},
    Language{"run", "rn", "Rundi"},
    Language{"rus", "ru", "Russian"},
    Language{"sag", "sg", "Sango"},
    Language{"san", "sa", "Sanskrit"},
    Language{"sin", "si", "Sinhala"},
    Language{"slk", "sk", "Slovak"},
    Language{"slo", "sk", "Slovak"},
    Language{"slv", "sl", "Slovenian"},
    Language{"sme", "se", "Northern Sami"},
    Language{"smo", "sm", "Samoan"},
    Language{"sna", "sn", "Shona"},
    Language{"snd", "sd", "Sindhi"},
    Language{"som", "so", "Somali"},
    Language{"sot", "st", "Southern Sotho"},
    Language{"spa", "es", "Spanish"},
    Language{"sqi", "sq", "Albanian"},
    Language{"srd", "sc", "Sardinian"},
    Language{"srp", "sr", "Serbian"},
    Language{"ssw", "ss", "Swati"},
    Language{"sun", "su", "Sundanese"},
    Language{"swa", "sw", "Swahili"},
    Language{"swe", "sv", "Swedish"},
    Language{"tah", "ty", "Tahitian"},
    Language{"tam", "ta", "Tamil"},
    Language{"tat", "tt", "Tatar"},
    Language{"tel", "te", "Telugu"},
    Language{"tgk", "tg", "Tajik"},
    Language{"tgl", "tl", "Tagalog"},
    Language{"tha", "th", "Thai"},
    Language{"tib", "bo", "Tibetan"},
    Language{"tir", "ti", "Tigrinya"},
    Language{"ton", "to", "Tonga"},
    Language{"tsn", "tn", "Tswana"},
    Language{"tso", "ts", "Tsonga"},
    Language{"tuk", "tk", "Turkmen"},
    Language{"tur", "tr", "Turkish"},
    Language{"twi", "tw", "Twi"},
    Language{"uig", "ug", "Uyghur"},
    Language{"ukr", "uk", "Ukrainian"},
    Language{"urd", "ur", "Urdu"},
    Language{"uzb", "uz", "Uzbek"},
    Language{"ven", "ve", "Venda"},
    Language{"vie", "vi", "Vietnamese"},
    Language{"vol", "vo", "Volapük"},
    Language{"wel", "cy", "Welsh"},
    Language{"wln", "wa", "Walloon"},
    Language{"wol", "wo", "Wolof"},
    Language{"xho", "xh", "Xhosa"},
    Language{"yid", "yi", "Yiddish"},
    Language{"yor", "yo", "Yoruba"},
    Language{"zha", "za", "Zhuang"},
    Language{"zho", "zh", "Chinese"},
    Language{"zul", "zu", "Zulu"},
};
static_assert(std::ranges::is_sorted(kLanguages, {}, &Language::iso_639_2));

constexpr std::size_t kLongestTag = 35;  // RFC 5646, 4.4.1

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

bool is_subtag(std::string_view text) {
  constexpr std::size_t kLongest = 8;
  return !text.empty() && text.size() <= kLongest &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// The language that a tag begins with, in small letters; "" if it begins with none.
std::string primary_of(std::string_view tag) {
  std::string primary(tag.substr(0, tag.find('-')));
  const bool is_one =
      (primary.size() == 2 || primary.size() == 3) && std::ranges::all_of(primary, is_letter);
  if (!is_one) return "";
  std::ranges::transform(primary, primary.begin(), lower);
  return primary;
}

}  // namespace

std::string language_tag(std::string_view found) {
  std::string primary = primary_of(found);
  if (primary.empty() || found.size() > kLongestTag) return std::string(kUnknownLanguage);
  std::string_view rest = found.substr(primary.size());
  const std::string extension(rest);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view subtag = rest.substr(0, rest.find('-'));
    if (!is_subtag(subtag)) return std::string(kUnknownLanguage);
    rest.remove_prefix(subtag.size());
  }
  const auto* known = std::ranges::lower_bound(kLanguages, primary, {}, &Language::iso_639_2);
  if (known != kLanguages.end() && known->iso_639_2 == primary) primary = known->iso_639_1;
  return primary + extension;
}

std::string language_name(std::string_view tag) {
  const std::string primary = primary_of(tag);
  const auto* known = std::ranges::find(kLanguages, primary, &Language::iso_639_1);
  if (known == kLanguages.end()) return std::string(tag);
  std::string name(known->name);
  if (tag.size() > primary.size()) name += " (" + std::string(tag) + ")";
  return name;
}

}  // namespace vodmill::plan
