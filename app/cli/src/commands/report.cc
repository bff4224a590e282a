// report: a ledger as a table, CSV, JSON, workbook or page to print, with its 口径 and
// completeness.
#include <algorithm>

#include "../home.h"
#include "../ledger_file.h"
#include "../ledger_text.h"
#include "../record_lines.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/explain.h"

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

// To the file that is named, else to the terminal.
Status put(Call& call, const work::Ledger& ledger, std::string_view format) {
  const auto path = call.args.value("o");
  if (format == "json" && call.out.json() && !path) {
    call.out.object() = ledger_json(ledger);
    return {};
  }
  MQ_TRY(const Bytes content, ledger_file(ledger, format, call.world.clock.wall()));
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

Status list_sources(Call& call, const work::Workplace& place,
                    const std::vector<work::Source>& sources, Json& list) {
  std::uint32_t entity = 0;
  std::vector<std::vector<std::string>> lines;
  const auto put_lines = [&] {
    if (lines.empty()) return;
    const model::Entity& of = *place.vault.schema().entity(entity);
    call.out.say(cat(of.zh, " ", lines.size(), " 条:"), cat(lines.size(), " of ", of.name, ":"));
    call.out.table(record_header(of, call.out.english()), lines);
    lines.clear();
  };
  for (const work::Source& source : sources) {
    if (source.entity != entity) put_lines();
    entity = source.entity;
    list.push_back({{"entity", place.vault.schema().entity(source.entity)->command},
                    {"id", source.row.hex()}});
    MQ_TRY(const auto data, place.vault.load(source.entity, source.row));
    if (!data) continue;
    MQ_TRY(std::vector<std::string> line, record_line(place, *data));
    lines.push_back(std::move(line));
  }
  put_lines();
  return {};
}

// The records behind one number, and of a share those that it divides by.
Status explain_cell(Call& call, const work::Workplace& place, const work::Ledger& ledger) {
  MQ_TRY(const work::Explanation found, work::explain(ledger, *call.args.value("explain")));
  call.out.object() = {{"report", ledger.id},
                       {"row", found.row},
                       {"column", found.column},
                       {"value", ledger_value(found.value)},
                       {"from_records", found.from_records}};
  call.out.say(cat(ledger.id, " ", found.row, " ", found.column, ":", ledger_words(found.value)),
               cat(ledger.id, " ", found.row, " ", found.column, ": ", ledger_words(found.value)));
  if (!found.from_records) {
    call.out.say("这一格不是由记录数出来的:它来自定额、名册上的组数或日历,或由同一行的别的格算出",
                 "this follows from a rule or from other cells of its row, not from records");
  }
  Json records = Json::array();
  MQ_CHECK(list_sources(call, place, found.records, records));
  call.out.object()["records"] = std::move(records);
  if (!found.share) return {};
  call.out.say("占以下记录的比例:", "of these records:");
  Json of = Json::array();
  MQ_CHECK(list_sources(call, place, found.of, of));
  call.out.object()["of"] = std::move(of);
  return {};
}

}  // namespace

Status run_report(Call& call) {
  MQ_CHECK(only_flags(call, {"from", "to", "village", "format", "o", "explain"}));
  MQ_TRY(const work::LedgerEntry* ledger, ledger_named(call, call.args.word(1)));
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
  request.explain = call.args.has("explain");
  MQ_TRY(const work::Ledger made, ledger->compute(place, request));
  if (request.explain) return explain_cell(call, place, made);
  return put(call, made, format);
}

}  // namespace mq::cli
