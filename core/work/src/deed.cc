// 实事 (DOMAIN A11): something that was done for people, entered once it is done.
#include "checks.h"
#include "minqing/model/v1/deed.pb.h"
#include "record_parts.h"

namespace mq::work {

using D = ::minqing::model::v1::Deed;

void check_deed(Form& form) {
  const bool one = !model::is_empty(form.value(D::kHouseholdIdFieldNumber));
  if (one && form.integer(D::kHouseholdsFieldNumber) > 1) {
    form.fault("households", "受益户:写了一户的户编号,受益户不能多于 1;为几户办的不写户编号",
               "households: a deed for one household cannot reach more; name none for several");
  }
}

Result<Outcome> add_deed(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Deed");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  MQ_TRY(const std::optional<Village> village,
         village_for(place, {D::kVillageIdFieldNumber, D::kHouseholdIdFieldNumber}, form));
  MQ_CHECK(default_recorder(place, D::kRecordedByFieldNumber, form));
  if (form.has(D::kRecordedByFieldNumber)) {
    form.set_default(D::kOwnerIdFieldNumber, form.value(D::kRecordedByFieldNumber));
  }
  form.set_default(D::kProjectsFieldNumber, std::int64_t{1});
  if (form.has(D::kHouseholdIdFieldNumber)) {
    form.set_default(D::kHouseholdsFieldNumber, std::int64_t{1});
  }
  form.require(model::pb::NEED_SAVE);
  check_deed(form);
  const RowId row = new_id<RowId>(place.clock, place.random);
  return store_form(place, form, {village.value_or(Village{}).stream, row, seen, {}});
}

}  // namespace mq::work
