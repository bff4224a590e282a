// org create: founds county and township in one act, for one township and for trials. The other
// acts have files of their own.
#include "org.h"

#include <filesystem>

#include "../contact.h"
#include "../county_root.h"
#include "../home.h"
#include "../setup_text.h"
#include "../township_state.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/founding.h"
#include "mq/work/organisation.h"

namespace mq::cli {

namespace {

Result<sync::FoundOptions> options_of(Call& call) {
  MQ_CHECK(only_flags(
      call, {"county", "township", "server", "code", "root_out", "practice", "name", "root"}));
  sync::FoundOptions options;
  for (const auto& [flag, target] :
       {std::pair{"county", &options.county_name}, std::pair{"township", &options.township_name},
        std::pair{"server", &options.server_address}}) {
    auto value = call.args.required(flag);
    if (!value.ok()) return call.usage(std::move(value).error());
    *target = *value;
  }
  if (call.args.value("root") && call.args.value("root_out")) {
    return call.usage(
        "--root 用已有的县根,--root-out 存新的县根:只写一个",
        "--root takes a county root that exists, --root-out keeps a new one: not both");
  }
  options.founder_name = call.args.value("name").value_or("乡镇管理员");
  options.code = call.args.value("code").value_or("");
  options.practice = call.args.has("practice");
  return options;
}

// Where the root stands on this machine, for as long as `status` finds it there.
Status note_root_file(Home& home, const std::string& path) {
  const std::string whole = std::filesystem::absolute(path).string();
  return home.vault().set_setting(kRootFile, view_of(whole));
}

// The county root appoints townships and admins; it is written once, or printed once.
Status hand_over_root(Call& call, Home& home, const Key32& seed) {
  const std::string text = to_hex(seed.view());
  if (auto path = call.args.value("root_out")) {
    MQ_CHECK(call.world.files.replace(*path, view_of(text + "\n")));
    MQ_CHECK(note_root_file(home, *path));
    call.out.say(cat("县根密钥已写入 ", *path, ":请存到离线介质,不要留在本机"),
                 cat("county root written to ", *path, ": keep it offline"));
    return {};
  }
  call.out.object()["county_root"] = text;
  call.out.say(cat("县根密钥(只显示这一次,请抄在纸上): ", text),
               cat("county root (shown once, write it down): ", text));
  return {};
}

// Under a new county root, or the one in a file that an earlier act made.
Result<sync::Founded> found(Call& call, Home& home, sync::Transport& transport,
                            const sync::FoundOptions& options) {
  const sync::Member member{home.vault(), home.keyring(),   home.control(),
                            transport,    call.world.clock, call.world.random};
  auto path = call.args.value("root");
  if (!path) {
    return sync::found_township(options, member.vault, member.keyring, member.control, transport,
                                member.clock, member.random);
  }
  MQ_TRY(const wire::SigningKey root, read_county_root(call, *path));
  return sync::found_under(root, options, member);
}

Status create(Call& call) {
  MQ_TRY(const sync::FoundOptions options, options_of(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_or_create(call));
  if (home->keyring().identity() != nullptr) {
    return Error{Code::kConflict, "这个文件夹已经属于一个乡镇;请换一个 --home",
                 "this home belongs to a township already; choose another --home"};
  }
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect(options.server_address));
  MQ_TRY(const sync::Founded founded, found(call, *home, *transport, options));
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
  if (auto path = call.args.value("root")) return note_root_file(*home, *path);
  return hand_over_root(call, *home, founded.county_root_seed);
}

}  // namespace

Result<std::string> needed_flag(Call& call, const char* flag) {
  auto value = call.args.required(flag);
  if (!value.ok()) return call.usage(std::move(value).error());
  return value;
}

Status run_org(Call& call) {
  const std::string act = call.args.word(1);
  if (act == "create") return create(call);
  if (act == "open") return org_open(call);
  if (act == "township") return org_township(call);
  if (act == "county" && call.args.word(2) == "create") return org_county_create(call);
  if (act == "county" && call.args.word(2) == "appoint") return org_county_appoint(call);
  return call.usage(
      "用法:org create|open,org county create|appoint,org township "
      "request|certify|enrol|rejoin",
      "usage: org create|open, org county create|appoint, org township "
      "request|certify|enrol|rejoin");
}

}  // namespace mq::cli
