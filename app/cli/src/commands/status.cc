// status: what is delivered, what stands on this device alone, what needs a person.
#include <algorithm>

#include "../contact.h"
#include "../home.h"
#include "../joining.h"
#include "../setup_text.h"
#include "../township_state.h"
#include "../unlock_escrow.h"
#include "../unsent_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/late.h"
#include "mq/work/local_entry.h"

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

struct Facts {
  vault::Delivery delivery;
  sync::Unsent unsent;
  std::size_t parked = 0;
  std::optional<std::size_t> late;  // envelopes that wait for a decision, on an admin's device
  std::size_t keys_missing = 0;
  std::uint64_t alarms_unseen = 0;
  bool stopped = false;
  std::optional<std::string> digits;  // to be read to the admin, until keys are here
  std::optional<sync::Parting> parting;
  bool unknown = false;  // to the server
};

Result<std::size_t> late_envelopes(Home& home) {
  MQ_TRY(const std::vector<sync::LateWork> all, sync::late_work(home.vault(), home.control()));
  std::size_t count = 0;
  for (const sync::LateWork& work : all) count += work.envelopes.size();
  return count;
}

// A supervisor, until something is drawn for him: no key is missing, and yet he is compared with.
bool reads_nothing(Home& home) {
  const wire::ControlState& log = home.control().state();
  const PersonId& me = home.keyring().identity()->person;
  return std::ranges::none_of(log.streams(), [&](const wire::StreamRecord& stream) {
    return log.may_read(me, stream.id, log.head_seq());
  });
}

Result<Facts> facts_of(Home& home, bool admin) {
  Facts facts;
  MQ_TRY(facts.delivery, home.vault().delivery());
  MQ_TRY(facts.unsent, unsent_of(home));
  MQ_TRY(const std::vector<wire::Envelope> parked, home.vault().parked());
  facts.parked = parked.size();
  if (admin) {
    MQ_TRY(facts.late, late_envelopes(home));
  }
  facts.keys_missing = sync::keys_missing(home.control().state(), home.keyring());
  MQ_TRY(facts.alarms_unseen, sync::unseen_alarms(home.vault()));
  facts.stopped = stopped(home);
  if (facts.keys_missing > 0 || reads_nothing(home)) {
    facts.digits = home.control().state().compare_digits(home.keyring().identity()->device);
  }
  MQ_TRY(facts.parting, sync::parting(home.vault(), home.control()));
  MQ_TRY(facts.unknown, sync::unknown_to_server(home.vault()));
  return facts;
}

void say_work(Call& call, const Facts& facts) {
  const vault::Delivery& delivery = facts.delivery;
  tell_unsent(call, facts.unsent);
  call.out.say(cat("已送到(县里已收妥):", delivery.delivered, " 件"),
               cat("delivered (receipts held): ", delivery.delivered));
  if (facts.parked > 0) {
    call.out.say(cat("等密钥或前文:", facts.parked, " 件(自动重试)"),
                 cat("waiting for keys or earlier parts: ", facts.parked));
  }
  if (facts.late.value_or(0) > 0) {
    call.out.say(cat("待核收:", *facts.late, " 件;请看 quarantine list"),
                 cat("late work to decide: ", *facts.late, "; see quarantine list"));
  }
  if (delivery.conflicts > 0) {
    call.out.say(cat("两种说法:", delivery.conflicts, " 处"),
                 cat("conflicts: ", delivery.conflicts));
  }
}

void say_warnings(Call& call, const Facts& facts) {
  if (facts.alarms_unseen > 0) {
    call.out.say(cat("没看过的提醒:", facts.alarms_unseen, " 条;请看 alarms"),
                 cat("alarms not yet seen: ", facts.alarms_unseen, "; see alarms"));
  }
  if (facts.stopped) {
    call.out.say("这台设备已停用:还没送到的记录照样送出,由乡镇核收",
                 "this device was stopped: what it still holds is delivered, and the township "
                 "decides on it");
  }
  if (facts.digits) {
    call.out.say(cat("核对数字:", *facts.digits, ";请在电话里读给管理员,一致了他才把钥匙交给你"),
                 cat("digits: ", *facts.digits, "; read them to the admin on the telephone"));
  } else if (facts.keys_missing > 0) {
    call.out.say(cat("缺钥匙的数据流 ", facts.keys_missing,
                     " 条:请管理员运行 grant 你的姓名(新管理员、督查:confirm)"),
                 cat("keys of ", facts.keys_missing,
                     " streams are missing: ask an admin to grant "
                     "you again"));
  }
  if (facts.unknown) {
    call.out.say(
        "服务器不认得这台设备(它从较旧的备份恢复过):已送到的也可能没有人读得到。请不要销毁或"
        "交回这台设备,用 bundle export 存一份,请管理员核实",
        "the server does not know this device (it was restored from an older backup): what "
        "was delivered may be read by nobody. Keep this device, write a bundle, and have "
        "the admin look into it");
  }
  if (facts.parting) {
    call.out.say(cat("成员登记与服务器不一致:从第 ", facts.parting->since,
                     " 条起;记录都在本机,暂不送出,请告诉乡镇管理员"),
                 cat("the control log differs from the server's from entry ", facts.parting->since,
                     " on; everything is kept here and not sent, tell the admin"));
  }
}

// Before it has joined: what is kept here, and that a code waits for signal.
Status tell_before_joining(Call& call, Home& home) {
  MQ_TRY(const std::vector<work::LocalEntry> kept, work::local_entries(home.vault()));
  MQ_TRY(const std::optional<std::string> code, waiting_code(home));
  if (kept.empty() && !code) return home.place().error();
  call.out.object() = {
      {"joined", false}, {"code_waiting", code.has_value()}, {"unsent", kept.size()}};
  call.out.say(cat("还没有加入乡镇;先记在本机:", kept.size(), " 条"),
               cat("belongs to no township yet; kept on this device: ", kept.size()));
  if (code) {
    call.out.say("邀请码已记下,有信号时 sync 会自动加入",
                 "the invitation's code is kept; the next sync joins with it");
  }
  return {};
}

}  // namespace

Status run_status(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  if (!home->place().ok()) return tell_before_joining(call, *home);
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const Facts facts, facts_of(*home, place.is_admin()));
  const VerdictText token = text_of(home->verdict());
  MQ_TRY(Json streams, streams_of(home->vault()));
  const TownshipState state = township_state(place.control);
  const vault::Delivery& delivery = facts.delivery;
  call.out.object() = {{"township", place.control.township().hex()},
                       {"device", home->vault().device()->hex()},
                       {"state", state.zh},
                       {"practice", place.control.practice()},
                       {"server", place.control.server_address()},
                       {"unsealed", delivery.unsealed},
                       {"waiting", delivery.sealed_waiting},
                       {"delivered", delivery.delivered},
                       {"parked", facts.parked},
                       {"conflicts", delivery.conflicts},
                       {"continuation", token.name},
                       {"log_parted", facts.parting.has_value()},
                       {"known_to_server", !facts.unknown},
                       {"device_state", facts.stopped ? "已停用" : "在用"},
                       {"keys_missing", facts.keys_missing},
                       {"alarms_unseen", facts.alarms_unseen},
                       {"streams", std::move(streams)}};
  if (facts.late) call.out.object()["late"] = *facts.late;
  if (facts.digits) call.out.object()["digits"] = *facts.digits;
  say_work(call, facts);
  say_warnings(call, facts);
  MQ_CHECK(tell_unlock(call, *home, place));
  call.out.say(cat("本机接续:", token.zh), cat("continuation: ", token.name));
  call.out.say(cat("乡镇状态:", state.zh), cat("township state: ", state.en));
  return tell_setup(call, *home);
}

}  // namespace mq::cli
