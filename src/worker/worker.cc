#include "worker/worker.h"

#include "worker/presence.h"
#include "worker/relay.h"
#include "worker/sweepers.h"

namespace vodmill::worker {

Worker::Worker(Ports ports, WorkerOptions options, asio::any_io_executor executor)
    : store_(ports.blobs),
      ports_{ports.videos,  ports.generations, ports.tasks, ports.outbox,
             store_,        ports.queue,       ports.bell,  ports.registry,
             ports.workers, ports.stills,      ports.lives, ports.space},
      options_(std::move(options)),
      stopping_(executor),
      admission_(options_, store_, ports_.space),
      tasks_(ports_, options_, admission_, executor, stopping_),
      stills_(ports_, options_, admission_, executor, stopping_),
      jobs_(ports_, options_, admission_, executor, stopping_),
      duties_(executor) {}

void Worker::start() {
  duties_.spawn(relay_jobs(ports_, stopping_));
  duties_.spawn(jobs_.run());
  duties_.spawn(jobs_.adopt_orphans());
  duties_.spawn(find_lost_jobs(ports_, stopping_));
  duties_.spawn(sweep_keys(ports_, stopping_));
  if (ports_.lives) duties_.spawn(bury_dead(ports_, stopping_));
  duties_.spawn(tasks_.watch_videos());
  duties_.spawn(show_presence(ports_, options_, tasks_, stopping_));
  duties_.spawn(stills_.run());
  duties_.spawn(tasks_.run());
}

asio::awaitable<void> Worker::stop() {
  stopping_.give();
  tasks_.stop();
  stills_.stop();
  ports_.bell.ring();
  co_await duties_.join();
}

}  // namespace vodmill::worker
