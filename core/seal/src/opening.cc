#include "opening.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/seal/sealing.h"
#include "mq/seal/segment.h"

namespace mq::seal {
namespace {

using wire::ControlState;
using wire::EnvelopeHeader;

// What a state statement says; one that does not open or is of a newer form is chained and says
// nothing, since the author's next one says more.
std::optional<Statement> statement_of(const wire::Envelope& envelope, const Keyring& keyring) {
  const EnvelopeHeader& header = envelope.header;
  if (header.kind != static_cast<std::uint8_t>(wire::EnvelopeKind::kStatement)) return std::nullopt;
  const Key32* key = keyring.key_for(header);
  if (key == nullptr) return std::nullopt;
  const auto plain = open_envelope(envelope, *key);
  if (!plain.ok()) return std::nullopt;
  const auto read = decode_statement(*plain);
  return read.ok() ? std::optional(*read) : std::nullopt;
}

Error no_key(const EnvelopeHeader& header) {
  return {Code::kUnauthenticated,
          cat("还没有收到第 ", header.epoch, " 期的密钥,先存着,收到后自动打开"),
          cat("the key of epoch ", header.epoch, " is not here yet; kept until it comes")};
}

// Sealed under an epoch that only a side made void has: the log's own key of that number is
// another, and would make it look damaged.
bool lacks_void_key(const EnvelopeHeader& header, const Keyring& keyring,
                    const ControlState& state) {
  const auto place = state.place_of(header.control_seq, header.control_head);
  if (!place || !place->is_void) return false;
  const wire::StreamRecord* stream = place->log->stream(header.stream);
  if (stream == nullptr) return false;
  return std::ranges::any_of(stream->epochs, [&](const wire::EpochRecord& epoch) {
    return epoch.epoch == header.epoch && epoch.from > place->known &&
           keyring.void_key(header.stream, epoch.commitment) == nullptr;
  });
}

// Entries name only devices of the log (PROTOCOL section 1).
bool names_strangers(const std::vector<model::Transaction>& transactions,
                     const ControlState& state) {
  const auto stranger = [&](const model::ContextEntry& entry) {
    return state.device(entry.device) == nullptr;
  };
  const model::Context* last = nullptr;
  for (const model::Transaction& t : transactions) {
    if (last != nullptr && *last == t.context) continue;
    if (std::any_of(t.context.begin(), t.context.end(), stranger)) return true;
    last = &t.context;
  }
  return false;
}

}  // namespace

bool is_segment(const EnvelopeHeader& header) {
  return header.kind == static_cast<std::uint8_t>(wire::EnvelopeKind::kSegment);
}

Result<std::vector<model::Transaction>> open_segment(const wire::Envelope& envelope,
                                                     const Keyring& keyring,
                                                     model::Context& running) {
  const EnvelopeHeader& header = envelope.header;
  const Key32* key = keyring.key_for(header);
  if (key == nullptr) return no_key(header);
  MQ_TRY(const Bytes plain, open_envelope(envelope, *key));
  return decode_segment(plain, running);
}

void Opener::know(const Hash& envelope, model::Context after) {
  after_.insert_or_assign(envelope, std::move(after));
}

Opening Opener::open(const wire::Envelope& envelope) {
  const EnvelopeHeader& header = envelope.header;
  Opening out;
  const wire::DeviceRecord* device = state_.device(header.device);
  out.verified = device != nullptr && wire::verify_envelope(envelope, device->sign_key);
  const auto before = after_.find(header.prev);
  if (!out.verified || (header.seq > 1 && before == after_.end())) return out;
  model::Context running = header.seq > 1 ? before->second : model::Context{};
  const bool lacks = lacks_void_key(header, keyring_, state_);
  if (!lacks) out.statement = statement_of(envelope, keyring_);
  if (is_segment(header)) {
    if (lacks) {
      out.content = no_key(header);
      return out;
    }
    out.content = open_segment(envelope, keyring_, running);
    if (!out.content->ok()) return out;
    out.names_strangers = names_strangers(**out.content, state_);
    if (!out.names_strangers) out.prepared = vault_.prepare(**out.content);
  }
  know(envelope.hash(), std::move(running));
  return out;
}

}  // namespace mq::seal
