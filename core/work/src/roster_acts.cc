#include "roster_acts.h"

#include <algorithm>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "minqing/model/v1/relation.pb.h"
#include "mq/base/text.h"
#include "mq/model/text_cleanup.h"
#include "mq/work/roster.h"
#include "record_days.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using C = mpb::RosterChange;
using H = mpb::Household;
using P = mpb::Person;

Result<RosterForm> RosterForm::read(const Workplace& place, const Inputs& inputs,
                                    const std::vector<std::string_view>& flags) {
  const model::Entity& entity = *place.vault.schema().entity("RosterChange");
  MQ_TRY(Form form, Form::read(place, entity, inputs, flags));
  default_day(place, entity, C::kOnFieldNumber, form);
  MQ_CHECK(default_recorder(place, C::kRecordedByFieldNumber, form));
  form.require(model::pb::NEED_SAVE);
  return RosterForm(place, std::move(form));
}

Result<std::optional<Household>> RosterForm::household(std::string_view name) {
  const std::string typed = flag(name);
  if (typed.empty()) {
    form_.fault(name, cat("请写明户编号(--", name, ")"), cat(name, ": say which household"));
    return std::optional<Household>();
  }
  auto found = Directory(place_).household(typed);
  if (found.ok()) return std::optional(*found);
  const Error& error = found.error();
  if (error.code != Code::kNotFound && error.code != Code::kInvalidInput) return error;
  form_.fault(name, error.zh, error.en);
  return std::optional<Household>();
}

const Resident* RosterForm::resident(std::string_view flag, std::string_view typed,
                                     const std::vector<Resident>& all) {
  constexpr std::size_t kIdTailMin = 6;
  const std::string wanted = model::clean_name(typed);
  const Resident* found = nullptr;
  for (const Resident& one : all) {
    const bool by_id = wanted.size() >= kIdTailMin && one.row.hex().ends_with(wanted);
    if (!by_id && one.name != wanted) continue;
    if (found != nullptr) {
      form_.fault(flag, cat("这一户有两个人叫 ", wanted, ",请改用编号"),
                  cat(flag, ": two people of this household are called ", wanted, ", use the id"));
      return nullptr;
    }
    found = &one;
  }
  if (found == nullptr) {
    form_.fault(flag, cat("这一户没有这个人:", wanted),
                cat(flag, ": nobody of this household: ", wanted));
  }
  return found;
}

Result<Outcome> RosterForm::refused() const {
  Form copy = form_;
  return Outcome{copy.faults(), copy.flags(), row_, {}};
}

Result<Outcome> RosterForm::store(RosterStep& step, vault::StreamIx home, vault::View seen) {
  Outcome outcome{form_.faults(), form_.flags(), row_, {}};
  if (!outcome.ok()) return outcome;
  MQ_TRY(outcome.row, step.store(home, form_.changes(row_), seen));
  return outcome;
}

Result<Household> household_at(const Workplace& place, const RowId& row) {
  return Directory(place).household(row.hex());
}

Result<std::vector<RowId>> pairs_of_household(const Workplace& place, const RowId& household) {
  MQ_TRY(const Canonical canonical, Canonical::households(place));
  std::vector<RowId> out;
  for (const RowId& row : canonical.aliases(household)) {
    MQ_TRY(sqlite::Query q, place.vault.database().query(
                                "SELECT cadre_id FROM \"pairing\" WHERE household_id = ?1 AND "
                                "deleted = 0 AND status = ?2 AND \"to\" IS NULL ORDER BY id"));
    q.bind(1, row.view()).bind(2, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      out.push_back(RowId::from(q.blob(0)).value_or(RowId{}));
    }
  }
  return out;
}

bool says_head(std::int64_t relation) {
  return relation == mpb::RELATION_HEAD || relation == mpb::RELATION_SELF;
}

Status make_head(const Workplace& place, RosterStep& step, const RowAt& household,
                 const Resident& head, const std::vector<Resident>& residents) {
  const model::Field& relation = *step.entity("Person").field(P::kRelationFieldNumber);
  for (const Resident& one : residents) {
    const RowAt at = step.person(one.row, one.stream);
    MQ_TRY(const Content now, cell_of(place, at, relation));
    if (one.row == head.row || !says_head(integer_of(now))) continue;
    MQ_CHECK(step.set(at, P::kRelationFieldNumber, std::int64_t{mpb::RELATION_OTHER}));
    MQ_CHECK(step.set(at, P::kRelationTextFieldNumber, std::string("原户主")));
  }
  MQ_CHECK(step.set(step.person(head.row, head.stream), P::kRelationFieldNumber,
                    std::int64_t{mpb::RELATION_HEAD}));
  const model::Field& field = *household.entity->field(H::kHeadPersonIdFieldNumber);
  MQ_TRY(const Content now, cell_of(place, household, field));
  if (row_of(now) != head.row) return step.set_row(household, field.number, head.row);
  // Of two that were named apart he is the one: that settles it.
  step.fill(household, field, now);
  return {};
}

namespace {

// Two desks named one each.
Result<bool> another_head(const Workplace& place, const RosterStep& step, const RowAt& household,
                          const Resident& head, const std::vector<Resident>& residents) {
  MQ_TRY(const std::vector<vault::Conflict> conflicts, place.vault.conflicts());
  const bool disputed = std::ranges::any_of(conflicts, [&](const vault::Conflict& one) {
    return one.entity == household.entity->number && one.row == household.row &&
           one.stream == household.stream && one.field == H::kHeadPersonIdFieldNumber;
  });
  if (disputed) return true;
  const model::Field& relation = *step.entity("Person").field(P::kRelationFieldNumber);
  for (const Resident& one : residents) {
    MQ_TRY(const Content said, cell_of(place, step.person(one.row, one.stream), relation));
    if (one.row != head.row && says_head(integer_of(said))) return true;
  }
  return false;
}

}  // namespace

const std::vector<RosterVerb>& roster_verbs() {
  static const std::vector<RosterVerb> kVerbs = {{"Household", "split"},  {"Household", "merge"},
                                                 {"Household", "head"},   {"Household", "move"},
                                                 {"Person", "merge"},     {"OrgUnit", "merge"},
                                                 {"RosterChange", "undo"}};
  return kVerbs;
}

Result<Outcome> change_household(const Workplace& place, std::string_view verb, const RowId& row,
                                 const Inputs& inputs) {
  if (verb == "split") return split_household(place, row, inputs);
  if (verb == "merge") return merge_household(place, row, inputs);
  if (verb == "head") return change_head(place, row, inputs);
  MQ_ASSERT(verb == "move");
  return move_household(place, row, inputs);
}

Result<Outcome> change_head(const Workplace& place, const RowId& row, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_TRY(RosterForm form, RosterForm::read(place, inputs, {"to"}));
  MQ_TRY(const Household household, household_at(place, row));
  MQ_CHECK(need_stream(place, household.stream));
  MQ_TRY(const std::vector<Resident> residents, residents_of(place, household.id));
  const Resident* head = form.resident("to", form.flag("to"), residents);
  if (head == nullptr) return form.refused();
  RosterStep step(place, mpb::CHANGE_KIND_NEW_HEAD);
  const RowAt at = step.household(household);
  MQ_TRY(const Content now, cell_of(place, at, *at.entity->field(H::kHeadPersonIdFieldNumber)));
  MQ_TRY(const bool another, another_head(place, step, at, *head, residents));
  if (row_of(now) == head->row && !another) {
    form.form().fault("to", cat(head->name, " 已经是户主了"), "to: already the head");
    return form.refused();
  }
  MQ_CHECK(make_head(place, step, at, *head, residents));
  step.from(household.id);
  step.to(household.id);
  step.about(head->row);
  form.form().flag("relation", "户主换了,各人与户主关系请核对(person amend)",
                   "the head changed: look at everybody's relation to him (person amend)");
  return form.store(step, household.stream, seen);
}

}  // namespace mq::work
