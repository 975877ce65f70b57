#include "db/open_sqlite.h"

#include "db/sqlite.h"

namespace vodmill::db {
namespace {

using Access = SqliteConnection::Access;

constexpr int kReaders = 2;
constexpr Statement kDataVersion{"data_version", "PRAGMA data_version"};

// data_version changes when another connection, of any process, has committed.
class DataVersion {
 public:
  explicit DataVersion(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {
    (*this)();
  }

  bool operator()() {
    const Result<Rows> rows = connection_->execute(kDataVersion);
    if (!rows || rows->empty()) return false;
    const std::int64_t version = (*rows)[0].integer(0);
    return std::exchange(last_, version) != version;
  }

 private:
  std::unique_ptr<Connection> connection_;
  std::int64_t last_ = 0;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, const Clock& clock,
                                              std::span<const Schema> schemas) {
  auto writer = TRY(SqliteConnection::open(path, Access::read_write, clock));
  TRY_VOID(migrate(*writer, schemas));
  if (path == kInMemory) {
    return std::make_unique<Database>(std::move(writer), std::vector<std::unique_ptr<Connection>>{},
                                      std::make_unique<ChangeBell>());
  }
  std::vector<std::unique_ptr<Connection>> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(TRY(SqliteConnection::open(path, Access::read_only, clock)));
  }
  auto watch = TRY(SqliteConnection::open(path, Access::read_only, clock));
  return std::make_unique<Database>(std::move(writer), std::move(readers),
                                    std::make_unique<ChangeBell>(DataVersion(std::move(watch))));
}

}  // namespace vodmill::db
