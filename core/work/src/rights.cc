#include "rights.h"

#include "mq/base/text.h"

namespace mq::work {

Status need_desk(const Workplace& place) {
  if (place.is_desk()) return {};
  return Error{
      Code::kNotAllowed,
      "名册、干部、结对、接访、活动、定额和报表的签发由乡镇管理员或内勤办理;您的角色不能办",
      "rosters, cadres, pairings, receptions, programmes, quotas and the signing of reports belong "
      "to the township's desk"};
}

Status need_admin(const Workplace& place) {
  if (place.is_admin()) return {};
  return Error{Code::kNotAllowed, "发邀请由乡镇管理员办理", "only an admin invites"};
}

Result<vault::RowData> row_to_change(const Workplace& place, const model::Entity& entity,
                                     const RowId& row) {
  MQ_TRY(std::optional<vault::RowData> data, place.vault.load(entity.number, row));
  if (!data) {
    return Error{Code::kNotFound, cat("没有找到这条", entity.zh), cat("no such ", entity.name)};
  }
  if (entity.rule.scope() == model::pb::SCOPE_TOWNSHIP) MQ_CHECK(need_desk(place));
  return *std::move(data);
}

}  // namespace mq::work
