#include "issue_making.h"

#include <algorithm>

#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using I = mpb::Issue;
using V = mpb::Visit;

namespace {

constexpr std::size_t kTitleCharacters = 20;  // DOMAIN (g)
constexpr std::size_t kNumberTail = 6;

class Changes {
 public:
  Changes(std::uint32_t entity, const RowId& row) : entity_(entity), row_(row) {}
  void set(std::uint32_t field, model::Value value) {
    if (model::is_empty(value)) return;
    vault::Change change;
    change.entity = entity_;
    change.row = row_;
    change.field = field;
    change.value = std::move(value);
    list_.push_back(std::move(change));
  }
  void set_row(std::uint32_t field, const std::optional<RowId>& row) {
    if (row) set(field, to_bytes(row->view()));
  }
  void add(vault::Change change) { list_.push_back(std::move(change)); }
  std::vector<vault::Change> take() { return std::move(list_); }

 private:
  std::uint32_t entity_;
  RowId row_;
  std::vector<vault::Change> list_;
};

}  // namespace

vault::Change issue_move(const Workplace& place, const RowId& issue, std::int64_t to,
                         std::string_view reason) {
  vault::Change change;
  change.kind = vault::Change::Kind::kStep;
  change.entity = place.vault.schema().entity("Issue")->number;
  change.row = issue;
  change.field = I::kStateFieldNumber;
  change.value = to;
  change.reason = std::string(reason);
  return change;
}

std::vector<vault::Change> begin_issue(const Workplace& place, const IssueFacts& facts) {
  Changes out(place.vault.schema().entity("Issue")->number, facts.row);
  const std::string id = facts.row.hex();
  out.set(I::kNoFieldNumber, cat(facts.region_code, facts.registered.year(),
                                 std::string_view(id).substr(id.size() - kNumberTail)));
  out.set(I::kTitleFieldNumber, std::string(first_characters(facts.text, kTitleCharacters)));
  out.set(I::kTextFieldNumber, facts.text);
  if (!facts.reporter.empty()) out.set(I::kReporterFieldNumber, facts.reporter);
  out.set(I::kSourceFieldNumber, facts.source);
  out.set(I::kCategoryFieldNumber, facts.category);
  out.set(I::kNatureFieldNumber, facts.nature);
  out.set_row(I::kFromOrgFieldNumber, facts.village);
  out.set_row(I::kVillageIdFieldNumber, facts.village);
  out.set_row(I::kHouseholdIdFieldNumber, facts.household);
  out.set_row(I::kVisitIdFieldNumber, facts.visit);
  out.set_row(I::kRecordedByFieldNumber, facts.recorded_by);
  out.set(I::kRegisteredOnFieldNumber, std::int64_t{facts.registered.days});
  if (facts.answered) {
    out.set(I::kClosureFieldNumber, std::int64_t{mpb::CLOSURE_EXPLAINED});
    out.set(I::kClosedOnFieldNumber, std::int64_t{facts.registered.days});
  }
  out.add(issue_move(place, facts.row,
                     facts.answered ? mpb::ISSUE_STATE_ANSWERED : mpb::ISSUE_STATE_REGISTERED, ""));
  return out.take();
}

namespace {

// The enum number behind a typed label, 0 with a fault if it is not in the list.
std::int64_t labelled(const model::Field& field, std::string_view typed, std::int64_t otherwise,
                      std::vector<model::Fault>& faults) {
  if (typed.empty()) return otherwise;
  auto parsed = model::parse_value(field, typed);
  if (parsed.ok()) return std::get<std::int64_t>(*parsed);
  faults.push_back({field.name, cat(field.zh, ":", parsed.error().zh),
                    cat(field.name, ": ", parsed.error().en)});
  return 0;
}

}  // namespace

std::optional<model::Fault> confidential_as_typed(const model::Schema& schema,
                                                  std::string_view category,
                                                  std::string_view nature) {
  const model::Entity& issue = *schema.entity("Issue");
  const auto label = [&](std::uint32_t number, std::string_view typed) {
    const model::Field& field = *issue.field(number);
    const auto value = model::parse_value(field, typed);
    return value.ok() ? model::format_value(field, *value) : std::string(typed);
  };
  return confidential(label(I::kCategoryFieldNumber, category),
                      label(I::kNatureFieldNumber, nature));
}

Result<IssueSeed> seed_from_visit(const Workplace& place, const RowId& visit, const Form& form,
                                  std::string_view category, std::string_view nature) {
  const model::Entity& entity = *place.vault.schema().entity("Issue");
  IssueSeed seed;
  IssueFacts facts;
  facts.row = seed.row = new_id<RowId>(place.clock, place.random);
  facts.visit = visit;
  facts.category = labelled(*entity.field(I::kCategoryFieldNumber), category,
                            mpb::ISSUE_CATEGORY_LIVELIHOOD, seed.faults);
  facts.nature =
      labelled(*entity.field(I::kNatureFieldNumber), nature, mpb::ISSUE_NATURE_HELP, seed.faults);
  facts.text = form.text(V::kDemandFieldNumber);
  facts.answered = form.integer(V::kAnsweredFieldNumber) != 0;
  facts.registered = Date{static_cast<std::int32_t>(form.integer(V::kDateFieldNumber))};
  const Directory directory(place);
  const auto id_in = [&](std::uint32_t field) -> std::optional<RowId> {
    const auto* bytes = std::get_if<Bytes>(&form.value(field));
    return bytes == nullptr ? std::nullopt : RowId::from(*bytes);
  };
  facts.recorded_by = id_in(V::kRecordedByFieldNumber);
  facts.household = id_in(V::kHouseholdIdFieldNumber);
  if (facts.household) {
    MQ_TRY(const Household household, directory.household(facts.household->hex()));
    facts.reporter = household.head_name;
  }
  if (const auto village_id = id_in(V::kVillageIdFieldNumber)) {
    facts.village = *village_id;
    auto village = directory.village(village_id->hex());
    if (village.ok()) facts.region_code = village->region_code;
  }
  seed.changes = begin_issue(place, facts);
  return seed;
}

}  // namespace mq::work
