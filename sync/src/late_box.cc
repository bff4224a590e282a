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

Result<std::uint64_t> load_late_cursor(vault::Vault& vault, std::uint32_t ordinal,
                                       const wire::Generation& generation) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(cursor_name(ordinal)));
  if (!bytes) return std::uint64_t{0};
  ByteReader reader(*bytes);
  const wire::Generation of{reader.array<wire::Generation::kSize>()};
  const auto index = reader.integer<std::uint64_t>();
  // A restored server's box may have other things in the same places.
  return reader.done() && of == generation ? index : 0;
}

Status store_late_cursor(vault::Vault& vault, std::uint32_t ordinal,
                         const wire::Generation& generation, std::uint64_t index) {
  ByteWriter writer;
  writer.raw(generation.view());
  writer.integer(index);
  return vault.set_setting(cursor_name(ordinal), writer.bytes());
}

Status SyncEngine::State::ask_late(const AskedStreams& asked, pb::ExchangeRequest& request) {
  const wire::ControlState& log = control.state();
  if (!generation || !is_admin(log, keyring.identity()->device)) return {};
  for (const auto& [ordinal, stream] : asked) {
    if (!has_ended_chains(log, stream.id)) continue;
    MQ_TRY(const std::uint64_t have, load_late_cursor(vault, ordinal, *generation));
    pb::Cursor& cursor = *request.add_late();
    cursor.set_stream(ordinal);
    if (have != 0) cursor.set_have(have);
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
    MQ_TRY(const std::uint64_t have,
           load_late_cursor(vault, part.stream(), incoming.checkpoint.generation));
    if (part.envelopes_size() > 0 && part.from_index() <= have) return bent(part.stream());
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
  for (const LateEnvelope& late : incoming.late) {
    MQ_TRY(const Received received, sealer.receive(late.envelope, control.state()));
    counts.parked += received == Received::kParked ? 1 : 0;
    counts.refused += received == Received::kRefused ? 1 : 0;
    MQ_CHECK(vault.note_late(late.envelope.hash(), late.time));
    MQ_CHECK(store_late_cursor(vault, late.ordinal, incoming.checkpoint.generation, late.index));
  }
  return {};
}

}  // namespace mq::sync
