#include "plan/sounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/language.h"
#include "plan/test_info.h"

namespace vodmill::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

AudioStreamInfo sound(int index, const std::string& language, const std::string& title = "",
                      SoundPurpose purpose = SoundPurpose::main) {
  AudioStreamInfo info = stereo();
  info.index = index;
  info.language = language;
  info.title = title;
  info.purpose = purpose;
  return info;
}

std::vector<int> chosen_of(const std::vector<AudioStreamInfo>& found) {
  std::vector<int> indexes;
  for (const AudioStreamInfo& info : choose_sounds(found)) indexes.push_back(info.index);
  return indexes;
}

TEST(ChooseSounds, TakesOneOfEachLanguageInTheirOrder) {
  EXPECT_THAT(chosen_of({sound(1, "eng"), sound(2, "fra"), sound(3, "und")}), ElementsAre(1, 2, 3));
  EXPECT_THAT(chosen_of({}), IsEmpty());
}

TEST(ChooseSounds, PutsTheContainersDefaultFirst) {
  std::vector<AudioStreamInfo> found{sound(1, "eng"), sound(2, "fra"), sound(3, "ita")};
  found[1].is_default = true;
  found[2].is_default = true;  // a second one counts for nothing
  EXPECT_THAT(chosen_of(found), ElementsAre(2, 1, 3));
}

TEST(ChooseSounds, BeginsWithNobodysAidWhereThereIsNoDefault) {
  EXPECT_THAT(chosen_of({sound(1, "eng", "", SoundPurpose::described), sound(2, "eng")}),
              ElementsAre(2, 1));
}

TEST(ChooseSounds, MakesASoundInTwoCodecsOnce) {
  std::vector<AudioStreamInfo> found{sound(1, "eng"), sound(2, "eng"), sound(3, "en")};
  found[1].codec = "ac3";
  found[1].channels = 6;
  EXPECT_THAT(chosen_of(found), ElementsAre(1));
  found[1].is_default = true;
  EXPECT_THAT(chosen_of(found), ElementsAre(2));
}

TEST(ChooseSounds, TakesTheNameOfAFormatForNoTitle) {
  EXPECT_THAT(chosen_of({sound(1, "eng", "Stereo"), sound(2, "eng", "Surround 5.1"),
                         sound(3, "eng", "DTS-HD MA 5.1 @ 1509 kbps"), sound(4, "eng"),
                         sound(5, "eng", "Stereo Commentary"), sound(6, "eng", "\xc3\x84rzte")}),
              ElementsAre(1, 5, 6));
  EXPECT_THAT(labels_of(std::vector{sound(1, "eng", "Surround"), sound(2, "fra", "Dolby 5.1")}),
              ElementsAre("English", "French"));
}

TEST(ChooseSounds, TellsSoundsOfOneLanguageByTitleAndPurpose) {
  EXPECT_THAT(chosen_of({sound(1, "eng"), sound(2, "eng", "The director speaks"),
                         sound(3, "eng", "", SoundPurpose::described)}),
              ElementsAre(1, 2, 3));
}

TEST(ChooseSounds, TakesNoMoreThanThereMayBe) {
  std::vector<AudioStreamInfo> found;
  for (int i = 0; i < 20; ++i) found.push_back(sound(i, "und", "track " + std::to_string(i)));
  found[15].is_default = true;
  EXPECT_THAT(chosen_of(found), ElementsAre(15, 0, 1, 2, 3, 4, 5, 6));
}

TEST(LabelsOf, AreLanguagesOrTitlesAndNoTwoAlike) {
  EXPECT_THAT(labels_of(std::vector{sound(1, "eng"), sound(2, "ger"), sound(3, "und"),
                                    sound(4, "mul"), sound(5, "eng", "", SoundPurpose::described),
                                    sound(6, "fra", "Version longue"), sound(7, "und", "English"),
                                    sound(8, "eng", "English")}),
              ElementsAre("English", "German", "Audio", "mul", "English (described)",
                          "Version longue", "English 2", "English 3"));
}

TEST(LabelsOf, DifferAlsoWherePlaylistsCannotQuoteThem) {
  EXPECT_THAT(labels_of(std::vector{sound(1, "eng", "\"A\""), sound(2, "eng", "'A'"),
                                    sound(3, "eng", " B\n"), sound(4, "eng", "\xc2\x85\x01\x7f")}),
              ElementsAre("'A'", "'A' 2", "B", "English"));
}

TEST(LanguageTag, IsTheShortestCode) {
  EXPECT_EQ(language_tag("eng"), "en");
  EXPECT_EQ(language_tag("ger"), "de");
  EXPECT_EQ(language_tag("deu"), "de");
  EXPECT_EQ(language_tag("en"), "en");
  EXPECT_EQ(language_tag("ENG"), "en");
  EXPECT_EQ(language_tag("gsw"), "gsw");  // has no shorter one
  EXPECT_EQ(language_tag("por-BR"), "pt-BR");
  EXPECT_EQ(language_tag("zh-Hant-TW"), "zh-Hant-TW");
}

TEST(LanguageTag, IsUndWhereItIsNone) {
  for (const std::string_view found :
       {"", "und", "e", "engl", "e1", "\xff\xff\xff", "en-", "en--US", "en-US-", "en_US", "en US",
        "en-abcdefghi", "en-aa-bb-cc-dd-ee-ff-gg-hh-ii-jj-kk-ll"}) {
    EXPECT_EQ(language_tag(found), "und") << found;
  }
}

TEST(LanguageName, IsEnglish) {
  EXPECT_EQ(language_name("de"), "German");
  EXPECT_EQ(language_name("pt-BR"), "Portuguese (pt-BR)");
  EXPECT_EQ(language_name("gsw"), "gsw");
}

}  // namespace
}  // namespace vodmill::plan
