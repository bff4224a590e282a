#include "mq/work/handout.h"

#include <algorithm>

#include "handouts.h"
#include "minqing/model/v1/calendar.pb.h"
#include "minqing/model/v1/handout.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "mq/base/text.h"
#include "mq/work/calendar.h"
#include "rights.h"
#include "row_changes.h"
#include "state_moves.h"
#include "unit.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Handout;

namespace {

constexpr Move kMoves[] = {
    {"sign", mpb::HANDOUT_STATE_HANDED_OUT, mpb::HANDOUT_STATE_SIGNED},
    {"object", mpb::HANDOUT_STATE_HANDED_OUT, mpb::HANDOUT_STATE_OBJECTED},
    {"object", mpb::HANDOUT_STATE_SIGNED, mpb::HANDOUT_STATE_OBJECTED},
    {"progress", mpb::HANDOUT_STATE_SIGNED, mpb::HANDOUT_STATE_IN_PROGRESS},
    {"progress", mpb::HANDOUT_STATE_IN_PROGRESS, mpb::HANDOUT_STATE_IN_PROGRESS},
    {"answer", mpb::HANDOUT_STATE_SIGNED, mpb::HANDOUT_STATE_ANSWERED},
    {"answer", mpb::HANDOUT_STATE_IN_PROGRESS, mpb::HANDOUT_STATE_ANSWERED},
};

Machine machine(const Workplace& place) {
  return {*place.vault.schema().entity("Handout"), H::kStateFieldNumber, kMoves};
}

Status need_unit(const Workplace& place) {
  if (place.control.has_role(place.member, wire::pb::ROLE_KIND_UNIT, place.control.head_seq())) {
    return {};
  }
  return Error{Code::kNotAllowed,
               "签收、异议、办理、报结由承办单位在自己的设备上做;没有设备的单位,请用 issue 代办",
               "the unit does this on its own device; move the issue for a unit without one"};
}

// Too late by the rule is said, and kept: the desk decides.
Status flag_late(const Workplace& place, const vault::RowData& data, Form& form) {
  MQ_TRY(const Calendar calendar, Calendar::load(place));
  const Result<WallTime> last = due_at({number_of(data, H::kHandedAtFieldNumber)},
                                       {mpb::DUE_UNIT_WORKDAYS, kObjectionDays}, calendar);
  if (!last.ok() || place.clock.wall().ms <= last->ms) return {};
  form.flag("objection", "异议晚于交办后 5 个工作日;已存好,由民情办决定",
            "later than five working days after the hand-out; kept, the desk decides");
  return {};
}

// What the act leaves in the journal, and what it asks for.
Result<std::string> act(const Workplace& place, const Move& move, const vault::RowData& data,
                        Form& form) {
  const model::Entity& entity = *place.vault.schema().entity("Handout");
  const std::int64_t now = place.clock.wall().ms;
  const auto asked = [&](std::string_view name, std::string_view zh) {
    std::string text(trimmed(form.extra(name)));
    if (text.empty()) {
      form.fault(name, cat(zh, ":必须填写(--", name, ")"), cat(name, ": required"));
    }
    return text;
  };
  switch (move.to) {
    case mpb::HANDOUT_STATE_SIGNED:
      form.set(H::kSignedAtFieldNumber, now);
      return std::string("签收");
    case mpb::HANDOUT_STATE_OBJECTED: {
      const std::string reason = asked("reason", "异议理由");
      form.set(H::kObjectionFieldNumber, reason);
      MQ_CHECK(flag_late(place, data, form));
      return cat("异议:", reason);
    }
    case mpb::HANDOUT_STATE_IN_PROGRESS:
      return cat("办理:", asked("progress", "办理进展"));
    default:
      ask_for(entity, {H::kResultFieldNumber}, form);
      form.set(H::kAnsweredAtFieldNumber, now);
      return std::string("报结");
  }
}

}  // namespace

StreamId handout_stream_id(const TownshipId& township, const RowId& unit) {
  StreamId id;
  wire::hash_into(id.data, {}, "mq/us1", {township.view(), unit.view()});
  return id;
}

Result<UnitAccount> unit_account(const Workplace& place, std::string_view unit,
                                 std::string_view name) {
  if (!place.is_admin()) {
    return Error{Code::kNotAllowed, "邀请单位由乡镇管理员办", "units are invited by an admin"};
  }
  MQ_TRY(const std::optional<RowId> row, unit_named(place, unit));
  if (!row) {
    return Error{Code::kNotFound, cat("没有找到单位:", unit, ";先用 unit add 登记"),
                 cat("no such unit: ", unit, "; unit add makes one")};
  }
  UnitAccount out{handout_stream_id(place.control.township(), *row), {}};
  wire::hash_into(out.member.data, {}, "mq/um1",
                  {place.control.township().view(), row->view(), view_of(name)});
  if (place.vault.stream(out.stream) == nullptr) {
    vault::StreamInfo info;
    info.id = out.stream;
    info.kind = wire::pb::STREAM_KIND_HANDOUT;
    info.label = std::string(unit);
    MQ_CHECK(place.vault.add_stream(info));
  }
  return out;
}

std::span<const Move> handout_moves() { return kMoves; }

Result<Outcome> move_handout(const Workplace& place, std::string_view verb, const RowId& row,
                             const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const Machine states = machine(place);
  MQ_CHECK(need_unit(place));
  MQ_TRY(const vault::RowData data, standing_row(place, states.entity, row));
  MQ_TRY(Form form, Form::read(place, states.entity, inputs, {"reason", "progress"}));
  const std::int64_t from = number_of(data, H::kStateFieldNumber);
  const Move* move = move_of(states, verb, from);
  Storing storing{data.stream, row, seen, {}};
  if (move == nullptr) {
    form.faults().push_back(no_such_move(states, verb, from));
    return store_form(place, form, std::move(storing));
  }
  MQ_TRY(const std::string line, act(place, *move, data, form));
  vault::Draft journal;
  RowChanges(place, "Handout", row)
      .add(H::kProgressFieldNumber,
           cat(second_after(place.clock.wall(), data, H::kProgressFieldNumber), " ", line))
      .into(journal);
  storing.more = std::move(journal.changes);
  if (move->from != move->to) storing.more.push_back(state_step(states, row, move->to, ""));
  return store_form(place, form, std::move(storing));
}

}  // namespace mq::work
