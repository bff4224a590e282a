// report: a ledger as a table, CSV, JSON, workbook or page to print, with its 口径 and
// completeness.
#include <algorithm>

#include "../home.h"
#include "../ledger_html.h"
#include "../ledger_text.h"
#include "../ledger_xlsx.h"
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

// Before anything is opened or computed.
Result<std::string> format_of(Call& call) {
  constexpr std::string_view kFormats[] = {"table", "csv", "json", "xlsx", "html"};
  std::string format = call.args.value("format").value_or(call.out.json() ? "json" : "table");
  if (std::ranges::find(kFormats, format) == std::end(kFormats)) {
    return call.usage(cat("没有格式 ", format, ":可用 table、csv、json、xlsx、html"),
                      cat("no format ", format, ": table, csv, json, xlsx, html"));
  }
  if (format == "xlsx" && !call.args.value("o")) {
    return call.usage("xlsx 不能显示在屏幕上,请加 -o 文件.xlsx 写到文件里",
                      "xlsx cannot be shown on a terminal, write it to a file: -o FILE.xlsx");
  }
  return format;
}

Result<Bytes> content_of(const Call& call, const work::Ledger& ledger, std::string_view format) {
  if (format == "xlsx") return ledger_xlsx(ledger, call.world.clock.wall());
  if (format == "html") return to_bytes(ledger_html(ledger));
  if (format == "csv") return to_bytes(as_csv(ledger));
  if (format == "json") return to_bytes(ledger_json(ledger).dump(1) + "\n");
  return to_bytes(as_table(ledger));
}

// To the file that is named, else to the terminal.
Status put(Call& call, const work::Ledger& ledger, std::string_view format) {
  const auto path = call.args.value("o");
  if (format == "json" && call.out.json() && !path) {
    call.out.object() = ledger_json(ledger);
    return {};
  }
  MQ_TRY(const Bytes content, content_of(call, ledger, format));
  if (!path) {
    call.out.raw(text_of(content));
    return {};
  }
  MQ_CHECK(call.world.files.replace(*path, content));
  call.out.object() = {{"file", *path}, {"report", ledger.id}, {"rows", ledger.rows.size()}};
  call.out.say(cat(ledger.id, " ", ledger.title, ":", ledger.rows.size(), " 行,在 ", *path),
               cat(ledger.id, ": ", ledger.rows.size(), " rows in ", *path));
  return {};
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
  MQ_TRY(const std::string format, format_of(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const work::Ledger made, ledger->compute(place, request));
  return put(call, made, format);
}

}  // namespace mq::cli
