#include "mq/work/calendar.h"

#include <algorithm>

#include "checks.h"
#include "minqing/model/v1/calendar.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "rights.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using Y = mpb::WorkYear;

namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kShanghaiMs = 8 * kHourMs;
constexpr int kSaturday = 6;
constexpr int kCountMax = 36'500;  // a hundred years of days: more is a slip of the hand

Result<std::set<Date>> days_in(const model::Field& field, ByteView packed) {
  MQ_TRY(const std::vector<Bytes> all, model::unpack_repeated(field, packed));
  std::set<Date> out;
  for (const Bytes& one : all) {
    MQ_TRY(const model::Value value, model::decode_value(field, one));
    const auto* days = std::get_if<std::int64_t>(&value);
    if (days != nullptr) out.insert(Date{static_cast<std::int32_t>(*days)});
  }
  return out;
}

// The township's days stand above those that are there: what it says is worked is, and what it
// says is off is.
void lay_over(std::vector<WorkYear>& years, WorkYear own) {
  const auto at = std::ranges::find(years, own.year, &WorkYear::year);
  if (at == years.end()) {
    years.push_back(std::move(own));
    return;
  }
  for (const Date& day : own.off) at->on.erase(day);
  for (const Date& day : own.on) at->off.erase(day);
  at->off.merge(own.off);
  at->on.merge(own.on);
  at->source += cat("；", own.source);
}

const WorkYear* shipped(std::int64_t year) {
  const auto& years = shipped_work_years();
  const auto at = std::ranges::find(years, year, &WorkYear::year);
  return at == years.end() ? nullptr : &*at;
}

WallTime end_of(Date day) { return {(std::int64_t{day.days} + 1) * kDayMs - kShanghaiMs - 1}; }

Error no_table(int year) {
  return {Code::kUnsupported,
          cat("工作日:没有 ", year,
              " 年的放假和调休安排,不能数到那一年。请写明截止时间(--due_at),"
              "或由内勤先登记那一年:calendar add --year ",
              year, " --source 文号 --off 放假日 --on 调休上班日"),
          cat("working days: there is no table of ", year,
              "; name the deadline (--due_at), or let the desk add that year first: calendar add "
              "--year ",
              year, " --source NOTICE --off DAYS --on DAYS")};
}

Result<Date> after_workdays(Date day, int count, const Calendar& calendar) {
  while (count > 0) {
    ++day.days;
    const std::optional<bool> worked = calendar.worked(day);
    if (!worked) return no_table(day.year());
    count -= *worked ? 1 : 0;
  }
  return day;
}

Date after_months(Date day, int count) {
  const int months = day.year() * 12 + day.month() - 1 + count;
  const int year = months / 12, month = months % 12 + 1;
  for (int last = day.day();; --last) {
    if (const auto found = Date::of(year, month, last)) return *found;
  }
}

std::set<Date> days_of(const Form& form, std::uint32_t field) {
  std::set<Date> out;
  if (!form.has(field)) return out;
  for (const model::Value& value : form.values(field)) {
    if (const auto* days = std::get_if<std::int64_t>(&value)) {
      out.insert(Date{static_cast<std::int32_t>(*days)});
    }
  }
  return out;
}

}  // namespace

// A day off that is a weekend anyway does no harm; one of another year, or both off and worked, is
// a slip of the hand.
void check_work_year(Form& form) {
  const WorkYear year{static_cast<int>(form.integer(Y::kYearFieldNumber)), "",
                      days_of(form, Y::kOffFieldNumber), days_of(form, Y::kOnFieldNumber)};
  for (const auto& [field, days] : {std::pair{"off", &year.off}, std::pair{"on", &year.on}}) {
    for (const Date& day : *days) {
      if (day.year() == year.year) continue;
      form.fault(field, cat(day.iso(), " 不在 ", year.year, " 年"),
                 cat(field, ": ", day.iso(), " is not in ", year.year));
    }
  }
  for (const Date& day : year.on) {
    if (!year.off.contains(day)) continue;
    form.fault("on", cat(day.iso(), " 既写成放假又写成上班"),
               cat("on: ", day.iso(), " is both off and worked"));
  }
  if (year.off.empty() && (year.on.empty() || shipped(year.year) == nullptr)) {
    form.fault("off", "放假日:必须填写(--off),如 2027-01-01、2027-01-02",
               "off: required, e.g. 2027-01-01、2027-01-02");
  }
}

Result<Calendar> Calendar::load(const Workplace& place) {
  const model::Entity& entity = *place.vault.schema().entity("WorkYear");
  std::vector<WorkYear> years = shipped_work_years();
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT year, source, off, \"on\" FROM \"work_year\" WHERE "
                                      "deleted = 0 AND year IS NOT NULL ORDER BY id"));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    WorkYear year{static_cast<int>(q.integer(0)), std::string(q.text(1)), {}, {}};
    MQ_TRY(year.off, days_in(*entity.field(Y::kOffFieldNumber), q.blob(2)));
    MQ_TRY(year.on, days_in(*entity.field(Y::kOnFieldNumber), q.blob(3)));
    lay_over(years, std::move(year));
  }
  std::ranges::sort(years, {}, &WorkYear::year);
  return Calendar(std::move(years));
}

std::optional<bool> Calendar::worked(Date day) const {
  const auto year = std::ranges::find(years_, day.year(), &WorkYear::year);
  if (year == years_.end()) return std::nullopt;
  if (year->on.contains(day)) return true;
  return day.weekday() < kSaturday && !year->off.contains(day);
}

std::optional<Term> parse_term(std::string_view text) {
  static const std::vector<std::pair<std::string_view, int>> kUnits = {
      {"小时", mpb::DUE_UNIT_HOURS},        {"自然日", mpb::DUE_UNIT_DAYS},
      {"天", mpb::DUE_UNIT_DAYS},           {"日", mpb::DUE_UNIT_DAYS},
      {"个工作日", mpb::DUE_UNIT_WORKDAYS}, {"工作日", mpb::DUE_UNIT_WORKDAYS},
      {"个月", mpb::DUE_UNIT_MONTHS},       {"月", mpb::DUE_UNIT_MONTHS}};
  Term term;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    term.count = term.count * 10 + (text[digits] - '0');
    if (term.count > kCountMax) return std::nullopt;
  }
  std::string_view unit = text.substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (digits == 0 || term.count == 0) return std::nullopt;
  for (const auto& [name, number] : kUnits) {
    if (name != unit) continue;
    term.unit = number;
    return term;
  }
  return std::nullopt;
}

Result<WallTime> due_at(WallTime start, const Term& term, const Calendar& calendar) {
  const Date day = Date::in_shanghai(start);
  switch (term.unit) {
    case mpb::DUE_UNIT_HOURS:
      return WallTime{start.ms + term.count * kHourMs};
    case mpb::DUE_UNIT_DAYS:
      return end_of(Date{day.days + term.count});
    case mpb::DUE_UNIT_MONTHS:
      return end_of(after_months(day, term.count));
    default:
      break;
  }
  MQ_TRY(const Date last, after_workdays(day, term.count, calendar));
  return end_of(last);
}

Result<Outcome> add_work_year(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_CHECK(need_desk(place));
  const model::Entity& entity = *place.vault.schema().entity("WorkYear");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  form.require(model::pb::NEED_SAVE);
  check_work_year(form);
  const std::int64_t year = form.integer(Y::kYearFieldNumber);
  MQ_TRY(const std::int64_t there,
         place.vault.database().integer(cat("SELECT count(*) FROM \"work_year\" WHERE deleted = 0 "
                                            "AND year = ",
                                            year)));
  if (there > 0) {
    form.fault("year", cat(year, " 年已经登记过,请用 calendar amend 改"),
               cat("year: ", year, " is here already; use calendar amend"));
  }
  if (const WorkYear* under = shipped(year)) {
    form.flag(
        "year",
        cat(year, " 年程序自带 ", under->source,
            " 的安排,这里写的加在它上面;要把其中的放假日改成上班,写进 --on"),
        cat("year: ", under->source, " of ", year,
            " ships with the program, and this is added to it; a day off of it that is worked "
            "goes into --on"));
  }
  Outcome outcome{form.faults(), form.flags(), new_id<RowId>(place.clock, place.random), {}};
  if (!outcome.ok()) return outcome;
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  MQ_CHECK(place.vault.commit({{stream, form.changes(outcome.row)}}, seen));
  return outcome;
}

}  // namespace mq::work
