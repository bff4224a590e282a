// Admissions: an admin decides late work, a whole run of one line at a time.
#include <algorithm>
#include <set>

#include "control_rules.h"

namespace mq::wire {

namespace {

Error malformed(const ControlStep& step, std::string_view zh, std::string_view en) {
  return control_fault(Code::kInvalidInput, step, zh, en);
}

std::optional<ChainPoint> point_of(const pb::Cut& cut) {
  if (cut.seq() == 0) return cut.hash().empty() ? std::optional(ChainPoint{}) : std::nullopt;
  const auto hash = id_of<Hash>(cut.hash());
  return hash ? std::optional(ChainPoint{cut.seq(), *hash}) : std::nullopt;
}

std::optional<ChainId> chain_of(const pb::Cut& cut) {
  const auto stream = id_of<StreamId>(cut.stream());
  const auto device = id_of<DeviceId>(cut.device());
  if (!stream || !device) return std::nullopt;
  return ChainId{*stream, *device, cut.incarnation()};
}

std::optional<std::vector<Hash>> hashes_of(
    const google::protobuf::RepeatedPtrField<std::string>& fields) {
  std::vector<Hash> out;
  for (const std::string& field : fields) {
    const auto hash = id_of<Hash>(field);
    if (!hash) return std::nullopt;
    out.push_back(*hash);
  }
  return out;
}

std::set<Hash> decided_by(const AdmissionRecord& record) {
  std::set<Hash> out(record.applied.begin(), record.applied.end());
  out.insert(record.refused.begin(), record.refused.end());
  return out;
}

}  // namespace

Status ControlRules::admit(const ControlStep& step) {
  const pb::Admit& a = step.body.admit();
  const auto chain = chain_of(a.from());
  const auto from = point_of(a.from());
  const auto to = point_of(a.to());
  auto applied = hashes_of(a.applied());
  auto refused = hashes_of(a.refused());
  const bool complete = chain && from && to && applied && refused && chain == chain_of(a.to()) &&
                        to->seq > from->seq && !step.names_record;
  if (!complete || state_.stream(chain->stream) == nullptr ||
      state_.device(chain->device) == nullptr) {
    return malformed(step, "有字段缺失或长度不对", "a field is missing or has a wrong length");
  }
  AdmissionRecord record{step.seq, *chain, *from, *to, std::move(*applied), std::move(*refused)};
  const std::set<Hash> decided = decided_by(record);
  const bool whole = decided.size() == record.applied.size() + record.refused.size() &&
                     decided.size() == to->seq - from->seq && decided.contains(to->hash);
  if (!whole) {
    return malformed(step, "核收须从头到尾逐件决定,不缺不重",
                     "it must decide each envelope of the run once, without a gap");
  }
  MQ_CHECK(check_decided(step, record));
  record.of_void = !begins_at_an_end(record);
  add_admission(std::move(record));
  return {};
}

bool ControlRules::begins_at_an_end(const AdmissionRecord& record) const {
  for (const auto& [entry, points] : state_.all_ends(record.chain, 0)) {
    if (std::find(points.begin(), points.end(), record.from) != points.end()) return true;
  }
  const auto before = state_.admissions_of_.find(record.chain);
  if (before == state_.admissions_of_.end()) return false;
  return std::any_of(before->second.begin(), before->second.end(), [&](Index i) {
    const AdmissionRecord& earlier = state_.admissions_[i];
    return earlier.to == record.from && !earlier.of_void;
  });
}

// It goes on where the chain was cut or where an earlier admission ended, and decides nothing anew.
// Where the work under a void head begins only its holders can see: there it may begin anywhere,
// and has no say over anything else.
Status ControlRules::check_decided(const ControlStep& step, const AdmissionRecord& record) const {
  const bool begins = begins_at_an_end(record) || !state_.void_lines_.empty();
  const std::set<Hash> decided = decided_by(record);
  const auto before = state_.admissions_of_.find(record.chain);
  if (before != state_.admissions_of_.end()) {
    for (const Index i : before->second) {
      const AdmissionRecord& earlier = state_.admissions_[i];
      for (const Hash& hash : decided_by(earlier)) {
        if (!decided.contains(hash)) continue;
        return control_fault(Code::kConflict, step, "其中有的已经核收或退回",
                             "an envelope in it has been decided");
      }
    }
  }
  if (begins) return {};
  return malformed(step, "起点不是截止点,也不是上次核收的终点",
                   "it begins neither at an end of the chain nor where an admission ended");
}

void ControlRules::add_admission(AdmissionRecord record) {
  state_.admissions_of_[record.chain].push_back(state_.admissions_.size());
  state_.admissions_.push_back(std::move(record));
  undo_.push_back([](ControlState& s) {
    s.admissions_of_[s.admissions_.back().chain].pop_back();
    s.admissions_.pop_back();
  });
}

}  // namespace mq::wire
