// org create: founds county and township in one act, for one township and for trials.
#include "../contact.h"
#include "../home.h"
#include "../township_state.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/organisation.h"

namespace mq::cli {

namespace {

Result<sync::FoundOptions> options_of(Call& call) {
  MQ_CHECK(
      only_flags(call, {"county", "township", "server", "code", "root_out", "practice", "name"}));
  sync::FoundOptions options;
  for (const auto& [flag, target] :
       {std::pair{"county", &options.county_name}, std::pair{"township", &options.township_name},
        std::pair{"server", &options.server_address}}) {
    auto value = call.args.required(flag);
    if (!value.ok()) return call.usage(std::move(value).error());
    *target = *value;
  }
  options.founder_name = call.args.value("name").value_or("乡镇管理员");
  options.code = call.args.value("code").value_or("");
  options.practice = call.args.has("practice");
  return options;
}

// The county root appoints townships and admins; it is written once, or printed once.
Status hand_over_root(Call& call, const Key32& seed) {
  const std::string text = to_hex(seed.view());
  if (auto path = call.args.value("root_out")) {
    MQ_CHECK(call.world.files.replace(*path, view_of(text + "\n")));
    call.out.say(cat("县根密钥已写入 ", *path, ":请存到离线介质,不要留在本机"),
                 cat("county root written to ", *path, ": keep it offline"));
    return {};
  }
  call.out.object()["county_root"] = text;
  call.out.say(cat("县根密钥(只显示这一次,请抄在纸上): ", text),
               cat("county root (shown once, write it down): ", text));
  return {};
}

}  // namespace

Status run_org(Call& call) {
  if (call.args.word(1) != "create") {
    return call.usage("用法:org create --county 县 --township 乡镇 --server 主机:端口",
                      "usage: org create --county N --township N --server HOST:PORT");
  }
  MQ_TRY(const sync::FoundOptions options, options_of(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_or_create(call));
  if (home->keyring().identity() != nullptr) {
    return Error{Code::kConflict, "这个文件夹已经属于一个乡镇;请换一个 --home",
                 "this home belongs to a township already; choose another --home"};
  }
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect(options.server_address));
  MQ_TRY(const sync::Founded founded,
         sync::found_township(options, home->vault(), home->keyring(), home->control(), *transport,
                              call.world.clock, call.world.random));
  MQ_CHECK(home->settle());
  MQ_TRY(const work::Workplace place, home->place());
  MQ_CHECK(home->saving([&] {
    return work::write_founding_rows(
        place, {options.county_name, options.township_name, options.founder_name});
  }));
  MQ_CHECK(reconcile(call, *home, *transport));
  call.out.object()["township"] = founded.township.hex();
  const TownshipState state = township_state(place.control);
  call.out.object()["state"] = state.zh;
  call.out.say(
      cat("已建 ", options.county_name, options.township_name, "(", state.zh, ");编号 ",
          founded.township.hex()),
      cat("founded ", options.township_name, " (", state.en, "); id ", founded.township.hex()));
  return hand_over_root(call, founded.county_root_seed);
}

}  // namespace mq::cli
