// sign: the second signature under another admin's proposal, or the county's.
#include "../contact.h"
#include "../county_root.h"
#include "../home.h"
#include "../member_names.h"
#include "../role_names.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"

namespace mq::cli {

namespace {

constexpr std::size_t kFileBytesMax = 64u << 10;

Result<std::optional<wire::SigningKey>> root_of(Call& call) {
  std::optional<wire::SigningKey> root;
  const auto path = call.args.value("root");
  if (!path) return root;
  MQ_TRY(wire::SigningKey read, read_county_root(call, *path));
  root.emplace(std::move(read));
  return root;
}

void show(Call& call, const MemberNames& names, const sync::Proposed& proposed, bool done) {
  const std::string name = proposed.name.empty() ? names.name(proposed.person) : proposed.name;
  const std::string until = Date{static_cast<std::int32_t>(proposed.last_day)}.iso();
  call.out.object() = {{"signed", done},
                       {"name", name},
                       {"role", role_name(proposed.role)},
                       {"by", names.name(proposed.by)},
                       {"expires", until}};
  call.out.say(
      cat(done ? "已签:" : "提案:", names.name(proposed.by), " 提议 ", name, " 为 ",
          role_zh(proposed.role), ",邀请码到 ", until, " 为止。",
          done ? "请提议人把邀请码当面交给本人。" : "还没有签:内容无误请加 --yes。"),
      cat(done ? "signed: " : "not signed yet, add --yes: ", name, " as ", role_name(proposed.role),
          ", proposed by ", names.name(proposed.by), ", code until ", until));
}

}  // namespace

Status run_sign(Call& call) {
  MQ_CHECK(only_flags(call, {"root", "yes"}));
  const std::string path = call.args.word(1);
  if (path.empty()) {
    return call.usage("用法:sign 提案文件 --yes(先不写 --yes 看内容)[--root 县根文件]",
                      "usage: sign FILE --yes (without it: shows) [--root FILE]");
  }
  MQ_TRY(const Bytes file, call.world.files.read(path, kFileBytesMax));
  MQ_TRY(const std::optional<wire::SigningKey> root, root_of(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const MemberNames names, MemberNames::of(*home, place));
  MQ_TRY(const sync::Proposed proposed, sync::read_proposal(file, place.control, home->keyring()));
  if (!call.args.has("yes")) {
    show(call, names, proposed, false);
    return {};
  }
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  MQ_CHECK(
      sync::sign_proposal(file, root ? &*root : nullptr, member_of(*home, *transport, call.world)));
  show(call, names, proposed, true);
  return {};
}

}  // namespace mq::cli
