// 接访下访 (DOMAIN A13): kept by the desk, one row per leader, day and place.
#include "checks.h"
#include "minqing/model/v1/reception.pb.h"
#include "mq/base/text.h"
#include "record_parts.h"
#include "rights.h"

namespace mq::work {

using R = ::minqing::model::v1::Reception;

namespace {
constexpr std::int64_t kRepresentativesMax = 5;  // 信访工作条例 Art. 20
}

void check_reception(const model::Entity& entity, Form& whole, Form& form) {
  check_reserved(entity, whole);
  const std::int64_t handled =
      whole.integer(R::kAnsweredFieldNumber) + whole.integer(R::kReferredFieldNumber);
  if (handled > whole.integer(R::kMattersFieldNumber)) {
    whole.fault("matters", "件数:少于 当场答复 与 转办 之和,请核对",
                "matters: fewer than answered and referred together");
  }
  if (whole.integer(R::kPeopleFieldNumber) < whole.integer(R::kBatchesFieldNumber)) {
    whole.fault("people", "人次:少于批次,请核对", "people: fewer than batches");
  }
  if (whole.integer(R::kRepresentativesFieldNumber) <= kRepresentativesMax) return;
  const bool explained = !whole.text(R::kRepresentativesWhyFieldNumber).empty();
  form.flag("representatives",
            explained ? "代表超过 5 人,已按所写的原因存好"
                      : "代表超过 5 人,已存好;请补上原因(--representatives_why)",
            explained ? "more than five representatives, kept with the reason given"
                      : "more than five representatives, kept; say why (--representatives_why)");
}

Result<Outcome> add_reception(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_CHECK(need_desk(place));
  const model::Entity& entity = *place.vault.schema().entity("Reception");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  MQ_CHECK(default_recorder(place, R::kRecordedByFieldNumber, form));
  form.set_default(R::kMattersFieldNumber,
                   form.integer(R::kAnsweredFieldNumber) + form.integer(R::kReferredFieldNumber));
  form.require(model::pb::NEED_SAVE);
  check_reception(entity, form, form);
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  return store_form(place, form, {stream, new_id<RowId>(place.clock, place.random), seen, {}});
}

}  // namespace mq::work
