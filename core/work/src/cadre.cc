// Cadres and pairings typed one by one; whole lists come by import. Both are the desk's.
#include <algorithm>

#include "checks.h"
#include "minqing/model/v1/organisation.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/work/organisation.h"
#include "rights.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using C = mpb::Cadre;
using R = mpb::Pairing;

namespace {

Status store(const Workplace& place, const Form& form, const RowId& row, vault::View seen) {
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  MQ_TRY(const std::vector<vault::Draft> drafts, form.drafts(place, stream, row));
  MQ_CHECK(place.vault.commit(drafts, seen));
  return {};
}

// Two people of one name are told apart by their telephones; the same telephone is the same person.
Status check_same_cadre(const Workplace& place, Form& form) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT count(*) FROM \"cadre\" WHERE deleted = 0 AND name = ?1 AND phone = ?2"));
  const std::string name = form.text(C::kNameFieldNumber);
  const std::string phone = form.text(C::kPhoneFieldNumber);
  q.bind(1, std::string_view(name)).bind(2, std::string_view(phone));
  MQ_TRY(const bool found, q.step());
  if (found && q.integer(0) > 0) {
    form.fault("name", cat("干部名单里已经有 ", name, "(", phone, ")"),
               cat(name, " is in the list already"));
  }
  return {};
}

Status check_same_pairing(const Workplace& place, Form& form) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT count(*) FROM \"pairing\" WHERE deleted = 0 AND "
                                      "cadre_id = ?1 AND household_id = ?2 AND status = ?3"));
  const auto* cadre = std::get_if<Bytes>(&form.value(R::kCadreIdFieldNumber));
  const auto* household = std::get_if<Bytes>(&form.value(R::kHouseholdIdFieldNumber));
  if (cadre == nullptr || household == nullptr) return {};
  q.bind(1, *cadre).bind(2, *household).bind(3, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
  MQ_TRY(const bool found, q.step());
  if (found && q.integer(0) > 0) {
    form.fault("household_id", "这名干部和这一户已经结对,还在进行中",
               "this cadre is paired with this household already");
  }
  return {};
}

}  // namespace

Result<Outcome> add_cadre(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_CHECK(need_desk(place));
  MQ_TRY(Form form, Form::read(place, *place.vault.schema().entity("Cadre"), inputs));
  const Directory directory(place);
  MQ_TRY(const std::vector<Village> villages, directory.villages());
  const auto office = std::ranges::find(villages, true, &Village::office);
  if (office != villages.end()) {
    form.set_default(C::kOrgIdFieldNumber, to_bytes(office->org_unit.view()));
  }
  form.set_default(C::kRoleKindFieldNumber, std::int64_t{mpb::ROLE_KIND_HELPER});
  MQ_TRY(const std::int64_t last,
         place.vault.database().integer("SELECT coalesce(max(order_no), 0) FROM \"cadre\""));
  form.set_default(C::kOrderNoFieldNumber, last + 1);
  form.require(model::pb::NEED_SAVE);
  MQ_CHECK(check_same_cadre(place, form));
  Outcome outcome{form.faults(), form.flags(), new_id<RowId>(place.clock, place.random), {}};
  if (outcome.ok()) MQ_CHECK(store(place, form, outcome.row, seen));
  return outcome;
}

Result<Outcome> add_pairing(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_CHECK(need_desk(place));
  MQ_TRY(Form form, Form::read(place, *place.vault.schema().entity("Pairing"), inputs));
  form.set_default(R::kStatusFieldNumber, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
  form.require(model::pb::NEED_SAVE);
  check_span(R::kFromFieldNumber, R::kToFieldNumber, form);
  MQ_CHECK(check_same_pairing(place, form));
  Outcome outcome{form.faults(), form.flags(), new_id<RowId>(place.clock, place.random), {}};
  if (outcome.ok()) MQ_CHECK(store(place, form, outcome.row, seen));
  return outcome;
}

}  // namespace mq::work
