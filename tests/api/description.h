// openapi.json as the judge of what the API answers: every answer that a test of the API gets goes
// through it. Reads the keywords of JSON Schema that the document uses, and refuses others.
// Stricter than a client must be: what is not described may not be shown. Constant; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace vodmill {

struct Answer;

class Description {
 public:
  // `document`: an OpenAPI document. REQUIRES: it is JSON.
  explicit Description(std::string_view document);

  // What is wrong with an answer to METHOD TARGET, a sentence each.
  std::vector<std::string> judge(std::string_view method, std::string_view target,
                                 const Answer& answer) const;

  // What is wrong with a value that is to be as components/schemas/NAME says.
  std::vector<std::string> judge_value(std::string_view schema, const json::value& value) const;

 private:
  struct Operation {
    const json::object* item = nullptr;  // null: its path is not described
    const json::object* operation = nullptr;
  };
  Operation find(std::string_view method, std::string_view target) const;

  json::value document_;
};

// Of the API itself.
const Description& api_description();

}  // namespace vodmill
