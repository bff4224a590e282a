// Two households become one: their people move together (并户), or they were one all along and are
// tied together (--same). And two rows of one person.
#include <algorithm>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/relation.pb.h"
#include "mq/base/text.h"
#include "mq/work/roster.h"
#include "roster_acts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Household;
using P = mpb::Person;

namespace {

bool same_person(const Resident& a, const Resident& b) {
  if (!a.fingerprint.empty() && a.fingerprint == b.fingerprint) return true;
  return a.name == b.name && a.birth && a.birth == b.birth;
}

class Merging {
 public:
  Merging(const Workplace& place, RosterForm& form, Household from, Household into, bool same)
      : place_(place),
        form_(form),
        from_(std::move(from)),
        into_(std::move(into)),
        same_(same),
        step_(place, same ? mpb::CHANGE_KIND_SAME : mpb::CHANGE_KIND_MERGED) {}

  Result<Outcome> run(vault::View seen) {
    check();
    if (form_.faulty()) return form_.refused();
    MQ_CHECK(need_stream(place_, from_.stream));
    if (!same_) MQ_CHECK(need_stream(place_, into_.stream));
    MQ_TRY(leaving_, residents_of(place_, from_.id));
    MQ_TRY(staying_, residents_of(place_, into_.id));
    step_.from(from_.id);
    step_.to(into_.id);
    MQ_CHECK(same_ ? tie() : move());
    return form_.store(step_, from_.stream, seen);
  }

 private:
  void check() {
    if (from_.id == into_.id) {
      form_.form().fault("into", "两个户编号是同一户", "into: this is the same household");
    } else if (!same_ && from_.stream != into_.stream) {
      form_.form().fault("into", "不在同一个村的户不能直接并;先迁村(household move)再并",
                         "into: of another village; move the household first (household move)");
    } else if (from_.status == mpb::HOUSEHOLD_STATUS_CANCELLED && !same_) {
      form_.form().fault("*", cat("户 ", from_.number, " 已经注销"),
                         "this household was struck off already");
    } else if (into_.status == mpb::HOUSEHOLD_STATUS_CANCELLED) {
      form_.form().fault("into", cat("户 ", into_.number, " 已经注销,不能并入"),
                         "into: that household was struck off");
    }
  }

  Status move() {
    const model::Field& relation = *step_.entity("Person").field(P::kRelationFieldNumber);
    for (const Resident& one : leaving_) {
      const RowAt at = step_.person(one.row, one.stream);
      MQ_CHECK(step_.set_row(at, P::kHouseholdIdFieldNumber, into_.id));
      MQ_TRY(const Content now, cell_of(place_, at, relation));
      if (says_head(integer_of(now))) {
        MQ_CHECK(step_.set(at, P::kRelationFieldNumber, std::int64_t{mpb::RELATION_OTHER}));
        MQ_CHECK(step_.set(at, P::kRelationTextFieldNumber, std::string("原户主(并入)")));
      }
      step_.about(one.row);
    }
    const auto people = static_cast<std::int64_t>(leaving_.size());
    MQ_CHECK(step_.resize(step_.household(from_), -people));
    MQ_CHECK(step_.resize(step_.household(into_), people));
    MQ_CHECK(step_.set(step_.household(from_), H::kStatusFieldNumber,
                       std::int64_t{mpb::HOUSEHOLD_STATUS_CANCELLED}));
    form_.form().flag("relation", "并进来的人与户主的关系请核对(person amend)",
                      "look at the relations to the head (person amend)");
    return flag_pairings();
  }

  Status flag_pairings() {
    MQ_TRY(const std::vector<RowId> pairs, pairs_of_household(place_, from_.id));
    if (!pairs.empty()) {
      form_.form().flag(
          "pairing", cat("注销的户还有 ", pairs.size(), " 条进行中的结对,请办理变更"),
          cat("the emptied household still has ", pairs.size(), " pairings: end them"));
    }
    return {};
  }

  Status tie() {
    MQ_CHECK(step_.set_row(step_.household(from_), H::kSameAsFieldNumber, into_.id));
    std::int64_t more = 0;
    for (const Resident& one : leaving_) {
      const auto other = std::ranges::find_if(
          staying_, [&](const Resident& known) { return same_person(one, known); });
      more += other == staying_.end() ? 1 : 0;
      if (other == staying_.end()) continue;
      MQ_CHECK(step_.set_row(step_.person(one.row, one.stream), P::kSameAsFieldNumber, other->row));
      step_.about(one.row);
    }
    if (more == 0) return {};
    form_.form().flag(
        "people",
        cat("另有 ", more, " 人只在 ", from_.number, " 里有,现在算 ", into_.number, " 的人,请核对"),
        cat(more, " people stood in one of the two only and count for the kept one"));
    return {};
  }

  const Workplace& place_;
  RosterForm& form_;
  Household from_, into_;
  bool same_;
  RosterStep step_;
  std::vector<Resident> leaving_, staying_;
};

// A row of a person that counts, with where it stands.
struct Somebody {
  Resident one;
  RowId home;  // the household he counts in
};
Result<std::optional<Somebody>> somebody(const Workplace& place, const RowId& row) {
  MQ_TRY(const Canonical people, Canonical::people(place));
  MQ_TRY(const Canonical households, Canonical::households(place));
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT stream, household_id, name FROM \"person\" WHERE id = ?1 AND "
                              "deleted = 0"));
  q.bind(1, row.view());
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return std::optional<Somebody>();
    if (!people.counts(row, q.integer(0))) continue;
    Somebody out;
    out.one.row = row;
    out.one.stream = q.integer(0);
    out.one.household = RowId::from(q.blob(1)).value_or(RowId{});
    out.one.name = std::string(q.text(2));
    out.home = households.home(out.one.household);
    return std::optional(std::move(out));
  }
}

Status check_person(const Workplace& place, const Somebody& from, const Somebody& into,
                    RosterForm& form) {
  if (from.one.row == into.one.row) {
    form.form().fault("into", "两个编号是同一条", "into: this is the same row");
    return {};
  }
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT count(*) FROM \"household\" WHERE head_person_id = ?1 AND "
                              "deleted = 0 AND id = ?2"));
  q.bind(1, from.one.row.view()).bind(2, from.home.view());
  MQ_TRY(const bool row, q.step());
  MQ_TRY(const std::vector<Resident> residents, residents_of(place, from.home));
  if (row && q.integer(0) > 0 && residents.size() > 1) {
    form.form().fault("*",
                      cat(from.one.name,
                          " 是户主;先换户主(household head),或者反过来并;"
                          "整户重复的用 household merge --same"),
                      "this row is the head of its household: name another head first, merge the "
                      "other way round, or merge the households (household merge --same)");
  }
  return {};
}

// Where the number of people is that of the rows, it goes with them; another number was said.
Status one_fewer(const Workplace& place, RosterStep& step, const Household& household) {
  const RowAt at = step.household(household);
  MQ_TRY(const Content size, cell_of(place, at, *at.entity->field(H::kSizeFieldNumber)));
  MQ_TRY(const std::vector<Resident> residents, residents_of(place, household.id));
  const auto rows = static_cast<std::int64_t>(residents.size());
  return integer_of(size) == rows ? step.resize(at, -1) : Status();
}

}  // namespace

Result<Outcome> merge_household(const Workplace& place, const RowId& row, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_TRY(RosterForm form, RosterForm::read(place, inputs, {"into", "same"}));
  MQ_TRY(Household from, household_at(place, row));
  MQ_TRY(std::optional<Household> into, form.household("into"));
  if (!into) return form.refused();
  return Merging(place, form, std::move(from), *std::move(into), form.flag("same") == "是")
      .run(seen);
}

Result<Outcome> change_person(const Workplace& place, [[maybe_unused]] std::string_view verb,
                              const RowId& row, const Inputs& inputs) {
  MQ_ASSERT(verb == "merge");
  const vault::View seen = place.vault.view();
  MQ_TRY(RosterForm form, RosterForm::read(place, inputs, {"into"}));
  auto named = Directory(place).row(*place.vault.schema().entity("Person"), form.flag("into"));
  if (!named.ok()) {
    form.form().fault("into", cat("请写明并入哪一个人的编号(--into):", named.error().zh),
                      cat("into: ", named.error().en));
    return form.refused();
  }
  MQ_TRY(const std::optional<Somebody> from, somebody(place, row));
  MQ_TRY(const std::optional<Somebody> into, somebody(place, *named));
  if (!from || !into) {
    form.form().fault("*", "其中一条已经作废、迁走或并入了别的人",
                      "one of the two was cancelled, moved or merged already");
    return form.refused();
  }
  MQ_CHECK(need_stream(place, from->one.stream));
  MQ_CHECK(check_person(place, *from, *into, form));
  if (form.faulty()) return form.refused();
  RosterStep step(place, mpb::CHANGE_KIND_SAME_PERSON);
  MQ_CHECK(step.set_row(step.person(row, from->one.stream), P::kSameAsFieldNumber, *named));
  auto home = household_at(place, from->home);
  if (!home.ok() && home.error().code != Code::kNotFound) return std::move(home).error();
  if (home.ok() && need_stream(place, home->stream).ok()) {
    MQ_CHECK(one_fewer(place, step, *home));
  }
  step.about(row);
  step.about(*named);
  return form.store(step, from->one.stream, seen);
}

}  // namespace mq::work
