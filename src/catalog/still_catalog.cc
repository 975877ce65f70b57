#include "catalog/still_catalog.h"

#include "catalog/rows.h"
#include "catalog/still_sql.h"
#include "plan/json.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

constexpr std::int64_t kMostWanted = 32;     // of one video at a time
constexpr Milliseconds kAskedLately{2'000};  // who waits looks more often than is worth a write
constexpr std::int64_t kForgottenAtOnce = 100;

std::unexpected<Error> lost() {
  return fail(ErrorCode::lease_lost, "The still's lease is no longer this worker's.");
}

// A still's row as somebody who asks finds it.
struct Standing {
  StillState state;
  bool is_pending = false;
  Milliseconds since_asked{0};
  Milliseconds since_end{0};

  // Nothing has to be written before it is told.
  bool is_fresh() const {
    if (is_pending) return since_asked < kAskedLately;
    return !state.error || !is_retryable(state.error->code) || since_end < kStillPause;
  }
};

Result<std::optional<Standing>> find(Transaction& transaction, const Still& still) {
  const db::Rows rows = TRY(transaction.execute(
      still_sql::kFind, {still.video.str(), still.generation, still.frame, still.width}));
  if (rows.empty()) return std::nullopt;
  const db::Row& row = rows[0];
  Standing standing;
  standing.since_asked = Milliseconds(row.integer(4));
  standing.since_end = Milliseconds(row.integer(5));
  const std::string word = row.text(0);
  if (word == "made") standing.state.key = BlobKey(row.text(1));
  if (word == "impossible") {
    standing.state.error = Error{error_code_from_name(row.text(2)), row.text(3)};
  }
  standing.is_pending = !standing.state.key && !standing.state.error;
  return standing;
}

Result<> forget(Transaction& transaction, const db::Rows& rows) {
  for (const db::Row& row : rows.rows) {
    TRY_VOID(transaction.execute(still_sql::kForget,
                                 {row.text(0), row.integer(1), row.integer(2), row.integer(3)}));
    const std::string key = row.text(4);
    if (!key.empty()) TRY_VOID(transaction.execute(still_sql::kSweep, {key}));
  }
  return {};
}

// Room for one more: what has been wanted least lately goes.
Result<> forget_oldest(Transaction& transaction, const VideoId& video) {
  const db::Rows own = TRY(transaction.execute(
      still_sql::kOldest, {video.str(), kMostStills - 1, std::int64_t{kStillPatience.count()}}));
  TRY_VOID(forget(transaction, own));
  const db::Rows made = TRY(transaction.execute(still_sql::kCountMade));
  const std::int64_t too_many = made[0].integer(0) - (kMostStillsOfAll - 1);
  if (too_many <= 0) return {};
  const db::Rows others =
      TRY(transaction.execute(still_sql::kOldestOfAll, {std::min(too_many, kForgottenAtOnce)}));
  return forget(transaction, others);
}

Result<> ask_again(Transaction& transaction, const Still& still, bool is_pending) {
  TRY_VOID(transaction.execute(is_pending ? still_sql::kAskAgain : still_sql::kRevive,
                               {still.video.str(), still.generation, still.frame, still.width}));
  return {};
}

Result<StillState> want_still(Transaction& transaction, const Still& still) {
  const db::Rows plan =
      TRY(transaction.execute(still_sql::kPlanned, {still.video.str(), still.generation}));
  if (plan.empty()) return vodmill::fail(ErrorCode::not_found, "There is no such video.");
  std::optional<Standing> standing = TRY(find(transaction, still));
  if (standing && standing->is_fresh()) return std::move(standing->state);
  if (!standing || !standing->is_pending) {
    const db::Rows wanted = TRY(transaction.execute(
        still_sql::kCountWanted, {still.video.str(), std::int64_t{kStillPatience.count()}}));
    if (wanted[0].integer(0) >= kMostWanted) {
      return vodmill::fail(
          ErrorCode::rate_limited,
          "Many pictures of this video are being made. Ask again in a few seconds.");
    }
  }
  if (standing) {
    TRY_VOID(ask_again(transaction, still, standing->is_pending));
    return StillState{};
  }
  TRY_VOID(forget_oldest(transaction, still.video));
  TRY_VOID(transaction.execute(still_sql::kInsert,
                               {still.video.str(), still.generation, still.frame, still.width}));
  return StillState{};
}

// What lease() has found, as text where reading it needs no transaction.
struct Found {
  LeasedStill leased;
  std::string source;
  std::string info;
  std::string plan;
};

Result<db::Rows> next(Transaction& transaction) {
  return transaction.execute(still_sql::kNext, {std::int64_t{kStillPatience.count()}});
}

Result<std::optional<Found>> take_next(Transaction& transaction, const WorkerId& worker,
                                       Milliseconds length) {
  for (;;) {
    const db::Rows rows = TRY(next(transaction));
    if (rows.empty()) return std::nullopt;
    const db::Row& row = rows[0];
    Found found{.leased = {}, .source = row.text(8), .info = row.text(9), .plan = row.text(10)};
    found.leased.still = {.video = VideoId(row.text(0)),
                          .generation = static_cast<int>(row.integer(1)),
                          .frame = row.integer(2),
                          .width = static_cast<int>(row.integer(3))};
    found.leased.prefix = row.text(7);
    const bool was_lost = row.text(4) == "leased";
    const std::int64_t losses = row.integer(6) + (was_lost ? 1 : 0);
    const Still& still = found.leased.still;
    if (losses >= kMaxLosses) {
      TRY_VOID(transaction.execute(
          still_sql::kFail, {still.video.str(), still.generation, still.frame, still.width,
                             row.integer(5), error_code_name(ErrorCode::worker_lost),
                             "The workers that were to make this picture stopped answering."}));
      continue;
    }
    const db::Rows taken = TRY(transaction.execute(
        still_sql::kTake,
        {still.video.str(), still.generation, still.frame, still.width, row.integer(5),
         worker.str(), losses, static_cast<std::int64_t>(length.count())}));
    if (taken.empty()) continue;
    found.leased.token = Token{taken[0].integer(0)};
    return found;
  }
}

Result<std::optional<LeasedStill>> parse(Result<std::optional<Found>> found) {
  if (!found) return fail(std::move(found).error());
  if (!*found) return std::nullopt;
  LeasedStill leased = std::move((*found)->leased);
  leased.source = TRY(stored(source_from_json((*found)->source), "source"));
  leased.info = TRY(stored(plan::source_info_from_json((*found)->info), "info"));
  leased.plan = TRY(stored(plan::plan_from_json((*found)->plan), "plan"));
  return leased;
}

}  // namespace

Async<StillState> SqlStillCatalog::want(Still still) {
  auto look = [still](Transaction& transaction) { return find(transaction, still); };
  // Who waits for a picture looks again and again.
  Result<std::optional<Standing>> known = co_await database_.read(std::move(look));
  if (!known) co_return vodmill::fail(std::move(known).error());
  if (*known && (*known)->is_fresh()) co_return std::move((*known)->state);
  auto work = [still = std::move(still)](Transaction& transaction) {
    return want_still(transaction, still);
  };
  Result<StillState> wanted = co_await database_.write(std::move(work));
  co_return wanted;
}

Async<std::optional<LeasedStill>> SqlStillCatalog::lease(WorkerId worker, Milliseconds length) {
  auto look = [](Transaction& transaction) -> Result<bool> {
    const db::Rows rows = TRY(next(transaction));
    return !rows.empty();
  };
  Result<bool> is_one_there = co_await database_.read(std::move(look));
  if (!is_one_there) co_return vodmill::fail(std::move(is_one_there).error());
  if (!*is_one_there) co_return std::nullopt;
  auto work = [worker = std::move(worker), length](Transaction& transaction) {
    return take_next(transaction, worker, length);
  };
  Result<std::optional<Found>> found = co_await database_.write(std::move(work));
  co_return parse(std::move(found));
}

Async<> SqlStillCatalog::finish(Still still, Token token, BlobKey key) {
  auto work = [still = std::move(still), token,
               key = std::move(key)](Transaction& transaction) -> Result<> {
    const db::Rows rows = TRY(transaction.execute(
        still_sql::kFinish,
        {still.video.str(), still.generation, still.frame, still.width, token.value, key.str()}));
    return rows.affected == 0 ? Result<>(lost()) : Result<>();
  };
  return database_.write(std::move(work));
}

Async<> SqlStillCatalog::fail(Still still, Token token, Error error) {
  auto work = [still = std::move(still), token,
               error = std::move(error)](Transaction& transaction) -> Result<> {
    const db::Rows rows = TRY(transaction.execute(
        still_sql::kFail, {still.video.str(), still.generation, still.frame, still.width,
                           token.value, error_code_name(error.code), error.message}));
    return rows.affected == 0 ? Result<>(lost()) : Result<>();
  };
  return database_.write(std::move(work));
}

Async<> SqlStillCatalog::crashed(Still still, Token token, Error error) {
  auto work = [still = std::move(still), token,
               error = std::move(error)](Transaction& transaction) -> Result<> {
    const db::Rows rows = TRY(transaction.execute(
        still_sql::kSpendAttempt,
        {still.video.str(), still.generation, still.frame, still.width, token.value,
         error_code_name(error.code), error.message, kMaxAttempts}));
    return rows.affected == 0 ? Result<>(lost()) : Result<>();
  };
  return database_.write(std::move(work));
}

Async<> SqlStillCatalog::give_back(Still still, Token token) {
  auto work = [still = std::move(still), token](Transaction& transaction) -> Result<> {
    const db::Rows rows =
        TRY(transaction.execute(still_sql::kGiveBack, {still.video.str(), still.generation,
                                                       still.frame, still.width, token.value}));
    return rows.affected == 0 ? Result<>(lost()) : Result<>();
  };
  return database_.write(std::move(work));
}

}  // namespace vodmill::catalog
