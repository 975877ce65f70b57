#include "db/database.h"

namespace vodmill::db {
namespace {

// Enough to share an fsync among many, small enough that the first of them does not wait long.
constexpr std::size_t kLargestGroup = 256;

// That of the jobs which are not in the group yet.
void move_work(std::vector<Job>& jobs, std::vector<Work>& group) {
  for (std::size_t i = group.size(); i < jobs.size(); ++i) {
    group.push_back(std::move(jobs[i].work));
  }
}

}  // namespace

Database::Database(std::unique_ptr<Connection> writer,
                   std::vector<std::unique_ptr<Connection>> readers,
                   std::unique_ptr<ChangeBell> bell)
    : writer_(std::move(writer)), readers_(std::move(readers)), bell_(std::move(bell)) {
  threads_.emplace_back([this] { write_loop(); });
  for (const auto& reader : readers_) {
    threads_.emplace_back([this, &reader] { read_loop(*reader); });
  }
}

Database::~Database() { stop(); }

void Database::stop() {
  writes_.close();
  reads_.close();
  threads_.clear();
  bell_->stop();
}

asio::awaitable<Result<>> Database::submit(Backlog& backlog, Work work) {
  auto initiate = [&backlog](auto handler, Work job) {
    auto guard = asio::make_work_guard(handler);
    auto answer = [guard = std::move(guard),
                   handler = std::move(handler)](Result<> result) mutable {
      asio::post(guard.get_executor(),
                 [handler = std::move(handler), result = std::move(result)]() mutable {
                   std::move(handler)(std::move(result));
                 });
    };
    backlog.push(Job{std::move(job), std::move(answer)});
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<>)>(
      std::move(initiate), asio::use_awaitable, std::move(work));
}

void Database::write_loop() {
  GroupWriter group_writer(*writer_);
  for (;;) {
    std::vector<Job> jobs = writes_.take(kLargestGroup);
    if (jobs.empty()) return;
    std::vector<Work> group;
    move_work(jobs, group);
    GroupWriter::Outcome outcome = group_writer.commit(group, [&](std::vector<Work>& joined) {
      writes_.take_more(jobs, kLargestGroup);
      move_work(jobs, joined);
    });
    if (outcome.changed) bell_->ring();
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].answer(std::move(outcome.answers[i]));
  }
}

void Database::read_loop(Connection& connection) {
  for (;;) {
    std::vector<Job> jobs = reads_.take(1);
    if (jobs.empty()) return;
    Result<> result = run_read(connection, jobs[0].work);
    jobs[0].answer(std::move(result));
  }
}

}  // namespace vodmill::db
