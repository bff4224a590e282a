// What holds once rights have ended: nothing beyond an end is in force without a decision, and no
// key outlives its right (claims 4 and 7).
#include <algorithm>

#include "mq/base/text.h"
#include "mq/seal/sealing.h"
#include "simulation.h"

namespace mq::sim {

using testing::SimDevice;

const Tokens& Simulation::words_of(const Hash& hash) {
  static const Tokens unknown;
  if (const auto found = words_.find(hash); found != words_.end()) return found->second;
  const auto envelope = wire::parse_envelope(endings_.known().at(hash).bytes);
  for (const auto& d : world_.devices) {
    if (!d->running() || !envelope.ok()) continue;
    const wire::EnvelopeHeader& header = envelope->header;
    const auto before = d->vault().chain_context(wire::chain_of(header), header.prev);
    model::Context running = before.ok() ? before->value_or(model::Context{}) : model::Context{};
    const auto opened = d->sealer().open(*envelope, running);
    if (!opened.ok()) continue;
    Tokens& words = words_[hash];
    for (const model::Transaction& transaction : *opened) {
      for (const model::Op& op : transaction.ops) words.insert(word_of(op));
    }
    words.erase("");
    return words;
  }
  return unknown;
}

// What was sealed and not delivered, or was lost with the server.
void Simulation::know_outboxes() {
  for (const auto& d : world_.devices) {
    if (!d->running()) continue;
    const auto outbox = d->vault().outbox(1u << 30);
    if (!outbox.ok()) return fault("the outbox cannot be read: " + outbox.error().en);
    for (const wire::Envelope& each : *outbox) endings_.know(wire::encode_envelope(each));
  }
}

// What the oracle must know of the log, as it stands now.
void Simulation::refresh_endings() {
  if (!options_.membership) return;
  if (parted_) know_outboxes();
  endings_.follow(log(), world_.server.store.copy());
  if (endings_.all().empty()) return;
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    const DeviceId& id = world_.devices[i]->keyring().identity()->device;
    const bool ended = std::ranges::any_of(
        endings_.all(), [&](const Endings::Ending& ending) { return ending.device == id; });
    const int index = static_cast<int>(i);
    if (ended && doubted_.insert(index).second) oracle_.doubt(index);
  }
  Tokens in, out, ever;
  for (const auto& [hash, known] : endings_.known()) {
    if (endings_.in_force(hash)) in.insert(words_of(hash).begin(), words_of(hash).end());
    if (endings_.before_its_end(hash)) continue;
    ever.insert(words_of(hash).begin(), words_of(hash).end());
  }
  std::ranges::set_difference(ever, in, std::inserter(out, out.end()));
  oracle_.take_out(out, ever);
  result_.endings = endings_.all().size();
  result_.late = static_cast<std::uint64_t>(std::ranges::count_if(
      endings_.known(), [&](const auto& each) { return !endings_.before_its_end(each.first); }));
}

// A device that is level with the newest log shows nothing that is out of force.
void Simulation::check_out_of_force(int index) {
  if (!options_.membership || device(index).control().state().head_seq() < log().head_seq()) return;
  refresh_endings();
  for (const auto& [hash, known] : endings_.known()) {
    const DeviceId& author = known.header.device;
    if (endings_.in_force(hash) || author == device(index).keyring().identity()->device) continue;
    for (const std::string& word : words_of(hash)) {
      const CellName* place = oracle_.place_of(word);
      if (place == nullptr || !oracle_.is_out(word)) continue;
      if (!visible(index, *place).contains(word)) continue;
      fault(cat(device(index).name(), " shows ", word, ", which lies beyond the end of its chain"));
    }
  }
}

// Late work gets to every admin, and is not lost as long as anybody holds it.
void Simulation::check_late() {
  const wire::ControlState& now = log();
  for (const auto& [hash, known] : endings_.known()) {
    if (endings_.before_its_end(hash)) continue;
    const bool there = world_.server.store.holds(hash) || world_.server.store.holds_late(hash);
    for (std::size_t i = 0; i < world_.devices.size(); ++i) {
      SimDevice& d = *world_.devices[i];
      const auto held = d.vault().envelope(hash);
      if (!held.ok()) return fault(held.error().en);
      if (*held && !there) fault(cat(d.name(), " holds late ", hash.hex(), " alone"));
      const bool admin =
          now.has_role(d.keyring().identity()->person, wire::pb::ROLE_KIND_ADMIN, now.head_seq());
      if (admin && there && !*held && reads_now(static_cast<int>(i), known.header.stream)) {
        fault(cat(d.name(), " was not given late ", hash.hex()));
      }
    }
  }
}

// Whether any key that the device holds opens it.
void Simulation::check_opens(int index, const wire::Envelope& envelope) {
  // Its epoch is one of the void side, of which the log says nothing here.
  if (endings_.names_void_head(envelope.hash())) return;
  SimDevice& d = device(index);
  const wire::EnvelopeHeader& header = envelope.header;
  const PersonId& me = d.keyring().identity()->person;
  const DeviceId& id = d.keyring().identity()->device;
  const wire::ControlState& now = log();
  std::uint32_t last = 0;  // the last head at which it might read the stream
  for (std::uint32_t seq = 1; seq <= now.head_seq(); ++seq) {
    const bool live = now.device(id)->span.holds_at(seq);
    if (live && now.may_read(me, header.stream, seq)) last = seq;
  }
  // A side that a healing made void may have handed him keys: they are changed after it.
  for (const wire::VoidLine& line : now.void_lines()) {
    const wire::ControlState& side = *line.state;
    for (std::uint32_t seq = line.fork_seq + 1; seq <= side.head_seq(); ++seq) {
      const wire::DeviceRecord* there = side.device(id);
      const bool live = there != nullptr && there->span.holds_at(seq);
      if (live && side.may_read(me, header.stream, seq)) last = std::max(last, line.entry);
    }
  }
  bool opens = false;
  for (std::uint32_t epoch = 1; epoch <= d.keyring().newest_epoch(header.stream); ++epoch) {
    const Key32* key = d.keyring().key(header.stream, epoch);
    opens = opens || (key != nullptr && seal::open_envelope(envelope, *key).ok());
  }
  const std::string what = cat(envelope.hash().hex(), " of epoch ", header.epoch);
  if (last == now.head_seq()) {
    if (!opens) fault(cat(d.name(), " reads the stream and cannot open ", what));
    return;
  }
  // Sealed at or after the first change of key that followed.
  const wire::StreamRecord& stream = *now.stream(header.stream);
  const auto changed = std::ranges::find_if(
      stream.epochs, [&](const wire::EpochRecord& each) { return each.from > last; });
  const bool after = changed != stream.epochs.end() && header.control_seq >= changed->from;
  if (opens && (after || last == 0)) fault(cat(d.name(), " lost the right and opens ", what));
}

// Whoever may not read a stream does not hold its newest key, once admins have been in contact.
void Simulation::check_newest_key(int index, const wire::StreamRecord& stream) {
  SimDevice& d = device(index);
  const std::uint32_t newest = stream.epochs.empty() ? 0 : stream.epochs.back().epoch;
  if (newest == 0 || reads_now(index, stream.id)) return;
  if (d.keyring().key(stream.id, newest) == nullptr) return;
  fault(cat(d.name(), " may not read the stream of ordinal ", stream.ordinal,
            " and holds its newest key"));
}

void Simulation::check_keys() {
  if (!options_.membership) return;
  refresh_endings();
  check_late();
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    const int index = static_cast<int>(i);
    for (const wire::StreamRecord& stream : log().streams()) check_newest_key(index, stream);
    for (const auto& [hash, known] : endings_.known()) {
      const auto envelope = wire::parse_envelope(known.bytes);
      if (envelope.ok()) check_opens(index, *envelope);
    }
  }
}

}  // namespace mq::sim
