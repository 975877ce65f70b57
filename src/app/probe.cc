#include <cstdio>

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/run_to_end.h"
#include "app/worker_options.h"
#include "blob/file_overlay.h"
#include "plan/json.h"
#include "plan/planner.h"
#include "plan/task_spec.h"
#include "sandbox/child.h"
#include "worker/coordinator.h"
#include "worker/mill_run.h"

namespace vodmill::app {
namespace {

// A probe makes no segment.
class NoSegments final : public worker::MillListener {
 public:
  asio::awaitable<worker::Budget::Room> make_room(std::int64_t) override {
    co_return worker::Budget::Room();
  }
  Async<> segment(sandbox::SegmentBegin, Bytes, worker::Budget::Room) override {
    co_return fail(ErrorCode::verification_failed, "a probe made a segment");
  }
  void progress(sandbox::Progress) override {}
};

Result<SourceInfo> probe_file(const std::string& path, const worker::WorkerOptions& options) {
  const BlobKey key("source");
  const auto file = TRY(blob::FileOverlay::open(nullptr, key, path));
  const Source source{.extents = {{0, file->bytes(), key}}, .length = file->bytes()};
  plan::TaskSpec spec;
  spec.source_bytes = file->bytes();

  asio::io_context context(1);
  worker::RangeCache ranges(context.get_executor(), *file, options.range_cache_bytes);
  NoSegments listener;
  sandbox::Child mill = TRY(sandbox::start_child(options.child));
  const Task probe{};
  worker::MillRun run(context.get_executor(), std::move(mill), options, ranges, probe, source,
                      listener);
  worker::MillOutcome outcome = run_to_end(context, run.run(plan::to_json(spec)));
  if (outcome.end != worker::MillEnd::done) return fail(std::move(outcome.error));
  return plan::source_info_from_json(json::serialize(outcome.result));
}

// What is in the file, and the plan for it or why there is none.
json::object describe(const SourceInfo& info, const worker::WorkerOptions& options) {
  json::object answer{{"source", plan::to_object(info)}};
  const auto plan = plan::make_plan(info, worker::policy_of(options));
  if (plan) {
    answer["plan"] = plan::to_object(*plan);
  } else {
    answer["error"] = {{"code", error_code_name(plan.error().code)},
                       {"message", plan.error().message}};
  }
  return answer;
}

}  // namespace

int probe(const Settings& settings) {
  const auto options = worker_options(settings);
  if (!options) return complain(options.error());
  auto info = probe_file(settings.input, *options);
  if (!info) return complain(info.error());
  const json::object answer = describe(*info, *options);
  std::printf("%s\n", json::serialize(answer).c_str());
  if (!answer.contains("error")) return 0;
  return exit_status(error_code_from_name(answer.at("error").at("code").as_string()));
}

}  // namespace vodmill::app
