// What core/job_queue.h promises, as tests that run on every adapter. An adapter's test file says
//   INSTANTIATE_TEST_SUITE_P(Sql, JobQueueConformance, testing::Values(open_sql_queue));
// and is linked with job_queue.cc.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "core/job_queue.h"

namespace vodmill {

struct QueueUnderTest {
  std::shared_ptr<JobQueue> queue;         // empty; with whatever it needs to live
  std::function<void(Milliseconds)> pass;  // lets that much of the queue's time go by
};
using OpenJobQueue = std::function<QueueUnderTest()>;

class JobQueueConformance : public testing::TestWithParam<OpenJobQueue> {
 protected:
  void SetUp() override {
    QueueUnderTest under_test = GetParam()();
    queue_ = under_test.queue;
    pass_ = under_test.pass;
    ASSERT_TRUE(queue_);
  }

  std::shared_ptr<JobQueue> queue_;
  std::function<void(Milliseconds)> pass_;
};

}  // namespace vodmill
