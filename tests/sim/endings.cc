#include "endings.h"

namespace mq::sim {

void Endings::know(ByteView bytes) {
  const auto envelope = wire::parse_envelope(bytes);
  MQ_ASSERT(envelope.ok());
  known_.emplace(envelope->hash(), Known{envelope->header, to_bytes(bytes)});
}

void Endings::follow(const wire::ControlState& log, const testing::MemoryStore::Data& server) {
  for (const auto& [stream, placed] : server.streams) {
    for (const auto& one : placed) know(one.stored.envelope);
  }
  for (const auto& [stream, late] : server.late) {
    for (const auto& one : late) know(one.envelope);
  }
  // Another line of the log than the last time: a healing took the end of that one away.
  const auto last = static_cast<std::uint32_t>(heads_.size());
  if (last > 0 && (last > log.head_seq() || log.head_at(last) != heads_.back())) {
    heads_.clear();
    endings_.clear();
  }
  while (heads_.size() < log.head_seq()) {
    const auto entry = static_cast<std::uint32_t>(heads_.size()) + 1;
    heads_.push_back(log.head_at(entry));
    for (const wire::DeviceRecord& device : log.devices()) {
      for (const wire::StreamRecord& stream : log.streams()) {
        const bool had = log.may_write(device.id, stream.id, entry - 1);
        if (had && !log.may_write(device.id, stream.id, entry)) {
          endings_.push_back({entry, true, device.id, stream.id, {}, {}});
        }
      }
    }
    add_mere_cuts(log, entry);
  }
  for (Ending& ending : endings_) keep(log, ending);
  applied_.clear();
  refused_.clear();
  for (const wire::AdmissionRecord& admission : log.admissions()) {
    applied_.insert(admission.applied.begin(), admission.applied.end());
    refused_.insert(admission.refused.begin(), admission.refused.end());
  }
}

// Of a device that both sides of a parted log have stopped.
void Endings::add_mere_cuts(const wire::ControlState& log, std::uint32_t entry) {
  for (const wire::CutRecord& cut : log.cuts()) {
    const auto same = [&](const Ending& each) {
      return each.entry == entry && each.device == cut.device && each.stream == cut.stream;
    };
    if (cut.entry != entry || std::ranges::any_of(endings_, same)) continue;
    endings_.push_back({entry, false, cut.device, cut.stream, {}, {}});
  }
}

void Endings::keep(const wire::ControlState& log, Ending& ending) const {
  for (const wire::CutRecord& cut : log.cuts()) {
    const bool mine =
        cut.entry == ending.entry && cut.device == ending.device && cut.stream == ending.stream;
    if (!mine) continue;
    ending.named.insert(cut.incarnation);
    Hash hash = cut.hash;
    for (std::uint64_t seq = cut.seq; seq > 0 && known_.contains(hash); --seq) {
      ending.kept.insert(hash);
      hash = known_.at(hash).header.prev;
    }
  }
}

bool Endings::names_void_head(const Hash& envelope) const {
  const wire::EnvelopeHeader& header = known_.at(envelope).header;
  return header.control_seq > heads_.size() ||
         heads_[header.control_seq - 1] != header.control_head;
}

bool Endings::before_its_end(const Hash& envelope) const {
  const wire::EnvelopeHeader& header = known_.at(envelope).header;
  if (names_void_head(envelope)) return false;
  for (const Ending& ending : endings_) {
    const bool concerned = ending.device == header.device && ending.stream == header.stream &&
                           (ending.named.contains(header.incarnation) ||
                            (ending.loss && header.control_seq < ending.entry));
    if (concerned && !ending.kept.contains(envelope)) return false;
  }
  return true;
}

bool Endings::in_force(const Hash& envelope) const {
  if (refused_.contains(envelope)) return false;
  return applied_.contains(envelope) || before_its_end(envelope);
}

}  // namespace mq::sim
