#include "app/process_numbers.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/fd.h"
#include "fakes/prometheus_text.h"

namespace vodmill::app {
namespace {

PrometheusText look() { return PrometheusText(metrics::to_text(process_numbers())); }

TEST(ProcessNumbers, SeeEveryOpenDescriptor) {
  const double before = look().value("process_open_fds");
  const Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(look().value("process_open_fds"), before + 1);
  EXPECT_GT(look().value("process_max_fds"), before);
}

TEST(ProcessNumbers, SeeMemoryAndProcessorTimeGrow) {
  const PrometheusText before = look();
  const std::vector<char> memory(std::size_t{64} << 20, 'x');
  const PrometheusText after = look();
  EXPECT_GT(after.value("process_resident_memory_bytes"),
            before.value("process_resident_memory_bytes") + (48 << 20));
  EXPECT_GE(after.value("process_cpu_seconds_total"), before.value("process_cpu_seconds_total"));
  EXPECT_EQ(memory.back(), 'x');
}

}  // namespace
}  // namespace vodmill::app
