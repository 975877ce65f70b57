// VideoCatalog over SQL. Made by app/; its functions may be awaited from any executor.
#pragma once

#include "core/catalog.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlVideoCatalog final : public VideoCatalog {
 public:
  // The database must outlive the catalog.
  explicit SqlVideoCatalog(db::Database& database) : database_(database) {}

  Async<Video> create(NewVideo video) override;
  Async<Video> get(VideoId id) override;
  Async<VideoPage> list(VideoFilter filter) override;
  Async<Video> update(VideoId id, VideoChange change) override;
  Async<Video> retry(VideoId id, RetryTerms terms = {}) override;
  Async<Video> cancel(VideoId id, std::optional<int> generation = {}) override;
  Async<> remove(VideoId id, Milliseconds last_put) override;
  Async<Generation> generation(VideoId id, int number) override;
  Async<std::vector<Segment>> segments(VideoId id, int generation, std::string rendition) override;
  Async<std::vector<Thumbs>> thumbs(VideoId id, int generation) override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
