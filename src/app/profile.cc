#include "app/profile.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "sandbox/stage_times.h"
#include "worker/counts.h"

namespace vodmill::app {
namespace {

constexpr int kBarWidth = 32;

struct Row {
  std::string name;
  double seconds = 0;
};

// A sample's stage and rendition: the labels that worker/counts.cc gives it.
Row row_of(const metrics::Sample& sample) {
  Row row{"", sample.value};
  for (const auto& [label, value] : sample.labels) {
    if (value.empty()) continue;
    if (!row.name.empty()) row.name += ' ';
    row.name += value;
  }
  return row;
}

bool is_of(const metrics::Sample& sample, sandbox::Stage stage) {
  return std::ranges::find(sample.labels,
                           std::pair(std::string("stage"), std::string(name_of(stage)))) !=
         sample.labels.end();
}

// In the order in which a picture goes through the stages.
std::vector<Row> rows_of(const metrics::Family& family) {
  std::vector<Row> rows;
  for (const sandbox::Stage stage : sandbox::kAllStages) {
    for (const metrics::Sample& sample : family.samples) {
      if (is_of(sample, stage)) rows.push_back(row_of(sample));
    }
  }
  return rows;
}

}  // namespace

std::string profile_text(const std::vector<metrics::Family>& families, const RunCost& cost) {
  std::vector<Row> rows;
  const auto stages = std::ranges::find(families, worker::kStageSeconds, &metrics::Family::name);
  if (stages != families.end()) rows = rows_of(*stages);
  rows.push_back({"worker", cost.own_seconds});
  double sum = 0;
  for (const Row& row : rows) sum += row.seconds;
  if (sum <= 0) return "";
  std::string text = fmt::format("{:<12} {:>9}  {:>6}\n", "", "CPU", "share");
  for (const Row& row : rows) {
    const double share = row.seconds / sum;
    const auto length = static_cast<std::size_t>(std::lround(share * kBarWidth));
    text += fmt::format("{:<12} {:>7.2f} s  {:>4.1f} %  {}\n", row.name, row.seconds, 100 * share,
                        std::string(length, '='));
  }
  text += fmt::format("{:<12} {:>7.2f} s  in {:.2f} s: {:.2f} of {} processors busy\n", "all", sum,
                      cost.wall_seconds, sum / cost.wall_seconds, cost.processors);
  return text;
}

}  // namespace vodmill::app
