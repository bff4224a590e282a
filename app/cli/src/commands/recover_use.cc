// recover use: two sheets make an empty home the device of an admin, when every admin's is gone.
#include "../contact.h"
#include "../home.h"
#include "../member_names.h"
#include "../sheet_input.h"
#include "mq/base/text.h"
#include "mq/sync/recovery.h"
#include "mq/work/organisation.h"
#include "recover.h"

namespace mq::cli {

namespace {

Result<std::string> address_of(Call& call, const GivenKit& kit) {
  if (auto given = call.args.value("server")) return *given;
  for (const seal::Sheet& sheet : kit.sheets) {
    if (!sheet.address.empty()) return sheet.address;
  }
  return call.usage("单子上没有服务器地址:请写 --server 主机:端口",
                    "the sheets name no server: give --server HOST:PORT");
}

void tell(Call& call, Home& home, const sync::Recovered& done, const std::string& name) {
  Json stopped = Json::array();
  for (const DeviceId& device : done.stopped) stopped.push_back(short_number(device.view()));
  const DeviceId me = *home.vault().device();
  const std::size_t count = done.stopped.size();
  call.out.object() = {{"recovered", true},
                       {"device", me.hex()},
                       {"name", name},
                       {"known", done.known},
                       {"stopped", stopped},
                       {"left", done.left},
                       {"streams", home.vault().streams().size()}};
  call.out.say(cat("乡镇已找回:本机(号码 ", short_number(me.view()), ")现在是 ", name,
                   " 的管理员设备,每位成员都会看到。"),
               cat("the township is back: this device (", short_number(me.view()),
                   ") is now an admin's, of ", name, "; every member is told"));
  if (count > 0) {
    call.out.say(cat("已停用原来的管理员设备 ", count, " 台;它们之后送来的记录进 待核收。"),
                 cat(count, " devices of admins were stopped; what they send later waits"));
  }
  call.out.say(
      "请接着:recover make --replace 换一套恢复单(正式启用的乡镇加上这两张 --sheet),"
      "再 invite --role admin 请第二台管理员设备。",
      "next: recover make --replace (with these two --sheet, if the township is open), "
      "then invite --role admin for a second device");
}

}  // namespace

Status recover_use(Call& call) {
  MQ_CHECK(only_flags(call, {"sheet", "name", "server", "keep_admins"}));
  MQ_TRY(const GivenKit kit, given_kit(call));
  MQ_TRY(const std::string address, address_of(call, kit));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_or_create(call));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect(address));
  const sync::RecoverOptions options{&kit.seed, &kit.sheets,
                                     call.args.value("name").value_or("乡镇管理员"),
                                     call.args.has("keep_admins")};
  MQ_TRY(const sync::Recovered done,
         sync::recover_township(options, {home->vault(), home->keyring(), home->control(),
                                          *transport, call.world.clock, call.world.random}));
  MQ_CHECK(home->settle());
  MQ_CHECK(reconcile(call, *home, *transport));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_CHECK(home->saving([&] { return work::bind_self(place, options.name); }));
  MQ_CHECK(reconcile(call, *home, *transport));
  tell(call, *home, done, options.name);
  return {};
}

}  // namespace mq::cli
