// What outbox.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::outbox_sql {

using db::Statement;

inline constexpr Statement kUndelivered{
    "undelivered",
    "SELECT o.id, o.message, o.video, o.generation, v.priority, v.owner FROM outbox o "
    "JOIN videos v ON v.id = o.video ORDER BY o.id LIMIT ?1"};

// The row that is still owed, or the message that was delivered for it before.
inline constexpr Statement kFind{
    "find outbox row",
    "SELECT video, generation FROM outbox WHERE id = ?1 "
    "UNION ALL SELECT video, generation FROM messages WHERE outbox_id = ?1 LIMIT 1"};

inline constexpr Statement kDelete{"delete outbox row", "DELETE FROM outbox WHERE id = ?1"};

inline constexpr Statement kKnowMessage{
    "know message",
    "INSERT INTO messages (queue, external_id, outbox_id, video, generation, delivered_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, vodmill_now()) "
    "ON CONFLICT (queue, external_id) DO UPDATE SET delivered_at = excluded.delivered_at"};

inline constexpr Statement kSettle{
    "settle message", "UPDATE messages SET settled = 1 WHERE queue = ?1 AND external_id = ?2"};

// A generation with a live coordinator is neither ended nor lost; ended ones have no lease.
inline constexpr Statement kUnsettled{
    "unsettled messages",
    "SELECT m.outbox_id, m.external_id, m.video, m.generation, v.priority, v.owner FROM messages m "
    "JOIN videos v ON v.id = m.video "
    "JOIN generations g ON g.video = m.video AND g.number = m.generation "
    "WHERE m.queue = ?1 AND m.settled = 0 AND m.delivered_at + ?2 <= vodmill_now() "
    "AND g.lease_until <= vodmill_now() ORDER BY m.delivered_at, m.outbox_id LIMIT ?3"};

inline constexpr Statement kSweepLater{
    "sweep later", "INSERT INTO sweeps (prefix, due_at) VALUES (?1, vodmill_now() + ?2)"};

inline constexpr Statement kDueSweeps{
    "due sweeps",
    "SELECT id, prefix FROM sweeps WHERE due_at <= vodmill_now() ORDER BY due_at, id LIMIT ?1"};

inline constexpr Statement kSwept{"swept", "DELETE FROM sweeps WHERE id = ?1"};

inline constexpr std::array kAll{kUndelivered, kFind,       kDelete,    kKnowMessage, kSettle,
                                 kUnsettled,   kSweepLater, kDueSweeps, kSwept};

}  // namespace vodmill::catalog::outbox_sql
