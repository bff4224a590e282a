// status: what is delivered, what stands on this device alone, what needs a person.
#include "../home.h"
#include "../township_state.h"
#include "../unlock_code.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

struct VerdictText {
  const char* name;
  const char* zh;
};

VerdictText text_of(seal::ContinuationToken::Verdict verdict) {
  using Verdict = seal::ContinuationToken::Verdict;
  switch (verdict) {
    case Verdict::kFresh:
      return {"fresh", "新设备"};
    case Verdict::kMatches:
      return {"matches", "正常"};
    case Verdict::kRestored:
      return {"restored", "从旧备份恢复过;下次同步自动续上"};
    case Verdict::kCloned:
      return {"cloned", "这个文件夹是复制来的;下次同步自动另起一线"};
    case Verdict::kCrashed:
      return {"crashed", "上次中断已修复"};
  }
  return {"unknown", "不详"};
}

Result<Json> streams_of(vault::Vault& vault) {
  Json out = Json::array();
  for (const vault::StreamInfo& stream : vault.streams()) {
    MQ_TRY(const vault::Vault::Cursor cursor, vault.cursor(stream.ix));
    out.push_back({{"label", stream.label},
                   {"kind", stream.kind},
                   {"index", cursor.index},
                   {"registered", stream.ordinal != 0}});
  }
  return out;
}

}  // namespace

Status run_status(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const vault::Delivery delivery, home->vault().delivery());
  MQ_TRY(const std::vector<wire::Envelope> parked, home->vault().parked());
  MQ_TRY(const auto parting, sync::parting(home->vault(), home->control()));
  MQ_TRY(const std::optional<Bytes> unlocked, home->vault().setting(kUnlockUsed));
  const VerdictText token = text_of(home->verdict());
  MQ_TRY(Json streams, streams_of(home->vault()));
  const TownshipState state = township_state(place.control);
  const std::uint64_t alone = delivery.unsealed + delivery.sealed_waiting;
  call.out.object() = {{"township", place.control.township().hex()},
                       {"device", home->vault().device()->hex()},
                       {"state", state.zh},
                       {"practice", place.control.practice()},
                       {"server", place.control.server_address()},
                       {"unsealed", delivery.unsealed},
                       {"waiting", delivery.sealed_waiting},
                       {"delivered", delivery.delivered},
                       {"unsent", alone},
                       {"parked", parked.size()},
                       {"conflicts", delivery.conflicts},
                       {"continuation", token.name},
                       {"log_parted", parting.has_value()},
                       {"streams", std::move(streams)}};
  if (unlocked) call.out.object()["unlock_code_used"] = mq::text_of(*unlocked);
  call.out.say(cat("只在本机、还没送到:", alone, " 条"), cat("on this device alone: ", alone));
  call.out.say(cat("已送到(县里已收妥):", delivery.delivered, " 件"),
               cat("delivered (receipts held): ", delivery.delivered));
  if (!parked.empty()) {
    call.out.say(cat("待核收:", parked.size(), " 件(等密钥或前文,自动重试)"),
                 cat("waiting for keys or earlier parts: ", parked.size()));
  }
  if (delivery.conflicts > 0) {
    call.out.say(cat("两种说法:", delivery.conflicts, " 处"),
                 cat("conflicts: ", delivery.conflicts));
  }
  if (parting) {
    call.out.say(cat("成员登记与服务器不一致:从第 ", parting->since,
                     " 条起;记录都在本机,暂不送出,请告诉乡镇管理员"),
                 cat("the control log differs from the server's from entry ", parting->since,
                     " on; everything is kept here and not sent, tell the admin"));
  }
  if (unlocked) {
    call.out.say(cat("本机在 ", mq::text_of(*unlocked),
                     " 用解锁码打开过;如果不是你本人,请马上告诉乡镇管理员"),
                 cat("opened with an unlock code on ", mq::text_of(*unlocked),
                     "; if that was not you, tell the admin at once"));
  }
  call.out.say(cat("本机接续:", token.zh), cat("continuation: ", token.name));
  call.out.say(cat("乡镇状态:", state.zh), cat("township state: ", state.en));
  return {};
}

}  // namespace mq::cli
