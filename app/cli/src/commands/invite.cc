// invite: one string that makes one person's one device a member, in one contact; or a page of
// them.
#include "../contact.h"
#include "../home.h"
#include "../new_file.h"
#include "../whole_line.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"
#include "mq/work/handout.h"
#include "mq/work/organisation.h"
#include "slips.h"

namespace mq::cli {

namespace {

constexpr int kDaysDefault = 14;
constexpr int kDaysMax = 90;

Result<RoleKind> role_of(Call& call) {
  auto typed = call.args.required("role");
  if (!typed.ok() && call.args.has("from"))
    typed = std::string(role_name(RoleKind::ROLE_KIND_CADRE));
  if (!typed.ok()) return call.usage(std::move(typed).error());
  const std::optional<RoleKind> role = role_named(*typed);
  // The county's own come by its signature.
  if (role && *role <= RoleKind::ROLE_KIND_SUPERVISOR) return *role;
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

// A page of slips takes everything of a person from the list.
Status check_list_flags(Call& call, RoleKind role) {
  for (const char* flag : {"name", "rank", "village"}) {
    if (!call.args.has(flag)) continue;
    return call.usage(cat("--", flag, " 不能和 --from 同用:人和村都写在文件里"),
                      cat("--", flag, " goes not with --from: the file names people and villages"));
  }
  MQ_CHECK(only_flags(call, {"role", "days", "from", "o", "skip_refused"}));
  if (role == RoleKind::ROLE_KIND_CADRE || role == RoleKind::ROLE_KIND_DESK) return {};
  return call.usage("--from 只用于 cadre、desk;其他角色请用 --name 逐个邀请",
                    "--from is for cadre and desk; invite others one by one with --name");
}

Result<sync::InviteOptions> options_of(Call& call, Home& home, const work::Workplace& place,
                                       RoleKind role, const std::string& name) {
  sync::InviteOptions options;
  options.role = role;
  options.name = name;
  if (const auto unit = call.args.value("unit")) {
    MQ_TRY(const work::UnitAccount account, work::unit_account(place, *unit, name));
    options.streams = {account.stream};
    options.person = account.member;
    return options;
  }
  std::vector<RowId> villages;
  for (const std::string& typed : call.args.values("village")) {
    MQ_TRY(const work::Village village, work::Directory(place).village(typed));
    villages.push_back(village.org_unit);
    for (const vault::StreamIx ix : {village.stream, village.private_stream}) {
      if (const vault::StreamInfo* stream = home.vault().stream(ix))
        options.streams.push_back(stream->id);
    }
  }
  if (role == sync::pb::ROLE_KIND_CADRE && villages.empty()) {
    return call.usage("邀请干部要写明村:--village 村名(可写多个)", "a cadre needs --village");
  }
  work::Account account;
  MQ_CHECK(home.saving([&]() -> Status {
    MQ_TRY(account,
           work::prepare_account(place, name, call.args.value("rank").value_or(""), villages));
    return {};
  }));
  options.person = account.member;
  return options;
}

// A unit's stream goes to a unit alone, and stands for the villages.
Status check_unit_flag(Call& call, RoleKind role) {
  if (!call.args.has("unit")) return {};
  if (role == sync::pb::ROLE_KIND_UNIT && !call.args.has("village")) return {};
  return call.usage("--unit 只用于 --role unit,不和 --village 同用",
                    "--unit goes with --role unit, and without --village");
}

// Said before anything is written; the log itself refuses it too.
Status check_second(Call& call, const work::Workplace& place, RoleKind role) {
  const bool two = role == sync::pb::ROLE_KIND_ADMIN || role == sync::pb::ROLE_KIND_SUPERVISOR;
  if (!two || place.control.setup() || call.args.has("propose")) return {};
  return Error{Code::kNotAllowed,
               "正式启用以后,新管理员和督查要两个人签字,没有发邀请;请加 --propose 文件,"
               "再由另一位管理员或县里 sign",
               "an open township invites admins and supervisors by two signatures; add --propose "
               "FILE and have another admin or the county sign it"};
}

// For another admin, or the county, to sign; nothing stands before.
Status propose(Call& call, const sync::Member& member, const sync::InviteOptions& options) {
  const std::string path = *call.args.value("propose");
  MQ_TRY(const sync::Proposal proposal, sync::propose_invite(options, member));
  MQ_CHECK(write_new_file(call, path, proposal.file));
  const std::string until = Date{static_cast<std::int32_t>(proposal.last_day)}.iso();
  call.out.object() = {{"code", proposal.code}, {"expires", until}, {"file", path}};
  call.out.say(cat("提案已写入 ", path, ":请把它交给另一位管理员,在他的设备上运行 sign ", path,
                   "(或由县里签)。期间成员登记有别的变动,提案就作废。签了以后邀请码才有用:"),
               cat("proposal written to ", path, "; another admin signs it with: sign ", path,
                   " (or the county). Any other change of the log makes it void. The code is good "
                   "once it is signed:"));
  call.out.text(proposal.code);
  return {};
}

}  // namespace

// By the server's time of the contact just made: it is the server that refuses a code afterwards,
// and this device's clock may be years off.
std::uint32_t last_day_of_code(Home& home, int days) {
  const WallTime now{static_cast<std::int64_t>(home.vault().checkpoint().time_ms)};
  return static_cast<std::uint32_t>(Date::in_shanghai(now).days + days);
}

Status run_invite(Call& call) {
  MQ_TRY(const RoleKind role, role_of(call));
  MQ_TRY(const int days, days_of(call));
  if (call.args.has("from")) {
    MQ_CHECK(check_list_flags(call, role));
    return invite_from_list(call, role, days);
  }
  MQ_CHECK(only_flags(call, {"role", "name", "rank", "village", "unit", "days", "propose"}));
  MQ_CHECK(check_unit_flag(call, role));
  auto name = call.args.required("name");
  if (!name.ok()) return call.usage(std::move(name).error());
  MQ_CHECK(check_name(call, "name", *name));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  MQ_CHECK(check_second(call, place, role));
  MQ_TRY(sync::InviteOptions options, options_of(call, *home, place, role, *name));
  MQ_CHECK(register_streams(*home, *transport, call.world));  // a unit's may be new
  options.last_day = last_day_of_code(*home, days);
  const sync::Member member = member_of(*home, *transport, call.world);
  if (call.args.has("propose")) return propose(call, member, options);
  MQ_TRY(const std::vector<sync::Invited> invited, sync::invite_members({options}, member));
  const std::string& code = invited.front().code;
  const Date until{static_cast<std::int32_t>(invited.front().last_day)};
  MQ_CHECK(reconcile(call, *home, *transport));
  call.out.object()["code"] = code;
  call.out.object()["expires"] = until.iso();
  call.out.say(cat("邀请码(", *name, ",一次有效,到 ", until.iso(), " 为止):"),
               cat("invitation for ", *name, ", one use, until ", until.iso(), ":"));
  call.out.text(code);
  call.out.say("请当面交给本人,在他的设备上运行: minqing join 邀请码",
               "hand it over in person; on his device: minqing join CODE");
  return {};
}

}  // namespace mq::cli
