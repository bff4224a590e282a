// The desk's side of hand-outs: giving them out, taking them back, and bringing home what units
// did.
#include <algorithm>
#include <tuple>

#include "handouts.h"
#include "issue_making.h"
#include "minqing/model/v1/handout.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/organisation.pb.h"
#include "mq/base/text.h"
#include "mq/vault/cell_time.h"
#include "mq/work/handout.h"
#include "mq/work/issue.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Handout;
using I = mpb::Issue;

namespace {

constexpr std::size_t kTimeBytes = 20;                         // "2026-03-05 10:11:12 "
constexpr std::int64_t kEndOfDayMs = 86'400'000 - 28'800'001;  // of a day, in Shanghai

const model::Entity& handout_of(const Workplace& place) {
  return *place.vault.schema().entity("Handout");
}

std::string text_in(const vault::RowData& data, std::uint32_t field) {
  const vault::Cell* cell = data.cell(field);
  const auto* text = cell == nullptr ? nullptr : std::get_if<std::string>(&cell->value);
  return text == nullptr ? std::string() : *text;
}

std::vector<std::string> texts_in(const vault::RowData& data, std::uint32_t field) {
  std::vector<std::string> out;
  const vault::Cell* cell = data.cell(field);
  if (cell == nullptr) return out;
  for (const model::Value& value : cell->values) {
    if (const auto* text = std::get_if<std::string>(&value)) out.push_back(*text);
  }
  return out;
}

// An extension lasts to the end of its day.
std::int64_t deadline(const vault::RowData& issue) {
  const std::int64_t extended = number_of(issue, I::kExtendedUntilFieldNumber);
  return extended != 0 ? extended * 86'400'000 + kEndOfDayMs
                       : number_of(issue, I::kDueAtFieldNumber);
}

bool over(const vault::RowData& handout) {
  const std::int64_t state = number_of(handout, H::kStateFieldNumber);
  return state == mpb::HANDOUT_STATE_TAKEN_BACK || state == mpb::HANDOUT_STATE_ANSWERED;
}

// Of one issue, or all.
Result<std::vector<vault::RowData>> handouts(const Workplace& place,
                                             const std::optional<RowId>& issue) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(cat("SELECT id FROM \"handout\" WHERE deleted = 0",
                                          issue ? " AND issue_id = ?1" : "", " ORDER BY id")));
  if (issue) q.bind(1, issue->view());
  std::vector<RowId> rows;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    rows.push_back(RowId::from(q.blob(0)).value_or(RowId{}));
  }
  std::vector<vault::RowData> out;
  for (const RowId& row : rows) {
    MQ_TRY(std::optional<vault::RowData> data, place.vault.load(handout_of(place).number, row));
    if (data) out.push_back(*std::move(data));
  }
  return out;
}

vault::Change step_to(const Workplace& place, const RowId& row, std::int64_t state) {
  vault::Change change;
  change.kind = vault::Change::Kind::kStep;
  change.entity = handout_of(place).number;
  change.row = row;
  change.field = H::kStateFieldNumber;
  change.value = state;
  return change;
}

// The deadline as it is now.
void due_of(const Workplace& place, const vault::RowData& issue, const vault::RowData& handout,
            vault::Draft& out) {
  const std::int64_t due = deadline(issue);
  if (due == number_of(handout, H::kDueAtFieldNumber)) return;
  RowChanges(place, "Handout", handout.id)
      .set(H::kDueAtFieldNumber, due == 0 ? model::Value{} : model::Value{due})
      .into(out);
}

// A hand-out has no such state: its journal says until when, and why.
void suspend(const Workplace& place, const vault::RowData& issue, const vault::RowData& handout,
             std::string_view hop, vault::Draft& out) {
  const Date until{static_cast<std::int32_t>(number_of(issue, I::kPlannedUntilFieldNumber))};
  constexpr std::string_view kSuspends = "挂起";
  RowChanges(place, "Handout", handout.id)
      .add(H::kProgressFieldNumber,
           cat(hop.substr(0, kTimeBytes), kSuspends, "(列入计划到 ", until.iso(), ")",
               hop.substr(kTimeBytes + kSuspends.size())))
      .into(out);
}

Result<std::string> name_of(const Workplace& place, const std::optional<RowId>& unit) {
  if (!unit) return std::string();
  MQ_TRY(const std::optional<vault::RowData> org,
         place.vault.load(place.vault.schema().entity("OrgUnit")->number, *unit));
  return org ? text_in(*org, mpb::OrgUnit::kNameFieldNumber) : std::string();
}

// The text of this moment; of people only whom the reporter let be named.
Result<vault::Draft> hand_out(const Workplace& place, const vault::RowData& issue,
                              vault::StreamIx stream) {
  const RowId row = new_id<RowId>(place.clock, place.random);
  MQ_TRY(const std::string village, name_of(place, id_of(issue, I::kVillageIdFieldNumber)));
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  RowChanges changes(place, "Handout", row);
  changes.set_row(H::kIssueIdFieldNumber, issue.id)
      .set(H::kNoFieldNumber, text_in(issue, I::kNoFieldNumber))
      .set(H::kTitleFieldNumber, text_in(issue, I::kTitleFieldNumber))
      .set(H::kTextFieldNumber, text_in(issue, I::kTextFieldNumber))
      .set(H::kCategoryFieldNumber, number_of(issue, I::kCategoryFieldNumber))
      .set(H::kVillageFieldNumber, village)
      .set(H::kHandedAtFieldNumber, place.clock.wall().ms);
  if (me) changes.set(H::kHandedByFieldNumber, me->name);
  if (deadline(issue) != 0) changes.set(H::kDueAtFieldNumber, deadline(issue));
  if (number_of(issue, I::kReporterMaskedFieldNumber) == 0) {
    const std::string reporter = text_in(issue, I::kReporterFieldNumber);
    const std::string phone = text_in(issue, I::kPhoneFieldNumber);
    if (!reporter.empty()) changes.set(H::kReporterFieldNumber, reporter);
    if (!phone.empty()) changes.set(H::kPhoneFieldNumber, phone);
  }
  vault::Draft draft{stream, {}};
  changes.into(draft);
  draft.changes.push_back(step_to(place, row, mpb::HANDOUT_STATE_HANDED_OUT));
  return draft;
}

// The stream of the unit that the issue is assigned to; nullptr: the unit has none.
const vault::StreamInfo* stream_of_unit(const Workplace& place, const vault::RowData& issue) {
  const auto unit = id_of(issue, I::kToOrgFieldNumber);
  return unit ? place.vault.stream(handout_stream_id(place.control.township(), *unit)) : nullptr;
}

// Where the unit has no part in it any more.
bool left_the_unit(std::int64_t state) {
  constexpr mpb::IssueState kLeft[] = {mpb::ISSUE_STATE_RETURNED,   mpb::ISSUE_STATE_WAITING,
                                       mpb::ISSUE_STATE_CLOSED,     mpb::ISSUE_STATE_MERGED,
                                       mpb::ISSUE_STATE_WITHDRAWN,  mpb::ISSUE_STATE_LEGAL,
                                       mpb::ISSUE_STATE_NOT_NEEDED, mpb::ISSUE_STATE_FINISHED};
  return std::ranges::find(kLeft, state) != std::end(kLeft);
}

// Whether its state was ever one of these, counted or not: by the moves alone, and by no clock.
Result<bool> ever_moved_to(const Workplace& place, const vault::RowData& row, std::uint32_t field,
                           std::initializer_list<std::int64_t> states) {
  MQ_TRY(const std::vector<vault::Claim> moves, place.vault.claims(row.entity, row.id, field));
  return std::ranges::any_of(moves, [&](const vault::Claim& move) {
    const auto* to = std::get_if<std::int64_t>(&move.value);
    return to != nullptr && std::ranges::find(states, *to) != states.end();
  });
}

// When it was handed out; the server's word where that is earlier than its device's.
Result<Hlc> handed_out(const Workplace& place, const vault::RowData& handout) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT meta FROM \"handout\" WHERE id = ?1"));
  q.bind(1, handout.id.view());
  MQ_TRY(const bool found, q.step());
  if (!found) return Hlc{};
  MQ_TRY(const std::optional<vault::CellTime> time,
         vault::cell_time(place.vault, q.blob(0), H::kHandedAtFieldNumber));
  if (!time) return Hlc{};
  return time->not_after ? std::min(time->hlc, Hlc::of(time->not_after->ms)) : time->hlc;
}

// Of those of one issue that lie with one unit the one that counts. Whoever hands out anew takes
// the one before back, whatever his clock says; only of others does the time decide.
Result<RowId> newest(const Workplace& place, const std::vector<vault::RowData>& all,
                     const vault::RowData& like) {
  const auto issue = id_of(like, H::kIssueIdFieldNumber);
  std::vector<const vault::RowData*> rivals;
  for (const vault::RowData& one : all) {
    const bool same = one.stream == like.stream && id_of(one, H::kIssueIdFieldNumber) == issue;
    if (same) rivals.push_back(&one);
  }
  if (rivals.size() < 2) return like.id;
  std::tuple<bool, Hlc, RowId> best;
  for (const vault::RowData* one : rivals) {
    MQ_TRY(const bool taken,
           ever_moved_to(place, *one, H::kStateFieldNumber, {mpb::HANDOUT_STATE_TAKEN_BACK}));
    MQ_TRY(const Hlc time, handed_out(place, *one));
    best = std::max(best, {!taken, time, one->id});
  }
  return std::get<RowId>(best);
}

// What a line of a unit's journal says, in 流转 and as states of the hand-out and of the issue.
struct Echo {
  std::string_view begins;  // after its time
  std::string_view zh;      // in 流转
  int handout;
  int issue;
};
// In the order in which a unit does them, an objection apart.
constexpr Echo kEchoes[] = {
    {"签收", "签收", mpb::HANDOUT_STATE_SIGNED, mpb::ISSUE_STATE_SIGNED},
    {"异议", "异议移送", mpb::HANDOUT_STATE_OBJECTED, mpb::ISSUE_STATE_OBJECTED},
    {"办理", "办理", mpb::HANDOUT_STATE_IN_PROGRESS, mpb::ISSUE_STATE_IN_PROGRESS},
    {"报结", "报审", mpb::HANDOUT_STATE_ANSWERED, mpb::ISSUE_STATE_IN_REVIEW}};

struct Line {
  const Echo* echo;
  std::string words;  // without its time
  std::string hop;    // as it stands in 流转
};

// Lines of the journal that the issue lacks.
std::vector<Line> lines_lacking(const vault::RowData& issue, const vault::RowData& handout,
                                const std::string& unit) {
  const std::vector<std::string> hops = texts_in(issue, I::kHopsFieldNumber);
  std::vector<std::string> journal = texts_in(handout, H::kProgressFieldNumber);
  std::ranges::sort(journal);
  std::vector<Line> out;
  for (const std::string& line : journal) {
    if (line.size() <= kTimeBytes) continue;
    const std::string words = line.substr(kTimeBytes);
    const Echo* echo = std::ranges::find_if(
        kEchoes, [&](const Echo& one) { return words.starts_with(one.begins); });
    if (echo == std::end(kEchoes)) continue;
    std::string hop = cat(line.substr(0, kTimeBytes), echo->zh, "(", unit, ")",
                          words.substr(echo->begins.size()));
    if (std::ranges::find(hops, hop) != hops.end()) continue;
    out.push_back({echo, words, std::move(hop)});
  }
  return out;
}

const Line* last_of(const std::vector<Line>& lines, const Echo& echo) {
  const Line* last = nullptr;
  for (const Line& line : lines) {
    if (line.echo == &echo) last = &line;
  }
  return last;
}

// The moves that bring the issue to where the unit stands with it. Its lines are dated by its
// clock; what came of them is the state of the hand-out, and that they were written. What was
// decided on a state since is not undone by it.
Result<std::vector<vault::Change>> moves_home(const Workplace& place, const vault::RowData& issue,
                                              const Echo& now, const std::vector<Line>& lines) {
  std::vector<vault::Change> out;
  std::int64_t state = number_of(issue, I::kStateFieldNumber);
  if (state == now.issue || number_of(issue, I::kClosedOnFieldNumber) != 0) return out;
  if (last_of(lines, now) == nullptr) {
    MQ_TRY(const bool decided, ever_moved_to(place, issue, I::kStateFieldNumber,
                                             {now.issue, mpb::ISSUE_STATE_REOPENED}));
    if (decided) return out;
  }
  for (const Echo& step : kEchoes) {
    const bool arrives = &step == &now;
    if (step.issue == mpb::ISSUE_STATE_OBJECTED && !arrives) continue;
    const Line* said = last_of(lines, step);
    // One that nobody wrote is gone through where the way leads through it.
    const bool due = arrives || said != nullptr || !legal_issue_move(state, now.issue);
    if (due && legal_issue_move(state, step.issue)) {
      out.push_back(issue_move(place, issue.id, step.issue, said != nullptr ? said->words : ""));
      state = step.issue;
    }
    if (arrives) break;
  }
  return out;
}

// The words and the money of an answer, over what the desk wrote only if they moved the issue.
void answer_home(const Workplace& place, const vault::RowData& issue, const vault::RowData& handout,
                 bool moved, vault::Draft& out) {
  RowChanges answer(place, "Issue", issue.id);
  const std::string result = text_in(handout, H::kResultFieldNumber);
  const std::int64_t cost = number_of(handout, H::kCostFieldNumber);
  if (!result.empty() && (moved || text_in(issue, I::kResultFieldNumber).empty())) {
    answer.set(I::kResultFieldNumber, result);
  }
  if (cost != 0 && (moved || number_of(issue, I::kCostFieldNumber) == 0)) {
    answer.set(I::kCostFieldNumber, cost);
  }
  answer.into(out);
}

// `current`: it is this unit's now.
Result<vault::Draft> bring_home(const Workplace& place, const vault::RowData& issue,
                                const vault::RowData& handout, bool current) {
  const vault::StreamInfo* here = place.vault.stream(handout.stream);
  vault::Draft out{issue.stream, {}};
  const std::vector<Line> lines = lines_lacking(issue, handout, here->label);
  for (const Line& line : lines) {
    RowChanges(place, "Issue", issue.id).add(I::kHopsFieldNumber, line.hop).into(out);
  }
  const std::int64_t state = number_of(handout, H::kStateFieldNumber);
  const Echo* now =
      std::ranges::find_if(kEchoes, [&](const Echo& one) { return one.handout == state; });
  bool moved = false;
  if (current && now != std::end(kEchoes)) {
    MQ_TRY(const std::vector<vault::Change> moves, moves_home(place, issue, *now, lines));
    moved = !moves.empty() &&
            moves.back().value == model::Value{std::int64_t{mpb::ISSUE_STATE_IN_REVIEW}};
    out.changes.insert(out.changes.end(), moves.begin(), moves.end());
  }
  constexpr const Echo& kAnswer = kEchoes[3];
  if (current && (moved || last_of(lines, kAnswer) != nullptr)) {
    answer_home(place, issue, handout, moved, out);
  }
  return out;
}

// The desk was not content: it is the unit's to go on with, and its journal says why.
void send_back(const Workplace& place, const vault::RowData& handout, std::string_view hop,
               vault::Draft& out) {
  constexpr std::string_view kGoesOn = "办理";
  RowChanges changes(place, "Handout", handout.id);
  changes.set(H::kAnsweredAtFieldNumber, {});
  if (hop.size() > kTimeBytes) {
    changes.add(H::kProgressFieldNumber,
                cat(hop.substr(0, kTimeBytes), "退回", hop.substr(kTimeBytes + kGoesOn.size())));
  }
  changes.into(out);
  out.changes.push_back(step_to(place, handout.id, mpb::HANDOUT_STATE_IN_PROGRESS));
}

bool answered(const vault::RowData& handout) {
  return number_of(handout, H::kStateFieldNumber) == mpb::HANDOUT_STATE_ANSWERED;
}

// With the last word of the desk or of a cadre: what a unit did has its name in brackets.
std::string last_going_on(const vault::RowData& issue) {
  std::string last;
  for (const std::string& hop : texts_in(issue, I::kHopsFieldNumber)) {
    if (hop.size() < kTimeBytes) continue;
    const std::string words = hop.substr(kTimeBytes);
    if (words.starts_with("办理") && !words.starts_with("办理(")) last = std::max(last, hop);
  }
  return last;
}

// What became of the issue without its hand-out: a cadre moved it, or it was amended.
vault::Draft catch_up(const Workplace& place, const vault::RowData& issue,
                      const vault::RowData& handout) {
  vault::Draft out{handout.stream, {}};
  if (!over(handout)) due_of(place, issue, handout, out);
  const bool goes_on = number_of(issue, I::kStateFieldNumber) == mpb::ISSUE_STATE_IN_PROGRESS;
  if (goes_on && answered(handout)) send_back(place, handout, last_going_on(issue), out);
  return out;
}

}  // namespace

std::string second_of(WallTime now) {
  constexpr std::int64_t kSeconds = 60;
  const std::int64_t second = (now.ms / 1000 % kSeconds + kSeconds) % kSeconds;
  return cat(shanghai_minute(now), second < 10 ? ":0" : ":", second);
}

std::string second_after(WallTime now, const vault::RowData& data, std::uint32_t field) {
  constexpr int kSecondsMax = 60;  // a clock that was set back is left as it is
  std::string last;
  for (const std::string& line : texts_in(data, field)) last = std::max(last, line);
  WallTime at = now;
  for (int i = 0; i < kSecondsMax && second_of(at) <= last.substr(0, second_of(at).size()); ++i) {
    at.ms += 1000;
  }
  return second_of(at);
}

Status follow_issue(const Workplace& place, std::string_view verb, const RowId& row,
                    std::string_view hop) {
  MQ_TRY(const vault::RowData issue,
         standing_row(place, *place.vault.schema().entity("Issue"), row));
  MQ_TRY(const std::vector<vault::RowData> given, handouts(place, row));
  const vault::StreamInfo* stream = stream_of_unit(place, issue);
  const bool assigned = verb == "assign";
  const bool gone = assigned || left_the_unit(number_of(issue, I::kStateFieldNumber));
  const vault::View seen = place.vault.view();
  std::vector<vault::Draft> drafts;
  for (const vault::RowData& one : given) {
    vault::Draft draft{one.stream, {}};
    const bool here = stream != nullptr && stream->ix == one.stream;
    if (verb == "progress" && here && answered(one)) {
      MQ_TRY(const RowId last, newest(place, given, one));
      if (last == one.id) send_back(place, one, hop, draft);
    }
    if (!over(one) && gone) {
      draft.changes.push_back(step_to(place, one.id, mpb::HANDOUT_STATE_TAKEN_BACK));
    } else if (!over(one)) {
      due_of(place, issue, one, draft);
      if (verb == "suspend") suspend(place, issue, one, hop, draft);
    }
    if (!draft.changes.empty()) drafts.push_back(std::move(draft));
  }
  if (assigned && stream != nullptr) {
    MQ_TRY(vault::Draft draft, hand_out(place, issue, stream->ix));
    drafts.push_back(std::move(draft));
  }
  if (!drafts.empty()) MQ_CHECK(place.vault.commit(drafts, seen));
  return {};
}

Result<std::size_t> take_handouts(const Workplace& place) {
  if (!place.is_desk()) return std::size_t{0};
  MQ_TRY(const std::vector<vault::RowData> all, handouts(place, {}));
  std::size_t changed = 0;
  for (const vault::RowData& one : all) {
    const auto issue_id = id_of(one, H::kIssueIdFieldNumber);
    if (!issue_id) continue;
    const vault::View seen = place.vault.view();
    MQ_TRY(const std::optional<vault::RowData> issue,
           place.vault.load(place.vault.schema().entity("Issue")->number, *issue_id));
    if (!issue) continue;
    const vault::StreamInfo* now = stream_of_unit(place, *issue);
    // Given out anew since, or to another unit: what is done with it moves nothing any more.
    MQ_TRY(const RowId last, newest(place, all, one));
    const bool its_own = now != nullptr && now->ix == one.stream && last == one.id;
    const bool current =
        its_own && number_of(one, H::kStateFieldNumber) != mpb::HANDOUT_STATE_TAKEN_BACK;
    std::vector<vault::Draft> drafts;
    if (!issue->deleted) {  // one that was cancelled takes no lines
      MQ_TRY(vault::Draft draft, bring_home(place, *issue, one, current));
      if (!draft.changes.empty()) drafts.push_back(std::move(draft));
    }
    // A cadre who closed it holds no hand-out to take back; a unit may have signed one that the
    // desk was taking back.
    const bool ended = issue->deleted || number_of(*issue, I::kClosedOnFieldNumber) != 0;
    if ((ended || !its_own) && !over(one)) {
      drafts.push_back({one.stream, {step_to(place, one.id, mpb::HANDOUT_STATE_TAKEN_BACK)}});
    } else if (!ended && current && drafts.empty()) {
      vault::Draft draft = catch_up(place, *issue, one);
      if (!draft.changes.empty()) drafts.push_back(std::move(draft));
    }
    if (drafts.empty()) continue;
    MQ_CHECK(place.vault.commit(drafts, seen));
    ++changed;
  }
  return changed;
}

Result<Keeping> keeping_of(const Workplace& place, const vault::RowData& issue) {
  // One that was taken up again is the desk's to give out anew: the old hand-out has ended.
  constexpr mpb::IssueState kUnits[] = {mpb::ISSUE_STATE_ASSIGNED, mpb::ISSUE_STATE_SIGNED,
                                        mpb::ISSUE_STATE_IN_PROGRESS};
  Keeping out;
  const std::int64_t state = number_of(issue, I::kStateFieldNumber);
  if (number_of(issue, I::kClosedOnFieldNumber) != 0) return out;
  if (std::ranges::find(kUnits, state) != std::end(kUnits)) {
    MQ_TRY(out.holder, name_of(place, id_of(issue, I::kToOrgFieldNumber)));
  }
  const bool at_unit = !out.holder.empty();
  if (!at_unit) out.holder = "民情办";
  std::vector<std::string> hops = texts_in(issue, I::kHopsFieldNumber);
  std::ranges::sort(hops);
  for (const std::string& hop : hops) {
    // with a unit since it was handed out; with the desk since its last line
    if (hop.size() < kTimeBytes) continue;
    const bool counts = !at_unit || hop.substr(kTimeBytes).starts_with("交办");
    if (counts) out.since = hop.substr(0, kTimeBytes - 1);
  }
  return out;
}

}  // namespace mq::work
