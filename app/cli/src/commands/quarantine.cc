// quarantine: what came after a device was stopped or a right ended, and the admins' decision.
#include <algorithm>

#include "../contact.h"
#include "../home.h"
#include "../member_names.h"
#include "../op_text.h"
#include "all.h"
#include "mq/base/date.h"
#include "mq/base/text.h"
#include "mq/sync/late.h"

namespace mq::cli {

namespace {

constexpr std::size_t kNumberDigits = 8;

std::string number_of(const Hash& first) { return first.hex().substr(0, kNumberDigits); }

std::string reason_name(const Hash& first) { return cat("quarantine.reason.", first.hex()); }

std::string stream_name(Home& home, const StreamId& id) {
  const vault::StreamInfo* stream = home.vault().stream(id);
  return stream == nullptr || stream->label.empty() ? id.hex().substr(0, kNumberDigits)
                                                    : stream->label;
}

Status admins_only(const work::Workplace& place) {
  if (place.is_admin()) return {};
  return Error{Code::kNotAllowed, "待核收的记录只给管理员看,由管理员决定。",
               "late work is shown to admins and decided by them"};
}

Result<sync::LateWork> find(Home& home, const std::string& number) {
  MQ_TRY(const std::vector<sync::LateWork> all, sync::late_work(home.vault(), home.control()));
  std::vector<const sync::LateWork*> found;
  for (const sync::LateWork& work : all) {
    if (!number.empty() && work.envelopes.front().hex().starts_with(number)) found.push_back(&work);
  }
  if (found.size() == 1) return *found.front();
  if (found.empty()) {
    return Error{Code::kNotFound, cat("待核收里没有 ", number, ";见 quarantine list"),
                 cat("nothing waits under ", number, "; see quarantine list")};
  }
  return Error{Code::kInvalidInput, cat("有 ", found.size(), " 项以 ", number, " 开头,请多写几位"),
               cat(found.size(), " items begin with ", number, "; give more digits")};
}

std::string_view standing_zh(const sync::LateWork& work) {
  return work.fork ? "不能核收" : work.missing_seq != 0 ? "还缺前面的" : "等决定";
}

Json item_json(Home& home, const MemberNames& names, const sync::LateWork& work) {
  Json item = {{"number", number_of(work.envelopes.front())},
               {"person", names.name(work.person)},
               {"stream", stream_name(home, work.chain.stream)},
               {"envelopes", work.envelopes.size()},
               {"transactions", work.transactions},
               {"why", work.why_zh},
               {"opens", work.opens},
               {"can_be_decided", work.can_be_decided()}};
  if (work.missing_seq != 0) item["missing"] = work.missing_seq;
  return item;
}

// What was decided before, with the reason if it was given on this device.
Result<Json> decided_json(Home& home, const MemberNames& names) {
  Json list = Json::array();
  for (const wire::AdmissionRecord& record : home.control().state().admissions()) {
    const Hash& first = record.applied.empty() ? record.refused.front() : record.applied.front();
    const wire::DeviceRecord* device = home.control().state().device(record.chain.device);
    Json item = {{"person", device == nullptr ? "" : names.name(device->person)},
                 {"stream", stream_name(home, record.chain.stream)},
                 {"admitted", record.applied.size()},
                 {"refused", record.refused.size()}};
    MQ_TRY(const auto reason, home.vault().setting(reason_name(first)));
    if (reason) item["reason"] = text_of(*reason);
    list.push_back(std::move(item));
  }
  return list;
}

Status list(Call& call, Home& home, const MemberNames& names) {
  MQ_TRY(const std::vector<sync::LateWork> all, sync::late_work(home.vault(), home.control()));
  Json items = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const sync::LateWork& work : all) {
    items.push_back(item_json(home, names, work));
    lines.push_back({number_of(work.envelopes.front()), names.name(work.person),
                     stream_name(home, work.chain.stream), cat(work.envelopes.size()),
                     cat(work.transactions), std::string(call.out.pick(work.why_zh, work.why_en)),
                     std::string(standing_zh(work))});
  }
  call.out.object()["items"] = std::move(items);
  if (all.empty()) call.out.say("没有待核收的记录", "nothing waits for a decision");
  if (!all.empty()) call.out.table({"号码", "谁的", "哪里", "件", "笔", "为什么", ""}, lines);
  if (!call.args.has("all")) return {};
  MQ_TRY(Json decided, decided_json(home, names));
  lines.clear();
  for (const Json& item : decided) {
    lines.push_back({item["person"], item["stream"], item["admitted"].dump(),
                     item["refused"].dump(), item.value("reason", "")});
  }
  call.out.table({"谁的", "哪里", "已核收", "已退回", "原因"}, lines);
  call.out.object()["decided"] = std::move(decided);
  return {};
}

Status show(Call& call, Home& home, const work::Workplace& place, const MemberNames& names) {
  MQ_TRY(const sync::LateWork work, find(home, call.args.word(2)));
  Json records = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const Hash& hash : work.envelopes) {
    MQ_TRY(const auto envelope, home.vault().envelope(hash));
    const auto opened =
        envelope ? home.opened(*envelope)
                 : Result<std::vector<model::Transaction>>(std::vector<model::Transaction>{});
    if (!opened.ok()) continue;  // said by "opens"
    for (const model::Transaction& t : *opened) {
      for (const model::Op& op : t.ops) {
        const model::Entity* entity = place.vault.schema().entity(op.entity);
        const model::Field* field = entity == nullptr ? nullptr : entity->field(op.field);
        MQ_TRY(const std::string text, op_text(place, field, op));
        const std::string said = shanghai_minute({t.hlc.ms()});
        const std::string kind = entity == nullptr ? std::string("较新版本的内容") : entity->zh;
        lines.push_back({said, kind, field == nullptr ? "" : field->zh, text});
        records.push_back({{"entity", entity == nullptr ? "" : entity->name},
                           {"id", op.row.hex()},
                           {"field", field == nullptr ? "" : field->name},
                           {"value", text},
                           {"device_time", said}});
      }
    }
  }
  call.out.object() = item_json(home, names, work);
  call.out.object()["records"] = std::move(records);
  call.out.table({"本机时间", "什么", "项", "内容"}, lines);
  return {};
}

// The first of them, if --only says how many.
Status shorten(Call& call, Home& home, sync::LateWork& work) {
  MQ_TRY(const std::size_t count, count_of(call, "only", work.envelopes.size()));
  if (count == work.envelopes.size()) return {};
  if (count > work.envelopes.size()) {
    return call.usage(cat("--only 应是 1 到 ", work.envelopes.size(), " 之间的件数"),
                      cat("--only: a number from 1 to ", work.envelopes.size()));
  }
  work.envelopes.resize(count);
  work.to_seq = work.from_seq + count - 1;
  work.transactions = 0;
  MQ_TRY(const auto held, home.vault().chain(work.chain));
  for (const vault::Vault::Held& each : held) {
    const auto& kept = work.envelopes;
    if (std::find(kept.begin(), kept.end(), each.hash) != kept.end()) {
      work.transactions += each.transactions;
    }
  }
  return {};
}

void tell(Call& call, const sync::LateWork& work, const wire::AdmissionRecord& decided,
          bool admit) {
  const bool ours = (admit ? decided.refused : decided.applied).empty() &&
                    decided.applied.size() + decided.refused.size() == work.envelopes.size();
  call.out.object() = {{"number", number_of(work.envelopes.front())},
                       {"admitted", decided.applied.size()},
                       {"refused", decided.refused.size()},
                       {"transactions", work.transactions},
                       {"decided_by_another", !ours}};
  if (!ours) {
    call.out.say(cat("另一位管理员已先决定:核收 ", decided.applied.size(), " 件,退回 ",
                     decided.refused.size(), " 件。以那次为准。"),
                 cat("another admin has decided already: ", decided.applied.size(), " admitted, ",
                     decided.refused.size(), " refused; that stands"));
  } else if (admit) {
    call.out.say(cat("已核收 ", decided.applied.size(), " 件 ", work.transactions,
                     " 笔,大家下次对账就能看到。"),
                 cat("admitted ", decided.applied.size(), " envelopes, ", work.transactions,
                     " transactions; everybody sees them after the next contact"));
  } else {
    call.out.say(cat("已退回 ", decided.refused.size(), " 件 ", work.transactions,
                     " 笔:不计入,原件照样留存。"),
                 cat("refused ", decided.refused.size(), " envelopes, ", work.transactions,
                     " transactions: they count nowhere and are kept"));
  }
}

Status decide(Call& call, Home& home, bool admit) {
  const std::string reason = call.args.value("reason").value_or("");
  if (!admit && reason.empty()) {
    return call.usage("退回要写原因:quarantine refuse 号码 --reason 原因(只留在本机)",
                      "say why: quarantine refuse NUMBER --reason R (kept on this device)");
  }
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home.connect());
  MQ_CHECK(contact_first(call, home, *transport));
  MQ_TRY(sync::LateWork work, find(home, call.args.word(2)));
  MQ_CHECK(shorten(call, home, work));
  std::set<Hash> refuse;
  if (!admit) refuse.insert(work.envelopes.begin(), work.envelopes.end());
  const sync::Member member = member_of(home, *transport, call.world);
  MQ_TRY(const wire::AdmissionRecord decided,
         sync::decide_late(work, refuse, member, home.sealer()));
  if (!admit && decided.applied.empty()) {
    MQ_CHECK(home.vault().set_setting(reason_name(decided.refused.front()), view_of(reason)));
  }
  tell(call, work, decided, admit);
  // It stands already; this gives the server what was decided.
  const auto given = reconcile(call, home, *transport);
  if (!given.ok() && given.error().code != Code::kUnavailable) return given.error();
  if (!given.ok())
    call.out.warn("已登记;下次联系时送到服务器。",
                  "it stands; the server gets it at the next contact");
  return {};
}

}  // namespace

Status run_quarantine(Call& call) {
  const std::string verb = call.args.word(1);
  const bool numbered = verb == "show" || verb == "admit" || verb == "refuse";
  if ((verb != "list" && !numbered) || numbered == call.args.word(2).empty()) {
    return call.usage("用法:quarantine list [--all],或 quarantine show|admit|refuse 号码",
                      "usage: quarantine list [--all], or quarantine show|admit|refuse NUMBER");
  }
  std::vector<std::string> flags;
  if (verb == "list") flags = {"all"};
  if (verb == "admit") flags = {"only"};
  if (verb == "refuse") flags = {"only", "reason"};
  MQ_CHECK(only_flags(call, flags));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_CHECK(admins_only(place));
  if (verb == "admit" || verb == "refuse") return decide(call, *home, verb == "admit");
  MQ_TRY(const MemberNames names, MemberNames::of(*home, place));
  return verb == "list" ? list(call, *home, names) : show(call, *home, place, names);
}

}  // namespace mq::cli
