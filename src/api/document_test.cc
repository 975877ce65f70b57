#include "api/document.h"

#include <gtest/gtest.h>

namespace vodmill::api {
namespace {

ErrorCode refusal_of(std::string_view text) {
  Creation creation;
  const Result<BlobKey> key = read_document(creation, text);
  EXPECT_FALSE(key) << text;
  return key ? ErrorCode::internal_error : key.error().code;
}

TEST(Document, SaysWhatAQueryOrAFormSays) {
  Creation creation;
  creation.metadata["title"] = "from the query";
  const auto key = read_document(creation, R"({"source":{"key":"inbox/2024/holiday.mov"},)"
                                           R"("metadata":{"title":"Sea"},"priority":3,)"
                                           R"("owner":"anna"})");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->str(), "inbox/2024/holiday.mov");
  EXPECT_EQ(creation.priority, 3);
  EXPECT_EQ(creation.owner, "anna");
  EXPECT_EQ(creation.metadata_text(), R"({"title":"Sea","filename":"holiday.mov"})");
}

TEST(Document, LeavesANameThatIsKnown) {
  Creation creation;
  creation.filename = "My holiday.mov";
  ASSERT_TRUE(read_document(creation, R"({"source":{"key":"inbox/a"}})"));
  EXPECT_EQ(creation.filename, "My holiday.mov");
}

TEST(Document, NamesObjectsOfTheInboxAlone) {
  for (const char* key : {"", "inbox", "inbox/", "inbox//a", "inbox/../a", "inbox/..", "inbox/./a",
                          "/inbox/a", "inbox/a/", "inbox/A.mov", "inbox/a b", "INBOX/a",
                          "inboxes/a", "x/inbox/a", "01234567/source", "readyz/probe"}) {
    EXPECT_EQ(refusal_of(R"({"source":{"key":")" + std::string(key) + R"("}})"),
              ErrorCode::invalid_request)
        << key;
  }
}

TEST(Document, TakesAWholeNumberAsJsonWritesIt) {
  Creation creation;
  ASSERT_TRUE(read_document(creation, R"({"source":{"key":"inbox/a"},"priority":3.0})"));
  EXPECT_EQ(creation.priority, 3);
  EXPECT_EQ(refusal_of(R"({"source":{"key":"inbox/a"},"priority":null})"),
            ErrorCode::invalid_request);
}

TEST(Document, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", "[]", "{}", "null", R"({"source":"inbox/a"})", R"({"source":{}})",
                           R"({"source":{"key":7}})", R"({"source":{"key":"inbox/a","range":1}})",
                           R"({"source":{"key":"inbox/a"},"title":"x"})",
                           R"({"source":{"key":"inbox/a"},"priority":"3"})",
                           R"({"source":{"key":"inbox/a"},"priority":-1})",
                           R"({"source":{"key":"inbox/a"},"metadata":[]})",
                           R"({"source":{"key":"inbox/a"},"owner":3})",
                           R"({"source":{"key":"inbox/a"},"owner":"a b"})"}) {
    EXPECT_EQ(refusal_of(text), ErrorCode::invalid_request) << text;
  }
  EXPECT_EQ(refusal_of(R"({"source":{"url":"https://example.org/a.mp4"}})"),
            ErrorCode::fetch_blocked);
}

}  // namespace
}  // namespace vodmill::api
