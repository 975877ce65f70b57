#include "db/connection.h"

namespace vodmill::db {

bool Row::is_null(std::size_t column) const {
  return std::holds_alternative<std::monostate>(values_.at(column).get());
}

std::int64_t Row::integer(std::size_t column) const {
  const auto* value = std::get_if<std::int64_t>(&values_.at(column).get());
  return value ? *value : 0;
}

double Row::real(std::size_t column) const {
  const Value::Variant& value = values_.at(column).get();
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const auto* real = std::get_if<double>(&value);
  return real ? *real : 0;
}

std::string Row::text(std::size_t column) const {
  const auto* value = std::get_if<std::string>(&values_.at(column).get());
  return value ? *value : std::string();
}

}  // namespace vodmill::db
