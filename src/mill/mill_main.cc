#include "mill/mill_main.h"

#include <variant>

#include "av/video_encoder.h"
#include "mill/chunk.h"
#include "mill/pipe_output.h"
#include "mill/probe.h"
#include "mill/range_source.h"
#include "mill/sound.h"
#include "mill/stage_clock.h"
#include "mill/still.h"
#include "plan/json.h"
#include "sandbox/attempts.h"
#include "sandbox/channel.h"
#include "sandbox/lockdown.h"

namespace vodmill::mill {
namespace {

constexpr int kLockdownFailed = 3;
constexpr int kWorkerGone = 4;

// What the libraries would read from files at first use, they read now: the locked process has
// none.
void warm_up() {
  av::quiet_libav();
  const Rendition smallest{
      .name = "v0", .width = 64, .height = 64, .crf = 23, .max_kbps = 100, .buffer_kbits = 100};
  const auto encoder = av::VideoEncoder::open(smallest, Rational{25, 1}, 50);
  static_cast<void>(encoder);
}

Result<json::object> do_task(const plan::TaskSpec& spec, av::ByteSource& source, Output& output,
                             StageClock& clock) {
  TimedSource timed_source(source, clock);
  TimedOutput timed_output(output, clock);
  switch (spec.kind) {
    case TaskKind::probe: {
      const StageScope scope(clock, Stage::probe);
      const SourceInfo info = TRY(probe(timed_source));
      return plan::to_object(info);
    }
    case TaskKind::chunk:
      return encode_chunk(source, spec, output, clock);
    case TaskKind::audio: {
      const StageScope scope(clock, Stage::sound);
      return encode_sound(timed_source, spec, timed_output);
    }
    case TaskKind::stills: {
      const StageScope scope(clock, Stage::pictures);
      return make_still(timed_source, spec, timed_output);
    }
  }
  return fail(ErrorCode::internal_error, "an unknown kind of task");
}

Result<sandbox::TaskResult> take_and_do_task() {
  sandbox::FrameInput input(sandbox::kControlFd, sandbox::answers_to_mill());
  sandbox::Frame frame = TRY(input.receive());
  const sandbox::MillMessage message = TRY(sandbox::decode_answer(std::move(frame)));
  const auto* order = std::get_if<sandbox::TaskOrder>(&message);
  if (!order) return fail(ErrorCode::internal_error, "the worker sent something else than a task");
  const plan::TaskSpec spec = TRY(plan::task_spec_from_json(order->value));
  RangeSource source(sandbox::kControlFd, input, spec.source_bytes);
  PipeOutput output(sandbox::kOutputFd);
  StageSheet sheet;
  sheet.add(Stage::start_up, 0, process_time());
  json::object result;
  {
    StageClock clock(sheet);
    result = TRY(do_task(spec, source, output, clock));
  }
  return sandbox::TaskResult{std::move(result), sheet.times()};
}

struct Arguments {
  sandbox::LockdownOptions lockdown;
  std::optional<sandbox::AttemptOrder> attempt;  // the self-test
};

Result<Arguments> parse(std::span<const std::string> words) {
  Arguments arguments;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (words[i] == "--lockdown") {
      arguments.lockdown = TRY(sandbox::lockdown_options_from(words[i + 1]));
    } else if (words[i] == "--attempt") {
      arguments.attempt = TRY(sandbox::attempt_order_from(words[i + 1]));
    } else {
      return fail(ErrorCode::invalid_request, "unknown argument " + words[i]);
    }
  }
  return arguments;
}

int say(const Bytes& frame, int exit_code) {
  return sandbox::write_all(sandbox::kOutputFd, frame) ? exit_code : kWorkerGone;
}

}  // namespace

int mill_main(std::span<const std::string> words) {
  const auto arguments = parse(words);
  if (!arguments) return say(encode(sandbox::TaskFailed{arguments.error()}), kLockdownFailed);
  if (arguments->attempt) return sandbox::run_attempt(*arguments->attempt, arguments->lockdown);

  warm_up();
  const auto layers = sandbox::lock_down(arguments->lockdown);
  if (!layers) return say(encode(sandbox::TaskFailed{layers.error()}), kLockdownFailed);
  if (say(encode(sandbox::Locked{*layers}), 0) != 0) return kWorkerGone;

  const auto result = take_and_do_task();
  if (!result) return say(encode(sandbox::TaskFailed{result.error()}), 0);
  return say(encode(*result), 0);
}

}  // namespace vodmill::mill
