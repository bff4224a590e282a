#include <algorithm>

#include "handouts.h"
#include "issue_handler.h"
#include "issue_making.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/organisation.pb.h"
#include "mq/base/text.h"
#include "mq/work/calendar.h"
#include "mq/work/issue.h"
#include "record_days.h"
#include "record_parts.h"
#include "rights.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using I = mpb::Issue;

namespace {

constexpr int kExtensionDaysMax = 30;  // 信访工作条例 34: of a petition, by whoever is in charge

// A move on its way: the issue as it stands, what was typed, and what they are together.
struct Move {
  const Workplace& place;
  const vault::RowData& data;
  Form& form;
  Form whole;
  std::string destination;  // noted under 流转

  std::int64_t number(std::uint32_t field) const { return whole.integer(field); }
  void need(std::uint32_t field, std::string_view why_zh, std::string_view why_en) {
    if (whole.has(field) && !model::is_empty(whole.value(field))) return;
    const model::Field& f = *entity().field(field);
    form.fault(f.name, cat(f.zh, ":必须填写(--", f.name, ")", why_zh),
               cat(f.name, ": required", why_en));
  }
  void need_reason() {
    if (!trimmed(form.extra("reason")).empty()) return;
    form.fault("reason", "原因:必须填写(--reason)", "reason: required");
  }
  const model::Entity& entity() const { return *place.vault.schema().entity("Issue"); }
  void ends() { default_day(place, entity(), I::kClosedOnFieldNumber, form); }
  void ends(mpb::Closure closure) {
    form.set_default(I::kClosureFieldNumber, std::int64_t{closure});
    ends();
  }
  // Whether it was taken up again once already: a line of 流转 is its day, its hour and the step.
  bool reopened() const {
    const vault::Cell* hops = data.cell(I::kHopsFieldNumber);
    if (hops == nullptr) return false;
    return std::ranges::any_of(hops->values, [](const model::Value& value) {
      const auto* text = std::get_if<std::string>(&value);
      if (text == nullptr) return false;
      const std::vector<std::string> words = split(*text, " ");
      return words.size() > 2 && words[2].starts_with("重办");
    });
  }
};

// 申诉求决 sixty days (信访工作条例 34), advice thirteen working days, all else three (DOMAIN F2).
Term term_of_nature(std::int64_t nature) {
  if (nature == mpb::ISSUE_NATURE_APPEAL) return {mpb::DUE_UNIT_DAYS, 60};
  return {mpb::DUE_UNIT_WORKDAYS, nature == mpb::ISSUE_NATURE_SUGGESTION ? 13 : 3};
}

// due_at as typed, else counted from `start`; a year without a table is a fault of due_at.
Status set_due(Move& move, WallTime start, const Term& otherwise) {
  // An extension is of the deadline before, and would hide the new one.
  if (move.number(I::kExtendedUntilFieldNumber) != 0) {
    move.form.set(I::kExtendedUntilFieldNumber, {});
  }
  const std::string typed = move.form.extra("term");
  if (move.form.has(I::kDueAtFieldNumber)) {
    if (!typed.empty()) {
      move.form.fault("term", "期限和截止时间只写一个(--term 或 --due_at)",
                      "term: say either it or due_at, not both");
    }
    return {};
  }
  Term term = otherwise;
  if (!typed.empty()) {
    const std::optional<Term> parsed = parse_term(typed);
    if (!parsed) {
      move.form.fault("term", cat("期限应写成 3 工作日、15 自然日、1 小时或 1 月:", typed),
                      cat("term: not like \"3 工作日\": ", typed));
      return {};
    }
    term = *parsed;
  }
  MQ_TRY(const Calendar calendar, Calendar::load(move.place));
  const Result<WallTime> due = due_at(start, term, calendar);
  if (!due.ok()) {
    move.form.fault("due_at", due.error().zh, due.error().en);
    return {};
  }
  move.form.set_default(I::kDueUnitFieldNumber, std::int64_t{term.unit});
  move.form.set(I::kDueAtFieldNumber, due->ms);
  return {};
}

Status fill_accept(Move& move) {
  if (!move.form.has(I::kAcceptedAtFieldNumber)) {
    move.form.set_default(I::kAcceptedAtFieldNumber,
                          moment_now(move.place, "due_at", move.form).ms);
  }
  const WallTime start{move.form.integer(I::kAcceptedAtFieldNumber)};
  return set_due(move, start, term_of_nature(move.number(I::kNatureFieldNumber)));
}

// 四定: who, by when, and whose it is; the measure stands in the reason.
Status fill_assign(Move& move) {
  move.need(I::kToOrgFieldNumber, ",交给哪个单位", ", the unit it goes to");
  if (const auto unit = id_of(move.whole, I::kToOrgFieldNumber)) {
    const auto entity = move.place.vault.schema().entity("OrgUnit");
    MQ_TRY(const auto org, move.place.vault.load(entity->number, *unit));
    const vault::Cell* name = org ? org->cell(mpb::OrgUnit::kNameFieldNumber) : nullptr;
    if (name != nullptr) move.destination = cat(" → ", std::get<std::string>(name->value));
  }
  const bool kept = move.form.extra("term").empty() && !move.form.has(I::kDueAtFieldNumber);
  if (kept) return {};
  return set_due(move, moment_now(move.place, "due_at", move.form), {});
}

Status fill_reason(Move& move) {
  move.need_reason();
  return {};
}

Status fill_nothing(Move&) { return {}; }

Status fill_suspend(Move& move) {
  move.need_reason();
  move.need(I::kPlannedUntilFieldNumber, ",列入计划到哪一天", ", the day it is planned for");
  return {};
}

Status fill_review(Move& move) {
  move.need(I::kResultFieldNumber, "", "");
  return {};
}

Status fill_close(Move& move) {
  move.need(I::kClosureFieldNumber, ",如 已解决、解释说明、列入计划、汇总上报",
            ", e.g. 已解决, 解释说明, 列入计划, 汇总上报");
  move.need(I::kResultFieldNumber, "", "");
  if (move.number(I::kClosureFieldNumber) == mpb::CLOSURE_PLANNED) {
    move.need(I::kPlannedUntilFieldNumber, ",列入计划要写明期限", ", a plan names its date");
  }
  move.ends();
  return {};
}

Status fill_callback(Move& move) {
  move.need(I::kCallbackFieldNumber, ":满意、基本满意、不满意或未联系上",
            ": 满意, 基本满意, 不满意 or 未联系上");
  default_day(move.place, move.entity(), I::kCallbackOnFieldNumber, move.form);
  MQ_CHECK(default_recorder(move.place, I::kCallbackByFieldNumber, move.form));
  return check_caller(move.place, move.data.id, move.whole, move.form);
}

// A deadline that nobody typed stays, and the person is told.
Status set_due_again(Move& move) {
  if (!move.form.extra("term").empty() || move.form.has(I::kDueAtFieldNumber)) {
    return set_due(move, moment_now(move.place, "due_at", move.form), {});
  }
  const std::int64_t due = move.number(I::kDueAtFieldNumber);
  if (due == 0) return {};
  const std::int64_t until = move.number(I::kExtendedUntilFieldNumber);
  const std::string last =
      until != 0 ? Date{static_cast<std::int32_t>(until)}.iso() : shanghai_minute({due});
  move.form.flag("due_at", cat("截止时间还是原来的 ", last, ";要改请用 issue amend 改截止时间"),
                 cat("the deadline is still the old one, ", last, "; issue amend changes it"));
  return {};
}

Status fill_reopen(Move& move) {
  move.need_reason();
  if (move.number(I::kCallbackFieldNumber) != mpb::CALLBACK_DISSATISFIED) {
    move.form.fault("callback", "回访不是“不满意”,不用重办",
                    "callback: only a dissatisfied one is taken up again");
  }
  if (move.reopened()) {
    move.form.fault("state", "已经重办过一次,不再重办;请说明情况后销号,或由群众申请复查",
                    "state: it was taken up again once; finish it, or a review is asked for");
  }
  // What the first round came to is in the history; the second one is called back by itself.
  for (const std::uint32_t field :
       {I::kClosedOnFieldNumber, I::kClosureFieldNumber, I::kResultFieldNumber,
        I::kCallbackFieldNumber, I::kCallbackByFieldNumber, I::kCallbackOnFieldNumber}) {
    move.form.set(field, {});
  }
  return set_due_again(move);
}

Status fill_finish(Move& move) {
  if (move.number(I::kCallbackFieldNumber) == mpb::CALLBACK_DISSATISFIED && !move.reopened()) {
    move.form.fault("callback", "群众不满意,要先重办(issue reopen)一次",
                    "callback: dissatisfied; take it up again once first (issue reopen)");
  }
  return {};
}

Status fill_merge(Move& move) {
  const std::string typed = move.form.extra("into");
  if (typed.empty()) {
    move.form.fault("into", "合并到哪一件(--into 编号)", "into: say which issue it is merged into");
    return {};
  }
  const model::Entity& entity = *move.place.vault.schema().entity("Issue");
  const Result<RowId> into = Directory(move.place).row(entity, typed);
  if (!into.ok() || *into == move.data.id) {
    move.form.fault("into", into.ok() ? "不能合并到它自己" : into.error().zh,
                    into.ok() ? "into: it cannot be merged into itself" : into.error().en);
    return {};
  }
  MQ_TRY(const vault::RowData target, standing_row(move.place, entity, *into));
  if (number_of(target, I::kStateFieldNumber) == mpb::ISSUE_STATE_MERGED) {
    move.form.fault("into", "那一件自己也已合并到别的事项,请写最后那一件",
                    "into: that one was merged as well; name the one it went into");
  }
  move.form.set_row(I::kMergedIntoFieldNumber, *into);
  move.ends();
  return {};
}

// It was none of the other after all, or two desks merged them into each other.
Status fill_separate(Move& move) {
  move.need_reason();
  for (const std::uint32_t field : {I::kMergedIntoFieldNumber, I::kClosedOnFieldNumber}) {
    move.form.set(field, {});
  }
  return {};
}

Status fill_waive(Move& move) {
  move.need_reason();
  move.ends(mpb::CLOSURE_NOTHING_TO_DO);
  return {};
}

Status fill_legal(Move& move) {
  move.need_reason();
  move.ends(mpb::CLOSURE_LEGAL_PROCEDURE);
  return {};
}

Status fill_withdraw(Move& move) {
  move.need_reason();
  move.ends();
  return {};
}

// Approved once it is written: the desk writes it with the reason that the reporter is told.
Status fill_extend(Move& move) {
  move.need_reason();
  move.need(I::kExtendedUntilFieldNumber, ",延到哪一天", ", the new last day");
  const std::int64_t due = move.number(I::kDueAtFieldNumber);
  const bool ended = move.number(I::kClosedOnFieldNumber) != 0;
  if (due == 0 || ended) {
    move.form.fault("due_at", ended ? "已经办完,不用延期" : "还没有截止时间,不能延期",
                    ended ? "due_at: it is closed" : "due_at: there is no deadline yet");
    return {};
  }
  const Date last = Date::in_shanghai({due});
  const std::int64_t until = move.number(I::kExtendedUntilFieldNumber);
  const Date now{std::max(
      last.days, static_cast<std::int32_t>(number_of(move.data, I::kExtendedUntilFieldNumber)))};
  if (until != 0 && until <= now.days) {
    move.form.fault("extended_until", cat("延期要晚于现在的截止日期 ", now.iso()),
                    cat("extended_until: not after the deadline ", now.iso()));
  }
  const bool petition = move.number(I::kNatureFieldNumber) == mpb::ISSUE_NATURE_APPEAL;
  if (petition && until > last.days + kExtensionDaysMax) {
    move.form.fault("extended_until", "信访事项延期不超过 30 日(信访工作条例第三十四条)",
                    "extended_until: a petition is extended by 30 days at most");
  }
  return {};
}

using Fill = Status (*)(Move&);
struct Act {
  IssueVerb verb;
  Fill fill;
};

const std::vector<Act>& acts() {
  static const std::vector<Act> kActs = {
      {{"submit", "报镇民情办", mpb::ISSUE_STATE_WAITING, false, ""}, fill_nothing},
      {{"accept", "受理", mpb::ISSUE_STATE_ACCEPTED, false,
        "[--term 3工作日] [--handler_id 承办人]"},
       fill_accept},
      {{"return", "退回补充", mpb::ISSUE_STATE_RETURNED, true, "--reason 缺什么"}, fill_reason},
      {{"assign", "交办", mpb::ISSUE_STATE_ASSIGNED, true,
        "--to_org 单位 [--handler_id 承办人] [--lead_id 包案领导] [--term 期限]"},
       fill_assign},
      {{"sign", "签收", mpb::ISSUE_STATE_SIGNED, false, ""}, fill_nothing},
      {{"object", "异议移送", mpb::ISSUE_STATE_OBJECTED, false, "--reason 理由"}, fill_reason},
      {{"progress", "办理", mpb::ISSUE_STATE_IN_PROGRESS, false, "[--result 办理情况]"},
       fill_nothing},
      {{"suspend", "挂起", mpb::ISSUE_STATE_SUSPENDED, true, "--planned_until 日期 --reason 原因"},
       fill_suspend},
      {{"extend", "延期", 0, true, "--extended_until 日期 --reason 原因"}, fill_extend},
      {{"review", "报审", mpb::ISSUE_STATE_IN_REVIEW, false, "--result 办理情况"}, fill_review},
      {{"close", "办结", mpb::ISSUE_STATE_CLOSED, false, "--closure 办结方式 --result 办理情况"},
       fill_close},
      {{"callback", "回访", mpb::ISSUE_STATE_CALLED_BACK, false,
        "--callback 满意|基本满意|不满意|未联系上 [--callback_by 回访人]"},
       fill_callback},
      {{"reopen", "重办", mpb::ISSUE_STATE_REOPENED, true, "--reason 原因 [--term 期限]"},
       fill_reopen},
      {{"finish", "销号", mpb::ISSUE_STATE_FINISHED, true, ""}, fill_finish},
      {{"merge", "重复合并", mpb::ISSUE_STATE_MERGED, true, "--into 编号"}, fill_merge},
      {{"separate", "不再合并", mpb::ISSUE_STATE_WAITING, true, "--reason 原因"}, fill_separate},
      {{"waive", "无须办理", mpb::ISSUE_STATE_NOT_NEEDED, true, "--reason 理由"}, fill_waive},
      {{"withdraw", "撤回", mpb::ISSUE_STATE_WITHDRAWN, false, "--reason 原因"}, fill_withdraw},
      {{"legal", "依法导入", mpb::ISSUE_STATE_LEGAL, true, "--reason 去向"}, fill_legal}};
  return kActs;
}

// What was merged is only taken apart again, and nothing else is.
bool fits(const IssueVerb& verb, std::int64_t from) {
  const bool merged = from == mpb::ISSUE_STATE_MERGED;
  return legal_issue_move(from, verb.to) && merged == (verb.verb == "separate");
}

// What can be done with it now, in the words and verbs of the command line.
std::string possible(std::int64_t from) {
  std::string out;
  for (const Act& act : acts()) {
    if (!fits(act.verb, from)) continue;
    out += cat(out.empty() ? "" : "、", act.verb.zh, "(", act.verb.verb, ")");
  }
  return out;
}

void check_legal(const Move& move, std::int64_t from, const IssueVerb& verb) {
  const std::int64_t to = verb.to;
  if (to == 0 || fits(verb, from)) return;
  const model::Field& state =
      *move.place.vault.schema().entity("Issue")->field(I::kStateFieldNumber);
  const std::string now = model::format_value(state, from);
  const std::string then = model::format_value(state, to);
  const std::string can = possible(from);
  move.form.fault("state",
                  cat("事项现在是 ", now, ",不能改为 ", then,
                      can.empty() ? ";它已经了结" : cat(";现在可以:", can)),
                  cat("the issue is ", now, " and cannot become ", then,
                      can.empty() ? "; it has ended" : cat("; now possible: ", can)));
}

// One line of 流转: when, what, to whom, why.
std::string hop(const Move& move, const IssueVerb& verb) {
  const std::string reason(trimmed(move.form.extra("reason")));
  return cat(second_after(move.place.clock.wall(), move.data, I::kHopsFieldNumber), " ", verb.zh,
             move.destination, reason.empty() ? "" : ":", reason);
}

}  // namespace

const std::vector<IssueVerb>& issue_verbs() {
  static const std::vector<IssueVerb> kVerbs = [] {
    std::vector<IssueVerb> out;
    for (const Act& act : acts()) out.push_back(act.verb);
    return out;
  }();
  return kVerbs;
}

Result<Outcome> move_issue(const Workplace& place, std::string_view verb, const RowId& row,
                           const Inputs& inputs) {
  const auto act =
      std::ranges::find_if(acts(), [&](const Act& each) { return each.verb.verb == verb; });
  MQ_ASSERT(act != acts().end());
  const vault::View seen = place.vault.view();
  if (act->verb.desk) MQ_CHECK(need_desk(place));
  const model::Entity& entity = *place.vault.schema().entity("Issue");
  MQ_TRY(const vault::RowData data, standing_row(place, entity, row));
  MQ_TRY(Form form, Form::read(place, entity, inputs, {"reason", "term", "into"}));
  Move move{place, data, form, form.over(data), ""};
  const std::int64_t from = number_of(data, I::kStateFieldNumber);
  check_legal(move, from, act->verb);
  const bool accepts = act->verb.to == mpb::ISSUE_STATE_ACCEPTED;
  if (!accepts || form.has(I::kExtendedUntilFieldNumber)) {
    MQ_CHECK(need_desk_for_deadline(place, form));
  }
  if (form.has(I::kToOrgFieldNumber) && !act->verb.desk) MQ_CHECK(need_desk(place));
  MQ_CHECK(act->fill(move));
  check_issue_days(entity, act->verb.to == 0 ? from : act->verb.to, form.over(data), form);
  const std::string line = hop(move, act->verb);
  vault::Draft written;
  RowChanges(place, "Issue", row).add(I::kHopsFieldNumber, line).into(written);
  Storing storing{data.stream, row, seen, std::move(written.changes)};
  if (act->verb.to != 0) {
    storing.more.push_back(issue_move(place, row, act->verb.to, form.extra("reason")));
  }
  Outcome outcome;
  MQ_CHECK(place.vault.together([&]() -> Status {
    MQ_TRY(outcome, store_form(place, form, std::move(storing)));
    return outcome.ok() ? follow_issue(place, verb, row, line) : Status();
  }));
  return outcome;
}

}  // namespace mq::work
