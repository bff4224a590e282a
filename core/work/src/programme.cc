// Activities (DOMAIN A3): named, dated, with a document number.
#include "checks.h"
#include "minqing/model/v1/programme.pb.h"
#include "rights.h"

namespace mq::work {

using P = ::minqing::model::v1::Programme;

void check_span(std::uint32_t from, std::uint32_t to, Form& form) {
  const auto* first = std::get_if<std::int64_t>(&form.value(from));
  const auto* last = std::get_if<std::int64_t>(&form.value(to));
  if (first == nullptr || last == nullptr || *first <= *last) return;
  form.fault("to", "结束日期早于开始日期", "to: before from");
}

Result<Outcome> add_programme(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_CHECK(need_desk(place));
  const model::Entity& entity = *place.vault.schema().entity("Programme");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  form.require(model::pb::NEED_SAVE);
  check_span(P::kFromFieldNumber, P::kToFieldNumber, form);
  Outcome outcome{form.faults(), form.flags(), new_id<RowId>(place.clock, place.random), {}};
  if (!outcome.ok()) return outcome;
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  MQ_CHECK(place.vault.commit({{stream, form.changes(outcome.row)}}, seen));
  return outcome;
}

}  // namespace mq::work
