// The invariants: after every step, and at the end when everybody has met the server.
#include "mq/base/text.h"
#include "simulation.h"

namespace mq::sim {

using testing::SimDevice;

// What leaves the outbox is on the server, and its bytes are still here (invariant 3).
void Simulation::check_outbox(int index) {
  vault::Vault& vault = device(index).vault();
  const auto outbox = vault.outbox(1u << 30);
  if (!outbox.ok()) return fault("the outbox cannot be read: " + outbox.error().en);
  std::set<Hash> now;
  for (const wire::Envelope& envelope : *outbox) now.insert(envelope.hash());
  const testing::MemoryStore::Data server = world_.server.store.copy();
  for (const Hash& hash : notes(index).outbox) {
    if (now.contains(hash)) continue;
    bool on_server = false;
    for (const auto& [stream, placed] : server.streams) {
      for (const auto& one : placed) on_server = on_server || one.hash == hash;
    }
    const auto held = vault.envelope(hash);
    if (!on_server) fault(cat(hash.hex(), " left the outbox and is not on the server"));
    if (!held.ok() || !*held) fault(cat(hash.hex(), " left the outbox and the vault"));
  }
  notes(index).outbox = std::move(now);
}

// Reads never go backwards (11), and a row is there whole (10).
void Simulation::check_reads(int index, int cells) {
  for (int i = 0; i < cells; ++i) {
    const auto row = some_row(index);
    if (!row) return;
    const CellName cell = some_cell(row->first, row->second);
    Tokens now = visible(index, cell);
    Tokens& before = notes(index).read[cell];
    for (const std::string& what : oracle_.check_forward(cell, before, now)) {
      fault(cat(device(index).name(), ": ", what));
    }
    before = std::move(now);
    check_row(index, row->first, row->second);
  }
}

// The two values of the transaction that made the row come together, or have been written over.
void Simulation::check_row(int index, std::uint32_t entity, const RowId& row) {
  const auto made = created_.find(row);
  if (made == created_.end()) return;
  const std::vector<std::uint32_t> fields = first_fields(entity);
  const Tokens first = visible(index, {entity, row, fields[0]});
  const Tokens text = visible(index, {entity, row, fields[1]});
  const bool torn = (first.contains(made->second.first) && text.empty()) ||
                    (text.contains(made->second.second) && first.empty());
  if (torn) fault(cat(device(index).name(), ": ", row.hex(), " was recorded whole and is torn"));
}

void Simulation::check_end() {
  say("the sky clears");
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    device(static_cast<int>(i)).network.deliver_late();
  }
  if (!world_.settle()) {
    for (const auto& d : world_.devices) {
      if (d->running() && d->last_error()) fault(cat(d->name(), ": ", d->last_error()->en));
    }
    return fault("the township does not come to rest");
  }
  check_streams();
  check_cells();
  check_server();
}

void Simulation::check_streams() {
  std::map<StreamId, std::pair<Hash, std::string>> first;
  for (const auto& d : world_.devices) {
    const auto delivery = d->vault().delivery();
    if (!delivery.ok()) return fault(delivery.error().en);
    if (delivery->unsealed != 0 || delivery->sealed_waiting != 0) {
      fault(cat(d->name(), " keeps ", delivery->unsealed, " unsealed and ",
                delivery->sealed_waiting, " sealed: a queue does not drain"));
    }
    for (const vault::StreamInfo& stream : d->vault().streams()) {
      const auto hash = d->vault().state_hash(stream.ix);
      if (!hash.ok()) return fault(hash.error().en);
      const auto [known, fresh] = first.emplace(stream.id, std::pair(*hash, d->name()));
      if (!fresh && known->second.first != *hash) {
        fault(cat(d->name(), " and ", known->second.second, " hold different states of stream ",
                  stream.id.hex(), " (kind ", stream.kind, "); ",
                  d->vault().held(stream.ix)->size(), " envelopes held, ",
                  d->vault().parked()->size(), " parked"));
      }
    }
    const auto verified = d->vault().verify();
    if (!verified.ok()) return fault(verified.error().en);
    for (const std::string& what : *verified) fault(cat(d->name(), ": ", what));
  }
}

void Simulation::check_cells() {
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    const int index = static_cast<int>(i);
    for (const auto& [entity, row] : rows_) {
      if (device(index).vault().stream(stream_of_.at(row)) == nullptr) continue;
      for (const std::uint32_t field : all_fields(entity)) {
        const CellName cell{entity, row, field};
        for (const std::string& what : oracle_.check_cell(cell, visible(index, cell))) {
          fault(cat(device(index).name(), ": ", what));
        }
      }
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
