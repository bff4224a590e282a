// The desk's side of hand-outs: giving them out, taking them back, and bringing home what units
// did.
#include <algorithm>
#include <map>

#include "handouts.h"
#include "issue_making.h"
#include "minqing/model/v1/handout.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/organisation.pb.h"
#include "mq/base/text.h"
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

// Of one issue, or all; oldest first.
Result<std::vector<vault::RowData>> handouts(const Workplace& place,
                                             const std::optional<RowId>& issue) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              cat("SELECT id FROM \"handout\" WHERE deleted = 0",
                                  issue ? " AND issue_id = ?1" : "", " ORDER BY handed_at, id")));
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

// What a line of a unit's journal does to the issue.
struct Echo {
  std::string_view begins;  // after its time
  std::string_view zh;      // in 流转
  int to;
};
constexpr Echo kEchoes[] = {{"签收", "签收", mpb::ISSUE_STATE_SIGNED},
                            {"异议", "异议移送", mpb::ISSUE_STATE_OBJECTED},
                            {"办理", "办理", mpb::ISSUE_STATE_IN_PROGRESS},
                            {"报结", "报审", mpb::ISSUE_STATE_IN_REVIEW}};

// Lines that the issue lacks, and the moves that still fit. `current`: it is this unit's now.
std::vector<vault::Change> echoes(const Workplace& place, const vault::RowData& issue,
                                  const vault::RowData& handout, const std::string& unit,
                                  bool current) {
  const std::vector<std::string> hops = texts_in(issue, I::kHopsFieldNumber);
  std::vector<std::string> journal = texts_in(handout, H::kProgressFieldNumber);
  std::ranges::sort(journal);
  std::int64_t state = number_of(issue, I::kStateFieldNumber);
  vault::Draft out;
  for (const std::string& line : journal) {
    if (line.size() <= kTimeBytes) continue;
    const std::string words = line.substr(kTimeBytes);
    const auto echo = std::ranges::find_if(
        kEchoes, [&](const Echo& one) { return words.starts_with(one.begins); });
    if (echo == std::end(kEchoes)) continue;
    const std::string hop = cat(line.substr(0, kTimeBytes), echo->zh, "(", unit, ")",
                                words.substr(echo->begins.size()));
    if (std::ranges::find(hops, hop) != hops.end()) continue;
    RowChanges(place, "Issue", issue.id).add(I::kHopsFieldNumber, hop).into(out);
    if (!current || !legal_issue_move(state, echo->to)) continue;
    out.changes.push_back(issue_move(place, issue.id, echo->to, words));
    state = echo->to;
    const std::string result = text_in(handout, H::kResultFieldNumber);
    if (state != mpb::ISSUE_STATE_IN_REVIEW || result.empty()) continue;
    RowChanges answer(place, "Issue", issue.id);
    answer.set(I::kResultFieldNumber, result);
    const std::int64_t cost = number_of(handout, H::kCostFieldNumber);
    if (cost != 0) answer.set(I::kCostFieldNumber, cost);
    answer.into(out);
  }
  return out.changes;
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

Status follow_issue(const Workplace& place, std::string_view verb, const RowId& row) {
  MQ_TRY(const vault::RowData issue,
         standing_row(place, *place.vault.schema().entity("Issue"), row));
  MQ_TRY(const std::vector<vault::RowData> given, handouts(place, row));
  const bool assigned = verb == "assign";
  const bool gone = assigned || left_the_unit(number_of(issue, I::kStateFieldNumber));
  const vault::View seen = place.vault.view();
  std::vector<vault::Draft> drafts;
  for (const vault::RowData& one : given) {
    if (over(one)) continue;
    vault::Draft draft{one.stream, {}};
    if (gone) {
      draft.changes.push_back(step_to(place, one.id, mpb::HANDOUT_STATE_TAKEN_BACK));
    } else if (verb == "extend") {
      RowChanges(place, "Handout", one.id).set(H::kDueAtFieldNumber, deadline(issue)).into(draft);
    }
    if (!draft.changes.empty()) drafts.push_back(std::move(draft));
  }
  if (const vault::StreamInfo* stream = stream_of_unit(place, issue);
      assigned && stream != nullptr) {
    MQ_TRY(vault::Draft draft, hand_out(place, issue, stream->ix));
    drafts.push_back(std::move(draft));
  }
  if (!drafts.empty()) MQ_CHECK(place.vault.commit(drafts, seen));
  return {};
}

Result<std::size_t> take_handouts(const Workplace& place) {
  if (!place.is_desk()) return std::size_t{0};
  MQ_TRY(const std::vector<vault::RowData> all, handouts(place, {}));
  std::map<RowId, RowId> newest;  // of each issue
  for (const vault::RowData& one : all) {
    if (const auto issue = id_of(one, H::kIssueIdFieldNumber)) newest[*issue] = one.id;
  }
  std::size_t changed = 0;
  for (const vault::RowData& one : all) {
    const auto issue_id = id_of(one, H::kIssueIdFieldNumber);
    if (!issue_id) continue;
    const vault::View seen = place.vault.view();
    MQ_TRY(const std::optional<vault::RowData> issue,
           place.vault.load(place.vault.schema().entity("Issue")->number, *issue_id));
    if (!issue) continue;
    const vault::StreamInfo* here = place.vault.stream(one.stream);
    const vault::StreamInfo* now = stream_of_unit(place, *issue);
    // Given out anew since, or to another unit: what is done with it moves nothing any more.
    const bool its_own = now != nullptr && now->ix == one.stream && newest.at(*issue_id) == one.id;
    const bool current =
        its_own && number_of(one, H::kStateFieldNumber) != mpb::HANDOUT_STATE_TAKEN_BACK;
    std::vector<vault::Draft> drafts;
    if (!issue->deleted) {  // one that was cancelled takes no lines
      vault::Draft draft{issue->stream, echoes(place, *issue, one, here->label, current)};
      if (!draft.changes.empty()) drafts.push_back(std::move(draft));
    }
    // A cadre who closed it holds no hand-out to take back; a unit may have signed one that the
    // desk was taking back.
    const bool ended = issue->deleted || number_of(*issue, I::kClosedOnFieldNumber) != 0;
    if ((ended || !its_own) && !over(one)) {
      drafts.push_back({one.stream, {step_to(place, one.id, mpb::HANDOUT_STATE_TAKEN_BACK)}});
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
