// org open: ends the preparation, once two admins' devices and a drilled recovery kit stand.
#include <set>

#include "../contact.h"
#include "../home.h"
#include "../setup_text.h"
#include "../township_state.h"
#include "mq/base/text.h"
#include "mq/sync/setup.h"
#include "org.h"

namespace mq::cli {

namespace {

Status may_open(Call& call, Home& home) {
  const wire::ControlState& log = home.control().state();
  if (log.practice()) {
    return Error{Code::kNotAllowed,
                 "试用乡镇不能正式启用;正式的乡镇请在空文件夹里重新 org create(不带 --practice)",
                 "a practice township never opens; found the real one in an empty home, without "
                 "--practice"};
  }
  if (!log.setup()) {
    return Error{Code::kConflict, "本乡镇已正式启用,不用再办", "the township is open already"};
  }
  MQ_TRY(const work::Workplace place, home.place());
  if (!place.is_admin()) {
    return Error{Code::kNotAllowed, "正式启用由乡镇管理员办理", "only an admin opens the township"};
  }
  MQ_TRY(const std::vector<work::SetupItem> items, setup_list(call, home));
  const std::vector<work::SetupItem> missing = undone(items, true);
  if (missing.empty()) return {};
  Json names = Json::array();
  for (const work::SetupItem& item : missing) names.push_back(item.name);
  call.out.object()["missing"] = std::move(names);
  const std::string list = list_text(call.out, missing);
  return Error{Code::kNotAllowed, cat("不能正式启用,还缺:", list), cat("cannot open yet: ", list)};
}

bool one_person(const wire::ControlState& log) {
  std::set<PersonId> persons;
  for (const wire::DeviceRecord* device : log.admin_devices(log.head_seq())) {
    persons.insert(device->person);
  }
  return persons.size() < 2;
}

void tell(Call& call, Home& home, const std::vector<work::SetupItem>& rest) {
  const wire::ControlState& log = home.control().state();
  Json names = Json::array();
  for (const work::SetupItem& item : rest) names.push_back(item.name);
  call.out.object() = {
      {"opened", true}, {"state", township_state(log).zh}, {"missing", std::move(names)}};
  call.out.say(
      "已正式启用。从现在起:新的管理员和督查要第二位管理员或县里签字,最后一台管理员设备不能停用。",
      "the township is open: new admins and supervisors need a second signature, and the last "
      "admin's device cannot be stopped");
  if (one_person(log)) {
    call.out.say("现在的管理员设备都是同一个人的:以后任命管理员要县里签字。",
                 "all admin devices belong to one person: new admins need the county's signature");
  }
  if (rest.empty()) return;
  const std::string list = list_text(call.out, rest);
  call.out.say(cat("还没做的(不影响启用):", list), cat("still to do: ", list));
}

}  // namespace

Status org_open(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(reconcile(call, *home, *transport));
  MQ_CHECK(may_open(call, *home));
  MQ_CHECK(sync::open_township({home->vault(), home->keyring(), home->control(), *transport,
                                call.world.clock, call.world.random}));
  MQ_CHECK(home->saving([&] { return work::note_opened(place); }));
  MQ_CHECK(reconcile(call, *home, *transport));
  MQ_TRY(const std::vector<work::SetupItem> items, setup_list(call, *home));
  tell(call, *home, undone(items, false));
  return {};
}

}  // namespace mq::cli
