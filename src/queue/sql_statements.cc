#include "queue/sql_statements.h"

#include <array>

namespace vodmill::queue {
namespace {

constexpr std::array kStatements{kAddJob,     kAcquireJob, kAnyJobDue, kRenewJob, kSettleJob,
                                 kForgetJobs, kReleaseJob, kFindJob,   kCountJobs};

}  // namespace

std::span<const db::Statement> queue_statements() { return kStatements; }

}  // namespace vodmill::queue
