// Healing: giving a server that was restored from an older copy what it lost, anyone's.
//
// Its streams are pulled anew from the start, to learn what it has; then everything held that was
// not met is pushed. That a stream is being healed is durable, so a kill only means to ask again.

#include "engine_state.h"
#include "settings.h"

namespace mq::sync {

Status SyncEngine::State::load_sync_state() {
  MQ_TRY(generation, load_generation(vault));
  MQ_TRY(alarms_seen, load_alarms_seen(vault));
  for (const vault::StreamInfo& stream : vault.streams()) {
    using wire::ReceiptClass;
    MQ_TRY(const auto stored, load_latest_receipt(vault, stream.ordinal, ReceiptClass::kStored));
    if (stored) receipts.insert_or_assign(stream.ordinal, *stored);
    MQ_TRY(const auto late, load_latest_receipt(vault, stream.ordinal, ReceiptClass::kLate));
    if (late) late_receipts.insert_or_assign(stream.ordinal, *late);
  }
  MQ_TRY(healing.streams, load_healing_streams(vault));
  MQ_TRY(const auto waiting, vault.parked());
  parked = !waiting.empty();
  return {};
}

// A new generation concerns every stream. A stream that diverged within one generation is shown to
// the server with its own receipt first; without one, or if that does not help, it is healed alone.
SyncEngine::State::Healing SyncEngine::State::plan_healing(const Incoming& incoming) {
  Healing next = healing;
  next.reset.clear();
  next.show.clear();
  if (incoming.new_generation) {
    next = Healing();
    for (const vault::StreamInfo& stream : vault.streams()) {
      if (stream.ordinal != 0) next.reset.insert(stream.ordinal);
    }
  }
  for (const std::uint32_t stream : incoming.pulled.diverged) {
    const auto receipt = receipts.find(stream);
    const bool provable =
        receipt != receipts.end() && receipt->second.generation == incoming.checkpoint.generation;
    if (provable && next.shown.insert(stream).second) {
      next.show.insert(stream);
    } else {
      next.reset.insert(stream);
    }
  }
  next.reset.insert(incoming.late_lost.begin(), incoming.late_lost.end());
  if (!next.reset.empty()) {
    next.streams.insert(next.reset.begin(), next.reset.end());
    next.on_server.clear();
    next.queued = false;
  }
  return next;
}

Status SyncEngine::State::store_healing(const Incoming& incoming, const Healing& next) {
  if (!generation || incoming.new_generation) {
    MQ_CHECK(store_generation(vault, incoming.checkpoint.generation));
  }
  for (const std::uint32_t ordinal : next.reset) {
    const wire::StreamRecord* record = control.state().stream_by_ordinal(ordinal);
    const vault::StreamInfo* stream = record != nullptr ? vault.stream(record->id) : nullptr;
    if (stream == nullptr) continue;
    MQ_CHECK(vault.set_cursor(stream->ix, {}, Hash{}, WallTime{}));
  }
  if (next.streams == healing.streams) return {};
  return store_healing_streams(vault, next.streams);
}

Status SyncEngine::State::queue_healing() {
  for (const std::uint32_t ordinal : healing.streams) {
    const wire::StreamRecord* record = control.state().stream_by_ordinal(ordinal);
    const vault::StreamInfo* stream = record != nullptr ? vault.stream(record->id) : nullptr;
    if (stream == nullptr) continue;
    MQ_CHECK(outgoing.queue_stream(stream->ix, healing.on_server));
  }
  healing.queued = true;
  phase = Phase::kExchange;
  return {};
}

Status SyncEngine::State::healed() {
  if (healing.streams.empty()) return {};
  MQ_CHECK(store_healing_streams(vault, {}));
  healing = Healing();
  return {};
}

}  // namespace mq::sync
