#include "app/local_run.h"

#include <boost/asio/signal_set.hpp>

#include "app/output_folder.h"
#include "app/run_to_end.h"
#include "blob/file_overlay.h"
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

// Ends the wait for signals with the video, so that nothing is left to wait for.
Async<Video> process(Stores& stores, worker::Worker& worker, NewVideo video,
                     asio::signal_set& signals, const bool& interrupted,
                     const std::function<void(const Video&)>& watch) {
  const VideoId id = video.id;
  Result<Video> ended = co_await stores.videos.create(std::move(video));
  if (ended) {
    worker.start();
    ended = co_await wait_for_end(stores.videos, stores.database->bell(), id, interrupted, watch);
    co_await worker.stop();
  }
  signals.cancel();
  co_return ended;
}

}  // namespace

Result<Video> process_file(const std::filesystem::path& input, const std::filesystem::path& folder,
                           worker::WorkerOptions options, metrics::Registry& registry,
                           const std::function<void(const Video&)>& watch) {
  const SystemClock clock;
  const BlobKey source("source");
  const auto blobs = TRY(blob::FileOverlay::open(nullptr, source, input));
  const auto output = TRY(OutputFolder::take(folder));
  // For whoever the umask lets read it: a web server, most of all.
  const auto stores = TRY(Stores::open(clock, std::string(db::kInMemory), folder.string(),
                                       {.modes = blob::kForEverybody}));
  blobs->lay_over(*stores->blobs);

  asio::io_context context(1);
  worker::Worker worker(stores->ports(*blobs, registry), std::move(options),
                        context.get_executor());
  bool interrupted = false;
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code error, int) { interrupted = !error; });

  NewVideo video;
  video.id = new_id<VideoId>();
  video.source = {.extents = {{0, blobs->bytes(), source}}, .length = blobs->bytes()};
  Result<Video> ended =
      run_to_end(context, process(*stores, worker, std::move(video), signals, interrupted, watch));
  stores->database->stop();
  return ended;
}

}  // namespace vodmill::app
