#include "overdue.h"

#include "mq/base/text.h"
#include "mq/work/overdue.h"

namespace mq::cli {

namespace {

Json unit_json(const work::OverdueUnit& unit) {
  Json issues = Json::array();
  for (const work::OverdueIssue& issue : unit.overdue) {
    issues.push_back({{"id", issue.row.hex()},
                      {"no", issue.number},
                      {"title", issue.title},
                      {"due", shanghai_minute(issue.due)},
                      {"extended", issue.extended},
                      {"days", issue.days}});
  }
  return {{"unit", unit.name},
          {"open", unit.open},
          {"overdue", unit.overdue.size()},
          {"issues", std::move(issues)}};
}

}  // namespace

Status run_overdue(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {"village"}));
  MQ_TRY(const work::Overdue found, work::overdue_by_unit(c.place, c.call.args.value("village")));
  Output& out = c.call.out;
  Json units = Json::array();
  std::vector<std::vector<std::string>> sums, lines;
  for (const work::OverdueUnit& unit : found.units) {
    units.push_back(unit_json(unit));
    sums.push_back({unit.name, cat(unit.open), cat(unit.overdue.size()),
                    unit.overdue.empty() ? "" : cat(unit.overdue.front().days)});
    for (const work::OverdueIssue& issue : unit.overdue) {
      lines.push_back({unit.name, issue.number, issue.title, shanghai_minute(issue.due),
                       cat(issue.days), issue.row.hex()});
    }
  }
  out.object() = {{"as_of", shanghai_minute(found.now)},
                  {"clock_doubtful", found.unknown},
                  {"units", std::move(units)}};
  if (found.unknown) {
    out.say("本机时间可能不对,也还不知道服务器的时间:先不算超期;请核对日期,或联网 sync 一次",
            "this device's clock may be wrong and the server's time is not known: nothing is "
            "counted as overdue; check the date, or sync once");
  }
  if (sums.empty()) {
    out.say("没有在办的事项", "no issue is open");
    return {};
  }
  out.table({"单位", "在办", "超期", "最长超期天数"}, sums);
  if (!lines.empty()) out.table({"单位", "编号", "事项", "截止", "超期天数", "记录"}, lines);
  out.say(cat("按单位,截至 ", shanghai_minute(found.now), ";延期的按延期后的截止日"),
          cat("by unit, as of ", shanghai_minute(found.now), "; extensions counted"));
  return {};
}

}  // namespace mq::cli
