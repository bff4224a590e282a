// Where chains end, and what is in force beyond (PROTOCOL section 6): one rule for server and
// readers, so that nothing is stored that nobody may show.
#include <algorithm>
#include <set>

#include "mq/wire/control.h"

namespace mq::wire {

namespace {

std::uint64_t last_seq(const std::vector<ChainPoint>& points) {
  std::uint64_t last = 0;
  for (const ChainPoint& point : points) last = std::max(last, point.seq);
  return last;
}

bool names(const std::vector<Hash>& hashes, const Hash& hash) {
  return std::find(hashes.begin(), hashes.end(), hash) != hashes.end();
}

}  // namespace

// An end counts only where there was a right before it: whoever has lost a stream with a cut loses
// nothing more there when his device is stopped later.
std::vector<std::uint32_t> ControlState::losses(const DeviceId& device_id,
                                                const StreamId& stream_id) const {
  const DeviceRecord* d = device(device_id);
  const StreamRecord* s = stream(stream_id);
  if (d == nullptr || s == nullptr) return {};
  std::set<std::uint32_t> ends;
  if (d->span.until) ends.insert(*d->span.until);
  for (const RoleRecord* role : roles_of(d->person)) {
    if (role->span.until) ends.insert(*role->span.until);
  }
  std::erase_if(ends, [&](std::uint32_t seq) {
    return !had_right(*d, *s, seq - 1) || had_right(*d, *s, seq);
  });
  return {ends.begin(), ends.end()};
}

std::uint32_t ControlState::last_loss(const DeviceId& device_id, const StreamId& stream_id) const {
  const std::vector<std::uint32_t> all = losses(device_id, stream_id);
  return all.empty() ? 0 : all.back();
}

// By the entry that set them. A cut of this very chain holds whatever head is named; a loss of the
// right that does not name the chain ends it before its first envelope, for heads before the loss.
std::map<std::uint32_t, std::vector<ChainPoint>> ControlState::all_ends(
    const ChainId& chain, std::uint32_t control_seq) const {
  std::map<std::uint32_t, std::vector<ChainPoint>> ends;
  if (const auto at = cuts_of_.find(chain); at != cuts_of_.end()) {
    for (const Index i : at->second) ends[cuts_[i].entry].push_back({cuts_[i].seq, cuts_[i].hash});
  }
  for (const std::uint32_t loss : losses(chain.device, chain.stream)) {
    if (loss > control_seq) ends.try_emplace(loss, std::vector<ChainPoint>(1));
  }
  return ends;
}

// Of several entries the one that leaves least; of equals the first.
std::vector<ChainPoint> ControlState::ends_of(const ChainId& chain,
                                              std::uint32_t control_seq) const {
  const std::vector<ChainPoint>* least = nullptr;
  const auto ends = all_ends(chain, control_seq);
  for (const auto& [entry, points] : ends) {
    if (least == nullptr || last_seq(points) < last_seq(*least)) least = &points;
  }
  return least == nullptr ? std::vector<ChainPoint>{} : *least;
}

// An admission has a say only over what it spans, and never over what is in force without it.
Ruling ControlState::ruling(const ChainId& chain, std::uint64_t seq, const Hash& hash,
                            std::uint32_t control_seq) const {
  const std::vector<ChainPoint> ends = ends_of(chain, control_seq);
  const bool before = std::any_of(ends.begin(), ends.end(), [&](const ChainPoint& end) {
    return seq < end.seq || (seq == end.seq && hash == end.hash);
  });
  if (ends.empty() || before) return Ruling::kInForce;
  return decision(chain, seq, hash);
}

// A void head is an end of its own: whoever sealed under it did not know what holds.
Ruling ControlState::ruling(const EnvelopeHeader& header, const Hash& hash) const {
  const auto place = place_of(header.control_seq, header.control_head);
  const ChainId chain = chain_of(header);
  if (place && place->is_void) return decision(chain, header.seq, hash, true);
  return ruling(chain, header.seq, hash, header.control_seq);
}

Ruling ControlState::decision(const ChainId& chain, std::uint64_t seq, const Hash& hash,
                              bool of_void) const {
  const auto at = admissions_of_.find(chain);
  if (at == admissions_of_.end()) return Ruling::kUndecided;
  for (const Index i : at->second) {
    const AdmissionRecord& admission = admissions_[i];
    if (admission.of_void && !of_void) continue;
    if (seq <= admission.from.seq || seq > admission.to.seq) continue;
    if (names(admission.applied, hash)) return Ruling::kInForce;
    if (names(admission.refused, hash)) return Ruling::kRefused;
  }
  return Ruling::kUndecided;
}

}  // namespace mq::wire
