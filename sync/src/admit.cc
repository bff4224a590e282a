// The decision over late work.
#include <algorithm>

#include "acts.h"
#include "late_box.h"
#include "messages.h"
#include "mq/base/text.h"
#include "mq/sync/late.h"
#include "settings.h"

namespace mq::sync {
namespace {

constexpr std::size_t kDecidedMax = 16'384;  // 32 bytes each; an append has room for twice as many

Error not_an_admin() {
  return {Code::kNotAllowed, "待核收的记录由管理员决定。请在管理员的设备上办理。",
          "late work is decided by an admin; do this on an admin's device"};
}

Error cannot_be_decided(const LateWork& work) {
  if (work.fork) {
    return {Code::kInvalidInput,
            "这些记录是截止点之前的分叉,不在截止的那条链上,不能核收,也不会计入。什么也没有改动。",
            "this is a fork before the cut; it is on no line that can be decided, and counts "
            "nowhere; nothing was changed"};
  }
  return {Code::kInvalidInput,
          cat("中间还缺第 ", work.missing_seq, " 件,等它送到再核收;什么也没有改动。"),
          cat("number ", work.missing_seq,
              " before it is missing; decide it once that has come; nothing was changed")};
}

// What nobody here could read is not let in unseen.
Status check_opens(const LateWork& work, const std::set<Hash>& refuse, vault::Vault& vault) {
  for (const Hash& hash : work.envelopes) {
    if (refuse.contains(hash)) continue;
    MQ_TRY(const auto held, vault.standing(hash));
    if (held) continue;
    return Error{
        Code::kInvalidInput, "其中有本机打不开的,只能退回;前面打得开的可以先核收。什么也没有改动。",
        "some of it does not open here and can only be refused; what opens before it can be "
        "admitted alone; nothing was changed"};
  }
  return {};
}

const wire::AdmissionRecord* decision_of(const wire::ControlState& log, const LateWork& work) {
  for (const wire::AdmissionRecord& record : log.admissions()) {
    const auto names = [&](const std::vector<Hash>& hashes) {
      return std::find(hashes.begin(), hashes.end(), work.envelopes.front()) != hashes.end();
    };
    if (record.chain == work.chain && (names(record.applied) || names(record.refused))) {
      return &record;
    }
  }
  return nullptr;
}

void put_point(pb::Cut& cut, const wire::ChainId& chain, std::uint64_t seq, const Hash& hash) {
  cut.set_stream(to_field(chain.stream.view()));
  cut.set_device(to_field(chain.device.view()));
  cut.set_incarnation(chain.incarnation);
  cut.set_seq(seq);
  if (seq != 0) cut.set_hash(to_field(hash.view()));
}

pb::ControlBody admission(const LateWork& work, const std::set<Hash>& refuse) {
  pb::ControlBody body;
  pb::Admit& admit = *body.mutable_admit();
  const std::size_t count = std::min(work.envelopes.size(), kDecidedMax);
  put_point(*admit.mutable_from(), work.chain, work.from.seq, work.from.hash);
  put_point(*admit.mutable_to(), work.chain, work.from.seq + count, work.envelopes[count - 1]);
  for (std::size_t i = 0; i < count; ++i) {
    const Hash& hash = work.envelopes[i];
    (refuse.contains(hash) ? admit.add_refused() : admit.add_applied())
        ->assign(text_of(hash.view()));
  }
  return body;
}

}  // namespace

Status rule_by_log(vault::Vault& vault, const ControlStore& control, seal::Sealer& sealer) {
  MQ_TRY(const std::optional<std::uint32_t> ruled, load_ruled_through(vault));
  const std::uint32_t head = control.state().head_seq();
  if (ruled == head) return {};
  return vault.together([&]() -> Status {
    MQ_CHECK(sealer.rule_again(control.state(), ruled.value_or(0)));
    return store_ruled_through(vault, head);
  });
}

Result<wire::AdmissionRecord> decide_late(const LateWork& work, const std::set<Hash>& refuse,
                                          const Member& member, seal::Sealer& sealer) {
  if (work.envelopes.empty() || !work.can_be_decided()) return cannot_be_decided(work);
  MQ_CHECK(device_signer(member.keyring));
  const DeviceId me = member.keyring.identity()->device;
  if (!is_admin(member.control.state(), me)) return not_an_admin();
  MQ_CHECK(check_opens(work, refuse, member.vault));
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(append_plan(acts, [&](Plan& plan) -> Status {
    if (!is_admin(plan.state(), me)) return not_an_admin();
    // Another admin was first: what he said stands.
    if (decision_of(plan.state(), work) != nullptr) return {};
    return plan.add(admission(work, refuse));
  }));
  const wire::AdmissionRecord* decided = decision_of(member.control.state(), work);
  if (decided == nullptr) {
    return Error{Code::kInternal, "核收已登记,本机却没有找到它;请运行 doctor",
                 "the decision was appended but is not in the log here; run doctor"};
  }
  const wire::AdmissionRecord out = *decided;
  MQ_CHECK(rule_by_log(member.vault, member.control, sealer));
  return out;
}

Result<std::size_t> admit_handed_over(const Member& member, seal::Sealer& sealer) {
  std::size_t admitted = 0;
  if (!is_admin(member.control.state(), member.keyring.identity()->device)) return admitted;
  MQ_TRY(const std::vector<LateWork> all, late_work(member.vault, member.control));
  for (const LateWork& work : all) {
    if (work.after_stop || !work.opens || !work.can_be_decided()) continue;
    MQ_TRY(const wire::AdmissionRecord decided, decide_late(work, {}, member, sealer));
    admitted += decided.applied.size();
  }
  return admitted;
}

}  // namespace mq::sync
