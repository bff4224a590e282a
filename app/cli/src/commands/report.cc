// report: a ledger as a table, CSV or JSON, with its 口径 and completeness beside it.
#include <algorithm>

#include "../home.h"
#include "../ledger_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/tabular/sheet.h"

namespace mq::cli {

namespace {

Result<Date> day(Call& call, std::string_view flag) {
  auto typed = call.args.required(flag);
  if (!typed.ok()) return call.usage(std::move(typed).error());
  const auto date = Date::parse_iso(*typed);
  if (!date) {
    return call.usage(cat("--", flag, " 应是真实的日期,写成 2026-03-05:", *typed),
                      cat("--", flag, " is not a date like 2026-03-05: ", *typed));
  }
  return *date;
}

Status put(Call& call, const std::string& text) {
  if (auto path = call.args.value("o")) return call.world.files.replace(*path, view_of(text));
  call.out.raw(text);
  return {};
}

std::string as_csv(const work::Ledger& ledger) {
  std::vector<std::vector<std::string>> rows = ledger_head(ledger);
  rows.push_back(ledger.columns);
  for (const auto& row : ledger_rows(ledger)) rows.push_back(row);
  return tabular::write_csv(rows);
}

std::string as_table(const work::Ledger& ledger) {
  std::string out;
  for (const auto& line : ledger_head(ledger)) out += cat(join(line, "  "), "\n");
  out += table_text(ledger.columns, ledger_rows(ledger));
  return out;
}

}  // namespace

Status run_report(Call& call) {
  MQ_CHECK(only_flags(call, {"from", "to", "village", "format", "o"}));
  const auto& all = work::ledgers();
  const auto ledger = std::find_if(all.begin(), all.end(), [&](const work::LedgerEntry& entry) {
    return call.args.word(1) == entry.id;
  });
  if (ledger == all.end()) {
    std::string names;
    for (const work::LedgerEntry& entry : all) names += cat(" ", entry.id);
    return call.usage(cat("没有报表 ", call.args.word(1), ";现有:", names),
                      cat("no report ", call.args.word(1), "; there are:", names));
  }
  work::LedgerRequest request;
  MQ_TRY(request.period.from, day(call, "from"));
  MQ_TRY(request.period.to, day(call, "to"));
  if (request.period.to < request.period.from) {
    return call.usage("--to 早于 --from", "--to is before --from");
  }
  request.village = call.args.value("village");
  const std::string format = call.args.value("format").value_or(call.out.json() ? "json" : "table");
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const work::Ledger made, ledger->compute(place, request));
  if (format == "json" && call.out.json() && !call.args.value("o")) {
    call.out.object() = ledger_json(made);
    return {};
  }
  if (format == "json") return put(call, ledger_json(made).dump(1) + "\n");
  if (format == "csv") return put(call, as_csv(made));
  if (format == "table") return put(call, as_table(made));
  return call.usage(cat("没有格式 ", format, ":可用 table、csv、json"),
                    cat("no format ", format, ": table, csv, json"));
}

}  // namespace mq::cli
