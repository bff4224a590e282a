// Splitting a household: some of its people become a household of their own in the same village.
#include <algorithm>

#include "checks.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "mq/base/text.h"
#include "mq/model/text_cleanup.h"
#include "roster_acts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Household;
using P = mpb::Person;

namespace {

class Splitting {
 public:
  Splitting(const Workplace& place, RosterForm& form, Household household)
      : place_(place),
        form_(form),
        old_(std::move(household)),
        step_(place, mpb::CHANGE_KIND_SPLIT),
        fresh_{&step_.entity("Household"), old_.stream, new_id<RowId>(place.clock, place.random)} {}

  Result<Outcome> run(vault::View seen) {
    MQ_CHECK(need_stream(place_, old_.stream));
    MQ_TRY(residents_, residents_of(place_, old_.id));
    MQ_CHECK(choose());
    if (form_.faulty()) return form_.refused();
    MQ_CHECK(write());
    form_.form().flag("relation", "分出去的人与新户主的关系请核对(person amend)",
                      "look at the relations to the new head (person amend)");
    MQ_TRY(Outcome outcome, form_.store(step_, old_.stream, seen));
    outcome.also.emplace_back("household", fresh_.row);
    return outcome;
  }

 private:
  Status choose() {
    for (const std::string& typed : split(form_.flag("people"), "、")) {
      if (trimmed(typed).empty()) continue;
      const Resident* one = form_.resident("people", typed, residents_);
      if (one != nullptr && std::ranges::find(leaving_, one) == leaving_.end()) {
        leaving_.push_back(one);
      }
    }
    if (form_.faulty()) return {};
    if (leaving_.empty()) {
      form_.form().fault("people", "请写明哪些人分出去(--people 人、人)", "people: say who leaves");
    } else if (leaving_.size() == residents_.size()) {
      form_.form().fault("people", "全户的人都写上了,那不是分户;要留下至少一个人",
                         "people: everybody was named; somebody has to stay");
    }
    std::vector<Resident> named;
    for (const Resident* one : leaving_) named.push_back(*one);
    const std::string head = form_.flag("head");
    const Resident* chosen =
        head.empty() && named.size() == 1 ? &named.front() : form_.resident("head", head, named);
    if (chosen != nullptr) head_ = *chosen;
    return check_old_head_and_number();
  }

  Status check_old_head_and_number() {
    const RowAt at = step_.household(old_);
    MQ_TRY(const Content now, cell_of(place_, at, *at.entity->field(H::kHeadPersonIdFieldNumber)));
    const auto old_head = row_of(now);
    for (const Resident* one : leaving_) {
      if (one->row != old_head) continue;
      form_.form().fault("people",
                         cat(one->name, " 是这一户的户主,分出去以前先换户主(household head)"),
                         "people: the head of the household leaves; name another head first");
    }
    number_ = model::normal_number(form_.flag("household_no"));
    if (number_.empty()) return {};
    auto known = Directory(place_).household(number_);
    if (known.ok()) {
      form_.form().fault("household_no",
                         cat("户编号 ", number_, " 已经有了,户主 ", known->head_name),
                         cat("household_no: ", number_, " exists already"));
    }
    return known.ok() || known.error().code == Code::kNotFound ? Status() : known.error();
  }

  Status write() {
    MQ_TRY(const std::optional<Village> village, Directory(place_).village_of_stream(old_.stream));
    const bool local = number_.empty();
    step_.make(fresh_);
    fill(H::kHouseholdNoFieldNumber, local ? local_number(fresh_.row) : number_);
    fill(H::kLocalNoFieldNumber, std::int64_t{local ? 1 : 0});
    if (village) fill(H::kVillageIdFieldNumber, to_bytes(village->org_unit.view()));
    fill(H::kGroupNoFieldNumber, std::int64_t{old_.group_no});
    fill(H::kHeadPersonIdFieldNumber, to_bytes(head_.row.view()));
    fill(H::kStatusFieldNumber, std::int64_t{mpb::HOUSEHOLD_STATUS_NORMAL});
    const auto people = static_cast<std::int64_t>(leaving_.size());
    fill(H::kSizeFieldNumber, people);
    MQ_CHECK(step_.resize(step_.household(old_), -people));
    for (const Resident* one : leaving_) {
      const RowAt at = step_.person(one->row, one->stream);
      MQ_CHECK(step_.set_row(at, P::kHouseholdIdFieldNumber, fresh_.row));
      step_.about(one->row);
    }
    MQ_CHECK(step_.set(step_.person(head_.row, head_.stream), P::kRelationFieldNumber,
                       std::int64_t{mpb::RELATION_HEAD}));
    step_.from(old_.id);
    step_.to(fresh_.row);
    return {};
  }

  void fill(std::uint32_t field, model::Value value) {
    step_.fill(fresh_, *fresh_.entity->field(field), {std::move(value)});
  }

  const Workplace& place_;
  RosterForm& form_;
  Household old_;
  RosterStep step_;
  RowAt fresh_;
  std::string number_;
  std::vector<Resident> residents_;
  std::vector<const Resident*> leaving_;
  Resident head_;
};

}  // namespace

Result<Outcome> split_household(const Workplace& place, const RowId& row, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_TRY(RosterForm form, RosterForm::read(place, inputs, {"people", "head", "household_no"}));
  MQ_TRY(Household household, household_at(place, row));
  return Splitting(place, form, std::move(household)).run(seen);
}

}  // namespace mq::work
