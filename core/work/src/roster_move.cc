// Moving a household to another village: the same rows under the same ids in the other stream, and
// a word in the old ones where they went (PROTOCOL section 1). Visits stay.
#include <algorithm>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "mq/base/text.h"
#include "mq/work/villages.h"
#include "roster_acts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Household;

namespace {

Status mark(RosterStep& step, const RowAt& at, std::string_view name, const Village& village) {
  return step.set_content(at, *at.entity->field(name), {to_bytes(village.org_unit.view())});
}

}  // namespace

Status transplant(const Workplace& place, RosterStep& step, const RowAt& old, const Village& from,
                  const Village& to, const std::optional<model::Value>& group) {
  const RowAt fresh{old.entity, to.stream, old.row};
  for (const model::Field& field : old.entity->fields) {
    if (field.name == "moved_from" || field.name == "moved_to" || field.name == "same_as") continue;
    MQ_TRY(Content content, cell_of(place, old, field));
    if (field.name == "village_id") content = {to_bytes(to.org_unit.view())};
    if (field.name == "group_no" && group) content = {*group};
    // What was emptied since the row stood there does not come back with it.
    if (content.empty()) {
      MQ_CHECK(step.set_content(fresh, field, {}));
    } else {
      step.fill(fresh, field, content);
    }
  }
  return say_moved(step, old, from, to);
}

Status say_moved(RosterStep& step, const RowAt& old, const Village& from, const Village& to) {
  const RowAt fresh{old.entity, to.stream, old.row};
  MQ_CHECK(mark(step, fresh, "moved_from", from));
  const model::Field& away = *old.entity->field("moved_to");
  MQ_CHECK(step.set_undone(fresh, away, {}, {to_bytes(from.org_unit.view())}));
  return mark(step, old, "moved_to", to);
}

namespace {

class Moving {
 public:
  Moving(const Workplace& place, RosterForm& form, Household household)
      : place_(place),
        form_(form),
        household_(std::move(household)),
        step_(place, mpb::CHANGE_KIND_MOVED) {}

  Result<Outcome> run(vault::View seen) {
    const Directory directory(place_);
    MQ_TRY(const std::optional<Village> from, directory.village_of_stream(household_.stream));
    if (!from) {
      return Error{Code::kNotAllowed, "迁村:这一户所在的村不在本机,什么也没有存",
                   "moving: the village it stands in is not held here"};
    }
    from_ = *from;
    MQ_CHECK(choose());
    if (form_.faulty()) return form_.refused();
    MQ_CHECK(need_stream(place_, from_.stream));
    MQ_CHECK(need_stream(place_, to_.stream));
    MQ_CHECK(write());
    return form_.store(step_, from_.stream, seen);
  }

 private:
  Status choose() {
    const std::string typed = form_.flag("village");
    auto village = Directory(place_).village(typed);
    if (!village.ok() && village.error().code != Code::kNotFound) return village.error();
    if (!village.ok()) {
      form_.form().fault("village", village.error().zh, village.error().en);
      return {};
    }
    to_ = *village;
    MQ_TRY(auto ended, ended_village(place_, to_));
    if (ended) form_.form().faults().push_back(*std::move(ended));
    if (to_.stream == household_.stream) {
      form_.form().fault("village", cat("这一户本来就在 ", to_.name),
                         "village: it stands there already");
    }
    const std::string group = form_.flag("group_no");
    if (group.empty()) return {};
    auto number = model::parse_value(*field(H::kGroupNoFieldNumber), group);
    if (number.ok()) {
      group_ = *number;
    } else {
      form_.form().fault("group_no", number.error().zh, number.error().en);
    }
    return {};
  }

  const model::Field* field(std::uint32_t number) const {
    return step_.entity("Household").field(number);
  }

  Status write() {
    MQ_TRY(const std::vector<Resident> residents, residents_of(place_, household_.id));
    MQ_CHECK(take_along(step_.household(household_)));
    for (const Resident& one : residents) {
      if (one.stream == to_.stream) continue;
      MQ_CHECK(take_along(step_.person(one.row, one.stream)));
      step_.about(one.row);
    }
    step_.from(household_.id);
    step_.to(household_.id);
    step_.villages(from_.org_unit, to_.org_unit);
    MQ_CHECK(flag_pairings());
    if (!left_behind_) return {};
    form_.form().flag("private",
                      "敏感项没有迁:本机没有两个村的敏感项钥匙;乡镇的设备下次联系时转过去",
                      "sensitive facts did not move: this device does not hold both keys; one of "
                      "the township's that does carries them at its next contact");
    return {};
  }

  // Of cadres who are not in charge of the village that it comes to.
  Status flag_pairings() {
    MQ_TRY(const std::vector<RowId> pairs, pairs_of_household(place_, household_.id));
    if (pairs.empty()) return {};
    MQ_TRY(const std::vector<Cadre> cadres, Directory(place_).cadres());
    std::vector<std::string> names;
    for (const RowId& pair : pairs) {
      const auto cadre = std::ranges::find(cadres, pair, &Cadre::id);
      const bool there = cadre != cadres.end() &&
                         std::ranges::find(cadre->areas, to_.org_unit) != cadre->areas.end();
      if (!there) names.push_back(cadre == cadres.end() ? "不详" : cadre->name);
    }
    if (names.empty()) return {};
    form_.form().flag("pairing",
                      cat("结对不跟着村走:", join(names, "、"), " 没有包 ", to_.name,
                          ",请核对帮扶干部是否要换(pairing list)"),
                      cat("pairings do not move with it: ", join(names, ", "), " not of ", to_.name,
                          "; look whether they still fit (pairing list)"));
    return {};
  }

  Status take_along(const RowAt& old) {
    MQ_CHECK(transplant(place_, step_, old, from_, to_, group_));
    MQ_CHECK(leave_elsewhere(old));
    return carry_private(old);
  }

  // Where somebody took it who had not heard of another move: it has gone from there too.
  Status leave_elsewhere(const RowAt& old) {
    MQ_TRY(const std::vector<Village> villages, Directory(place_).villages());
    for (const Village& village : villages) {
      if (village.stream == old.stream || village.stream == to_.stream) continue;
      const RowAt other{old.entity, village.stream, old.row};
      MQ_TRY(const auto data, load_at(place_, other));
      if (!data || data->deleted || !need_stream(place_, village.stream).ok()) continue;
      MQ_TRY(const Content gone, cell_of(place_, other, *old.entity->field("moved_to")));
      if (gone.empty()) MQ_CHECK(mark(step_, other, "moved_to", to_));
    }
    return {};
  }

  Status carry_private(const RowAt& old) {
    const model::Entity* companion = companion_of(place_.vault.schema(), *old.entity);
    const auto village = Directory(place_).village_of_stream(old.stream);
    if (!village.ok()) return village.error();
    const vault::StreamIx from = *village ? (*village)->private_stream : 0;
    if (from == 0 || to_.private_stream == 0) {
      left_behind_ = true;
      return {};
    }
    const RowAt here{companion, from, old.row}, there{companion, to_.private_stream, old.row};
    MQ_TRY(const auto facts, load_at(place_, here));
    if (!facts || facts->deleted) return {};
    MQ_TRY(std::vector<model::Fault> both, covered(place_, here, there));
    std::ranges::move(both, std::back_inserter(form_.form().flags()));
    return step_.carry(here, to_.private_stream);
  }

  const Workplace& place_;
  RosterForm& form_;
  Household household_;
  RosterStep step_;
  Village from_, to_;
  std::optional<model::Value> group_;
  bool left_behind_ = false;
};

}  // namespace

Result<Outcome> move_household(const Workplace& place, const RowId& row, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_TRY(RosterForm form, RosterForm::read(place, inputs, {"village", "group_no"}));
  MQ_TRY(Household household, household_at(place, row));
  return Moving(place, form, std::move(household)).run(seen);
}

}  // namespace mq::work
