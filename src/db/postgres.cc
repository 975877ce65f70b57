#include "db/postgres.h"

#include <libpq-fe.h>

#include <charconv>

namespace vodmill::db {
namespace {

struct Cleared {
  PGresult* result;
  ~Cleared() { PQclear(result); }
};

// Classes of SQLSTATE (PostgreSQL manual, appendix A).
ErrorCode code_of(std::string_view state) {
  if (state == "53100") return ErrorCode::disk_full;
  if (state.starts_with("23")) return ErrorCode::conflict;
  const bool away = state.empty() || state.starts_with("08") || state.starts_with("53") ||
                    state.starts_with("57P") || state.starts_with("40");
  return away ? ErrorCode::storage_unavailable : ErrorCode::internal_error;
}

std::unexpected<Error> failure(PGconn* handle, const PGresult* result, std::string_view what) {
  const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const std::string message = result ? PQresultErrorMessage(result) : PQerrorMessage(handle);
  return fail(code_of(state ? state : ""), "database: " + std::string(what) + ": " + message);
}

// libpq's text format; nothing for NULL.
struct ToText {
  std::optional<std::string> operator()(std::monostate) const { return std::nullopt; }
  std::optional<std::string> operator()(std::int64_t value) const { return std::to_string(value); }
  std::optional<std::string> operator()(const std::string& value) const { return value; }
  std::optional<std::string> operator()(double value) const {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    return std::string(digits.begin(), end);
  }
};

template <class T>
T number(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Value column(const PGresult* result, int row, int i) {
  constexpr Oid kInt8 = 20, kInt2 = 21, kInt4 = 23, kFloat4 = 700, kFloat8 = 701, kNumeric = 1700;
  if (PQgetisnull(result, row, i)) return {};
  const std::string_view text(PQgetvalue(result, row, i),
                              static_cast<std::size_t>(PQgetlength(result, row, i)));
  switch (PQftype(result, i)) {
    case kInt8:
    case kInt4:
    case kInt2:
      return number<std::int64_t>(text);
    case kFloat4:
    case kFloat8:
    case kNumeric:
      return number<double>(text);
    default:
      return text;
  }
}

Rows read_rows(PGresult* result) {
  Rows rows;
  for (int row = 0; row < PQntuples(result); ++row) {
    Row& added = rows.rows.emplace_back();
    for (int i = 0; i < PQnfields(result); ++i) added.append(column(result, row, i));
  }
  const std::string_view command(PQcmdStatus(result));
  if (!command.starts_with("SELECT")) rows.affected = number<std::int64_t>(PQcmdTuples(result));
  return rows;
}

}  // namespace

std::string with_dollar_placeholders(std::string_view sql) {
  std::string text(sql);
  bool quoted = false;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    const bool digit = text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!quoted && text[i] == '?' && digit) text[i] = '$';
  }
  return text;
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const std::string& target) {
  PGconn* const handle = PQconnectdb(target.c_str());
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(handle));
  if (PQstatus(handle) != CONNECTION_OK) return failure(handle, nullptr, "connect");
  PQsetNoticeProcessor(handle, [](void*, const char*) {}, nullptr);  // "already exists, skipping"
  return connection;
}

PostgresConnection::~PostgresConnection() { PQfinish(handle_); }

bool PostgresConnection::in_transaction() const {
  const PGTransactionStatusType status = PQtransactionStatus(handle_);
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

Result<> PostgresConnection::prepare(const Statement& statement) {
  const std::string text(statement.sql);
  if (prepared_.contains(text)) return {};
  const std::string name = "s" + std::to_string(prepared_.size());
  const std::string sql = with_dollar_placeholders(text);
  const Cleared answer{PQprepare(handle_, name.c_str(), sql.c_str(), 0, nullptr)};
  if (PQresultStatus(answer.result) != PGRES_COMMAND_OK) {
    return failure(handle_, answer.result, statement.name);
  }
  prepared_.emplace(text, name);
  return {};
}

Result<Rows> PostgresConnection::run(const Statement& statement, std::span<const Value> params) {
  TRY_VOID(prepare(statement));
  std::vector<std::optional<std::string>> texts;
  for (const Value& param : params) texts.push_back(std::visit(ToText{}, param.get()));
  std::vector<const char*> values;
  for (const auto& text : texts) values.push_back(text ? text->c_str() : nullptr);

  const std::string& name = prepared_.at(std::string(statement.sql));
  const Cleared answer{PQexecPrepared(handle_, name.c_str(), static_cast<int>(values.size()),
                                      values.data(), nullptr, nullptr, 0)};
  const ExecStatusType status = PQresultStatus(answer.result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    return failure(handle_, answer.result, statement.name);
  }
  return read_rows(answer.result);
}

Result<> PostgresConnection::run_script(std::string_view sql) {
  const Cleared answer{PQexec(handle_, std::string(sql).c_str())};
  if (PQresultStatus(answer.result) != PGRES_COMMAND_OK) {
    return failure(handle_, answer.result, "script");
  }
  return {};
}

}  // namespace vodmill::db
