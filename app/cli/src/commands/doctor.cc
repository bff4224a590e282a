// doctor: is the vault whole, are the chains unbroken, which required facts are missing.
// doctor heal: makes a membership log that has parted one again, and lists what is to be done
// again.
#include "../contact.h"
#include "../home.h"
#include "../locked_memory.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/healing.h"
#include "mq/work/duplicates.h"
#include "mq/work/month.h"

namespace mq::cli {

namespace {

// Imports fill defaults, and this lists what is left.
Status missing(Call& call, const work::Workplace& place, Json& list) {
  MQ_TRY(const std::vector<work::MissingFact> all, work::missing_facts(place));
  for (const work::MissingFact& each : all) {
    list.push_back(
        {{"entity", each.entity->name}, {"field", each.field->name}, {"rows", each.rows}});
    call.out.say(
        cat("待补:", each.entity->zh, " 的 ", each.field->zh, " 缺 ", each.rows, " 条"),
        cat("missing: ", each.entity->name, ".", each.field->name, " in ", each.rows, " rows"));
  }
  return {};
}

// Households and people that may stand here twice: counted, never merged by guess.
Status duplicates(Call& call, const work::Workplace& place) {
  MQ_TRY(const std::vector<work::LikelyPair> people, work::likely_people(place));
  MQ_TRY(const std::vector<work::LikelyPair> households, work::likely_households(place));
  call.out.object()["duplicates"] = {{"people", people.size()}, {"households", households.size()}};
  if (people.empty() && households.empty()) return {};
  call.out.say(cat("可能重复:人 ", people.size(), " 对、户 ", households.size(),
                   " 对;用 person duplicates、household duplicates 查看"),
               cat("may stand here twice: ", people.size(), " pairs of people, ", households.size(),
                   " of households; see person duplicates, household duplicates"));
  return {};
}

// The control log and the server's have grown apart: what only this side has, for the admin.
Status parted_log(Call& call, Home& home) {
  MQ_TRY(const auto parting, sync::parting(home.vault(), home.control()));
  if (!parting) return {};
  Json entries = Json::array();
  for (const sync::Parting::Entry& entry : parting->only_here) {
    entries.push_back({{"seq", entry.seq}, {"kind", entry.en}});
    call.out.say(cat("只在本机的登记:第 ", entry.seq, " 条 ", entry.zh),
                 cat("control entry only here: ", entry.seq, " ", entry.en));
  }
  call.out.object()["log_parted"] = {{"since", parting->since},
                                     {"ours", parting->ours},
                                     {"servers", parting->servers},
                                     {"only_here", std::move(entries)}};
  call.out.say(
      cat("成员登记与服务器不一致:从第 ", parting->since,
          " 条起;记录都在本机,暂不送出,请乡镇管理员在有以上几条的管理员设备上运行 doctor heal"),
      cat("the control log differs from the server's from entry ", parting->since,
          " on; everything is kept here and not sent; an admin runs doctor heal on an admin's "
          "device "
          "that has these entries"));
  return {};
}

void memory(Call& call) {
  const bool locked = memory_is_locked();
  call.out.object()["memory_locked"] = locked;
  if (locked) return;
  call.out.say(
      "系统不让锁住存放钥匙的内存(ulimit -l 太小):内存不够或休眠时,钥匙可能写进交换分区;"
      "请把限额提到 1 MiB 以上,或使用加密的交换分区",
      "the system does not let the memory of keys be locked (ulimit -l is too small): they "
      "may reach the swap; raise the limit to 1 MiB or more, or encrypt the swap");
}

void say_healed(Call& call, const sync::Healed& healed) {
  if (!healed.parted) {
    call.out.say("成员登记和服务器一致,没有要合拢的", "the control log agrees with the server's");
    return;
  }
  call.out.say(cat("成员登记已合拢,以服务器的次序为准;两边的停用和职责结束都算数,换了 ",
                   healed.rotated, " 把钥匙。请各台设备再 sync 一次;分叉期间写的由管理员核收"),
               cat("the control log is one again, in the server's order; what either side ended "
                   "has ended, ",
                   healed.rotated,
                   " keys were changed. Let every device sync; what was written meanwhile is "
                   "decided by an admin"));
}

Status heal(Call& call) {
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_CHECK(home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_TRY(const sync::Healed healed,
         sync::heal_log(member_of(*home, *transport, call.world), home->sealer()));
  say_healed(call, healed);
  Json again = Json::array();
  for (const sync::VoidEntry& entry : healed.again) {
    again.push_back({{"seq", entry.seq}, {"what", call.out.pick(entry.zh, entry.en)}});
    call.out.say(cat("请重做:", entry.zh), cat("to be done again: ", entry.en));
  }
  call.out.object() = {{"healed", healed.parted},
                       {"ended", healed.held},
                       {"rotated", healed.rotated},
                       {"again", std::move(again)}};
  return {};
}

}  // namespace

Status run_doctor(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  if (call.args.word(1) == "heal") return heal(call);
  if (!call.args.word(1).empty()) {
    return call.usage("用法:doctor [heal]", "usage: doctor [heal]");
  }
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const std::vector<std::string> faults, home->vault().verify());
  call.out.object()["faults"] = faults;
  for (const std::string& fault : faults) call.out.text(fault);
  Json list = Json::array();
  if (auto place = home->place(); place.ok()) {
    MQ_CHECK(missing(call, *place, list));
    MQ_CHECK(duplicates(call, *place));
    Json hashes = Json::object();
    for (const vault::StreamInfo& stream : home->vault().streams()) {
      MQ_TRY(const Hash hash, home->vault().state_hash(stream.ix));
      hashes[stream.id.hex()] = hash.hex();
    }
    call.out.object()["state_hash"] = std::move(hashes);
  }
  MQ_CHECK(parted_log(call, *home));
  memory(call);
  call.out.object()["missing"] = std::move(list);
  call.out.object()["ok"] = faults.empty();
  if (!faults.empty()) {
    return Error{
        Code::kCorrupt,
        "保险箱有损坏:没有损坏的记录仍可读;请先同步或导出未送出的工作,再找乡镇换一台设备恢复",
        "the vault is damaged: what is whole can still be read; sync or export first, then "
        "restore from the server on a fresh device"};
  }
  call.out.say("保险箱完好,链条连续", "the vault is whole and its chains are unbroken");
  return {};
}

}  // namespace mq::cli
