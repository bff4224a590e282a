// month: the month's close in one command, what was signed, and a report that nothing happened.
#include "mq/work/month.h"

#include <algorithm>

#include "../home.h"
#include "../ledger_file.h"
#include "../ledger_text.h"
#include "../new_file.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kChangesShown = 12;  // of one ledger on the terminal
constexpr std::string_view kUpFolder = "上报";
constexpr std::string_view kKeptFolder = "留存";

Result<work::Month> month_asked(Call& call, const work::Workplace& place) {
  const Date today = work::working_day(place);
  MQ_TRY(const work::MonthRule rule, work::month_rule(place, today));
  const auto typed = call.args.value("month");
  if (!typed) return work::last_month(today, rule);
  auto month = work::parse_month(*typed, rule);
  if (!month.ok()) return call.usage(std::move(month).error());
  // What was in force then counts for it.
  MQ_TRY(const work::MonthRule then, work::month_rule(place, month->period.to));
  return work::parse_month(*typed, then);
}

std::string days_of(const work::Period& period) {
  return cat(period.from.iso(), " 至 ", period.to.iso());
}

Json change_json(const work::LedgerChange& change) {
  if (change.kind == work::LedgerChange::Kind::kCame) return {{"row", change.row}, {"came", true}};
  if (change.kind == work::LedgerChange::Kind::kWent) return {{"row", change.row}, {"went", true}};
  return {{"row", change.row},
          {"column", change.column},
          {"was", ledger_value(change.was)},
          {"now", ledger_value(change.now)}};
}

Json changes_json(const std::vector<work::LedgerChange>& changes) {
  Json list = Json::array();
  for (const work::LedgerChange& each : changes) list.push_back(change_json(each));
  return list;
}

void say_change(Call& call, const work::LedgerChange& change) {
  using Kind = work::LedgerChange::Kind;
  const std::string what =
      change.kind == Kind::kCame ? std::string("新增一行")
      : change.kind == Kind::kWent
          ? std::string("少了这一行")
          : cat(change.column, " ", ledger_words(change.was), " → ", ledger_words(change.now));
  call.out.text(cat("    ", change.row, ":", what));
}

void say_changes(Call& call, std::string_view title,
                 const std::vector<work::LedgerChange>& changes) {
  if (changes.empty()) return;
  call.out.text(cat("  ", title, ":", changes.size(), " 处"));
  const std::size_t shown = std::min(changes.size(), kChangesShown);
  for (std::size_t i = 0; i < shown; ++i) say_change(call, changes[i]);
  if (shown < changes.size()) call.out.text(cat("    … 另有 ", changes.size() - shown, " 处"));
}

void say_complete(Call& call, const work::MonthReview& review) {
  call.out.say("一、收齐了没有", "1. what has been received");
  Json list = Json::object();
  for (const work::Completeness& one : review.complete) {
    int people = 0, there = 0;
    for (const work::Completeness::Part& part : one.parts) {
      people += part.people;
      if (part.until && *part.until >= review.month.period.to) there += part.people;
    }
    list[one.village] = {{"people", people}, {"complete", there}};
    call.out.text(people == 0 ? cat("    ", one.village, ":还没有干部加入")
                              : cat("    ", one.village, ":", people, " 人中 ", there,
                                    " 人的记录已收到 ", review.month.period.to.iso()));
  }
  call.out.object()["complete"] = std::move(list);
  if (review.behind == 0) return;
  call.out.say(
      cat("    ", review.behind,
          " 个村还有人没有收到期末:可以等他们联系一次再办;现在签发也行,之后到的在下一期补报"),
      cat("    ", review.behind,
          " villages are not received up to the last day: wait for a contact, or sign now "
          "and what comes later stands in the next issue"));
}

void say_repairs(Call& call, const work::MonthReview& review) {
  call.out.say("二、要核对的", "2. to be looked at");
  Json list = Json::array();
  for (const work::Repair& each : review.repairs) {
    list.push_back({{"what", each.zh}, {"count", each.count}, {"command", each.command}});
    call.out.say(cat("    ", each.zh, ":", each.count, "(minqing ", each.command, ")"),
                 cat("    ", each.en, ": ", each.count, " (minqing ", each.command, ")"));
  }
  if (review.repairs.empty()) call.out.say("    没有", "    nothing");
  call.out.object()["repairs"] = std::move(list);
}

void say_ledgers(Call& call, const work::MonthReview& review) {
  call.out.say("三、和上次草稿、和签发的比",
               "3. compared with the last draft and with what is signed");
  Json list = Json::array();
  for (const work::MonthLedger& each : review.ledgers) {
    list.push_back({{"report", each.ledger.id},
                    {"rows", each.ledger.rows.size()},
                    {"signed_version", each.signed_version},
                    {"since_draft", changes_json(each.since_draft)},
                    {"since_signed", changes_json(each.since_signed)}});
    const std::string state = each.signed_version > 0 ? cat("已签发第 ", each.signed_version, " 版")
                              : each.drafted          ? std::string("有草稿")
                                                      : std::string("第一次");
    const bool same = each.since_draft.empty() && each.since_signed.empty();
    call.out.text(cat("  ", each.ledger.id, " ", each.ledger.title, ":", state,
                      same && (each.drafted || each.signed_version > 0) ? ",没有变化" : ""));
    say_changes(call, "比上次草稿", each.since_draft);
    say_changes(call, "比签发的", each.since_signed);
  }
  call.out.object()["reports"] = std::move(list);
}

void say_late(Call& call, const work::MonthReview& review) {
  Json list = Json::array();
  for (const work::LateArrival& each : review.late) {
    list.push_back({{"report", each.report},
                    {"from", each.period.from.iso()},
                    {"to", each.period.to.iso()},
                    {"column", each.column},
                    {"more", ledger_value(each.more)}});
    call.out.text(cat("    ", each.report, " ", days_of(each.period), " ", each.column, ":变动 ",
                      ledger_words(each.more)));
  }
  call.out.object()["late"] = std::move(list);
  if (review.late.empty()) return;
  call.out.say(
      review.rule.corrections
          ? "    以上各期签发后才到的:本县出更正报,month close --month 月份 --correct 原因 --sign"
          : "    以上各期签发后才到的:写入本期,作 补报上期",
      "    arrived after those periods were signed");
}

void say_review(Call& call, const work::MonthReview& review) {
  call.out.object()["month"] = review.month.label;
  call.out.object()["period"] = {{"from", review.month.period.from.iso()},
                                 {"to", review.month.period.to.iso()}};
  call.out.say(cat(review.month.label, " 月结:", days_of(review.month.period),
                   review.rule.hand_up ? cat(",", *review.rule.hand_up, " 日上报") : std::string()),
               cat("month ", review.month.label, ": ", review.month.period.from.iso(), " to ",
                   review.month.period.to.iso()));
  say_complete(call, review);
  say_repairs(call, review);
  say_ledgers(call, review);
  say_late(call, review);
}

std::string file_name(const work::Ledger& ledger, const std::string& month,
                      std::string_view format) {
  const std::string version =
      ledger.signing ? cat("第", ledger.signing->version, "版") : std::string("草稿");
  return cat(ledger.id, "-", ledger.title, "-", month, "-", version, ".", format);
}

struct Files {
  std::string folder, format, month;
};

Status write_one(Call& call, const Files& files, std::string_view part, const work::Ledger& ledger,
                 Json& list) {
  MQ_TRY(const Bytes content, ledger_file(ledger, files.format, call.world.clock.wall()));
  const std::string path =
      cat(files.folder, "/", part, "/", file_name(ledger, files.month, files.format));
  MQ_CHECK(call.world.files.replace(path, content));
  list.push_back(path);
  return {};
}

// Before anything is signed: what is signed stays signed.
Status make_folders(Call& call) {
  const auto folder = call.args.value("o");
  if (!folder) return {};
  for (const std::string_view part : {kUpFolder, kKeptFolder}) {
    MQ_CHECK(call.world.files.make_folder(cat(*folder, "/", part)));
  }
  return {};
}

// What goes up and what stays, in two folders, so that nobody hands up the wrong one.
Status write_files(Call& call, const work::MonthReview& review,
                   const std::vector<work::SignedReport>& all) {
  const auto folder = call.args.value("o");
  if (!folder) return {};
  const Files files{*folder, call.args.value("format").value_or("xlsx"), review.month.label};
  Json list = Json::array();
  for (const work::MonthLedger& each : review.ledgers) {
    const work::SignedReport* last = work::last_signed(all, each.ledger.id, each.ledger.period);
    work::Ledger kept = each.ledger;
    if (last != nullptr) {
      MQ_CHECK(write_one(call, files, kUpFolder, last->record.ledger, list));
      kept.signing = last->record.ledger.signing;
      std::erase_if(kept.basis, [](const auto& line) { return line.first == "版本"; });
    }
    MQ_CHECK(write_one(call, files, kKeptFolder, kept, list));
  }
  call.out.say(cat("文件 ", list.size(), " 个,在 ", files.folder, " 的 ", kUpFolder, "(交县里)和 ",
                   kKeptFolder, "(乡镇自存,有人员明细);文件本身没有加密"),
               cat(list.size(), " files in ", files.folder, "; the files are not encrypted"));
  call.out.object()["files"] = std::move(list);
  return {};
}

Status sign(Call& call, Home& home, const work::Workplace& place, const work::MonthReview& review) {
  std::vector<work::SignedReport> fresh;
  MQ_CHECK(home.saving([&]() -> Status {
    MQ_TRY(fresh, work::sign_month(place, review, call.args.value("correct").value_or("")));
    return {};
  }));
  Json list = Json::array();
  for (const work::SignedReport& each : fresh) {
    const work::Signing& signing = *each.record.ledger.signing;
    list.push_back({{"report", each.record.ledger.id},
                    {"version", signing.version},
                    {"digest", signing.digest},
                    {"id", each.row.hex()}});
  }
  call.out.say(fresh.empty() ? "四、都已签发,没有新的;要更正请写 --correct 原因"
                             : cat("四、已签发 ", review.month.label, " 的 ", fresh.size(),
                                   " 张,下次对账时送到县里"),
               cat("4. signed of ", review.month.label, ": ", fresh.size()));
  call.out.object()["signed"] = std::move(list);
  return {};
}

Result<std::string> checked_format(Call& call) {
  const std::string format = call.args.value("format").value_or("xlsx");
  if (format == "xlsx" || format == "csv" || format == "html" || format == "json") return format;
  return call.usage(cat("没有格式 ", format, ":可用 xlsx、html、csv、json"),
                    cat("no format ", format, ": xlsx, html, csv, json"));
}

Status close_month(Call& call) {
  MQ_CHECK(only_flags(call, {"month", "sign", "correct", "o", "format"}));
  MQ_CHECK(checked_format(call));
  if (call.args.has("correct") && !call.args.has("sign")) {
    return call.usage("更正要签发:--correct 原因 --sign",
                      "a correction is signed: --correct WHY --sign");
  }
  if (trimmed(call.args.value("correct").value_or("-")).empty()) {
    return call.usage("更正要写明原因:--correct 原因", "say why it is corrected: --correct WHY");
  }
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const work::Month month, month_asked(call, place));
  MQ_TRY(work::MonthReview review, work::review_month(place, month));
  say_review(call, review);
  MQ_CHECK(make_folders(call));
  MQ_CHECK(home->saving([&] { return work::keep_draft(place, review); }));
  if (call.args.has("sign")) {
    MQ_CHECK(sign(call, *home, place, review));
  } else {
    call.out.say("四、没有签发:已存为草稿;数对了就加 --sign(文件加 -o 文件夹)",
                 "4. not signed: kept as a draft; add --sign, and -o FOLDER for the files");
  }
  MQ_TRY(const std::vector<work::SignedReport> all, work::signed_reports(place));
  return write_files(call, review, all);
}

// 零报告 is a duty: one command, and refused if something did happen.
Status zero(Call& call) {
  MQ_CHECK(only_flags(call, {"month"}));
  const std::string id = call.args.word(2);
  MQ_CHECK(ledger_named(call, id));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const work::Month month, month_asked(call, place));
  MQ_TRY(const work::MonthReview review, work::review_month(place, month, {id}));
  if (review.ledgers.empty()) {
    return Error{Code::kInvalidInput, cat(id, " 不是每月的报表"), cat(id, " is not monthly")};
  }
  const std::vector<std::string> happened = work::not_zero(review.ledgers.front().ledger);
  if (!happened.empty()) {
    const std::string list = join(happened, "、");
    return Error{Code::kInvalidInput,
                 cat(month.label, " 的 ", id, " 不是零报告:", list, ";请用 month close --sign"),
                 cat(id, " of ", month.label, " is not zero; use month close --sign")};
  }
  call.out.object()["month"] = month.label;
  return sign(call, *home, place, review);
}

Status list_signed(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::vector<work::SignedReport> all, work::signed_reports(place));
  Json list = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const work::SignedReport& each : all) {
    const work::Ledger& ledger = each.record.ledger;
    const work::Signing& signing = *ledger.signing;
    list.push_back(
        {{"id", each.row.hex()},
         {"report", ledger.id},
         {"period", {{"from", ledger.period.from.iso()}, {"to", ledger.period.to.iso()}}},
         {"version", signing.version},
         {"by", signing.signer},
         {"at", shanghai_minute(signing.at)},
         {"digest", signing.digest},
         {"reason", signing.reason},
         {"outdone", each.outdone}});
    lines.push_back({ledger.id, days_of(ledger.period),
                     cat("第 ", signing.version, " 版", each.outdone ? "(另一张为准)" : ""),
                     signing.signer, shanghai_minute(signing.at), signing.reason});
  }
  call.out.object()["count"] = list.size();
  call.out.object()["signed"] = std::move(list);
  if (!lines.empty())
    call.out.table({"报表", "统计期", "版本", "签发人", "签发时间", "更正原因"}, lines);
  call.out.say(cat("签发的报表 ", lines.size(), " 张"), cat(lines.size(), " signed reports"));
  return {};
}

Status show_signed(Call& call) {
  MQ_CHECK(only_flags(call, {"month", "edition", "format", "o"}));
  const std::string id = call.args.word(2);
  MQ_TRY(const std::size_t version, count_of(call, "edition", 0));
  const std::string format = call.args.value("format").value_or(call.out.json() ? "json" : "table");
  const auto path = call.args.value("o");
  if (id.empty() || (format == "xlsx" && !path)) {
    return call.usage(
        "用法:month show RP01 --month 2026-03 [--edition 版] [--format …] [-o 文件]",
        "usage: month show RP01 --month 2026-03 [--edition N] [--format …] [-o FILE]");
  }
  MQ_CHECK(ledger_named(call, id));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const work::Month month, month_asked(call, place));
  MQ_TRY(const std::vector<work::SignedReport> all, work::signed_reports(place));
  const work::SignedReport* found =
      work::signed_of_month(all, id, month, static_cast<std::uint32_t>(version));
  if (found == nullptr) {
    return Error{Code::kNotFound, cat(month.label, " 的 ", id, " 还没有签发这一版"),
                 cat(id, " of ", month.label, " has no such signed version")};
  }
  if (format == "json" && call.out.json() && !path) {
    call.out.object() = ledger_json(found->record.ledger);
    return {};
  }
  MQ_TRY(const Bytes content,
         ledger_file(found->record.ledger, format, found->record.ledger.signing->at));
  if (path) return call.world.files.replace(*path, content);
  call.out.raw(text_of(content));
  return {};
}

}  // namespace

Status run_month(Call& call) {
  const std::string verb = call.args.word(1);
  if (verb == "close") return close_month(call);
  if (verb == "zero") return zero(call);
  if (verb == "list") return list_signed(call);
  if (verb == "show") return show_signed(call);
  return call.usage("用法:month close|zero|list|show", "usage: month close|zero|list|show");
}

}  // namespace mq::cli
