// The invariants: after every step, and at the end when everybody has met the server.
#include <algorithm>
#include <tuple>

#include "mq/base/text.h"
#include "simulation.h"

namespace mq::sim {

using testing::SimDevice;

namespace {

// Whose it is and where it stands, for whoever reads the trace.
std::string told_of(vault::Vault& vault, const Hash& hash) {
  const auto envelope = vault.envelope(hash);
  const auto standing = vault.standing(hash);
  if (!envelope.ok() || !*envelope) return "";
  const wire::EnvelopeHeader& h = (*envelope)->header;
  return cat(" (", h.device.hex(), " incarnation ", h.incarnation, " number ", h.seq, " in stream ",
             h.stream.hex(), " under entry ", h.control_seq, ", standing ",
             standing.ok() && *standing ? static_cast<int>(**standing) : -1, ")");
}

}  // namespace

// What leaves the outbox is on the server, and its bytes are still here (invariant 3).
void Simulation::check_outbox(int index) {
  vault::Vault& vault = device(index).vault();
  const auto outbox = vault.outbox(1u << 30);
  if (!outbox.ok()) return fault("the outbox cannot be read: " + outbox.error().en);
  std::set<Hash> now;
  for (const wire::Envelope& envelope : *outbox) now.insert(envelope.hash());
  for (const Hash& hash : notes(index).outbox) {
    if (now.contains(hash)) continue;
    const auto held = vault.envelope(hash);
    if (!world_.server.store.holds(hash) && !world_.server.store.holds_late(hash)) {
      fault(cat(hash.hex(), " left the outbox and is not on the server"));
    }
    if (!held.ok() || !*held) fault(cat(hash.hex(), " left the outbox and the vault"));
  }
  notes(index).outbox = std::move(now);
}

// Server and device agree: whatever the server has lost, withheld or shown to others, one contact
// brings all that this device holds onto it, and all that it has onto the device (9).
void Simulation::check_level(int index) {
  SimDevice& d = device(index);
  const wire::ControlState& log = d.control().state();
  const seal::Identity& me = *d.keyring().identity();
  if (log.device(me.device)->span.until) return;  // shown nothing any more
  const auto waiting = d.vault().parked();
  if (!waiting.ok()) return fault(waiting.error().en);
  std::set<Hash> parked;
  for (const wire::Envelope& envelope : *waiting) parked.insert(envelope.hash());
  for (const vault::StreamInfo& stream : d.vault().streams()) {
    if (stream.ordinal == 0 || !log.may_read(me.person, stream.id, log.head_seq())) continue;
    const auto held = d.vault().held(stream.ix);
    if (!held.ok()) return fault(held.error().en);
    const std::set<Hash> here(held->begin(), held->end());
    for (const Hash& hash : here) {
      if (!world_.server.store.holds(hash) && !world_.server.store.holds_late(hash)) {
        fault(cat(d.name(), " is level, and holds ", hash.hex(), told_of(d.vault(), hash),
                  ", which the server lacks"));
      }
    }
    for (const Hash& hash : world_.server.store.hashes(log.township(), stream.id)) {
      if (!here.contains(hash) && !parked.contains(hash)) {
        fault(cat(d.name(), " is level, and lacks ", hash.hex(), ", which the server holds"));
      }
    }
  }
}

// Reads never go backwards (11), and a row is there whole (10).
void Simulation::check_reads(int index, int cells) {
  for (int i = 0; i < cells; ++i) {
    const auto row = some_row(index);
    if (!row) return;
    const CellName cell = some_cell(row->first, row->second);
    Tokens now = visible(index, cell);
    Tokens& before = notes(index).read[cell];
    std::vector<std::string> gone = oracle_.check_forward(cell, before, now);
    if (!gone.empty()) {
      // An end may have taken it away, also what its author has sealed and not delivered.
      know_outboxes();
      refresh_endings();
      gone = oracle_.check_forward(cell, before, now);
    }
    for (const std::string& what : gone) {
      fault(cat(device(index).name(), ": ", what));
    }
    before = std::move(now);
    check_row(index, row->first, row->second);
  }
}

// What one transaction wrote comes together, or has been written over.
void Simulation::check_row(int index, std::uint32_t entity, const RowId& row) {
  const auto shown = [&](const CellName& cell) { return visible(index, cell); };
  for (const std::string& what : oracle_.check_together(entity, row, shown)) {
    fault(cat(device(index).name(), ": ", what));
  }
}

namespace {

struct Played {
  std::int64_t to = 0;
  const vault::Claim* claim = nullptr;
};

// (class descending, HLC, dot): PROTOCOL section 2.
bool taken_before(const vault::Claim& a, const vault::Claim& b) {
  if (a.clock_class != b.clock_class) return a.clock_class > b.clock_class;
  if (a.hlc != b.hlc) return a.hlc < b.hlc;
  return std::tie(a.device, a.incarnation, a.n) < std::tie(b.device, b.incarnation, b.n);
}

}  // namespace

// Replays the moves word by word after the protocol: what each author had seen is known here from
// the day it was written. Not for moves around a clone, where contexts may be void.
void Simulation::check_moves(int index, const RowId& row) {
  const auto found = moves_.find(row);
  if (found == moves_.end()) return;
  const std::uint32_t entity = issue_fields().entity;
  const std::uint32_t field = issue_fields().step;
  const auto claims = device(index).vault().claims(entity, row, field);
  const auto loaded = device(index).vault().load(entity, row);
  if (!claims.ok() || !loaded.ok() || !*loaded) return;
  std::vector<Played> left;
  std::set<std::int64_t> waiting;
  for (const vault::Claim& claim : *claims) {
    const auto to = std::get<std::int64_t>(claim.value);
    const auto move = found->second.find(to);
    if (move == found->second.end()) return fault(cat("#", to, " is a move nobody made"));
    if (doubled_.contains(move->second.device)) return;
    left.push_back({to, &claim});
    waiting.insert(to);
  }
  std::int64_t state = 0;
  while (!left.empty()) {
    auto next = left.end();
    for (auto it = left.begin(); it != left.end(); ++it) {
      const std::set<std::int64_t>& seen = found->second.at(it->to).seen;
      const bool ready = std::none_of(seen.begin(), seen.end(),
                                      [&](std::int64_t each) { return waiting.contains(each); });
      if (ready && (next == left.end() || taken_before(*it->claim, *next->claim))) next = it;
    }
    if (next == left.end()) return fault("moves that have seen each other in a circle");
    const bool counts = found->second.at(next->to).from == state;
    if (counts) state = next->to;
    if (counts != next->claim->shown) {
      fault(
          cat(device(index).name(), ": move #", next->to, counts ? " is not counted" : " counts"));
    }
    waiting.erase(next->to);
    left.erase(next);
  }
  const vault::Cell* shown = (*loaded)->cell(field);
  if ((shown == nullptr ? 0 : std::get<std::int64_t>(shown->value)) != state) {
    fault(cat(device(index).name(), ": ", row.hex(), " does not stand at #", state));
  }
}

// The envelopes that carry the words of a fault, as that device has them.
void Simulation::say_where(int index, const std::string& what) {
  for (const auto& [hash, known] : endings_.known()) {
    for (const std::string& word : words_of(hash)) {
      if (what.find(word) == std::string::npos) continue;
      const wire::EnvelopeHeader& h = known.header;
      say(cat("  ", word, " is in ", hash.hex(), " of ", h.device.hex(), " incarnation ",
              h.incarnation, " number ", h.seq, " under entry ", h.control_seq,
              endings_.before_its_end(hash) ? ", before an end" : ", beyond an end",
              endings_.in_force(hash) ? ", in force" : ", out of force", "; here",
              told_of(device(index).vault(), hash), "; the server has it",
              world_.server.store.holds(hash) ? " placed" : "",
              world_.server.store.holds_late(hash) ? " late" : ""));
      for (const auto& other : world_.devices) {
        if (other->running()) say(cat("    ", other->name(), told_of(other->vault(), hash)));
      }
    }
  }
}

// One more round, for whoever reads the trace.
void Simulation::say_restless() {
  for (const auto& d : world_.devices) {
    world_.advance(std::chrono::minutes(10));
    const sync::SyncReport before = d->engine().report();
    const bool idle = d->sync_until_idle();
    const sync::SyncReport& after = d->engine().report();
    say(cat(d->name(), idle ? " is idle" : " is not idle", ", log ",
            d->control().state().head_seq(), ", up ", after.envelopes_up - before.envelopes_up,
            ", down ", after.envelopes_down - before.envelopes_down, ", parked ",
            after.parked - before.parked, ", refused ", after.refused - before.refused));
    for (int i = 0; !idle && i < 12; ++i) {
      const auto step = d->step();
      if (!step.ok()) say(cat("  ", step.error().en));
      world_.advance(std::chrono::minutes(10));
    }
    const auto outbox = d->vault().outbox(1u << 30);
    if (!outbox.ok()) continue;
    for (const wire::Envelope& each : *outbox) {
      say(cat("  waits: ", each.hash().hex(), told_of(d->vault(), each.hash())));
    }
  }
}

void Simulation::check_end() {
  say("the sky clears");
  log_lost_ = false;
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    device(static_cast<int>(i)).network.deliver_late();
  }
  if (!world_.settle() && !heal_again()) {
    for (const auto& d : world_.devices) {
      if (d->running() && d->last_error()) fault(cat(d->name(), ": ", d->last_error()->en));
    }
    say_restless();
    return fault("the township does not come to rest");
  }
  // An admin's contact finishes what is left open; everybody hears of it.
  if (options_.membership) {
    for (std::size_t i = 0; i < world_.devices.size(); ++i) tend(static_cast<int>(i));
    if (!world_.settle()) return fault("the township does not come to rest after its admins' acts");
  }
  refresh_endings();
  check_streams();
  check_cells();
  check_server();
  check_keys();
}

void Simulation::check_streams() {
  // Whoever holds the same envelopes is in the same state; late work is held by admins only.
  std::map<std::pair<StreamId, std::set<Hash>>, std::pair<Hash, std::string>> first;
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    SimDevice& d = *world_.devices[i];
    const auto delivery = d.vault().delivery();
    if (!delivery.ok()) return fault(delivery.error().en);
    if (delivery->unsealed != 0 || delivery->sealed_waiting != 0) {
      fault(cat(d.name(), " keeps ", delivery->unsealed, " unsealed and ", delivery->sealed_waiting,
                " sealed: a queue does not drain"));
    }
    for (const vault::StreamInfo& stream : d.vault().streams()) {
      if (!reads_now(static_cast<int>(i), stream.id)) continue;
      const auto hash = d.vault().state_hash(stream.ix);
      const auto held = d.vault().held(stream.ix);
      if (!hash.ok() || !held.ok()) return fault("a stream's state cannot be read");
      std::pair key(stream.id, std::set<Hash>(held->begin(), held->end()));
      // A copy that somebody carried may have brought one of them late work.
      const auto parked = d.vault().parked();
      for (const wire::Envelope& each : *parked) {
        if (each.header.stream == stream.id) key.second.insert(each.hash());
      }
      const auto [known, fresh] = first.emplace(key, std::pair(*hash, d.name()));
      if (!fresh && known->second.first != *hash) {
        fault(cat(d.name(), " and ", known->second.second, " hold different states of stream ",
                  stream.id.hex(), " (kind ", stream.kind, "); ", held->size(), " envelopes held, ",
                  parked->size(), " parked"));
        for (const auto& other : world_.devices) {
          for (const Hash& each : key.second) {
            say(cat(other->name(), " ", other->keyring().identity()->device.hex(), " holds ",
                    each.hex(), told_of(other->vault(), each)));
          }
        }
      }
    }
    const auto verified = d.vault().verify();
    if (!verified.ok()) return fault(verified.error().en);
    for (const std::string& what : *verified) fault(cat(d.name(), ": ", what));
    check_level(static_cast<int>(i));
    check_out_of_force(static_cast<int>(i));
  }
}

void Simulation::check_cells() {
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    const int index = static_cast<int>(i);
    for (const auto& [entity, row] : rows_) {
      const StreamId& stream = stream_of_.at(row);
      if (device(index).vault().stream(stream) == nullptr || !reads_now(index, stream)) continue;
      std::vector<std::uint32_t> fields = plain_fields(entity);
      if (fields_of(entity).step != 0) fields.push_back(fields_of(entity).step);
      for (const std::uint32_t field : fields) {
        const CellName cell{entity, row, field};
        for (const std::string& what : oracle_.check_cell(cell, visible(index, cell))) {
          fault(cat(device(index).name(), ": ", what));
          say_where(index, what);
        }
      }
      check_row(index, entity, row);
      check_moves(index, row);
      const auto loaded = device(index).vault().load(entity, row);
      if (!loaded.ok()) return fault(loaded.error().en);
      if (!*loaded) continue;
      for (const std::string& what : oracle_.check_deleted(entity, row, (*loaded)->deleted)) {
        fault(cat(device(index).name(), ": ", what));
      }
    }
  }
}

// No (key, nonce) repeats (5), and nothing readable is stored (6).
void Simulation::check_server() {
  for (const std::string& header : world_.wiretap.repeated_nonces()) {
    fault("two ciphertexts under one header " + header);
  }
  const std::string marker = "入户走访所见";
  const auto holds = [&](ByteView bytes) {
    return text_of(bytes).find(marker) != std::string::npos;
  };
  const testing::MemoryStore::Data server = world_.server.store.copy();
  for (const auto& [stream, placed] : server.streams) {
    for (const auto& one : placed) {
      if (holds(one.stored.envelope)) fault("the server stores plaintext in an envelope");
    }
  }
  for (const auto& [township, entries] : server.control) {
    for (const Bytes& entry : entries) {
      if (holds(entry)) fault("the server stores plaintext in the control log");
    }
  }
  const auto faults = world_.server.store.check();
  if (!faults.ok()) return fault(faults.error().en);
  for (const std::string& what : *faults) fault("server: " + what);
}

}  // namespace mq::sim
