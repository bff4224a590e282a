#include "mq/work/reference.h"

#include <utility>

#include "mq/base/text.h"
#include "mq/model/ddl.h"

namespace mq::work {

namespace {

constexpr std::pair<std::string_view, std::string_view> kLabelColumns[] = {
    {"Household", "household_no"}, {"Cadre", "name"}, {"OrgUnit", "name"}, {"Person", "name"}};

}  // namespace

Result<std::string> reference_text(const Workplace& place, std::string_view entity,
                                   const RowId& row) {
  for (const auto& [name, column] : kLabelColumns) {
    if (name != entity) continue;
    const model::Entity* target = place.vault.schema().entity(entity);
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(
               cat("SELECT ", column, " FROM ", model::quoted(target->table), " WHERE id = ?1")));
    q.bind(1, row.view());
    MQ_TRY(const bool found, q.step());
    if (found && !q.is_null(0)) return std::string(q.text(0));
  }
  return row.hex();
}

}  // namespace mq::work
