// homes: several people on one machine, each with a folder, a passphrase and keys of his own.
#include <unistd.h>

#include <climits>

#include "../key_room.h"
#include "../session.h"
#include "all.h"
#include "hold_open.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

struct StateName {
  const char* name;
  const char* zh;
};

StateName state_of(Call& call, const std::string& folder) {
  if (!call.world.files.exists(key_path(folder))) return {"empty", "还没有记录"};
  if (session_key(call.world.sessions, folder, Renew::kNo)) return {"unlocked", "已解锁"};
  return {"locked", "锁着"};
}

Status list(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const HomeList homes, home_list(call));
  Json all = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const ListedHome& home : homes.all()) {
    const StateName state = state_of(call, home.folder);
    all.push_back({{"name", home.name},
                   {"folder", home.folder},
                   {"current", home.current},
                   {"state", state.name}});
    lines.push_back({home.current ? "*" : "", home.name,
                     std::string(call.out.pick(state.zh, state.name)), home.folder});
  }
  call.out.object()["homes"] = std::move(all);
  if (!lines.empty()) call.out.table({"", "姓名", "状态", "文件夹"}, lines);
  if (lines.empty()) {
    call.out.say("本机名单是空的;用 homes add 名字 加上各人",
                 "nobody is listed on this machine; see homes add");
  }
  return {};
}

// The list is read from any folder, so it holds whole paths.
std::string absolute(const std::string& folder) {
  if (folder.starts_with('/')) return folder;
  std::array<char, PATH_MAX> here{};
  return ::getcwd(here.data(), here.size()) == nullptr ? folder : cat(here.data(), "/", folder);
}

Status add(Call& call, const std::string& name) {
  MQ_CHECK(only_flags(call, {}));
  std::string folder = folder_for(name);
  if (call.args.has("home")) {
    MQ_TRY(const std::string typed, home_folder(call));
    folder = absolute(typed);
  }
  MQ_TRY(HomeList homes, home_list(call));
  MQ_CHECK(homes.add(name, folder));
  call.out.object() = {{"name", name}, {"folder", folder}};
  const bool fresh = !call.world.files.exists(key_path(folder));
  call.out.say(
      cat("已列入:", name, "(", folder, ")。",
          fresh ? cat("请他用 --user ", name, " join 邀请码 加入,口令自己设") : std::string()),
      cat("listed: ", name, " (", folder, ")", fresh ? "; to join: --user NAME join CODE" : ""));
  return {};
}

Status remove(Call& call, const std::string& name) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(HomeList homes, home_list(call));
  MQ_TRY(const ListedHome home, homes.named(name));
  MQ_CHECK(homes.remove(name));
  close_session(call.world.sessions, home.folder);
  call.out.object() = {{"name", name}, {"folder", home.folder}};
  call.out.say(cat("已从名单去掉:", name, "。他的记录没有删,还在 ", home.folder),
               cat("no longer listed: ", name, "; the records are untouched, in ", home.folder));
  return {};
}

// Whoever leaves is locked out of what he leaves behind, whether or not the next one can unlock.
Status choose(Call& call, HomeList& homes, const std::string& name) {
  MQ_TRY(const std::string left, home_folder(call));
  MQ_CHECK(homes.choose(name));
  const bool locked = close_session(call.world.sessions, left);
  call.out.object() = {{"current", name}, {"locked_before", locked}};
  call.out.say(cat("现在是 ", name, locked ? ";前一位的已锁上" : ""),
               cat("now: ", name, locked ? "; the one before is locked" : ""));
  return {};
}

Status switch_to(Call& call, const std::string& name) {
  MQ_CHECK(only_flags(call, {"minutes"}));
  MQ_TRY(HomeList homes, home_list(call));
  MQ_TRY(const ListedHome home, homes.named(name));
  if (!call.world.files.exists(key_path(home.folder))) {
    MQ_CHECK(choose(call, homes, name));
    call.out.say("还没有记录:请用 join 邀请码 加入", "nothing here yet: join with a code");
    return {};
  }
  MQ_TRY(KeyRoom room, KeyRoom::enter(call, home.folder, false));
  MQ_TRY(const Key32 key, room.ask());
  MQ_CHECK(choose(call, homes, name));
  Status held = hold_open(call, std::move(room), key);
  if (held.ok() || held.error().code != Code::kUnsupported) return held;
  call.out.warn(held.error().zh, held.error().en);
  call.out.object()["unlocked"] = false;
  return {};
}

// --home and --user name a home for one command; only `add` has a use for a folder.
Status no_home_flags(Call& call, const std::string& verb) {
  const bool folder = call.args.has("home") && verb != "add";
  if (!folder && !call.args.has("user")) return {};
  return call.usage(
      "homes 管的是整个名单,不要写 --home、--user(homes add 可写 --home)",
      "homes is about the whole list: leave --home and --user out (add takes --home)");
}

}  // namespace

Status run_homes(Call& call) {
  const std::string verb = call.args.word(1);
  const std::string name = call.args.word(2);
  MQ_CHECK(no_home_flags(call, verb));
  if (verb.empty() || verb == "list") return list(call);
  if (verb == "add" && !name.empty()) return add(call, name);
  if (verb == "remove" && !name.empty()) return remove(call, name);
  if (verb == "switch" && !name.empty()) return switch_to(call, name);
  return call.usage("用法:homes list|add 名字|remove 名字|switch 名字",
                    "usage: homes list|add NAME|remove NAME|switch NAME");
}

}  // namespace mq::cli
