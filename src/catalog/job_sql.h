// What job_view.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::job_sql {

using db::Statement;

inline constexpr Statement kList{
    "list jobs",
    "SELECT * FROM shown_jobs WHERE (created_at, video, number) < (?1, ?2, ?3) "
    "ORDER BY created_at DESC, video DESC, number DESC LIMIT ?4"};

inline constexpr Statement kListByState{
    "list jobs by state",
    "SELECT * FROM shown_jobs WHERE state = ?5 AND (created_at, video, number) < (?1, ?2, ?3) "
    "ORDER BY created_at DESC, video DESC, number DESC LIMIT ?4"};

// Waiting, delayed or active: few among many that have ended.
inline constexpr Statement kListOpenByState{
    "list open jobs by state",
    "SELECT * FROM shown_jobs WHERE status IN ('pending', 'processing') AND state = ?5 "
    "AND (created_at, video, number) < (?1, ?2, ?3) "
    "ORDER BY created_at DESC, video DESC, number DESC LIMIT ?4"};

// ?5: the state, or "" for all.
inline constexpr Statement kListOfVideo{
    "list jobs of video",
    "SELECT * FROM shown_jobs WHERE video = ?6 AND (?5 = '' OR state = ?5) "
    "AND (created_at, video, number) < (?1, ?2, ?3) "
    "ORDER BY created_at DESC, video DESC, number DESC LIMIT ?4"};

inline constexpr Statement kGet{"get job",
                                "SELECT * FROM shown_jobs WHERE video = ?1 AND number = ?2"};

inline constexpr Statement kPlan{
    "plan of job", "SELECT info, plan FROM generations WHERE video = ?1 AND number = ?2"};

inline constexpr Statement kTasks{
    "tasks of job",
    "SELECT id, video, generation, kind, idx, state, attempts, losses, cost, done, result, "
    "error_code, error_message, memory, cores, urgency, worker FROM tasks WHERE video = ?1 AND "
    "generation = ?2 "
    "ORDER BY CASE WHEN kind = 'probe' THEN 0 ELSE 1 END, urgency, idx, kind DESC"};

inline constexpr Statement kNow{"now for jobs", "SELECT vodmill_now()"};

// Jobs that have ended are counted without looking at their videos.
inline constexpr Statement kCountEnded{
    "count ended jobs",
    "SELECT status, count(*) FROM generations "
    "WHERE status IN ('completed', 'failed', 'cancelled') GROUP BY status"};

inline constexpr Statement kCountOpen{
    "count open jobs",
    "SELECT state, waiting_reason, count(*), min(created_at) FROM shown_jobs "
    "WHERE status IN ('pending', 'processing') GROUP BY state, waiting_reason"};

inline constexpr Statement kRunning{
    "running tasks",
    "SELECT id, video, generation, kind, idx, state, attempts, losses, cost, done, result, "
    "error_code, error_message, memory, cores, urgency, worker FROM tasks "
    "WHERE state = 'leased' AND lease_until > vodmill_now() ORDER BY video, id LIMIT ?1"};

inline constexpr Statement kEnded{
    "ended jobs",
    "SELECT created_at, ended_at, status FROM generations "
    "WHERE ended_at > vodmill_now() - ?1 AND status IN ('completed', 'failed') ORDER BY ended_at"};

inline constexpr std::array kAll{kList,       kListByState, kListOpenByState, kListOfVideo,
                                 kGet,        kPlan,        kTasks,           kNow,
                                 kCountEnded, kCountOpen,   kRunning,         kEnded};

}  // namespace vodmill::catalog::job_sql
