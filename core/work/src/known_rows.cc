#include "known_rows.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"

namespace mq::work {

namespace {

// Reading an id off the index costs about a tenth of looking one up.
constexpr std::size_t kRowsPerQuestion = 8;

}  // namespace

Status KnownRows::look() {
  looked_ = true;
  sqlite::Database& db = vault_.database();
  const std::string table = model::quoted(entity_.table);
  MQ_TRY(const std::int64_t last, db.integer(cat("SELECT max(rid) FROM ", table)));
  if (static_cast<std::uint64_t>(last) > kRowsPerQuestion * questions_) return {};
  MQ_TRY(sqlite::Query q, db.query(cat("SELECT id FROM ", table, " ORDER BY id")));
  ids_.emplace();
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    ids_->push_back(RowId::from(q.blob(0)).value_or(RowId{}));
  }
}

Result<std::optional<vault::RowData>> KnownRows::load(const RowId& row) {
  if (!looked_) MQ_CHECK(look());
  if (ids_ && !std::binary_search(ids_->begin(), ids_->end(), row)) {
    return std::optional<vault::RowData>();
  }
  return vault_.load(entity_.number, row);
}

}  // namespace mq::work
