// programme: what is asked of whom. Quotas are data, not code.
#include "../home.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/entry.h"
#include "mq/work/intervals.h"
#include "mq/work/month.h"
#include "mq/work/organisation.h"
#include "mq/work/papers.h"

namespace mq::cli {

namespace {

// Whom a villager may ring.
Status show_complaints(Call& call, const work::Workplace& place) {
  MQ_TRY(const std::string phone, work::complaint_phone(place, work::working_day(place)));
  call.out.object()["complaint_phone"] = phone;
  if (phone.empty()) {
    call.out.say("联系卡上还没有镇里的投诉电话;写上:programme set --complaint-phone 电话",
                 "contact cards carry no telephone of the township yet: programme set "
                 "--complaint-phone NUMBER");
  } else {
    call.out.say(cat("投诉电话(印在联系卡上):", phone),
                 cat("complaints, on contact cards: ", phone));
  }
  return {};
}

// Which days a month's report covers.
Status show_month(Call& call, const work::Workplace& place) {
  MQ_TRY(const work::MonthRule rule, work::month_rule(place, work::working_day(place)));
  call.out.object()["month"] = {{"first_day", rule.first_day},
                                {"hand_up_day", rule.hand_up ? Json(*rule.hand_up) : Json()},
                                {"late_rule", rule.corrections ? "更正报" : "补报上期"}};
  call.out.say(cat("统计期从每月 ", rule.first_day, " 日起",
                   rule.hand_up ? cat(",", *rule.hand_up, " 日上报") : std::string(),
                   rule.corrections ? ";迟到的出更正报" : ";迟到的在下一期补报"),
               cat("a period begins on day ", rule.first_day,
                   rule.hand_up ? cat(", handed up on day ", *rule.hand_up) : std::string(),
                   rule.corrections ? "; late arrivals are corrections"
                                    : "; late arrivals stand in the next"));
  return {};
}

Status show(Call& call, const work::Workplace& place) {
  MQ_TRY(const std::vector<work::ProgrammeRow> programmes, work::programmes(place));
  MQ_TRY(const std::vector<work::Quota> quotas, work::quotas(place));
  Json list = Json::array();
  for (const work::ProgrammeRow& programme : programmes) {
    list.push_back({{"id", programme.row.hex()},
                    {"title", programme.title},
                    {"from", programme.from.iso()},
                    {"to", programme.to.iso()},
                    {"needs", programme.needs},
                    {"auto_lock_minutes", programme.auto_lock_minutes},
                    {"rotate_days", programme.rotate_days}});
    const std::string needs = join(programme.needs, "、");
    call.out.say(cat(programme.title, "  ", programme.from.iso(), " – ", programme.to.iso(),
                     "  需采集:", needs.empty() ? "无" : needs),
                 cat(programme.title, "  ", programme.from.iso(), " – ", programme.to.iso(),
                     "  needs: ", needs.empty() ? "nothing sensitive" : needs));
  }
  Json quota = Json::object();
  Json days = Json::object();
  std::vector<std::vector<std::string>> lines;
  for (const work::Quota& one : quotas) {
    quota[one.rank_name] = one.pairs;
    if (one.days > 0) days[one.rank_name] = one.days;
    lines.push_back({one.rank_name, cat(one.pairs), one.days > 0 ? cat(one.days) : ""});
  }
  call.out.object()["programmes"] = std::move(list);
  call.out.object()["quota"] = std::move(quota);
  call.out.object()["days"] = std::move(days);
  call.out.table({"职级", "结对户数", "每月天数"}, lines);
  MQ_TRY(const work::Intervals intervals, work::Intervals::load(place));
  Json interval = Json::object();
  for (const auto& [name, often] : intervals.all()) {
    interval[name] = often;
    call.out.say(cat(name, " 户每 ", often, " 天内走访一次"),
                 cat(name, ": every ", often, " days"));
  }
  call.out.object()["interval"] = std::move(interval);
  MQ_CHECK(show_complaints(call, place));
  return show_month(call, place);
}

// The programme named, or the only one.
Result<work::ProgrammeRow> chosen(Call& call, const work::Workplace& place) {
  MQ_TRY(const std::vector<work::ProgrammeRow> all, work::programmes(place));
  const auto named = call.args.value("programme");
  std::vector<std::string> titles;
  for (const work::ProgrammeRow& one : all) {
    titles.push_back(one.title);
    const bool by_name = named && (one.title == *named || one.row.hex().ends_with(*named));
    if (by_name || (!named && all.size() == 1)) return one;
  }
  const std::string list = join(titles, "、");
  if (named) {
    return Error{Code::kNotFound, cat("没有活动 ", *named, ";现有:", list),
                 cat("no programme ", *named, "; there are: ", list)};
  }
  return call.usage(cat("活动不止一个,请写明 --programme 活动名:", list),
                    cat("say which with --programme TITLE: ", list));
}

// Fields of a programme that are set by a flag of the same name, of the programme that --programme
// names.
constexpr const char* kSetFlags[] = {"needs",          "auto_lock_minutes", "rotate_days",
                                     "period_day",     "hand_up_day",       "late_rule",
                                     "complaint_phone"};

work::Inputs inputs_to_set(const Call& call) {
  work::Inputs inputs;
  for (const char* flag : kSetFlags) {
    if (call.args.has(flag)) inputs.push_back({flag, join(call.args.values(flag), "、")});
  }
  return inputs;
}

Status set_fields(Call& call, Home& home, const work::Workplace& place,
                  const work::Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_TRY(const work::ProgrammeRow programme, chosen(call, place));
  const model::Entity& entity = *place.vault.schema().entity("Programme");
  work::Outcome outcome;
  MQ_CHECK(home.saving([&]() -> Status {
    MQ_TRY(outcome, work::amend(place, entity, programme.row, inputs, seen));
    return {};
  }));
  return outcome.ok() ? Status() : work::refused(outcome.faults);
}

constexpr int kIntervalMost = 3660;  // days

// WORD=N, N up to `most`.
Result<std::pair<std::string, int>> count_in(Call& call, const std::string& wish, int most) {
  const std::size_t equals = wish.find('=');
  const std::string number = equals == std::string::npos ? "" : wish.substr(equals + 1);
  const bool plain = !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
  if (plain && number.size() <= 4 && std::stoi(number) <= most) {
    return std::pair(wish.substr(0, equals), std::stoi(number));
  }
  return call.usage(cat("定额应写成 职级=数(0–", most, "),如 县级=4:", wish),
                    cat("a quota is RANK=N, 0–", most, ": ", wish));
}

// CLASS=DAYS, as often as the flag stands there.
Status set_intervals(Call& call, Home& home, const work::Workplace& place) {
  for (const std::string& wish : call.args.values("interval")) {
    MQ_TRY(const auto asked, count_in(call, wish, kIntervalMost));
    MQ_CHECK(home.saving([&] { return work::set_interval(place, asked.first, asked.second); }));
  }
  return {};
}

// RANK=N, as often as the flag stands there.
Status set_quotas(Call& call, Home& home, const work::Workplace& place, std::string_view flag,
                  work::QuotaOf of) {
  const int most = of == work::QuotaOf::kDays ? 31 : 255;
  for (const std::string& wish : call.args.values(flag)) {
    MQ_TRY(const auto asked, count_in(call, wish, most));
    MQ_CHECK(home.saving([&] { return work::set_quota(place, asked.first, asked.second, of); }));
  }
  return {};
}

// Several --needs, or one with 、 between them; --needs "" names none any more.
Status set(Call& call, Home& home, const work::Workplace& place) {
  const work::Inputs inputs = inputs_to_set(call);
  const bool counts = call.args.has("quota") || call.args.has("days") || call.args.has("interval");
  if (!counts && inputs.empty()) {
    return call.usage(
        "用法:programme set --quota 职级=户数,--needs 健康、收入、证件号码,或 --auto-lock-minutes "
        "分钟",
        "usage: programme set --quota RANK=N, --needs 健康、收入、证件号码, or --auto-lock-minutes "
        "N");
  }
  MQ_CHECK(set_quotas(call, home, place, "quota", work::QuotaOf::kPairs));
  MQ_CHECK(set_quotas(call, home, place, "days", work::QuotaOf::kDays));
  MQ_CHECK(set_intervals(call, home, place));
  if (!inputs.empty()) MQ_CHECK(set_fields(call, home, place, inputs));
  return show(call, place);
}

Status add(Call& call, Home& home, const work::Workplace& place) {
  work::Inputs inputs;
  for (const char* flag : {"title", "doc_no", "from", "to", "remark", "rotate_days"}) {
    if (auto value = call.args.value(flag)) inputs.push_back({flag, *value});
  }
  const work::Inputs settable = inputs_to_set(call);
  inputs.insert(inputs.end(), settable.begin(), settable.end());
  work::Outcome outcome;
  MQ_CHECK(home.saving([&]() -> Status {
    MQ_TRY(outcome, work::add_programme(place, inputs));
    return {};
  }));
  if (!outcome.ok()) return work::refused(outcome.faults);
  return show(call, place);
}

}  // namespace

Status run_programme(Call& call) {
  MQ_CHECK(only_flags(call, {"quota", "days", "interval", "programme", "needs", "title", "doc_no",
                             "from", "to", "remark", "auto_lock_minutes", "rotate_days",
                             "period_day", "hand_up_day", "late_rule", "complaint_phone"}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  const std::string verb = call.args.word(1);
  if (verb.empty() || verb == "show") return show(call, place);
  if (verb == "set") return set(call, *home, place);
  if (verb == "add") return add(call, *home, place);
  return call.usage("用法:programme show|add|set", "usage: programme show|add|set");
}

}  // namespace mq::cli
