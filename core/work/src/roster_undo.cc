// Taking a change of the roster back, and merging villages.
#include <algorithm>
#include <map>
#include <set>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/organisation.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/work/directory.h"
#include "mq/work/roster.h"
#include "mq/work/villages.h"
#include "rights.h"
#include "roster_acts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using C = mpb::RosterChange;
using O = mpb::OrgUnit;

namespace {

constexpr std::int64_t kSizeMax = 99;

class Undoing {
 public:
  Undoing(const Workplace& place, vault::RowData change, Date on)
      : place_(place), change_(std::move(change)), on_(on) {
    outcome_.row = change_.id;
  }

  Result<Outcome> run(vault::View seen) {
    if (number_of(change_, C::kUndoneOnFieldNumber) != 0) {
      fault("*", "这一步已经撤销过了", "this step was taken back already");
      return outcome_;
    }
    const vault::Cell* before = change_.cell(C::kBeforeFieldNumber);
    const auto* text = before == nullptr ? nullptr : std::get_if<std::string>(&before->value);
    MQ_TRY(const std::vector<Undo> list, decode_undo(place_, text == nullptr ? "" : *text));
    MQ_CHECK(note_back(list));
    MQ_CHECK(note_other_splits(list));
    for (const Undo& one : list) MQ_CHECK(check(one));
    if (number_of(change_, C::kKindFieldNumber) == mpb::CHANGE_KIND_MOVED) {
      MQ_CHECK(check_new_facts(list));
    }
    if (!outcome_.ok()) return outcome_;
    MQ_CHECK(need_stream(place_, change_.stream));
    for (const Undo& one : list) MQ_CHECK(write(one));
    // What was made goes once nothing of it is wanted any more.
    for (const Undo& one : list) {
      if (one.kind == Undo::Kind::kMade) into(one.at).push_back(deletion(one.at));
    }
    const model::Entity& entity = *place_.vault.schema().entity("RosterChange");
    const RowAt self{&entity, change_.stream, change_.id};
    into(self).push_back(
        content_change(self, *entity.field(C::kUndoneOnFieldNumber), {std::int64_t{on_.days}}));
    MQ_CHECK(place_.vault.commit(drafts_, seen));
    return outcome_;
  }

 private:
  void fault(std::string_view field, std::string_view zh, std::string_view en) {
    outcome_.faults.push_back({std::string(field), std::string(zh), std::string(en)});
  }

  Status check(const Undo& one) {
    if (one.at.stream == 0 || (one.kind == Undo::Kind::kCarried && origin(one) == 0)) {
      return Error{Code::kNotAllowed, "撤销:这一步涉及本机没有的村,请有权限的人撤销,什么也没有存",
                   "taking back: this step touched a village that is not held here"};
    }
    const vault::StreamInfo& stream = *place_.vault.stream(one.at.stream);
    if (stream.kind == wire::pb::STREAM_KIND_TOWNSHIP) MQ_CHECK(need_desk(place_));
    MQ_CHECK(need_stream(place_, one.at.stream));
    if (one.kind != Undo::Kind::kCell && one.kind != Undo::Kind::kWatched) return {};
    if (is_back(one)) return {};
    MQ_TRY(const Content now, cell_of(place_, one.at, *one.field));
    if (hash_of(*one.field, now) == one.after || is_elsewhere(one, now)) return {};
    MQ_TRY(const bool merged, merged_apart(one, now));
    if (!merged) changed_since(one.at, *one.field);
    return {};
  }

  // It was struck off by a merger of whoever had not heard of this move: that goes after it.
  Result<bool> merged_apart(const Undo& one, const Content& now) {
    const bool struck_off = one.kind == Undo::Kind::kWatched && one.field->name == "status" &&
                            integer_of(now) == mpb::HOUSEHOLD_STATUS_CANCELLED;
    if (!struck_off) return false;
    MQ_TRY(sqlite::Query q,
           place_.vault.database().query(
               "SELECT count(*) FROM \"roster_change\" WHERE kind = ?1 AND deleted = 0 AND "
               "undone_on IS NULL AND instr(\"from\", ?2) > 0 AND stream = ?3"));
    q.bind(1, std::int64_t{mpb::CHANGE_KIND_MERGED}).bind(2, one.at.row.view());
    q.bind(3, change_.stream);
    MQ_TRY(const bool row, q.step());
    return row && q.integer(0) > 0;
  }

  // Of those who went with a household, who came back on his own stays as he is.
  Status note_back(const std::vector<Undo>& list) {
    const auto household = [](const Undo& one) { return one.at.entity->name == "Household"; };
    if (std::ranges::none_of(list, household)) return {};
    for (const Undo& one : list) {
      const bool left = one.field != nullptr && one.field->name == "moved_to" &&
                        one.kind == Undo::Kind::kCell && !one.before.empty();
      if (!left || one.at.entity->name != "Person" || one.at.stream == 0) continue;
      MQ_TRY(const Content now, cell_of(place_, one.at, *one.field));
      if (now == one.before) back_.insert(one.at.row);
    }
    return {};
  }
  bool is_back(const Undo& one) const {
    return one.kind != Undo::Kind::kCarried && back_.contains(one.at.row);
  }

  // Who was split off by another desk too, which had not heard of it, is in the household that it
  // made, or goes there when this one is taken back.
  Status note_other_splits(const std::vector<Undo>& list) {
    if (number_of(change_, C::kKindFieldNumber) != mpb::CHANGE_KIND_SPLIT) return {};
    const model::Field& to =
        *place_.vault.schema().entity("RosterChange")->field(C::kToFieldNumber);
    MQ_TRY(sqlite::Query q,
           place_.vault.database().query(
               "SELECT \"before\", \"to\" FROM \"roster_change\" WHERE kind = ?1 AND deleted = 0 "
               "AND undone_on IS NULL AND \"before\" IS NOT NULL AND id <> ?2 AND stream = ?3 "
               "ORDER BY id"));
    q.bind(1, std::int64_t{mpb::CHANGE_KIND_SPLIT}).bind(2, change_.id.view());
    q.bind(3, change_.stream);
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return {};
      MQ_TRY(const std::vector<Bytes> made, model::unpack_repeated(to, q.blob(1)));
      if (made.empty()) continue;
      MQ_TRY(const std::vector<Undo> theirs, decode_undo(place_, q.text(0)));
      for (const Undo& one : list) {
        if (!leaves(one)) continue;
        const bool same = std::ranges::any_of(theirs, [&](const Undo& other) {
          return leaves(other) && other.at.row == one.at.row && other.before == one.before;
        });
        if (same) elsewhere_[one.at.row].push_back(made.front());
      }
    }
  }
  static bool leaves(const Undo& one) {
    return one.kind == Undo::Kind::kCell && one.at.entity->name == "Person" &&
           one.field->name == "household_id";
  }
  bool is_elsewhere(const Undo& one, const Content& now) const {
    const auto there = elsewhere_.find(one.at.row);
    if (one.kind != Undo::Kind::kCell || there == elsewhere_.end()) return false;
    return !leaves(one) ||
           (!now.empty() &&
            std::ranges::find(there->second, std::get<Bytes>(now.front())) != there->second.end());
  }

  void changed_since(const RowAt& at, const model::Field& field) {
    const std::string id = at.row.hex();
    const std::string tail = id.substr(id.size() - 8);
    fault(field.name,
          cat(at.entity->zh, " ", tail, " 的“", field.zh, "”后来又改过,不能整步撤销;",
              "请先撤销后来的一步(change list),或直接改那一项"),
          cat(at.entity->name, " ", tail, ": ", field.name,
              " was changed since; take the later step back first, or amend it"));
  }

  // What was empty when the row moved has no entry: written since, it would be left behind.
  Status check_new_facts(const std::vector<Undo>& list) {
    std::map<std::pair<RowId, vault::StreamIx>, std::set<std::string_view>> known;
    std::map<std::pair<RowId, vault::StreamIx>, RowAt> rows;
    for (const Undo& one : list) {
      if (one.field == nullptr || one.field->name != "moved_from") continue;  // where it came to
      if (!is_back(one)) rows.emplace(std::pair(one.at.row, one.at.stream), one.at);
    }
    for (const Undo& one : list) {
      if (one.field != nullptr) known[{one.at.row, one.at.stream}].insert(one.field->name);
    }
    for (const auto& [key, at] : rows) {
      for (const model::Field& field : at.entity->fields) {
        if (known[key].contains(field.name) || field.name == "size") continue;
        MQ_TRY(const Content now, cell_of(place_, at, field));
        if (!now.empty()) changed_since(at, field);
      }
    }
    return {};
  }

  vault::StreamIx origin(const Undo& one) const {
    const auto id = StreamId::from_text(one.after);
    const vault::StreamInfo* stream = id ? place_.vault.stream(*id) : nullptr;
    return stream == nullptr ? 0 : stream->ix;
  }

  std::vector<vault::Change>& into(const RowAt& at) {
    for (vault::Draft& one : drafts_) {
      if (one.stream == at.stream) return one.changes;
    }
    return drafts_.emplace_back(vault::Draft{at.stream, {}}).changes;
  }

  // Somebody who had not heard of this move took the row elsewhere: that is where it is then.
  Result<Content> went_to(const Undo& one) const {
    if (!one.before.empty()) return one.before;
    MQ_TRY(const std::vector<Village> villages, Directory(place_).villages());
    const auto left = std::ranges::find(villages, one.at.stream, &Village::stream);
    if (left == villages.end()) return one.before;
    MQ_TRY(const Content now, cell_of(place_, one.at, *one.field));
    for (const Village& other : villages) {
      const RowAt there{one.at.entity, other.stream, one.at.row};
      if (other.stream == one.at.stream || row_of(now) == other.org_unit) continue;
      MQ_TRY(const auto row, load_at(place_, there));
      MQ_TRY(const Content came, cell_of(place_, there, *one.at.entity->field("moved_from")));
      MQ_TRY(const Content gone, cell_of(place_, there, *one.field));
      const bool stands = row && !row->deleted && gone.empty();
      if (stands && row_of(came) == left->org_unit) return Content{to_bytes(other.org_unit.view())};
    }
    return one.before;
  }

  // He is in the household of the other split: said once more, which settles it.
  Status keep_elsewhere(const Undo& one, const std::vector<Bytes>& households) {
    if (!leaves(one)) return {};
    MQ_TRY(const Content now, cell_of(place_, one.at, *one.field));
    const bool there = is_elsewhere(one, now);
    into(one.at).push_back(
        content_change(one.at, *one.field, there ? now : Content{households.front()}));
    return {};
  }

  Status write(const Undo& one) {
    if (is_back(one)) return {};
    const auto there = elsewhere_.find(one.at.row);
    if (there != elsewhere_.end()) return keep_elsewhere(one, there->second);
    if (one.kind == Undo::Kind::kCell) {
      MQ_TRY(const Content back, one.field->name == "moved_to" ? went_to(one) : one.before);
      into(one.at).push_back(content_change(one.at, *one.field, back));
    } else if (one.kind == Undo::Kind::kResized) {
      MQ_TRY(const Content now, cell_of(place_, one.at, *one.field));
      const auto back = one.delta + static_cast<std::int64_t>(elsewhere_.size());
      const std::int64_t delta = elsewhere_.empty() ? one.delta : std::min<std::int64_t>(back, 0);
      const std::int64_t size = std::clamp<std::int64_t>(integer_of(now) - delta, 0, kSizeMax);
      into(one.at).push_back(content_change(one.at, *one.field, {size}));
    } else if (one.kind == Undo::Kind::kCarried) {
      const RowAt home{one.at.entity, origin(one), one.at.row};
      MQ_TRY(std::vector<model::Fault> both, covered(place_, one.at, home));
      std::ranges::move(both, std::back_inserter(outcome_.flags));
      MQ_TRY(std::vector<vault::Change> back, copied(place_, one.at, home));
      MQ_TRY(std::vector<vault::Change> gone, emptied(place_, one.at));
      std::ranges::move(back, std::back_inserter(into(home)));
      std::ranges::move(gone, std::back_inserter(into(one.at)));
    }
    return {};
  }

  const Workplace& place_;
  vault::RowData change_;
  Date on_;
  Outcome outcome_;
  std::vector<vault::Draft> drafts_;
  std::set<RowId> back_;                           // people
  std::map<RowId, std::vector<Bytes>> elsewhere_;  // people, households of other splits
};

}  // namespace

Result<Outcome> undo_change(const Workplace& place, [[maybe_unused]] std::string_view verb,
                            const RowId& row, const Inputs& inputs) {
  MQ_ASSERT(verb == "undo");
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("RosterChange");
  MQ_TRY(RosterForm form, RosterForm::read(place, inputs, {}));
  if (form.faulty()) return form.refused();
  MQ_TRY(vault::RowData change, standing_row(place, entity, row));
  const Date on{static_cast<std::int32_t>(form.form().integer(C::kOnFieldNumber))};
  return Undoing(place, std::move(change), on).run(seen);
}

Result<Outcome> change_village(const Workplace& place, [[maybe_unused]] std::string_view verb,
                               const RowId& row, const Inputs& inputs) {
  MQ_ASSERT(verb == "merge");
  MQ_CHECK(need_desk(place));
  const vault::View seen = place.vault.view();
  const Directory directory(place);
  MQ_TRY(RosterForm form, RosterForm::read(place, inputs, {"into"}));
  MQ_TRY(const Village from, directory.village(row.hex()));
  if (form.flag("into").empty()) {
    form.form().fault("into", "请写明并入哪个村(--into)", "into: say which village it goes into");
    return form.refused();
  }
  auto into = directory.village(form.flag("into"));
  if (!into.ok() && into.error().code != Code::kNotFound) return std::move(into).error();
  if (!into.ok()) {
    form.form().fault("into", into.error().zh, into.error().en);
    return form.refused();
  }
  const Village& left = *into;
  if (from.stream == left.stream || from.office || left.office) {
    form.form().fault("into", "并村要写两个不同的村,机关不算",
                      "into: two villages, not the office");
  }
  for (const Village* village : {&from, &left}) {
    MQ_TRY(auto ended, ended_village(place, *village));
    if (ended) form.form().faults().push_back(*std::move(ended));
  }
  if (form.faulty()) return form.refused();
  RosterStep step(place, mpb::CHANGE_KIND_VILLAGES);
  MQ_TRY(const vault::StreamIx township, directory.township_stream());
  const RowAt at{&step.entity("OrgUnit"), township, from.org_unit};
  MQ_CHECK(step.set_row(at, O::kParentIdFieldNumber, left.org_unit));
  MQ_CHECK(step.set(at, O::kValidToFieldNumber, form.form().integer(C::kOnFieldNumber) - 1));
  step.villages(from.org_unit, left.org_unit);
  form.form().flag(
      "village",
      cat(from.name, " 的干部要在 ", left.name, " 登记,还没有那里的权限的,请发邀请或移交"),
      "give the cadres of the village that ended the right to the other one");
  return form.store(step, left.stream, seen);
}

}  // namespace mq::work
