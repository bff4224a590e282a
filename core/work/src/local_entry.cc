#include "mq/work/local_entry.h"

#include <algorithm>

#include "checks.h"
#include "issue_making.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "record_parts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using I = mpb::Issue;
using V = mpb::Visit;

namespace {

constexpr std::string_view kPrefix = "local:";
constexpr std::uint8_t kForm = 1;
constexpr std::uint64_t kListMax = 1000;

using AddForm = Result<Outcome> (*)(const Workplace&, const Inputs&);
struct Kept {
  std::string_view entity;
  AddForm add;
  std::string_view day;  // the field for the day of recording; none: the record has no such field
};
constexpr Kept kKept[] = {{"Visit", add_visit, "recorded_on"},
                          {"Diary", add_diary, ""},
                          {"Issue", add_issue, "registered_on"}};

const Kept* kept_as(const model::Entity& entity) {
  const auto found = std::ranges::find(kKept, entity.name, &Kept::entity);
  return found == std::end(kKept) ? nullptr : found;
}

std::string key_of(const RowId& id) { return cat(kPrefix, id.hex()); }

// form 1 ‖ entity ‖ i64 ms as u64 ‖ count ‖ (field, text)* ‖ count ‖ (field, zh, en)*, texts as
// blocks.
Bytes encode(const LocalEntry& entry) {
  ByteWriter out;
  out.integer(kForm);
  out.block(entry.entity->name);
  out.integer(static_cast<std::uint64_t>(entry.recorded_at.ms));
  out.varint(entry.inputs.size());
  for (const Input& input : entry.inputs) {
    out.block(input.field);
    out.block(input.text);
  }
  out.varint(entry.faults.size());
  for (const model::Fault& fault : entry.faults) {
    for (const std::string& text : {fault.field, fault.zh, fault.en}) out.block(text);
  }
  return out.take();
}

Result<LocalEntry> decode(const model::Schema& schema, const std::string& key, ByteView bytes) {
  LocalEntry entry;
  ByteReader in(bytes);
  const auto form = in.integer<std::uint8_t>();
  entry.entity = schema.entity(text_of(in.block()));
  entry.recorded_at.ms = static_cast<std::int64_t>(in.integer<std::uint64_t>());
  const std::uint64_t inputs = std::min(in.varint(), kListMax);
  for (std::uint64_t i = 0; i < inputs; ++i) {
    std::string field = to_string(in.block());
    entry.inputs.push_back({std::move(field), to_string(in.block())});
  }
  const std::uint64_t faults = std::min(in.varint(), kListMax);
  for (std::uint64_t i = 0; i < faults; ++i) {
    std::string field = to_string(in.block());
    std::string zh = to_string(in.block());
    entry.faults.push_back({std::move(field), std::move(zh), to_string(in.block())});
  }
  const auto id = RowId::from_text(std::string_view(key).substr(kPrefix.size()));
  const bool good = in.done() && form == kForm && id && entry.entity != nullptr &&
                    kept_as(*entry.entity) != nullptr;
  if (!good) {
    return Error{
        Code::kCorrupt, "一条先记在本机的内容读不懂;请先升级程序,再运行 doctor",
        "an entry kept on this device does not read; upgrade the program, then run doctor"};
  }
  entry.id = *id;
  return entry;
}

// Who and where: known once there are lists to look them up in.
void stand_in_references(const model::Entity& entity, Form& form) {
  for (const model::Field& field : entity.fields) {
    const bool reference = field.rule.kind() == model::pb::KIND_REF;
    if (reference && field.rule.need() == model::pb::NEED_SAVE) {
      form.set_default(field.number, to_bytes(RowId{}.view()));
    }
  }
}

// What belongs to the issue of a visit's need.
void check_extra(const model::Field& field, std::string_view typed, Form& form) {
  const auto value = model::parse_value(field, typed);
  if (!value.ok()) form.fault(field.name, value.error().zh, value.error().en);
}

void check_local_visit(const model::Schema& schema, Form& form) {
  const std::string category = form.extra("category") + form.extra("类别");
  const std::string nature = form.extra("nature") + form.extra("性质");
  const model::Entity& issue = *schema.entity("Issue");
  check_extra(*issue.field(I::kCategoryFieldNumber), category, form);
  check_extra(*issue.field(I::kNatureFieldNumber), nature, form);
  if (auto fault = confidential_as_typed(schema, category, nature)) {
    form.faults().push_back(*fault);
  }
  form.set_default(V::kTargetKindFieldNumber, std::int64_t{mpb::TARGET_KIND_HOUSEHOLD});
  form.set_default(V::kMethodFieldNumber, std::int64_t{mpb::METHOD_HOME});
  form.set_default(V::kVisitTypeFieldNumber, std::int64_t{mpb::VISIT_TYPE_REGULAR});
  check_visit(*schema.entity("Visit"), form);
}

void check_local_issue(const model::Entity& entity, Form& form) {
  check_reserved(entity, form);
  form.set_default(I::kSourceFieldNumber, std::int64_t{mpb::ISSUE_SOURCE_VISIT});
  form.set_default(I::kNatureFieldNumber, std::int64_t{mpb::ISSUE_NATURE_HELP});
  form.set_default(I::kNoFieldNumber, std::string("-"));
  for (const auto& [to, from] : {std::pair{I::kTitleFieldNumber, I::kTextFieldNumber},
                                 std::pair{I::kTextFieldNumber, I::kTitleFieldNumber}}) {
    const std::string text = form.text(static_cast<std::uint32_t>(from));
    if (!text.empty()) form.set_default(static_cast<std::uint32_t>(to), text);
  }
}

Result<Outcome> check(const Workplace& place, const model::Entity& entity, const Inputs& inputs) {
  const bool visit = entity.name == "Visit";
  const std::vector<std::string_view> extra =
      visit ? kVisitExtras : std::vector<std::string_view>{};
  MQ_TRY(Form form, Form::read(place, entity, inputs, extra, References::kAsTyped));
  if (visit) check_local_visit(place.vault.schema(), form);
  if (entity.name == "Issue") check_local_issue(entity, form);
  stand_in_references(entity, form);
  form.require(model::pb::NEED_SAVE);
  Outcome outcome;
  outcome.faults = form.faults();
  outcome.flags = form.flags();
  return outcome;
}

Inputs merged(Inputs inputs, const Inputs& more) {
  for (const Input& input : more) {
    std::erase_if(inputs, [&](const Input& old) { return old.field == input.field; });
    if (!trimmed(input.text).empty()) inputs.push_back(input);
  }
  return inputs;
}

// A reason that its author can do something about, in words he knows; others are no fault of his.
bool is_his_to_mend(Code code) {
  return code == Code::kInvalidInput || code == Code::kNotFound || code == Code::kConflict ||
         code == Code::kNotAllowed;
}

Inputs with_day(const LocalEntry& entry, std::string_view field) {
  Inputs inputs = entry.inputs;
  const bool typed =
      std::ranges::any_of(inputs, [&](const Input& input) { return input.field == field; });
  if (!field.empty() && !typed) {
    inputs.push_back({std::string(field), Date::in_shanghai(entry.recorded_at).iso()});
  }
  return inputs;
}

Status keep(vault::Vault& vault, const LocalEntry& entry) {
  return vault.keep_form(key_of(entry.id), encode(entry));
}

}  // namespace

bool may_be_local(const model::Entity& entity) { return kept_as(entity) != nullptr; }

Result<Outcome> keep_local(const Workplace& place, const model::Entity& entity,
                           const Inputs& inputs) {
  MQ_TRY(Outcome outcome, check(place, entity, inputs));
  if (!outcome.ok()) return outcome;
  outcome.row = new_id<RowId>(place.clock, place.random);
  MQ_CHECK(keep(place.vault, {outcome.row, &entity, inputs, place.clock.wall(), {}}));
  return outcome;
}

Result<Outcome> amend_local(const Workplace& place, const LocalEntry& entry, const Inputs& inputs) {
  LocalEntry after = entry;
  after.inputs = merged(entry.inputs, inputs);
  MQ_TRY(Outcome outcome, check(place, *entry.entity, after.inputs));
  outcome.row = entry.id;
  if (outcome.ok()) MQ_CHECK(keep(place.vault, after));
  return outcome;
}

Status drop_local(vault::Vault& vault, const LocalEntry& entry) {
  return vault.drop_form(key_of(entry.id));
}

Result<std::vector<LocalEntry>> local_entries(vault::Vault& vault) {
  std::vector<LocalEntry> out;
  MQ_TRY(const std::vector<std::string> keys, vault.kept_forms());
  for (const std::string& key : keys) {
    if (!key.starts_with(kPrefix)) continue;
    MQ_TRY(const std::optional<Bytes> bytes, vault.kept_form(key));
    if (!bytes) continue;
    MQ_TRY(LocalEntry entry, decode(vault.schema(), key, *bytes));
    out.push_back(std::move(entry));
  }
  return out;
}

Result<Adopted> adopt_local(const Workplace& place, LocalEntry entry) {
  const Kept& kept = *kept_as(*entry.entity);
  Outcome outcome;
  const Status done = place.vault.together([&]() -> Status {
    MQ_TRY(outcome, kept.add(place, with_day(entry, kept.day)));
    return outcome.ok() ? drop_local(place.vault, entry) : Status();
  });
  if (!done.ok()) {
    if (!is_his_to_mend(done.error().code)) return done.error();
    outcome = Outcome();
    outcome.faults.push_back({"", done.error().zh, done.error().en});
  }
  if (!outcome.ok()) {
    entry.faults = outcome.faults;
    MQ_CHECK(keep(place.vault, entry));
  }
  return Adopted{std::move(entry), std::move(outcome)};
}

Result<std::vector<Adopted>> adopt_local(const Workplace& place) {
  std::vector<Adopted> out;
  MQ_TRY(std::vector<LocalEntry> entries, local_entries(place.vault));
  for (LocalEntry& entry : entries) {
    MQ_TRY(Adopted adopted, adopt_local(place, std::move(entry)));
    out.push_back(std::move(adopted));
  }
  return out;
}

}  // namespace mq::work
