#include "worker/mill_starter.h"

#include <poll.h>
#include <unistd.h>

#include <utility>

#include "base/log.h"
#include "sandbox/messages.h"

namespace vodmill::worker {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::size_t kFirstWordsBytes = 64 * 1024;

bool has_spoken(const sandbox::Child& mill) {
  pollfd output{.fd = mill.output.get(), .events = POLLIN, .revents = 0};
  return ::poll(&output, 1, 0) > 0 && (output.revents & POLLIN) != 0;
}

// What a mill that has ended left in its pipe, as far as it fits.
Bytes read_rest(const Fd& output) {
  Bytes rest(kFirstWordsBytes);
  std::size_t filled = 0;
  while (filled < rest.size()) {
    const ssize_t got = ::read(output.get(), rest.data() + filled, rest.size() - filled);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  rest.resize(filled);
  return rest;
}

// Why a mill that got no task has ended: an error where it could not lock itself in.
Result<> first_words(const Fd& output) {
  const Bytes rest = read_rest(output);
  ByteView unread(rest);
  sandbox::FrameReader reader(sandbox::output_frames());
  std::optional<sandbox::Frame> frame = TRY(reader.next(unread));
  if (!frame) return fail(ErrorCode::internal_error, "it ended without a word");
  const sandbox::OutputMessage message = TRY(sandbox::decode_output(std::move(*frame)));
  if (const auto* failed = std::get_if<sandbox::TaskFailed>(&message)) return fail(failed->error);
  return {};
}

}  // namespace

Async<sandbox::Child> MillStarter::start() {
  auto start = [this] { return sandbox::start_child(options_); };
  auto started = co_await starting_.run(std::move(start));
  if (!started && mills_start_) log::error("start a mill: {}", started.error().message);
  mills_start_ = started.has_value();
  co_return started;
}

Async<sandbox::Child> MillStarter::take() {
  if (spare_) {
    sandbox::Child spare = std::move(*spare_);
    spare_.reset();
    const auto ended = spare.try_wait();
    if (ended && !*ended) co_return spare;
  }
  auto started = co_await start();
  if (started && stopped_) co_return fail(ErrorCode::cancelled, "The worker is stopping.");
  co_return started;
}

asio::awaitable<void> MillStarter::keep_a_spare() {
  if (spare_ || spare_comes_ || stopped_) co_return;
  spare_comes_ = true;
  auto started = co_await start();
  spare_comes_ = false;
  if (started && !stopped_) spare_.emplace(std::move(*started));
}

void MillStarter::judge_ended_spare() {
  const Result<> locked = first_words(spare_->output);
  if (locked) {
    has_locked();
  } else {
    has_not_locked(locked.error().message);
  }
  spare_.reset();
}

asio::awaitable<void> MillStarter::look() {
  const auto now = std::chrono::steady_clock::now();
  if (looked_at_ && now - *looked_at_ < kLookEvery) co_return;
  looked_at_ = now;
  if (spare_) {
    const bool speaks = has_spoken(*spare_);
    const auto ended = spare_->try_wait();
    if (!ended || *ended) {
      judge_ended_spare();
    } else if (speaks) {
      has_locked();
    }
  }
  co_await keep_a_spare();
}

void MillStarter::has_locked() { mills_lock_ = true; }

void MillStarter::has_not_locked(std::string_view why) {
  if (mills_lock_) log::error("a mill did not lock itself in: {}", why);
  mills_lock_ = false;
}

void MillStarter::stop() {
  stopped_ = true;
  spare_.reset();
}

std::string MillStarter::trouble() const {
  if (!mills_start_) return "The worker can start no mill: see its log, and vodmill doctor.";
  if (mills_lock_) return "";
  return "The worker's mills cannot lock themselves in, so no file may be decoded: see its log, "
         "and vodmill doctor --sandbox.";
}

}  // namespace vodmill::worker
