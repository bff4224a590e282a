#include "paper.h"

#include <algorithm>
#include <limits>

#include "../booklet_html.h"
#include "../paper_records.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/delegated.h"
#include "mq/work/directory.h"
#include "mq/work/own_diaries.h"
#include "mq/work/papers.h"

namespace mq::cli {

namespace {

constexpr PaperVerb kVerbs[] = {{"Visit", "print", print_visits},
                                {"Diary", "print", print_diaries},
                                {"Household", "card", print_cards},
                                {"Household", "show", show_for_person}};

Result<Date> day_of(Call& call, std::string_view flag, Date otherwise) {
  const auto typed = call.args.value(flag);
  if (!typed) return otherwise;
  const auto day = Date::parse_iso(*typed);
  if (day) return *day;
  return call.usage(cat("--", flag, " 应是日期,如 2026-04-02:", *typed),
                    cat("--", flag, ": a date such as 2026-04-02, not ", *typed));
}

// "2026-03" is its first day to its last.
Result<work::Period> month_of(Call& call, const std::string& typed) {
  const auto first = Date::parse_iso(cat(typed, "-01"));
  if (!first) {
    return call.usage(cat("--month 应写成 2026-03:", typed),
                      cat("--month: written like 2026-03, not ", typed));
  }
  const int months = first->year() * 12 + first->month();
  const auto next = Date::of(months / 12, months % 12 + 1, 1);
  return work::Period{*first, Date{next->days - 1}};
}

std::string days_text(const work::Period& period) {
  using Limits = std::numeric_limits<std::int32_t>;
  const std::string from = period.from.days == Limits::min() ? "" : period.from.iso();
  const std::string to = period.to.days == Limits::max() ? "" : period.to.iso();
  return from.empty() && to.empty() ? "全部日期" : cat(from, " 至 ", to);
}

Status finish(RecordContext& c, const std::string& path, const std::string& title,
              const std::vector<BookletPart>& parts) {
  std::size_t records = 0;
  for (const BookletPart& part : parts) records += part.records.size();
  MQ_CHECK(write_page(c.call, path, booklet_html(title, parts)));
  c.call.out.object()["records"] = records;
  c.call.out.say(cat(records, " 篇(条),A5,在 ", path), cat(records, " records, A5, in ", path));
  return {};
}

Result<BookletRecord> record_of(RecordContext& c, const RowId& row) {
  MQ_TRY(const std::optional<vault::RowData> data, c.place.vault.load(c.entity.number, row));
  if (data) return paper_record(c.home, c.place, *data);
  return Error{Code::kNotFound, "没有找到这条记录", "no such record"};
}

Result<BookletPart> own_part(RecordContext& c, const work::Period& period) {
  MQ_TRY(const work::DiaryPages own, work::own_diaries(c.place, period, false));
  MQ_TRY(const std::optional<work::Cadre> me, work::Directory(c.place).me());
  BookletPart part{cat("民情日记　", me ? me->name : ""),
                   {days_text(period)},
                   {},
                   "这些天没有日记。",
                   "本人签字"};
  for (const work::DiaryPage& page : own.pages) {
    MQ_TRY(const std::optional<vault::RowData> data, c.place.vault.load(c.entity.number, page.row));
    BookletRecord record{page.date.iso(), short_number(page.row), {"遮去农户"}, page.parts, ""};
    if (data) {
      MQ_TRY(record, paper_record(c.home, c.place, *data));
    }
    part.records.push_back(std::move(record));
  }
  return part;
}

// A part for each author: his pages go to him to be signed.
Result<std::vector<BookletPart>> delegated_parts(RecordContext& c, const work::Period& period) {
  MQ_TRY(const std::vector<work::DelegatedDiary> all,
         work::delegated_diaries(c.place, period, c.call.args.value("author")));
  std::vector<BookletPart> parts;
  std::optional<RowId> author;
  for (const work::DelegatedDiary& one : all) {
    if (author != one.author) {
      parts.push_back(
          {cat("代录的民情日记　", one.author_name),
           {days_text(period), "以下由同事代为录入。请看过，与本人所说不一致的地方请改在纸上。"},
           {},
           "",
           "以上内容属实，本人签字"});
    }
    author = one.author;
    MQ_TRY(BookletRecord record, paper_record(c.home, c.place, one.data));
    record.lines.emplace_back("录入人", one.typist_name);
    record.lines.emplace_back("本人怎么同意的", one.agreed.empty() ? "没有写明" : one.agreed);
    parts.back().records.push_back(std::move(record));
  }
  if (parts.empty()) {
    parts.push_back({"代录的民情日记", {days_text(period)}, {}, "这些天没有代录的日记。", ""});
  }
  return parts;
}

}  // namespace

const PaperVerb* paper_verb(const model::Entity& entity, const Call& call) {
  const std::string verb = call.args.word(1);
  if (verb == "show" && !call.args.has("for_person")) return nullptr;
  const auto found = std::ranges::find_if(
      kVerbs, [&](const PaperVerb& one) { return one.entity == entity.name && one.verb == verb; });
  return found == std::end(kVerbs) ? nullptr : &*found;
}

Result<work::Period> period_wanted(Call& call) {
  using Limits = std::numeric_limits<std::int32_t>;
  if (const auto month = call.args.value("month")) return month_of(call, *month);
  work::Period period;
  MQ_TRY(period.from, day_of(call, "from", Date{Limits::min()}));
  MQ_TRY(period.to, day_of(call, "to", Date{Limits::max()}));
  return period;
}

Result<std::string> file_wanted(Call& call) {
  if (const auto path = call.args.value("o")) return *path;
  return call.usage("请写明存到哪个文件:-o 文件.html", "say which file: -o FILE.html");
}

Status write_page(Call& call, const std::string& path, const std::string& html) {
  MQ_CHECK(call.world.files.replace(path, view_of(html)));
  call.out.object()["file"] = path;
  call.out.say("文件本身没有加密,打印完请删除",
               "the file itself is not encrypted; delete it "
               "once it is printed");
  return {};
}

Status print_visits(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {"from", "to", "month", "village", "household_id", "o"}));
  MQ_TRY(const std::string path, file_wanted(c.call));
  work::VisitsWanted wanted;
  MQ_TRY(wanted.period, period_wanted(c.call));
  wanted.village = c.call.args.value("village");
  wanted.household = c.call.args.value("household_id");
  MQ_TRY(const std::vector<RowId> rows, work::visits_to_print(c.place, wanted));
  MQ_TRY(const std::string township, work::township_name(c.place));
  BookletPart part{cat("入户走访记录　", wanted.village.value_or("")),
                   {cat(township, "　", days_text(wanted.period))},
                   {},
                   "这些天没有走访。",
                   ""};
  for (const RowId& row : rows) {
    MQ_TRY(BookletRecord record, record_of(c, row));
    record.sign = "走访人";
    part.records.push_back(std::move(record));
  }
  return finish(c, path, "入户走访记录", {part});
}

Status print_diaries(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {"from", "to", "month", "author", "delegated", "o"}));
  MQ_TRY(const std::string path, file_wanted(c.call));
  MQ_TRY(const work::Period period, period_wanted(c.call));
  std::vector<BookletPart> parts;
  if (c.call.args.has("delegated") || c.call.args.has("author")) {
    MQ_TRY(parts, delegated_parts(c, period));
  } else {
    MQ_TRY(BookletPart part, own_part(c, period));
    parts.push_back(std::move(part));
  }
  return finish(c, path, "民情日记", parts);
}

}  // namespace mq::cli
