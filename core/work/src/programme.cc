// Activities (DOMAIN A3): named, dated, with a document number.
#include "form.h"
#include "minqing/model/v1/programme.pb.h"

namespace mq::work {

using P = ::minqing::model::v1::Programme;

Result<Outcome> add_programme(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  if (!place.is_desk()) {
    return Error{Code::kNotAllowed, "活动规则由乡镇管理员或内勤维护",
                 "programmes belong to the desk"};
  }
  const model::Entity& entity = *place.vault.schema().entity("Programme");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  form.require(model::pb::NEED_SAVE);
  if (form.integer(P::kFromFieldNumber) > form.integer(P::kToFieldNumber)) {
    form.fault("to", "结束日期早于开始日期", "to: before from");
  }
  Outcome outcome{form.faults(), form.flags(), new_id<RowId>(place.clock, place.random), {}};
  if (!outcome.ok()) return outcome;
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  MQ_CHECK(place.vault.commit({{stream, form.changes(outcome.row)}}, seen));
  return outcome;
}

}  // namespace mq::work
