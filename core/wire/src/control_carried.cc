// Entries that this version chains, checks for shape and keeps without acting on them.
#include <algorithm>

#include "control_rules.h"

namespace mq::wire {

namespace {

constexpr int kRecoverySheets = 3;

bool is_hash(const std::string& field) { return id_of<Hash>(field).has_value(); }

template <class Fields>
bool all_hashes(const Fields& fields) {
  return std::all_of(fields.begin(), fields.end(), is_hash);
}

bool admit_fits(const pb::Admit& a) {
  const bool cut = id_of<StreamId>(a.from().stream()) && id_of<DeviceId>(a.from().device()) &&
                   (a.from().hash().empty() || is_hash(a.from().hash()));
  return cut && all_hashes(a.applied()) && all_hashes(a.refused()) &&
         a.applied_size() + a.refused_size() > 0;
}

bool rekey_fits(const pb::Rekey& r) {
  return id_of<DeviceId>(r.device()) && id_of<VerifyKey>(r.sign_key()) &&
         id_of<BoxKey>(r.box_key());
}

bool recovery_fits(const pb::Recovery& r) {
  return id_of<BoxKey>(r.box_key()) && id_of<VerifyKey>(r.sign_key()) &&
         r.sheet_checks_size() == kRecoverySheets && all_hashes(r.sheet_checks());
}

bool erase_fits(const pb::Erase& e) {
  return id_of<StreamId>(e.stream()) && e.envelope_hashes_size() > 0 &&
         all_hashes(e.envelope_hashes());
}

bool heal_fits(const pb::Heal& h) {
  return is_hash(h.first_head()) && is_hash(h.second_head()) && h.first_head() != h.second_head();
}

bool fits(const pb::ControlBody& body) {
  switch (body.payload_case()) {
    case pb::ControlBody::kAdmit:
      return admit_fits(body.admit());
    case pb::ControlBody::kRekey:
      return rekey_fits(body.rekey());
    case pb::ControlBody::kRecovery:
      return recovery_fits(body.recovery());
    case pb::ControlBody::kErase:
      return erase_fits(body.erase());
    case pb::ControlBody::kHeal:
      return heal_fits(body.heal());
    default:
      return !body.GetReflection()->GetUnknownFields(body).empty();  // a newer version's payload
  }
}

}  // namespace

Status ControlRules::carried(const ControlStep& step) {
  if (!fits(step.body)) {
    return control_fault(Code::kInvalidInput, step, "有字段缺失或长度不对",
                         "a field is missing or has a wrong length");
  }
  if (step.body.payload_case() == pb::ControlBody::kRecovery) {
    const auto box_key = id_of<BoxKey>(step.body.recovery().box_key());
    MQ_ASSERT(box_key.has_value());  // fits() has seen it
    add_recovery({step.seq, *box_key});
  }
  add_carried({step.seq, static_cast<int>(step.body.payload_case())});
  return {};
}

}  // namespace mq::wire
