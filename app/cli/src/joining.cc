#include "joining.h"

#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::string_view kSetting = "join.code";

Status write_down(Home& home, const std::string& code) {
  return home.vault().set_setting(kSetting, view_of(code));
}

}  // namespace

Result<wire::InviteCode> parsed_code(const std::string& code) {
  auto parsed = wire::parse_invite_code(code);
  if (parsed.ok()) return parsed;
  Error error = std::move(parsed).error();
  error.code = Code::kNotAllowed;
  return error;
}

Result<std::optional<std::string>> waiting_code(Home& home) {
  MQ_TRY(const std::optional<Bytes> kept, home.vault().setting(kSetting));
  if (!kept || kept->empty() || home.place().ok()) return std::optional<std::string>();
  return std::optional<std::string>(text_of(*kept));
}

Result<sync::SyncReport> join_by_code(Call& call, Home& home, const std::string& code) {
  MQ_TRY(const std::optional<std::string> before, waiting_code(home));
  MQ_TRY(const wire::InviteCode parsed, parsed_code(code));
  const bool member = home.place().ok();
  if (!member) MQ_CHECK(write_down(home, code));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home.connect(parsed.address));
  const Status joined = sync::join_township(code, home.vault(), home.keyring(), home.control(),
                                            *transport, call.world.clock, call.world.random);
  if (!joined.ok() && joined.error().code == Code::kUnavailable && !member) {
    return Error{
        Code::kUnavailable,
        "没有联系上服务器:邀请码已记下,下次有信号时 sync "
        "会自动加入。现在就可以记走访、日记和事项。",
        "the server was not reached: the code is kept, the next sync joins with it; visits, "
        "diaries and issues can be recorded now"};
  }
  if (!joined.ok() && joined.error().code == Code::kNotAllowed && !member) {
    MQ_CHECK(write_down(home, before && *before != code ? *before : std::string()));
  }
  MQ_CHECK(joined);
  MQ_CHECK(write_down(home, ""));
  MQ_CHECK(home.settle());
  return reconcile(call, home, *transport);
}

}  // namespace mq::cli
