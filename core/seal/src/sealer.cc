#include "mq/seal/sealer.h"

#include "mq/base/text.h"
#include "mq/seal/sealing.h"
#include "opening.h"
#include "statement.h"

namespace mq::seal {
namespace {

constexpr std::uint64_t kWholeContextEvery = 64;
constexpr std::size_t kWaitingBytesMax =
    65'536;  // about what one segment takes, before compression

bool needs_new_incarnation(ContinuationToken::Verdict verdict) {
  return verdict == ContinuationToken::Verdict::kRestored ||
         verdict == ContinuationToken::Verdict::kCloned;
}

}  // namespace

// Under which control entry and epoch an envelope is sealed.
struct Sealer::Footing {
  std::uint32_t control_seq = 0;
  Hash control_head;
  std::uint32_t epoch = 0;
  const Key32* key = nullptr;
};

Sealer::Sealer(vault::Vault& vault, const Keyring& keyring, ContinuationToken& token,
               Random& random, Worker& worker)
    : vault_(vault), keyring_(keyring), token_(token), random_(random), worker_(worker) {}

// The newest entry in force at which this device may write; never before that of the chain's end.
std::optional<Sealer::Footing> Sealer::standing(const StreamId& stream,
                                                const vault::Vault::ChainEnd& chain,
                                                const wire::ControlState& state) const {
  const DeviceId& device = keyring_.identity()->device;
  std::uint32_t seq = state.head_seq();
  while (seq > 0 && seq >= chain.control_seq && !state.may_write(device, stream, seq)) --seq;
  if (seq == 0 || seq < chain.control_seq) return std::nullopt;
  Footing found;
  found.control_seq = seq;
  found.control_head = state.head_at(seq);
  found.epoch = state.epoch_at(stream, seq);
  found.key = found.epoch == 0 ? nullptr : keyring_.key(stream, found.epoch);
  if (found.key == nullptr) return std::nullopt;
  return found;
}

wire::EnvelopeHeader Sealer::next_header(const vault::StreamInfo& stream,
                                         const vault::Vault::ChainEnd& chain,
                                         const Footing& standing, wire::EnvelopeKind kind) const {
  wire::EnvelopeHeader header;
  header.kind = static_cast<std::uint8_t>(kind);
  header.stream = stream.id;
  header.device = keyring_.identity()->device;
  header.incarnation = vault_.incarnation();
  header.epoch = standing.epoch;
  header.seq = chain.seq + 1;
  header.prev = chain.hash;
  header.control_seq = standing.control_seq;
  header.control_head = standing.control_head;
  return header;
}

Result<wire::Envelope> Sealer::seal_one(const vault::StreamInfo& stream,
                                        const vault::Vault::ChainEnd& chain,
                                        const Footing& standing,
                                        const std::vector<model::Transaction>& waiting) {
  const wire::EnvelopeHeader header =
      next_header(stream, chain, standing, wire::EnvelopeKind::kSegment);
  SegmentOptions options;
  options.whole_context = header.seq == 1 || header.seq % kWholeContextEvery == 0;
  options.diary = stream.kind == wire::pb::STREAM_KIND_DIARY;
  MQ_TRY(const FittedSegment fitted, fit_segment(waiting, chain.context, options));
  const model::Transaction& last = waiting[fitted.count - 1];
  const wire::Envelope envelope =
      seal_envelope(header, fitted.plaintext, *standing.key, keyring_.identity()->sign, random_);
  MQ_CHECK(vault_.store_sealed(stream.ix, envelope, waiting[0].n, last.n, last.context));
  return envelope;
}

Result<std::optional<wire::Envelope>> Sealer::seal_next(vault::StreamIx stream,
                                                        const wire::ControlState& state) {
  const std::optional<wire::Envelope> nothing;
  const vault::StreamInfo* info = vault_.stream(stream);
  if (info == nullptr) {
    return Error{Code::kNotFound, cat("没有第 ", stream, " 号数据流"),
                 cat("there is no stream ", stream)};
  }
  if (keyring_.identity() == nullptr || restore_suspected_) return nothing;
  MQ_TRY(const auto waiting, vault_.unsealed(stream, kWaitingBytesMax));
  if (waiting.empty()) return nothing;
  MQ_TRY(const auto verdict, token_.check(vault_));
  restore_suspected_ = needs_new_incarnation(verdict);
  if (restore_suspected_) return nothing;
  MQ_TRY(const auto chain, vault_.own_chain(stream));
  const auto standing = this->standing(info->id, chain, state);
  if (!standing) return nothing;
  std::vector<model::Transaction> transactions;
  transactions.reserve(waiting.size());
  for (const auto& unsealed : waiting) transactions.push_back(unsealed.transaction);
  MQ_TRY(wire::Envelope envelope, seal_one(*info, chain, *standing, transactions));
  return std::optional<wire::Envelope>(std::move(envelope));
}

Result<std::optional<wire::Envelope>> Sealer::seal_statement(vault::StreamIx stream,
                                                             const wire::ControlState& state,
                                                             WallTime until) {
  const std::optional<wire::Envelope> nothing;
  const vault::StreamInfo* info = vault_.stream(stream);
  if (info == nullptr || keyring_.identity() == nullptr || restore_suspected_) return nothing;
  MQ_TRY(const auto waiting, vault_.unsealed(stream, 1));
  MQ_TRY(const auto chain, vault_.own_chain(stream));
  const auto standing = this->standing(info->id, chain, state);
  if (!waiting.empty() || !standing) return nothing;
  wire::Envelope envelope =
      seal_envelope(next_header(*info, chain, *standing, wire::EnvelopeKind::kStatement),
                    encode_statement({until}), *standing->key, keyring_.identity()->sign, random_);
  MQ_CHECK(vault_.store_sealed(stream, envelope, chain.n + 1, chain.n, chain.context));
  MQ_CHECK(vault_.note_statement(stream, *vault_.device(), until));
  return std::optional<wire::Envelope>(std::move(envelope));
}

Status Sealer::flush() { return token_.advance(vault_); }

Status Sealer::start_incarnation() {
  std::uint32_t incarnation = 0;
  while (incarnation == 0 || incarnation == vault_.incarnation()) incarnation = random_.u32();
  MQ_CHECK(vault_.start_incarnation(incarnation));
  MQ_CHECK(token_.adopt(vault_));
  restore_suspected_ = false;
  return {};
}

Result<std::vector<model::Transaction>> Sealer::open(const wire::Envelope& envelope,
                                                     model::Context& running) const {
  return open_segment(envelope, keyring_, running);
}

}  // namespace mq::seal
