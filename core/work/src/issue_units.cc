#include "issue_units.h"

namespace mq::work {

Result<IssueUnits> IssueUnits::load(const Workplace& place, const std::vector<Village>& villages) {
  IssueUnits out;
  for (const Village& village : villages) out.add(village.org_unit, village.name);
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT id, name FROM \"org_unit\" WHERE deleted = 0 AND "
                                      "stream_id IS NULL ORDER BY order_no, id"));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.add(RowId::from(q.blob(0)).value_or(RowId{}), std::string(q.text(1)));
  }
}

void IssueUnits::add(const RowId& id, std::string name) {
  if (at_.try_emplace(id, names_.size()).second) names_.push_back(std::move(name));
}

std::size_t IssueUnits::of(const std::optional<RowId>& unit, const RowId& village) const {
  const auto named = unit ? at_.find(*unit) : at_.end();
  return named != at_.end() ? named->second : at_.at(village);
}

}  // namespace mq::work
