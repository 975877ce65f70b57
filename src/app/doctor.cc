#include <algorithm>
#include <array>
#include <cstdio>

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/fsck.h"
#include "app/run_to_end.h"
#include "app/stores.h"
#include "app/worker_options.h"
#include "catalog/census.h"
#include "catalog/schema.h"
#include "catalog/video_catalog.h"
#include "db/open_sqlite.h"
#include "db/sqlite.h"
#include "queue/schema.h"
#include "sandbox/attempts.h"

namespace vodmill::app {
namespace {

void show_layers(const sandbox::Layers& layers) {
  std::printf("layers\n");
  for (const sandbox::Layer layer : sandbox::all_layers()) {
    const sandbox::LayerState& state = layers.of(layer);
    std::printf("  %-18s %-8s %s\n", std::string(name_of(layer)).c_str(),
                state.active ? "holds" : "off", state.detail.c_str());
  }
}

// True if the attempt was stopped.
bool show_attempt(const sandbox::AttemptReport& report) {
  const std::string by = report.by ? std::string(name_of(*report.by)) : "-";
  std::printf("  %-22s %-10s %-18s %s\n", std::string(name_of(report.attempt)).c_str(),
              report.stopped ? "stopped" : "SUCCEEDED", by.c_str(), report.how.c_str());
  return report.stopped;
}

int check_sandbox(const sandbox::LockdownOptions& lockdown) {
  sandbox::ChildOptions mill;
  mill.arguments = {"mill"};
  mill.off = lockdown.off;
  const auto reports = sandbox::run_attempts(mill, lockdown);
  if (!reports) return complain(reports.error());
  if (!reports->empty()) show_layers(reports->front().layers);
  std::printf("cpu class\n  %s\n", sandbox::CpuClass().describe().c_str());
  std::printf("attempts\n");
  bool all_stopped = true;
  for (const sandbox::AttemptReport& report : *reports) all_stopped &= show_attempt(report);
  std::printf("%s\n", all_stopped ? "Every attempt was stopped." : "An attempt SUCCEEDED.");
  return all_stopped ? 0 : 1;
}

Result<FsckReport> look_once(db::Database& database, const std::filesystem::path& folder) {
  ObjectSizes objects = TRY(list_objects(folder));
  catalog::SqlVideoCatalog videos(database);
  catalog::SqlCensus census(database);
  asio::io_context context(1);
  return run_to_end(context, compare(videos, census, std::move(objects), folder));
}

// What a running server changes between two looks is no finding: only what both have seen.
Result<FsckReport> look_twice(const std::filesystem::path& data) {
  const std::string file = TRY(database_in(data));
  const SystemClock clock;
  const std::array schemas{catalog::kSchema, queue::kSchema};
  using Access = db::SqliteConnection::Access;
  const auto looking = TRY(db::SqliteConnection::open(file, Access::read_only, clock));
  TRY_VOID(db::expect_current(*looking, schemas));
  const auto database = TRY(db::open_sqlite(file, clock, schemas));
  FsckReport report = TRY(look_once(*database, data / "objects"));
  if (!report.findings.empty()) {
    const FsckReport again = TRY(look_once(*database, data / "objects"));
    std::erase_if(report.findings, [&again](const Finding& finding) {
      return std::ranges::find(again.findings, finding) == again.findings.end();
    });
  }
  return report;
}

int fsck(const Settings& settings) {
  const Result<FsckReport> report = look_twice(settings.data);
  if (!report) return complain(report.error());
  if (settings.as_json) {
    std::printf("%s\n", json::serialize(to_json(*report)).c_str());
  } else {
    for (const Finding& finding : report->findings) std::printf("%s\n", to_text(finding).c_str());
    std::printf("%s\n", summary_of(*report).c_str());
  }
  return report->findings.empty() ? 0 : 1;
}

}  // namespace

int doctor(const Settings& settings) {
  const int sound = settings.fsck ? fsck(settings) : 0;
  if (settings.fsck && !settings.try_sandbox) return sound;
  const auto lockdown = lockdown_options(settings);
  if (!lockdown) return complain(lockdown.error());
  return std::max(sound, check_sandbox(*lockdown));
}

}  // namespace vodmill::app
