// Households and people met on the way: a local number until the roster gives the official one.
#include "checks.h"
#include "id_number.h"
#include "likely.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/relation.pb.h"
#include "mq/base/text.h"
#include "mq/model/text_cleanup.h"
#include "mq/work/villages.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Household;
using P = mpb::Person;

namespace {

// The village named, or the only one this person works in.
Result<std::optional<Village>> village_for(const Workplace& place, Form& form) {
  MQ_TRY(const std::vector<Village> villages, Directory(place).villages());
  const auto* named = std::get_if<Bytes>(&form.value(H::kVillageIdFieldNumber));
  for (const Village& village : villages) {
    const bool chosen = named != nullptr && std::ranges::equal(*named, village.org_unit.data);
    const bool only = named == nullptr && villages.size() == 1;
    if (!chosen && !only) continue;
    MQ_TRY(auto ended, ended_village(place, village));
    if (!ended) return std::optional(village);
    form.faults().push_back(*std::move(ended));
    return std::optional<Village>();
  }
  form.fault("village_id", "村:请写明在哪个村(--village)", "village_id: say which village");
  return std::optional<Village>();
}

vault::Change set(const model::Entity& entity, const RowId& row, std::uint32_t field,
                  model::Value value) {
  vault::Change change;
  change.entity = entity.number;
  change.row = row;
  change.field = field;
  change.value = std::move(value);
  return change;
}

}  // namespace

std::string local_number(const RowId& row) {
  const std::string hex = row.hex();
  return model::normal_number(cat("L", hex.substr(hex.size() - 8)));
}

namespace {

// Somebody of that name with the same telephone.
Status flag_known_head(const Workplace& place, const Village& village, const std::string& name,
                       Form& form) {
  PersonFacts head;
  head.shown = name;
  head.stream = village.stream;
  head.group = static_cast<int>(form.integer(H::kGroupNoFieldNumber));
  for (const model::Value& phone : form.values(H::kPhonesFieldNumber)) {
    if (const auto* text = std::get_if<std::string>(&phone)) head.phones.push_back(*text);
  }
  return flag_likely(place, std::move(head), form);
}

Status flag_known_person(const Workplace& place, const RowId& row, const Household& household,
                         Form& form) {
  PersonFacts one;
  one.id = row;
  one.shown = form.text(P::kNameFieldNumber);
  one.household = household.id;
  one.stream = household.stream;
  one.group = household.group_no;
  one.sex = form.integer(P::kSexFieldNumber);
  if (form.has(P::kBirthFieldNumber)) {
    one.birth = Date{static_cast<std::int32_t>(form.integer(P::kBirthFieldNumber))};
  }
  const auto number = form.private_value(mpb::PersonPrivate::kIdNoFieldNumber);
  if (const auto* text = number ? std::get_if<std::string>(&*number) : nullptr) {
    one.document = model::normal_number(*text);
  }
  return flag_likely(place, std::move(one), form);
}

}  // namespace

void usual_number(Form& form) {
  const std::string typed = form.text(H::kHouseholdNoFieldNumber);
  if (!typed.empty()) form.set(H::kHouseholdNoFieldNumber, model::normal_number(typed));
}

// A number typed here never makes an id (PROTOCOL section 1), and must not be somebody else's.
Status check_household_number(const Workplace& place, const RowId& row, Form& form) {
  const std::string number = form.text(H::kHouseholdNoFieldNumber);
  if (number.empty()) return {};
  auto known = Directory(place).household(number);
  if (!known.ok()) return known.error().code == Code::kNotFound ? Status() : known.error();
  if (known->id == row) return {};
  form.fault("household_no", cat("户编号 ", number, " 已经有了,户主 ", known->head_name),
             cat("household number ", number, " exists already"));
  return {};
}

Result<Outcome> add_household(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Schema& schema = place.vault.schema();
  const model::Entity& entity = *schema.entity("Household");
  const model::Entity& person = *schema.entity("Person");
  MQ_TRY(Form form, Form::read(place, entity, inputs, {"head_name", "户主姓名", "sex", "性别"}));
  const RowId row = new_id<RowId>(place.clock, place.random);
  MQ_TRY(const std::optional<Village> village, village_for(place, form));
  usual_number(form);
  MQ_CHECK(check_household_number(place, row, form));
  form.set_default(H::kLocalNoFieldNumber,
                   std::int64_t{form.has(H::kHouseholdNoFieldNumber) ? 0 : 1});
  form.set_default(H::kHouseholdNoFieldNumber, local_number(row));
  form.set_default(H::kStatusFieldNumber, std::int64_t{mpb::HOUSEHOLD_STATUS_NORMAL});
  if (village) form.set_row(H::kVillageIdFieldNumber, village->org_unit);
  form.set_default(H::kGroupNoFieldNumber, std::int64_t{0});
  const std::string head = std::string(trimmed(form.extra("head_name") + form.extra("户主姓名")));
  if (head.empty()) {
    form.fault("head_name", "户主姓名:必须填写(--head_name)", "head_name: required");
  }
  form.require(model::pb::NEED_SAVE);
  const std::string sex = form.extra("sex") + form.extra("性别");
  auto sex_value =
      model::parse_value(*person.field(P::kSexFieldNumber), sex.empty() ? "未知" : sex);
  if (!sex_value.ok()) form.fault("sex", sex_value.error().zh, sex_value.error().en);
  if (form.faults().empty()) MQ_CHECK(flag_known_head(place, *village, head, form));
  Outcome outcome{form.faults(), form.flags(), row, {}};
  if (!outcome.ok()) return outcome;

  const RowId head_row = new_id<RowId>(place.clock, place.random);
  form.set_row(H::kHeadPersonIdFieldNumber, head_row);
  MQ_TRY(std::vector<vault::Draft> drafts, form.drafts(place, village->stream, row));
  const auto add = [&](std::uint32_t field, model::Value value) {
    drafts.front().changes.push_back(set(person, head_row, field, std::move(value)));
  };
  add(P::kNameFieldNumber, head);
  add(P::kHouseholdIdFieldNumber, to_bytes(row.view()));
  add(P::kRelationFieldNumber, std::int64_t{mpb::RELATION_HEAD});
  add(P::kSexFieldNumber, *sex_value);
  outcome.also.emplace_back("person", head_row);
  MQ_CHECK(place.vault.commit(drafts, seen));
  return outcome;
}

std::optional<Inputs> with_relation_text(const model::Entity& person, const Inputs& inputs) {
  const model::Field* relation = person.field(P::kRelationFieldNumber);
  const model::Field* words = person.field(P::kRelationTextFieldNumber);
  const auto unknown = std::ranges::find_if(inputs, [&](const Input& input) {
    return field_named(person, input.field) == relation && !trimmed(input.text).empty() &&
           !model::parse_value(*relation, input.text).ok();
  });
  if (unknown == inputs.end()) return std::nullopt;
  Inputs out;
  for (const Input& input : inputs) {
    const model::Field* field = field_named(person, input.field);
    if (field != relation && field != words) out.push_back(input);
  }
  out.push_back({relation->name, "其他"});
  out.push_back({words->name, unknown->text});
  return out;
}

void flag_relation_text(Form& form) {
  form.flag("relation", "与户主关系:不认识的关系,记为 其他,原文保留",
            "relation: not in the list, kept as 其他 with its text");
}

Result<Outcome> add_person(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Person");
  const auto kept = with_relation_text(entity, inputs);
  MQ_TRY(Form form, Form::read(place, entity, kept.value_or(inputs)));
  if (kept) flag_relation_text(form);
  const RowId row = new_id<RowId>(place.clock, place.random);
  MQ_CHECK(check_person(place, row, form, form));
  form.require(model::pb::NEED_SAVE);
  Outcome outcome{form.faults(), form.flags(), row, {}};
  if (!outcome.ok()) return outcome;
  const auto& household_id = std::get<Bytes>(form.value(P::kHouseholdIdFieldNumber));
  MQ_TRY(const Household household, Directory(place).household(to_hex(household_id)));
  MQ_CHECK(flag_known_person(place, row, household, form));
  outcome.flags = form.flags();
  MQ_TRY(const std::vector<vault::Draft> drafts, form.drafts(place, household.stream, row));
  MQ_CHECK(place.vault.commit(drafts, seen));
  return outcome;
}

}  // namespace mq::work
