// Units that issues are handed to (A1): 站所, county departments. Villages come with their rosters.
#include "unit.h"

#include <algorithm>

#include "minqing/model/v1/organisation.pb.h"
#include "mq/base/text.h"
#include "rights.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using O = mpb::OrgUnit;

namespace {

constexpr std::int64_t kKinds[] = {mpb::ORG_KIND_COUNTY_DEPARTMENT, mpb::ORG_KIND_TOWNSHIP,
                                   mpb::ORG_KIND_OFFICE, mpb::ORG_KIND_TEAM};

}  // namespace

Result<std::optional<RowId>> unit_named(const Workplace& place, std::string_view name) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT id FROM \"org_unit\" WHERE deleted = 0 AND name = ?1 "
                                      "AND stream_id IS NULL ORDER BY id LIMIT 1"));
  q.bind(1, name);
  MQ_TRY(const bool found, q.step());
  return found ? RowId::from(q.blob(0)) : std::nullopt;
}

Result<Outcome> add_unit(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_CHECK(need_desk(place));
  MQ_TRY(Form form, Form::read(place, *place.vault.schema().entity("OrgUnit"), inputs));
  const std::string name = form.text(O::kNameFieldNumber);
  if (name.empty()) {
    form.fault("name", "名称:必须填写(--name),如 民政办、县交通局", "name: required");
  }
  form.set_default(O::kKindFieldNumber, std::int64_t{mpb::ORG_KIND_OFFICE});
  if (std::ranges::find(kKinds, form.integer(O::kKindFieldNumber)) == std::end(kKinds)) {
    form.fault("kind", "类型:这里登记 站所中心、县级部门、乡镇街道、驻村工作队;村由导入名册建立",
               "kind: 站所中心, 县级部门, 乡镇街道 or 驻村工作队; a roster makes its village");
  }
  MQ_TRY(const auto known, unit_named(place, name));
  if (known) {
    form.fault("name", cat("已经有 ", name), cat("name: ", name, " is here already"));
  }
  Outcome outcome{form.faults(), form.flags(), new_id<RowId>(place.clock, place.random), {}};
  if (!outcome.ok()) return outcome;
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  MQ_CHECK(place.vault.commit({{stream, form.changes(outcome.row)}}, seen));
  return outcome;
}

}  // namespace mq::work
