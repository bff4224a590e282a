#include "late_box.h"

#include "engine_state.h"
#include "messages.h"
#include "mq/base/text.h"

namespace mq::sync {
namespace {

std::string cursor_name(std::uint32_t ordinal) { return cat("sync.late.", ordinal); }

Error bent(std::uint32_t ordinal) {
  return {Code::kCorrupt,
          cat("服务器给出的迟到件没有通过核对(号码 ", ordinal,
              "),这次收到的都没有采用。请告诉管理员。"),
          cat("the server's late envelopes do not verify (", ordinal,
              "); nothing of its answer was applied; tell the admin")};
}

}  // namespace

Result<LateCursor> load_late_cursor(vault::Vault& vault, const wire::StreamRecord& stream,
                                    const TownshipId& township,
                                    const wire::Generation& generation) {
  const LateCursor start{generation, 0, wire::first_head(township, stream.id, generation)};
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(cursor_name(stream.ordinal)));
  if (!bytes) return start;
  ByteReader reader(*bytes);
  LateCursor cursor;
  cursor.generation = wire::Generation{reader.array<wire::Generation::kSize>()};
  cursor.index = reader.integer<std::uint64_t>();
  cursor.head = Hash{reader.array<Hash::kSize>()};
  return reader.done() && cursor.generation == generation ? cursor : start;
}

Status store_late_cursor(vault::Vault& vault, std::uint32_t ordinal, const LateCursor& cursor) {
  ByteWriter writer;
  writer.raw(cursor.generation.view());
  writer.integer(cursor.index);
  writer.raw(cursor.head.view());
  return vault.set_setting(cursor_name(ordinal), writer.bytes());
}

Result<LateCursor> SyncEngine::State::late_cursor(std::uint32_t ordinal,
                                                  const wire::Generation& of) const {
  const wire::StreamRecord* stream = control.state().stream_by_ordinal(ordinal);
  if (stream == nullptr) return bent(ordinal);
  return load_late_cursor(vault, *stream, control.state().township(), of);
}

Status SyncEngine::State::ask_late(const AskedStreams& asked, pb::ExchangeRequest& request) {
  const wire::ControlState& log = control.state();
  if (!generation || !is_admin(log, keyring.identity()->device)) return {};
  for (const auto& [ordinal, stream] : asked) {
    if (!has_ended_chains(log, stream.id)) continue;
    MQ_TRY(const LateCursor read, late_cursor(ordinal, *generation));
    pb::Cursor& cursor = *request.add_late();
    cursor.set_stream(ordinal);
    if (read.index == 0) continue;
    cursor.set_have(read.index);
    cursor.set_head_tag(tag_of(read.head));
  }
  return {};
}

// No head covers them, so each must speak for itself; judged by one log, since what another has
// ended may be in force here.
Status SyncEngine::State::check_late(const pb::ExchangeReply& reply, const AskedStreams& asked,
                                     Incoming& incoming) const {
  if (!same_log(reply)) return {};
  for (const pb::StreamPart& part : reply.late()) {
    const auto stream = asked.find(part.stream());
    if (stream == asked.end()) return bent(part.stream());
    if (part.diverged()) {
      incoming.late_lost.push_back(part.stream());
      continue;
    }
    MQ_TRY(const LateCursor read, late_cursor(part.stream(), incoming.checkpoint.generation));
    if (part.envelopes_size() > 0 && part.from_index() != read.index + 1) {
      return bent(part.stream());
    }
    std::uint64_t index = part.from_index();
    for (const pb::StoredEnvelope& stored : part.envelopes()) {
      MQ_TRY(wire::Envelope envelope, from_message(stored.envelope()));
      const wire::DeviceRecord* device = control.state().device(envelope.header.device);
      const bool good = envelope.header.stream == stream->second.id && device != nullptr &&
                        !envelope.pruned() && wire::verify_envelope(envelope, device->sign_key);
      if (!good) return bent(part.stream());
      const WallTime time{static_cast<std::int64_t>(stored.time_ms())};
      incoming.late.push_back({part.stream(), index++, time, std::move(envelope)});
    }
  }
  return {};
}

Status SyncEngine::State::store_late(const Incoming& incoming, Counts& counts) {
  using Received = seal::Sealer::Received;
  for (const std::uint32_t ordinal : incoming.late_lost) {
    MQ_CHECK(vault.set_setting(cursor_name(ordinal), ByteView{}));
  }
  for (const LateEnvelope& late : incoming.late) {
    MQ_TRY(const Received received, sealer.receive(late.envelope, control.state()));
    counts.parked += received == Received::kParked ? 1 : 0;
    counts.refused += received == Received::kRefused ? 1 : 0;
    const Hash hash = late.envelope.hash();
    MQ_CHECK(vault.note_late(hash, late.time));
    MQ_TRY(LateCursor read, late_cursor(late.ordinal, incoming.checkpoint.generation));
    read.index = late.index;
    read.head = wire::next_head(read.head, late.index, hash, late.time);
    MQ_CHECK(store_late_cursor(vault, late.ordinal, read));
  }
  return {};
}

}  // namespace mq::sync
