#include "app/local_run.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <exception>

#include "blob/file_overlay.h"
#include "worker/nursery.h"
#include "worker/worker.h"

namespace vodmill::app {
namespace {

constexpr Milliseconds kWatchEvery{100};

Async<Video> wait_for_end(VideoCatalog& videos, Bell& bell, VideoId id, const bool& interrupted,
                          const std::function<void(const Video&)>& watch) {
  for (;;) {
    const std::uint64_t seen = bell.count();
    Result<Video> video = co_await videos.get(id);
    if (!video) co_return fail(std::move(video).error());
    watch(*video);
    if (is_final(video->status)) co_return video;
    if (interrupted) co_return fail(ErrorCode::cancelled, "Interrupted.");
    co_await bell.wait(seen, kWatchEvery);
  }
}

Async<Video> process(Stores& stores, worker::Worker& worker, NewVideo video,
                     const bool& interrupted, const std::function<void(const Video&)>& watch) {
  const VideoId id = video.id;
  Result<Video> created = co_await stores.videos.create(std::move(video));
  if (!created) co_return fail(std::move(created).error());
  worker.start();
  Result<Video> ended =
      co_await wait_for_end(stores.videos, stores.database->bell(), id, interrupted, watch);
  co_await worker.stop();
  co_return ended;
}

}  // namespace

Result<Video> process_file(const std::filesystem::path& input, const std::filesystem::path& folder,
                           worker::WorkerOptions options,
                           const std::function<void(const Video&)>& watch) {
  const SystemClock clock;
  const auto stores = TRY(Stores::open(clock, std::string(db::kInMemory), folder.string()));
  const BlobKey source("source");
  const auto blobs = TRY(blob::FileOverlay::open(stores->blobs.get(), source, input));

  metrics::Registry registry;
  asio::io_context context(1);
  worker::Worker worker(stores->ports(*blobs, registry), std::move(options),
                        context.get_executor());
  bool interrupted = false;
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code error, int) { interrupted = !error; });

  NewVideo video;
  video.id = new_id<VideoId>();
  video.source = {.extents = {{0, blobs->bytes(), source}}, .length = blobs->bytes()};
  Result<Video> ended = fail(ErrorCode::internal_error, "nothing ran");
  asio::co_spawn(context, process(*stores, worker, std::move(video), interrupted, watch),
                 [&](std::exception_ptr thrown, Result<Video> result) {
                   if (thrown) std::rethrow_exception(thrown);
                   ended = std::move(result);
                   signals.cancel();
                 });
  context.run();
  stores->database->stop();
  return ended;
}

}  // namespace vodmill::app
