#include "api/creation.h"

#include <gtest/gtest.h>

namespace vodmill::api {
namespace {

TEST(FilenameOf, ReadsEveryFormOfContentDisposition) {
  EXPECT_EQ(filename_of("attachment; filename=a.mp4"), "a.mp4");
  EXPECT_EQ(filename_of("attachment; filename=\"my \\\"a\\\"; b.mp4\" ; size=3"),
            "my \"a\"; b.mp4");
  EXPECT_EQ(filename_of("attachment; FileName*=utf-8'en'%e2%82%ac%20a.mp4"), "\xe2\x82\xac a.mp4");
  EXPECT_EQ(filename_of("attachment;filename*=UTF-8''b.mp4;filename=a.mp4"), "b.mp4");
  EXPECT_EQ(filename_of("attachment;filename=a.mp4;filename*=UTF-8''b.mp4"), "b.mp4");
}

TEST(FilenameOf, LeavesFoldersAway) {
  EXPECT_EQ(filename_of("attachment; filename=\"/home/me/a.mp4\""), "a.mp4");
  EXPECT_EQ(filename_of("attachment; filename*=UTF-8''C%3A%5Cvideos%5Ca.mp4"), "a.mp4");
  EXPECT_EQ(filename_of(R"(attachment; filename="C:\fakepath\x.mp4")"), "x.mp4");
  EXPECT_EQ(filename_of(R"(attachment; filename="C:\\fakepath\\x.mp4"; size=3)"), "x.mp4");
}

TEST(FilenameOf, IsEmptyWhereThereIsNone) {
  for (const char* text :
       {"", "attachment", "attachment;", ";;;", "attachment; filename", "attachment; filename=",
        "attachment; filename=\"", "attachment; filename=\"\\", "attachment; filename=\"/\"",
        "filename=a.mp4", "attachment; filename*=a.mp4", "attachment; filename*=UTF-8'a.mp4",
        "attachment; filename*=latin1''a.mp4", "attachment; filename*=UTF-8''%ff.mp4",
        "attachment; filename*=UTF-8''%2", "attachment; filename=\"\xff\""}) {
    EXPECT_EQ(filename_of(text), "") << text;
  }
}

TEST(Metadata, ThatIsNoObjectIsRefusedWithWhatToSend) {
  const auto refusal = [](std::string_view text) {
    const Result<json::object> metadata = read_metadata(text);
    return metadata ? "" : metadata.error().message;
  };
  EXPECT_EQ(refusal("{}"), "");
  EXPECT_EQ(refusal("[]"), "metadata must be a JSON object, e.g. {\"title\":\"x\"}.");
  EXPECT_EQ(refusal("{\"a\":x}"), "metadata is not JSON: syntax error at byte 5. " + refusal("[]"));
  EXPECT_EQ(refusal("{\"a\":1e999}"),
            "metadata is not JSON: a number is too large. " + refusal("[]"));
}

constexpr auto kKnown = FormFields::known;

TEST(MediaType, OfAVideoIsAnythingButJson) {
  using net::Method;
  for (const char* type : {"", "video/mp4", "application/octet-stream", "text/plain; charset=x",
                           "application/x-www-form-urlencoded", "application/json-seq"}) {
    EXPECT_FALSE(refuse_media_type(Method::put, type, kKnown)) << type;
    EXPECT_FALSE(is_form(type) || is_json(type)) << type;
  }
  for (const char* type : {"application/json", "application/json; charset=utf-8"}) {
    EXPECT_TRUE(is_json(type));
    EXPECT_FALSE(refuse_media_type(Method::post, type, kKnown)) << "a document";
    ASSERT_TRUE(refuse_media_type(Method::post, type, FormFields::all)) << type;
    ASSERT_TRUE(refuse_media_type(Method::put, type, kKnown)) << type;
    EXPECT_EQ(refuse_media_type(Method::put, type, kKnown)->status, 415);
  }
}

TEST(MediaType, OfAFormIsTakenByPost) {
  const char* type = " Multipart/Form-Data ;boundary=x";
  EXPECT_TRUE(is_form(type));
  EXPECT_FALSE(refuse_media_type(net::Method::post, type, kKnown));
  EXPECT_FALSE(refuse_media_type(net::Method::post, type, FormFields::all));
  EXPECT_TRUE(refuse_media_type(net::Method::put, type, kKnown));
}

}  // namespace
}  // namespace vodmill::api
