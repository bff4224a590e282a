// invite: one string that makes one person's one device a member, in one contact.
#include "../contact.h"
#include "../home.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/organisation.h"

namespace mq::cli {

namespace {

constexpr int kDaysDefault = 14;
constexpr int kDaysMax = 90;

constexpr std::pair<std::string_view, sync::pb::RoleKind> kRoles[] = {
    {"admin", sync::pb::ROLE_KIND_ADMIN},
    {"desk", sync::pb::ROLE_KIND_DESK},
    {"cadre", sync::pb::ROLE_KIND_CADRE},
    {"unit", sync::pb::ROLE_KIND_UNIT},
    {"supervisor", sync::pb::ROLE_KIND_SUPERVISOR}};

Result<sync::pb::RoleKind> role_of(Call& call) {
  auto typed = call.args.required("role");
  if (!typed.ok()) return call.usage(std::move(typed).error());
  for (const auto& [name, role] : kRoles) {
    if (name == *typed) return role;
  }
  return call.usage(cat("没有角色 ", *typed, ":可用 admin、desk、cadre、unit、supervisor"),
                    cat("no role ", *typed, ": admin, desk, cadre, unit, supervisor"));
}

Result<int> days_of(Call& call) {
  const std::string typed = call.args.value("days").value_or(cat(kDaysDefault));
  const int days = std::atoi(typed.c_str());
  if (days < 1 || days > kDaysMax) {
    return call.usage(cat("--days 应在 1 到 ", kDaysMax, " 之间"), cat("--days: 1 to ", kDaysMax));
  }
  return days;
}

}  // namespace

Status run_invite(Call& call) {
  MQ_CHECK(only_flags(call, {"role", "name", "rank", "village", "days"}));
  MQ_TRY(const sync::pb::RoleKind role, role_of(call));
  MQ_TRY(const int days, days_of(call));
  auto name = call.args.required("name");
  if (!name.ok()) return call.usage(std::move(name).error());
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(register_streams(*home, *transport, call.world));

  sync::InviteOptions options;
  options.role = role;
  options.name = *name;
  std::vector<RowId> villages;
  for (const std::string& typed : call.args.values("village")) {
    MQ_TRY(const work::Village village, work::Directory(place).village(typed));
    villages.push_back(village.org_unit);
    for (const vault::StreamIx ix : {village.stream, village.private_stream}) {
      if (const vault::StreamInfo* stream = home->vault().stream(ix))
        options.streams.push_back(stream->id);
    }
  }
  if (role == sync::pb::ROLE_KIND_CADRE && villages.empty()) {
    return call.usage("邀请干部要写明村:--village 村名(可写多个)", "a cadre needs --village");
  }
  work::Account account;
  MQ_CHECK(home->saving([&]() -> Status {
    MQ_TRY(account,
           work::prepare_account(place, *name, call.args.value("rank").value_or(""), villages));
    return {};
  }));
  options.person = account.member;
  const Date last = {Date::in_shanghai(call.world.clock.wall()).days + days};
  options.last_day = static_cast<std::uint32_t>(last.days);
  MQ_TRY(const std::string code,
         sync::invite_member(options, home->vault(), home->keyring(), home->control(), *transport,
                             call.world.clock, call.world.random));
  MQ_CHECK(reconcile(call, *home, *transport));
  call.out.object()["code"] = code;
  call.out.object()["expires"] = last.iso();
  call.out.say(cat("邀请码(", *name, ",一次有效,到 ", last.iso(), " 为止):"),
               cat("invitation for ", *name, ", one use, until ", last.iso(), ":"));
  call.out.text(code);
  call.out.say("请当面交给本人,在他的设备上运行: minqing join 邀请码",
               "hand it over in person; on his device: minqing join CODE");
  return {};
}

}  // namespace mq::cli
