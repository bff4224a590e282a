// Entries that this version chains, checks for shape and keeps without acting on them.
#include <algorithm>

#include "control_rules.h"

namespace mq::wire {

namespace {

bool is_hash(const std::string& field) { return id_of<Hash>(field).has_value(); }

template <class Fields>
bool all_hashes(const Fields& fields) {
  return std::all_of(fields.begin(), fields.end(), is_hash);
}

bool rekey_fits(const pb::Rekey& r) {
  return id_of<DeviceId>(r.device()) && id_of<VerifyKey>(r.sign_key()) &&
         id_of<BoxKey>(r.box_key());
}

bool erase_fits(const pb::Erase& e) {
  return id_of<StreamId>(e.stream()) && e.envelope_hashes_size() > 0 &&
         all_hashes(e.envelope_hashes());
}

bool fits(const pb::ControlBody& body) {
  switch (body.payload_case()) {
    case pb::ControlBody::kRekey:
      return rekey_fits(body.rekey());
    case pb::ControlBody::kErase:
      return erase_fits(body.erase());
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
  add_carried({step.seq, static_cast<int>(step.body.payload_case())});
  return {};
}

}  // namespace mq::wire
