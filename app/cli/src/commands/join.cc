// join: a device becomes a member's device, in one contact; without signal, at the next one.
#include "../home.h"
#include "../joining.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"

namespace mq::cli {

Status run_join(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  const std::string code = call.args.word(1);
  if (code.empty()) return call.usage("用法:join 邀请码", "usage: join CODE");
  MQ_CHECK(parsed_code(code));  // before there is a home
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_or_create(call));
  MQ_CHECK(join_by_code(call, *home, code));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::vector<work::Village> villages, work::Directory(place).villages());
  Json names = Json::array();
  std::string list;
  for (const work::Village& village : villages) {
    names.push_back(village.name);
    list += cat(list.empty() ? "" : "、", village.name);
  }
  call.out.object()["joined"] = true;
  call.out.object()["villages"] = std::move(names);
  call.out.say(cat("已加入。本机可用的村:", list.empty() ? "无" : list),
               cat("joined; villages: ", list));
  return {};
}

}  // namespace mq::cli
