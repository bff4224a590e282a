// The receiving side of the sealer: what is in force is merged, what may come into force waits.
#include <algorithm>

#include "mq/seal/sealer.h"
#include "mq/seal/sealing.h"
#include "statement.h"

namespace mq::seal {
namespace {

using wire::ControlState;
using wire::EnvelopeHeader;

bool is_segment(const EnvelopeHeader& header) {
  return header.kind == static_cast<std::uint8_t>(wire::EnvelopeKind::kSegment);
}

// What a state statement says; one that does not open or is of a newer form is chained and says
// nothing, since the author's next one says more.
std::optional<Statement> statement_of(const wire::Envelope& envelope, const Keyring& keyring) {
  const EnvelopeHeader& header = envelope.header;
  if (header.kind != static_cast<std::uint8_t>(wire::EnvelopeKind::kStatement)) return std::nullopt;
  const Key32* key = keyring.key(header.stream, header.epoch);
  if (key == nullptr) return std::nullopt;
  const auto plain = open_envelope(envelope, *key);
  if (!plain.ok()) return std::nullopt;
  const auto read = decode_statement(*plain);
  return read.ok() ? std::optional(*read) : std::nullopt;
}

// Beyond a cut, or of a chain that a revoke or end of right did not name (PROTOCOL section 6).
bool beyond_cut(const wire::Envelope& envelope, const ControlState& state) {
  const EnvelopeHeader& header = envelope.header;
  bool named = false;
  for (const wire::CutRecord& cut : state.cuts()) {
    if (cut.stream != header.stream || cut.device != header.device ||
        cut.incarnation != header.incarnation) {
      continue;
    }
    named = true;
    if (header.seq > cut.seq) return true;
    if (header.seq == cut.seq && envelope.hash() != cut.hash) return true;
  }
  return !named && !state.may_write(header.device, header.stream, state.head_seq());
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

Result<Sealer::Received> Sealer::wait(const wire::Envelope& envelope, std::string_view why) {
  MQ_CHECK(vault_.park(envelope, why));
  return Received::kParked;
}

Result<Sealer::Received> Sealer::refuse(const wire::Envelope& envelope, std::string_view why) {
  MQ_CHECK(vault_.park(envelope, why));
  return Received::kRefused;
}

// Who signed it, and whether he might: decided by the control log at the head that it names.
Result<Sealer::Received> Sealer::admit(const wire::Envelope& envelope, const ControlState& state) {
  const EnvelopeHeader& header = envelope.header;
  const wire::DeviceRecord* device = state.device(header.device);
  if (header.suite != wire::kSuite1) return wait(envelope, "newer");
  if (header.control_seq > state.head_seq() ||
      state.head_at(header.control_seq) != header.control_head) {
    return wait(envelope, "control");
  }
  if (device == nullptr || !wire::verify_envelope(envelope, device->sign_key)) {
    return Received::kRefused;
  }
  const bool right = header.suite >= state.lowest_suite() &&
                     state.may_write(header.device, header.stream, header.control_seq) &&
                     header.epoch == state.epoch_at(header.stream, header.control_seq);
  if (!right) return refuse(envelope, "refused");
  if (beyond_cut(envelope, state)) return wait(envelope, "cut");
  const vault::StreamInfo* stream = vault_.stream(header.stream);
  if (stream == nullptr) return wait(envelope, "stream");
  // Our own current chain, and we do not hold it: this home is older than what it once sent.
  if (header.device == vault_.device() && header.incarnation == vault_.incarnation()) {
    restore_suspected_ = true;
    return wait(envelope, "restore");
  }
  return merge(envelope, *stream, state);
}

// What becomes of a segment that did not open: most reasons pass with time.
Result<Sealer::Received> Sealer::unopened(const wire::Envelope& envelope, Error why) {
  switch (why.code) {
    case Code::kUnauthenticated:
      return wait(envelope, "key");
    case Code::kUnsupported:
      return wait(envelope, "newer");
    case Code::kNotFound:
      return wait(envelope, "pruned");
    case Code::kCorrupt:
      return refuse(envelope, "corrupt");
    default:
      return why;
  }
}

Result<Sealer::Received> Sealer::merge(const wire::Envelope& envelope,
                                       const vault::StreamInfo& stream, const ControlState& state) {
  const EnvelopeHeader& header = envelope.header;
  model::Context running;
  if (header.seq > 1) {
    MQ_TRY(auto before, vault_.chain_context(wire::chain_of(header), header.prev));
    if (!before) return wait(envelope, "gap");
    running = std::move(*before);
  }
  std::vector<model::Transaction> transactions;
  const std::optional<Statement> statement = statement_of(envelope, keyring_);
  if (is_segment(header)) {
    auto opened = open(envelope, running);
    if (!opened.ok()) return unopened(envelope, std::move(opened).error());
    transactions = std::move(*opened);
    if (names_strangers(transactions, state)) return refuse(envelope, "corrupt");
  }
  const auto applied = vault_.apply(stream.ix, envelope, transactions);
  if (!applied.ok() && applied.error().code == Code::kCorrupt) return refuse(envelope, "corrupt");
  if (!applied.ok()) return applied.error();
  if (statement && *applied == vault::Vault::Applied::kMerged) {
    MQ_CHECK(vault_.note_statement(stream.ix, header.device, statement->until));
  }
  switch (*applied) {
    case vault::Vault::Applied::kMerged:
      transactions_taken_ += transactions.size();
      return Received::kMerged;
    case vault::Vault::Applied::kDuplicate:
      return Received::kDuplicate;
    case vault::Vault::Applied::kFork:
      transactions_taken_ += transactions.size();
      return Received::kFork;
    case vault::Vault::Applied::kGap:
      break;
  }
  return wait(envelope, "gap");
}

Result<Sealer::Received> Sealer::receive(const wire::Envelope& envelope,
                                         const ControlState& state) {
  MQ_TRY(const auto held, vault_.envelope(envelope.hash()));
  if (held) return Received::kDuplicate;
  return admit(envelope, state);
}

// Goes once over what waits; how many envelopes need not wait any more.
Result<int> Sealer::retry_once(const ControlState& state, int& merged) {
  int settled = 0;
  MQ_TRY(const auto waiting, vault_.parked());
  for (const wire::Envelope& envelope : waiting) {
    // Not receive(): the vault counts what is parked as held.
    MQ_TRY(const Received received, admit(envelope, state));
    if (received == Received::kParked || received == Received::kRefused) continue;
    MQ_CHECK(vault_.unpark(envelope.hash()));
    ++settled;
    merged += received == Received::kDuplicate ? 0 : 1;
  }
  return settled;
}

Result<int> Sealer::retry_parked(const ControlState& state) {
  int merged = 0;
  for (;;) {
    MQ_TRY(const int settled, retry_once(state, merged));
    if (settled == 0) return merged;
  }
}

}  // namespace mq::seal
