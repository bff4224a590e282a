#include "mq/work/edits_home.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "minqing/model/v1/roster.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "roster_acts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

// What is of the place, or follows from every step of the roster.
constexpr std::string_view kOfThePlace[] = {"village_id", "group_no", "size",         "moved_from",
                                            "moved_to",   "same_as",  "cancel_reason"};

bool of_the_place(const model::Field& field) {
  return std::ranges::find(kOfThePlace, field.name) != std::end(kOfThePlace);
}

const Village* village_of(const std::vector<Village>& villages, const std::optional<RowId>& unit) {
  const auto found =
      std::ranges::find_if(villages, [&](const Village& one) { return one.org_unit == unit; });
  return found == villages.end() ? nullptr : &*found;
}

const Village* village_at(const std::vector<Village>& villages, vault::StreamIx stream) {
  const auto found = std::ranges::find(villages, stream, &Village::stream);
  return found == villages.end() ? nullptr : &*found;
}

// A row that left a village by the last move that says so.
struct Left {
  RowAt old, home;
  std::map<std::string, std::string> was;  // by field, the hash of what it took along
};
using Place = std::tuple<std::string, RowId, vault::StreamIx>;

class Followers {
 public:
  Followers(const Workplace& place, std::vector<Village> villages, Canonical households,
            Canonical people)
      : place_(place),
        villages_(std::move(villages)),
        households_(std::move(households)),
        people_(std::move(people)) {}

  // The moves that stand, oldest first: a later one from the same village is the one that counts.
  Result<std::map<Place, Left>> left() const {
    std::map<Place, Left> out;
    MQ_TRY(sqlite::Query q,
           place_.vault.database().query(
               "SELECT village_from, village_to, before, undone_on IS NOT NULL FROM "
               "\"roster_change\" WHERE kind = ?1 AND deleted = 0 AND before IS NOT NULL ORDER BY "
               "id"));
    q.bind(1, std::int64_t{mpb::CHANGE_KIND_MOVED});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return out;
      const Village* from = village_of(villages_, RowId::from(q.blob(0)));
      const Village* to = village_of(villages_, RowId::from(q.blob(1)));
      if (from == nullptr || to == nullptr) continue;
      MQ_TRY(const std::vector<Undo> list, decode_undo(place_, q.text(2)));
      // Taken back, it left the village that it had come to, with what it had brought.
      const bool undone = q.integer(3) != 0;
      MQ_CHECK(add(list, *to, undone ? *to : *from, undone ? *from : *to, out));
    }
  }

  Result<bool> take(const Left& one) const {
    MQ_TRY(const bool stayed, stays(one));
    if (stayed) return bring_back(one);
    vault::Draft home{one.home.stream, {}}, old{one.old.stream, {}};
    const vault::View seen = place_.vault.view();
    for (const model::Field& field : one.old.entity->fields) {
      if (of_the_place(field)) continue;
      MQ_TRY(const Content there, cell_of(place_, one.old, field));
      MQ_TRY(const Content here, cell_of(place_, one.home, field));
      const std::string was = was_of(one, field);
      if (hash_of(field, there) == was || hash_of(field, here) != was) continue;
      home.changes.push_back(content_change(one.home, field, there));
      old.changes.push_back(content_change(one.old, field, here));
    }
    if (home.changes.empty() || !may_write(one.old.stream, one.home.stream)) return false;
    MQ_CHECK(place_.vault.commit({std::move(home), std::move(old)}, seen));
    return true;
  }

  // Somebody put him into another household of the village before this one left it.
  Result<bool> stays(const Left& one) const {
    if (one.old.entity->name != "Person") return false;
    const model::Field& field = *one.old.entity->field("household_id");
    MQ_TRY(const Content there, cell_of(place_, one.old, field));
    MQ_TRY(const Content here, cell_of(place_, one.home, field));
    const std::string was = was_of(one, field);
    if (hash_of(field, there) == was || hash_of(field, here) != was) return false;
    const RowAt household{place_.vault.schema().entity("Household"), one.old.stream,
                          row_of(there).value_or(RowId{})};
    MQ_TRY(const auto data, load_at(place_, household));
    return data && !data->deleted && households_.counts(household.row, household.stream);
  }

  // He did not leave with it: his row in the village stands again, with what both rows say of him.
  Result<bool> bring_back(const Left& one) const {
    const Village* from = village_at(villages_, one.home.stream);
    const Village* to = village_at(villages_, one.old.stream);
    if (from == nullptr || to == nullptr || !may_write(one.old.stream, one.home.stream)) {
      return false;
    }
    const vault::View seen = place_.vault.view();
    MQ_TRY(RosterForm form,
           RosterForm::read(place_, {{"reason", "迁村时已在原来的村另立户或入别的户,留在原来的村"}},
                            {}));
    RosterStep step(place_, mpb::CHANGE_KIND_MOVED);
    for (const model::Field& field : one.old.entity->fields) {
      if (of_the_place(field)) continue;
      MQ_TRY(Content said, cell_of(place_, one.old, field));
      if (hash_of(field, said) == was_of(one, field)) {
        MQ_TRY(said, cell_of(place_, one.home, field));
        MQ_CHECK(step.set_content(one.old, field, said));
      } else {
        MQ_CHECK(step.set_content(one.home, field, said));
      }
      step.watch(one.old, field, said);
    }
    MQ_CHECK(say_moved(step, one.home, *from, *to));
    return store(form, step, one.home, *from, *to, seen);
  }

  // Rows that stand in a village to which somebody took them apart, though they count in another:
  // nobody disputes that any more.
  Result<std::size_t> leave_strays(const model::Entity& entity, const Canonical& canonical) const {
    MQ_TRY(const std::vector<vault::Conflict> conflicts, place_.vault.conflicts());
    const model::Field& gone = *entity.field("moved_to");
    MQ_TRY(sqlite::Query q,
           place_.vault.database().query(cat(
               "SELECT s.id, s.stream, h.stream FROM ", model::quoted(entity.table), " s JOIN ",
               model::quoted(entity.table),
               " h ON h.id = s.id AND h.stream <> s.stream WHERE s.deleted = 0 AND h.deleted = 0 "
               "AND s.moved_to IS NULL AND s.moved_from IS NOT NULL AND h.moved_to IS NULL "
               "ORDER BY s.id, s.stream")));
    std::vector<vault::Draft> drafts;
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      const RowAt stray{&entity, q.integer(1), RowId::from(q.blob(0)).value_or(RowId{})};
      const Village* home = village_at(villages_, q.integer(2));
      const bool disputed = std::ranges::any_of(conflicts, [&](const vault::Conflict& one) {
        return one.entity == entity.number && one.row == stray.row && one.field == gone.number;
      });
      if (disputed || home == nullptr || !may_write(stray.stream, home->stream)) continue;
      if (canonical.counts(stray.row, stray.stream)) continue;
      if (!canonical.counts(stray.row, home->stream)) continue;
      drafts.push_back(
          {stray.stream, {content_change(stray, gone, {to_bytes(home->org_unit.view())})}});
    }
    if (!drafts.empty()) MQ_CHECK(place_.vault.commit(drafts, place_.vault.view()));
    return drafts.size();
  }
  Result<std::size_t> leave_strays() const {
    const model::Schema& schema = place_.vault.schema();
    MQ_TRY(const std::size_t houses, leave_strays(*schema.entity("Household"), households_));
    MQ_TRY(const std::size_t people, leave_strays(*schema.entity("Person"), people_));
    return houses + people;
  }

  // People of a household that counts elsewhere, who stand only where it was.
  Result<std::vector<std::pair<RowAt, vault::StreamIx>>> newcomers() const {
    std::vector<std::pair<RowAt, vault::StreamIx>> out;
    MQ_TRY(sqlite::Query q,
           place_.vault.database().query(
               "SELECT p.id, p.stream, h.stream FROM \"household\" old JOIN \"person\" p ON "
               "p.household_id = old.id AND p.stream = old.stream JOIN \"household\" h ON "
               "h.id = old.id WHERE old.moved_to IS NOT NULL AND p.deleted = 0 AND "
               "h.stream <> p.stream AND h.deleted = 0 AND p.moved_to IS NULL ORDER BY p.id"));
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return out;
      const RowAt person{place_.vault.schema().entity("Person"), q.integer(1),
                         RowId::from(q.blob(0)).value_or(RowId{})};
      MQ_TRY(const Content home, cell_of(place_, person, *person.entity->field("household_id")));
      const RowId household = row_of(home).value_or(RowId{});
      const bool lives_there = households_.counts(household, q.integer(2)) &&
                               !households_.counts(household, person.stream);
      if (lives_there && people_.counts(person.row, person.stream)) {
        out.emplace_back(person, q.integer(2));
      }
    }
  }

  Result<bool> move(const RowAt& person, vault::StreamIx to) const {
    const Village* from = village_at(villages_, person.stream);
    const Village* home = village_at(villages_, to);
    if (from == nullptr || home == nullptr || !may_write(person.stream, to)) return false;
    const vault::View seen = place_.vault.view();
    MQ_TRY(RosterForm form,
           RosterForm::read(place_, {{"reason", "迁村后才在原来的村登记,随户转入"}}, {}));
    RosterStep step(place_, mpb::CHANGE_KIND_MOVED);
    MQ_CHECK(transplant(place_, step, person, *from, *home, {}));
    return store(form, step, person, *from, *home, seen);
  }

 private:
  static std::string was_of(const Left& one, const model::Field& field) {
    const auto known = one.was.find(field.name);
    return known == one.was.end() ? hash_of(field, {}) : known->second;
  }

  static Result<bool> store(RosterForm& form, RosterStep& step, const RowAt& person,
                            const Village& from, const Village& to, vault::View seen) {
    step.about(person.row);
    step.villages(from.org_unit, to.org_unit);
    MQ_TRY(const Outcome outcome, form.store(step, person.stream, seen));
    return outcome.ok();
  }

  Status add(const std::vector<Undo>& list, const Village& written, const Village& from,
             const Village& to, std::map<Place, Left>& out) const {
    std::map<Place, Left> rows;
    for (const Undo& one : list) {
      const std::string& entity = one.at.entity->name;
      if (one.field == nullptr || one.at.stream != written.stream) continue;
      if (entity != "Household" && entity != "Person") continue;
      Left& row = rows[{entity, one.at.row, from.stream}];
      row.home = {one.at.entity, to.stream, one.at.row};
      row.old = {one.at.entity, from.stream, one.at.row};
      row.was[one.field->name] = one.after;
    }
    for (auto& [key, row] : rows) {
      MQ_TRY(const Content gone, cell_of(place_, row.old, *row.old.entity->field("moved_to")));
      const Canonical& canonical = row.old.entity->name == "Household" ? households_ : people_;
      if (row_of(gone) != to.org_unit || canonical.counts(row.old.row, from.stream)) continue;
      out[key] = std::move(row);
    }
    return {};
  }

  bool may_write(vault::StreamIx from, vault::StreamIx to) const {
    return need_stream(place_, from).ok() && need_stream(place_, to).ok();
  }

  const Workplace& place_;
  std::vector<Village> villages_;
  Canonical households_, people_;
};

}  // namespace

Result<std::size_t> take_edits_home(const Workplace& place) {
  if (!place.is_desk()) return std::size_t{0};
  MQ_TRY(std::vector<Village> villages, Directory(place).villages());
  MQ_TRY(Canonical households, Canonical::households(place));
  if (households.plain()) return std::size_t{0};
  MQ_TRY(Canonical people, Canonical::people(place));
  const Followers followers(place, std::move(villages), std::move(households), std::move(people));
  std::size_t taken = 0;
  MQ_TRY(const auto left, followers.left());
  for (const auto& [key, one] : left) {
    MQ_TRY(const bool took, followers.take(one));
    taken += took ? 1 : 0;
  }
  MQ_TRY(const std::size_t strays, followers.leave_strays());
  taken += strays;
  MQ_TRY(const auto newcomers, followers.newcomers());
  for (const auto& [person, home] : newcomers) {
    MQ_TRY(const bool moved, followers.move(person, home));
    taken += moved ? 1 : 0;
  }
  return taken;
}

}  // namespace mq::work
