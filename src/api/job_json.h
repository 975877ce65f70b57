// A job with its plan and tasks as the API shows them. Pure.
#pragma once

#include "base/json.h"
#include "core/job_view.h"

namespace vodmill::api {

json::object to_json(const ShownJob& job);

// The same with `source`, `plan` and `tasks`; the first two are null until the probe has ended.
json::object to_json(const JobDetails& details);

json::object to_json(const ShownTask& task);

}  // namespace vodmill::api
