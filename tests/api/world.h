// A whole API for one test: a server on a loopback port, SQLite and a store in memory, and a worker
// whose steps the test takes itself.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "api/api.h"
#include "base/json.h"
#include "catalog/census.h"
#include "catalog/event_log.h"
#include "catalog/generation_catalog.h"
#include "catalog/idempotency_keys.h"
#include "catalog/job_view.h"
#include "catalog/outbox.h"
#include "catalog/still_catalog.h"
#include "catalog/task_catalog.h"
#include "catalog/video_catalog.h"
#include "catalog/worker_list.h"
#include "conformance/catalog.h"
#include "db/database.h"
#include "fakes/memory_queue.h"
#include "fakes/memory_store.h"
#include "net/test_server.h"

namespace vodmill {

// What came back for one request.
struct Answer {
  int status = 0;
  std::string head;
  std::string body;

  // The value of a header; "" when there is none.
  std::string header(const std::string& name) const;
  json::object json() const;
};

Answer parse_answer(const std::string& bytes);

std::string text_of(const json::object& object, std::string_view name);

class ApiTest : public testing::Test {
 protected:
  ApiTest();

  struct Extras {
    DiskSpace* space = nullptr;
    const WorkerVitals* worker = nullptr;
  };
  // Called by a test that wants other options, before its first request.
  void start(api::ApiOptions options, Extras extras);
  void start(api::ApiOptions options) { start(std::move(options), Extras()); }

  net::TestClient connect() { return net::TestClient(server_->port()); }

  // Every answer must be as openapi.json describes it. `headers` are whole lines. The body is sent
  // with a Content-Length unless headers frame it.
  Answer ask(std::string_view method, std::string_view target, std::string_view headers = "",
             std::string_view body = "");
  Answer get(std::string_view target, std::string_view headers = "") {
    return ask("GET", target, headers);
  }
  // What a client that has sent METHOD TARGET hears until the end of its connection.
  Answer answer_to(std::string_view method, std::string_view target, net::TestClient& client);
  // A GET without waiting for the answer.
  net::TestClient begin(std::string_view target, std::string_view headers = "");

  // Uploads a few bytes.
  VideoId upload();

  // Steps of a worker.
  GenerationLease coordinate(const VideoId& id, int generation = 1);
  void plan(const GenerationLease& lease);
  LeasedTask lease_task();
  // Stores a segment of as many bytes as the name is long and commits its row.
  BlobKey commit(const LeasedTask& task, std::string rendition, int index);
  void put(std::string key, std::string text);
  // Index and final playlists, then the commit.
  void complete(const GenerationLease& lease);

  ManualClock clock_;  // of the database and of heartbeats
  std::unique_ptr<db::Database> database_;
  MemoryStore store_;
  catalog::SqlVideoCatalog videos_;
  catalog::SqlGenerationCatalog generations_;
  catalog::SqlTaskCatalog tasks_;
  catalog::SqlEventLog events_;
  EventLog* shown_events_ = &events_;  // what start() gives the API
  catalog::SqlOutbox outbox_;
  catalog::SqlIdempotencyKeys keys_;
  catalog::SqlCensus census_;
  MemoryQueue queue_{clock_};
  metrics::Registry registry_;
  catalog::SqlJobView jobs_;
  catalog::SqlWorkerList workers_;
  catalog::SqlStillCatalog stills_;
  std::unique_ptr<api::Api> api_;
  net::Router router_;
  std::unique_ptr<net::TestServer> server_;
};

}  // namespace vodmill
