// All SQL of the queue: the statements of SqlQueue, for SQLite and PostgreSQL alike.
#pragma once

#include <span>

#include "db/connection.h"

namespace vodmill::queue {

// Every statement that SqlQueue runs, so that a test can have each database prepare them.
std::span<const db::Statement> queue_statements();

// A job may be offered when `due` has come and it is not settled: for a waiting job that is its
// delay, for an active one the end of its lock; of a settled one it is when that was. So `state` in
// the table is only what was last done; shown_state in find and counts is what that means now.

inline constexpr db::Statement kAddJob{
    "queue.add",
    "INSERT INTO jobs (id, video, generation, priority, state, due, owner) "
    "VALUES (?1, ?2, ?3, ?4, 'waiting', vodmill_now() + ?5, ?6) ON CONFLICT (id) DO NOTHING"};

// Of the jobs that are due: the most urgent, of those one whose owner holds fewest, of those the
// oldest. It steps from owner to owner of the index and looks at one job of each, so it costs what
// the number of owners costs and not the number of jobs.
// The condition stands twice: on PostgreSQL another worker may take the chosen row first, and then
// only the outer one is looked at again.
inline constexpr db::Statement kAcquireJob{
    "queue.acquire",
    "UPDATE jobs SET state = 'active', worker = ?1, lock = ?2, due = vodmill_now() + ?3, "
    "attempts = attempts + 1 "
    "WHERE state IN ('waiting', 'active') AND due <= vodmill_now() AND position = ("
    "WITH RECURSIVE turns(position, priority, owner) AS ("
    "SELECT * FROM (SELECT position, priority, owner FROM jobs "
    "WHERE state IN ('waiting', 'active') ORDER BY priority, owner, position LIMIT 1) AS foremost "
    "UNION ALL "
    "SELECT n.position, n.priority, n.owner FROM turns t JOIN jobs n ON n.position = COALESCE("
    "(SELECT j.position FROM jobs j WHERE j.state IN ('waiting', 'active') "
    "AND j.priority = t.priority AND j.owner > t.owner ORDER BY j.owner, j.position LIMIT 1), "
    "(SELECT j.position FROM jobs j WHERE j.state IN ('waiting', 'active') "
    "AND j.priority > t.priority ORDER BY j.priority, j.owner, j.position LIMIT 1))), "
    "heads AS (SELECT t.priority, t.owner, "
    "(SELECT j.position FROM jobs j WHERE j.state IN ('waiting', 'active') "
    "AND j.priority = t.priority AND j.owner = t.owner AND j.due <= vodmill_now() "
    "ORDER BY j.position LIMIT 1) AS position FROM turns t) "
    "SELECT h.position FROM heads h WHERE h.position IS NOT NULL ORDER BY h.priority, "
    "(SELECT COUNT(*) FROM jobs a WHERE a.state = 'active' AND a.owner = h.owner "
    "AND a.due > vodmill_now()), h.position LIMIT 1) "
    "RETURNING id, video, generation, state, priority, attempts, progress, result"};

inline constexpr db::Statement kAnyJobDue{
    "queue.any_due",
    "SELECT 1 FROM jobs WHERE state IN ('waiting', 'active') AND due <= vodmill_now() LIMIT 1"};

inline constexpr db::Statement kRenewJob{"queue.renew",
                                         "UPDATE jobs SET due = vodmill_now() + ?3, progress = ?4 "
                                         "WHERE id = ?1 AND lock = ?2 AND state = 'active'"};

inline constexpr db::Statement kSettleJob{
    "queue.settle",
    "UPDATE jobs SET state = ?3, result = ?4, due = vodmill_now(), progress = CASE WHEN ?3 = "
    "'completed' THEN 100 ELSE progress END WHERE id = ?1 AND lock = ?2 AND state = 'active'"};

// More than one, so that what has gathered before is gone in time; not all of it in one
// transaction.
inline constexpr db::Statement kForgetJobs{
    "queue.forget",
    "DELETE FROM jobs WHERE position IN (SELECT position FROM jobs "
    "WHERE state IN ('completed', 'failed') AND due < vodmill_now() - ?1 ORDER BY due LIMIT 100)"};

inline constexpr db::Statement kReleaseJob{
    "queue.release",
    "UPDATE jobs SET state = 'waiting', due = vodmill_now() + ?3 "
    "WHERE id = ?1 AND lock = ?2 AND state = 'active'"};

inline constexpr db::Statement kFindJob{
    "queue.find",
    "SELECT id, video, generation, "
    "CASE WHEN state = 'waiting' AND due > vodmill_now() THEN 'delayed' "
    "WHEN state = 'active' AND due <= vodmill_now() THEN 'waiting' ELSE state END AS shown_state, "
    "priority, attempts, progress, result FROM jobs WHERE id = ?1"};

inline constexpr db::Statement kCountJobs{
    "queue.counts",
    "SELECT shown_state, COUNT(*) FROM (SELECT "
    "CASE WHEN state = 'waiting' AND due > vodmill_now() THEN 'delayed' "
    "WHEN state = 'active' AND due <= vodmill_now() THEN 'waiting' ELSE state END AS shown_state "
    "FROM jobs) AS shown GROUP BY shown_state"};

}  // namespace vodmill::queue
