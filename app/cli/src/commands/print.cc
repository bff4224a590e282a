// print: a person's own diaries as a page to print, with the households or masked.
#include "../diary_html.h"
#include "../farewell.h"
#include "../home.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/own_diaries.h"
#include "paper.h"

namespace mq::cli {

namespace {

Result<std::string> author_of(const work::Workplace& place) {
  MQ_TRY(const std::optional<work::Cadre> me, work::Directory(place).me());
  if (me) return me->name;
  MQ_TRY(const std::optional<Bytes> kept, place.vault.setting(kAuthorName));
  return kept ? to_string(*kept) : std::string();
}

}  // namespace

Status run_print(Call& call) {
  MQ_CHECK(only_flags(call, {"from", "to", "mask", "o"}));
  const auto path = call.args.value("o");
  if (call.args.word(1) != "diary" || !path) {
    return call.usage("用法:print diary [--from 日期] [--to 日期] [--mask] -o 文件.html",
                      "usage: print diary [--from DATE] [--to DATE] [--mask] -o FILE.html");
  }
  MQ_TRY(const work::Period period, period_wanted(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  const bool masked = call.args.has("mask");
  MQ_TRY(const work::DiaryPages diaries, work::own_diaries(place, period, masked));
  MQ_TRY(const std::string author, author_of(place));
  const bool any_masked = masked || diaries.masked_only > 0;
  MQ_CHECK(call.world.files.replace(*path, view_of(diary_html(author, diaries.pages, any_masked))));
  call.out.object() = {{"file", *path},
                       {"diaries", diaries.pages.size()},
                       {"masked", masked ? diaries.pages.size() : diaries.masked_only}};
  call.out.say(cat("日记 ", diaries.pages.size(), " 篇,在 ", *path),
               cat(diaries.pages.size(), " diaries in ", *path));
  if (!masked && diaries.masked_only > 0) {
    call.out.say(cat("其中 ", diaries.masked_only, " 篇本机只留了遮去农户的"),
                 cat(diaries.masked_only, " of them are kept masked only"));
  }
  return {};
}

}  // namespace mq::cli
