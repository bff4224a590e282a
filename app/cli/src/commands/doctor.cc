// doctor: is the vault whole, are the chains unbroken, which required facts are missing.
#include "../home.h"
#include "../locked_memory.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

// Rows without a field that forms require: imports fill defaults, and this lists what is left.
Status missing(Call& call, const work::Workplace& place, Json& list) {
  for (const model::Entity& entity : place.vault.schema().entities()) {
    for (const model::Field& field : entity.fields) {
      if (field.rule.need() != model::pb::NEED_SAVE) continue;
      MQ_TRY(const std::int64_t count,
             place.vault.database().integer(cat("SELECT count(*) FROM \"", entity.table,
                                                "\" WHERE deleted = 0 AND \"", field.name,
                                                "\" IS NULL")));
      if (count == 0) continue;
      list.push_back({{"entity", entity.name}, {"field", field.name}, {"rows", count}});
      call.out.say(cat("待补:", entity.zh, " 的 ", field.zh, " 缺 ", count, " 条"),
                   cat("missing: ", entity.name, ".", field.name, " in ", count, " rows"));
    }
  }
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
  call.out.say(cat("成员登记与服务器不一致:从第 ", parting->since,
                   " 条起;记录都在本机,暂不送出,请把以上几条报给乡镇管理员"),
               cat("the control log differs from the server's from entry ", parting->since,
                   " on; everything is kept here and not sent; show these lines to the admin"));
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

}  // namespace

Status run_doctor(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const std::vector<std::string> faults, home->vault().verify());
  call.out.object()["faults"] = faults;
  for (const std::string& fault : faults) call.out.text(fault);
  Json list = Json::array();
  if (auto place = home->place(); place.ok()) {
    MQ_CHECK(missing(call, *place, list));
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
