// revoke: stops a device, or takes an unused invitation back.
#include "../contact.h"
#include "../home.h"
#include "../member_names.h"
#include "../membership_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"

namespace mq::cli {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kShanghaiMs = 28'800'000;

// The end of what stays: right before that day began.
Result<std::optional<WallTime>> since_of(Call& call) {
  const auto typed = call.args.value("since");
  if (!typed) return std::optional<WallTime>();
  const auto day = Date::parse_iso(*typed);
  if (day) return std::optional<WallTime>(WallTime{day->days * kDayMs - kShanghaiMs - 1});
  return call.usage(cat("--since 应是日期,如 2026-04-02:", *typed),
                    cat("--since: a date such as 2026-04-02, not ", *typed));
}

// The invitation that members --devices lists under that number, while it can still be used.
std::optional<InviteId> invite_by_number(const wire::ControlState& control,
                                         const std::string& number) {
  std::optional<InviteId> found;
  for (const wire::InviteRecord& invite : control.invites()) {
    if (!invite.live() || short_number(invite.id.view()) != number) continue;
    if (found) return std::nullopt;
    found = invite.id;
  }
  return found;
}

Status revoke_one_invite(Call& call, const InviteId& invite, sync::Member member) {
  MQ_TRY(const sync::Cutoff done, sync::take_back_invite(invite, member));
  const std::string number = short_number(invite.view());
  call.out.object()["revoked"] = number;
  call.out.say(cat("已收回邀请 ", number, ";已为 ", done.rotated, " 条数据流换新钥匙。"),
               cat("took back invitation ", number, "; new keys for ", done.rotated, " streams."));
  tell_cutoff(call, done);
  return {};
}

Status revoke_number(Call& call, Home& home, sync::Member member) {
  MQ_TRY(const std::optional<WallTime> since, since_of(call));
  MQ_TRY(const work::Workplace place, home.place());
  MQ_TRY(const MemberNames names, MemberNames::of(home, place));
  if (const auto invite = invite_by_number(place.control, call.args.word(1))) {
    return revoke_one_invite(call, *invite, member);
  }
  MQ_TRY(const DeviceId device, device_by_number(place, names, call.args.word(1)));
  const std::string reason = call.args.value("reason").value_or("");
  MQ_TRY(const sync::Cutoff done, sync::revoke_device({device, reason, since}, member));
  const wire::DeviceRecord* record = place.control.device(device);
  const std::string number = short_number(device.view());
  const std::string name = record != nullptr ? names.name(record->person) : "";
  call.out.object()["revoked"] = number;
  call.out.object()["name"] = name;
  call.out.say(cat("已停用设备 ", number, "(", name, "):截止到服务器已收妥的 ", done.envelopes,
                   " 件;已为 ", done.rotated, " 条数据流换新钥匙。它之后送来的记录进 待核收。"),
               cat("stopped device ", number, " (", name, "): what the server holds of it stays, ",
                   done.envelopes, " envelopes; new keys for ", done.rotated,
                   " streams. What it sends later waits for a decision."));
  tell_cutoff(call, done);
  return {};
}

Result<InviteId> only_invite(const wire::ControlState& control, const PersonId& person,
                             const std::string& name) {
  std::vector<InviteId> found;
  for (const wire::InviteRecord& invite : control.invites()) {
    if (invite.person == person && invite.live()) found.push_back(invite.id);
  }
  if (!found.empty()) return found.back();
  return Error{Code::kNotFound, cat(name, " 没有还能用的邀请;见 members --devices"),
               cat(name, " has no invitation that could still be used; see members --devices")};
}

Status revoke_invite(Call& call, Home& home, sync::Member member) {
  const std::string name = *call.args.value("invite");
  MQ_TRY(const work::Workplace place, home.place());
  MQ_TRY(const MemberNames names, MemberNames::of(home, place));
  MQ_TRY(const PersonId person, names.person(name));
  sync::Cutoff all;
  MQ_TRY(InviteId invite, only_invite(place.control, person, name));
  for (;;) {
    MQ_TRY(const sync::Cutoff done, sync::take_back_invite(invite, member));
    all.rotated += done.rotated;
    all.left = done.left;
    const auto next = only_invite(home.control().state(), person, name);
    if (!next.ok()) break;
    invite = *next;
  }
  call.out.object()["revoked"] = short_number(invite.view());
  call.out.object()["name"] = name;
  call.out.say(
      cat("已收回给 ", name, " 的邀请码;已为 ", all.rotated, " 条数据流换新钥匙。"),
      cat("took back the invitation of ", name, "; new keys for ", all.rotated, " streams."));
  tell_cutoff(call, all);
  return {};
}

}  // namespace

Status run_revoke(Call& call) {
  MQ_CHECK(only_flags(call, {"reason", "since", "invite"}));
  const bool invite = call.args.has("invite");
  if (invite == !call.args.word(1).empty()) {
    return call.usage(
        "用法:revoke 设备或邀请的号码 [--reason 原因] [--since 日期],或 revoke --invite 姓名",
        "usage: revoke NUMBER [--reason R] [--since DATE], or revoke --invite NAME");
  }
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_CHECK(home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  const sync::Member member = member_of(*home, *transport, call.world);
  return invite ? revoke_invite(call, *home, member) : revoke_number(call, *home, member);
}

}  // namespace mq::cli
