// 承诺 (DOMAIN A11, F5): proposed, reviewed, published, kept or not, and rated from four sides.
#include "checks.h"
#include "minqing/model/v1/commitment.pb.h"
#include "mq/base/text.h"
#include "record_days.h"
#include "state_moves.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using C = mpb::Commitment;

namespace {

// Whoever sees that it will not be kept says so without first reporting it done.
constexpr Move kMoves[] = {
    {"review", mpb::COMMITMENT_STATE_PROPOSED, mpb::COMMITMENT_STATE_APPROVED},
    {"review", mpb::COMMITMENT_STATE_PROPOSED, mpb::COMMITMENT_STATE_RETURNED},
    {"propose", mpb::COMMITMENT_STATE_RETURNED, mpb::COMMITMENT_STATE_PROPOSED},
    {"publish", mpb::COMMITMENT_STATE_APPROVED, mpb::COMMITMENT_STATE_PUBLISHED},
    {"progress", mpb::COMMITMENT_STATE_PUBLISHED, mpb::COMMITMENT_STATE_IN_PROGRESS},
    {"progress", mpb::COMMITMENT_STATE_IN_PROGRESS, mpb::COMMITMENT_STATE_IN_PROGRESS},
    {"done", mpb::COMMITMENT_STATE_IN_PROGRESS, mpb::COMMITMENT_STATE_REPORTED},
    {"rate", mpb::COMMITMENT_STATE_REPORTED, mpb::COMMITMENT_STATE_RATED},
    {"settle", mpb::COMMITMENT_STATE_RATED, mpb::COMMITMENT_STATE_FULFILLED},
    {"settle", mpb::COMMITMENT_STATE_RATED, mpb::COMMITMENT_STATE_UNFULFILLED},
    {"settle", mpb::COMMITMENT_STATE_IN_PROGRESS, mpb::COMMITMENT_STATE_UNFULFILLED},
};

constexpr std::uint32_t kRatings[] = {C::kRatingSelfFieldNumber, C::kRatingPeersFieldNumber,
                                      C::kRatingLeaderFieldNumber, C::kRatingPeopleFieldNumber};

Machine machine(const Workplace& place) {
  return {*place.vault.schema().entity("Commitment"), C::kStateFieldNumber, kMoves};
}

// Where review and settle lead: what was decided, typed as a word. 0 with a fault if it is neither.
struct Choice {
  std::string_view flag, zh;
  std::string_view yes, no;
  int to_yes, to_no;
};
constexpr Choice kReview = {"decision",
                            "审诺结论",
                            "通过",
                            "退回",
                            mpb::COMMITMENT_STATE_APPROVED,
                            mpb::COMMITMENT_STATE_RETURNED};
constexpr Choice kSettle = {"outcome",
                            "兑现结论",
                            "兑现",
                            "未兑现",
                            mpb::COMMITMENT_STATE_FULFILLED,
                            mpb::COMMITMENT_STATE_UNFULFILLED};

int chosen(const Choice& choice, Form& form) {
  const std::string typed(trimmed(form.extra(choice.flag)));
  if (typed == choice.yes) return choice.to_yes;
  if (typed == choice.no) return choice.to_no;
  form.fault(choice.flag,
             cat(choice.zh, ":请写 ", choice.yes, " 或 ", choice.no, "(--", choice.flag, ")"),
             cat(choice.flag, ": ", choice.yes, " or ", choice.no));
  return 0;
}

// The ratings still missing, of the row and the form together, as labels.
std::vector<std::string> missing_ratings(const Machine& machine, const vault::RowData& data,
                                         const Form& form) {
  std::vector<std::string> out;
  for (const std::uint32_t rating : kRatings) {
    const bool given = form.integer(rating) != 0 || number_of(data, rating) != 0;
    if (!given) out.push_back(machine.entity.field(rating)->zh);
  }
  return out;
}

// True if the four are there; else what was given is kept and the person hears what lacks.
bool all_rated(const Machine& machine, const vault::RowData& data, Form& form) {
  const std::vector<std::string> missing = missing_ratings(machine, data, form);
  if (missing.empty()) return true;
  const std::string list = join(missing, "、");
  if (missing.size() == std::size(kRatings)) {
    form.fault("rating_self",
               "四评一项也没有写(--rating_self、--rating_peers、--rating_leader、"
               "--rating_people)",
               "none of the four ratings was given");
  } else {
    form.flag("rating_self", cat("已存好;还差 ", list, ",四评齐了才进入评诺"),
              cat("kept; ", missing.size(), " of the four ratings are still missing"));
  }
  return false;
}

// What each step asks for and fills by itself. Says whether the state moves.
bool complete(const Workplace& place, const Machine& machine, const Move& move,
              const vault::RowData& data, Form& form) {
  const model::Entity& entity = machine.entity;
  const auto today = [&](std::uint32_t field) { default_day(place, entity, field, form); };
  switch (move.to) {
    case mpb::COMMITMENT_STATE_RETURNED:
      ask_for(entity, {C::kReviewFieldNumber}, form);
      return true;
    case mpb::COMMITMENT_STATE_PUBLISHED:
      today(C::kPublishedOnFieldNumber);
      return true;
    case mpb::COMMITMENT_STATE_IN_PROGRESS:
      ask_for(entity, {C::kProgressFieldNumber}, form);
      return move.from != move.to;
    case mpb::COMMITMENT_STATE_REPORTED:
      ask_for(entity, {C::kResultFieldNumber}, form);
      today(C::kReportedOnFieldNumber);
      return true;
    case mpb::COMMITMENT_STATE_RATED:
      return all_rated(machine, data, form);
    case mpb::COMMITMENT_STATE_UNFULFILLED:
      ask_for(entity, {C::kExplanationFieldNumber}, form);
      [[fallthrough]];
    case mpb::COMMITMENT_STATE_FULFILLED:
      today(C::kSettledOnFieldNumber);
      return true;
    default:
      return true;
  }
}

}  // namespace

std::span<const Move> commitment_moves() { return kMoves; }

void check_commitment(const vault::RowData& data, Form& whole) {
  const bool unkept = number_of(data, C::kStateFieldNumber) == mpb::COMMITMENT_STATE_UNFULFILLED;
  if (unkept && whole.text(C::kExplanationFieldNumber).empty()) {
    whole.fault("explanation", "未兑现说明:未兑现的承诺必须有说明,不能清空",
                "explanation: a promise that was not kept keeps its explanation");
  }
}

Result<Outcome> add_commitment(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const Machine states = machine(place);
  MQ_TRY(Form form, Form::read(place, states.entity, inputs));
  MQ_TRY(const std::optional<Village> village,
         village_for(place, {C::kVillageIdFieldNumber}, form));
  MQ_CHECK(default_recorder(place, C::kRecordedByFieldNumber, form));
  if (village) form.set_default(C::kPromiserFieldNumber, village->name);
  if (form.has(C::kRecordedByFieldNumber)) {
    form.set_default(C::kOwnerIdFieldNumber, form.value(C::kRecordedByFieldNumber));
  }
  default_day(place, states.entity, C::kProposedOnFieldNumber, form);
  form.require(model::pb::NEED_SAVE);
  check_commitment_days(states.entity, mpb::COMMITMENT_STATE_PROPOSED, form, form);
  const RowId row = new_id<RowId>(place.clock, place.random);
  return store_form(place, form,
                    {village.value_or(Village{}).stream,
                     row,
                     seen,
                     {state_step(states, row, mpb::COMMITMENT_STATE_PROPOSED, "")}});
}

Result<Outcome> move_commitment(const Workplace& place, std::string_view verb, const RowId& row,
                                const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const Machine states = machine(place);
  MQ_TRY(const vault::RowData data, standing_row(place, states.entity, row));
  MQ_TRY(Form form, Form::read(place, states.entity, inputs, {"decision", "outcome", "reason"}));
  const std::int64_t from = number_of(data, C::kStateFieldNumber);
  int to = 0;
  const bool possible = move_of(states, verb, from) != nullptr;
  if (possible && verb == "review") to = chosen(kReview, form);
  if (possible && verb == "settle") to = chosen(kSettle, form);
  const Move* move = move_of(states, verb, from, to);
  if (move == nullptr) form.faults().push_back(no_such_move(states, verb, from));
  Storing storing{data.stream, row, seen, {}};
  if (move != nullptr && form.faults().empty()) {
    const bool moved = complete(place, states, *move, data, form);
    check_commitment_days(states.entity, move->to, form.over(data), form);
    if (moved) storing.more.push_back(state_step(states, row, move->to, form.extra("reason")));
  }
  return store_form(place, form, std::move(storing));
}

}  // namespace mq::work
