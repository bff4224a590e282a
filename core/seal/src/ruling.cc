// How what is held stands: the control log's one rule (wire, "Cuts and admissions"), and what only
// its holder can see, which line leads to an end.
#include <algorithm>
#include <set>

#include "mq/base/text.h"
#include "mq/seal/sealer.h"

namespace mq::seal {

using vault::Standing;
using wire::ControlState;
using wire::EnvelopeHeader;
using Held = vault::Vault::Held;

namespace {

Standing standing_of(wire::Ruling ruling) {
  switch (ruling) {
    case wire::Ruling::kInForce:
      return Standing::kInForce;
    case wire::Ruling::kRefused:
      return Standing::kRefused;
    default:
      return Standing::kUndecided;
  }
}

}  // namespace

// Before an end only what leads to it is in force. As long as one of the ends is not held, nobody
// can tell whose line leads there, and all stand.
Result<bool> Sealer::off_the_line(const EnvelopeHeader& header, const Hash& hash,
                                  const ControlState& state) {
  bool before_an_end = false;
  for (const wire::ChainPoint& end : state.ends_of(wire::chain_of(header), header.control_seq)) {
    if (end.seq < header.seq) continue;
    MQ_TRY(const auto end_held, vault_.standing(end.hash));
    if (!end_held) return false;
    MQ_TRY(const bool leads_there, vault_.on_line(hash, end.hash));
    if (leads_there) return false;
    before_an_end = true;
  }
  return before_an_end;
}

Result<Standing> Sealer::ruling(const EnvelopeHeader& header, const Hash& hash,
                                const ControlState& state) {
  const bool own = header.device == vault_.device();
  if (own && !state.may_write(header.device, header.stream, state.head_seq())) {
    return Standing::kInForce;
  }
  const Standing standing = standing_of(state.ruling(header, hash));
  if (standing != Standing::kInForce) return standing;
  // Under a void head only an admission lets it in, and that names it.
  const auto place = state.place_of(header.control_seq, header.control_head);
  if (place && place->is_void) return standing;
  MQ_TRY(const bool off, off_the_line(header, hash, state));
  if (!off) return standing;
  // As what follows the end of a line that is shorter than another: its decision names it.
  return standing_of(state.decision(wire::chain_of(header), header.seq, hash));
}

// As far as a ruling needs it. Numbers of void heads are also numbers of entries of this log: which
// of both is meant only the envelope itself tells.
Result<EnvelopeHeader> Sealer::header_of(const wire::ChainId& chain, const Held& held,
                                         const ControlState& state) {
  EnvelopeHeader header;
  header.stream = chain.stream;
  header.device = chain.device;
  header.incarnation = chain.incarnation;
  header.seq = held.seq;
  header.control_seq = held.control_seq;
  header.control_head = state.head_at(held.control_seq);
  const bool ambiguous = std::ranges::any_of(state.void_lines(), [&](const wire::VoidLine& line) {
    return held.control_seq > line.fork_seq && held.control_seq <= line.state->head_seq();
  });
  if (!ambiguous) return header;
  MQ_TRY(const auto envelope, vault_.envelope(held.hash));
  return envelope ? envelope->header : header;
}

Status Sealer::rule_chain(const wire::ChainId& chain, const ControlState& state,
                          std::vector<vault::Vault::Verdict>& changed) {
  MQ_TRY(const std::vector<Held> all, vault_.chain(chain));
  for (const Held& held : all) {
    MQ_TRY(const EnvelopeHeader header, header_of(chain, held, state));
    MQ_TRY(const Standing now, ruling(header, held.hash, state));
    if (now != held.standing) changed.push_back({held.hash, now});
  }
  return {};
}

Result<std::uint64_t> Sealer::apply_verdicts(vault::StreamIx stream,
                                             const std::vector<vault::Vault::Verdict>& changed) {
  if (changed.empty()) return std::uint64_t{0};
  return vault_.rule(
      stream, changed,
      [this](const wire::Envelope& envelope) -> Result<std::vector<model::Transaction>> {
        MQ_TRY(auto before,
               vault_.chain_context(wire::chain_of(envelope.header), envelope.header.prev));
        model::Context running = before.value_or(model::Context{});
        return open(envelope, running);
      });
}

Result<std::uint64_t> Sealer::rule_again(const ControlState& state, std::uint32_t since) {
  std::uint64_t rows = 0;
  const bool healed = std::ranges::any_of(
      state.void_lines(), [&](const wire::VoidLine& line) { return line.entry > since; });
  std::set<wire::ChainId> decided;
  for (const wire::AdmissionRecord& admission : state.admissions()) {
    if (admission.of_void && admission.entry > since) decided.insert(admission.chain);
  }
  using Verdict = vault::Vault::Verdict;
  const auto changed_in = [&](vault::StreamIx stream) -> Result<std::vector<Verdict>> {
    MQ_TRY(const std::vector<wire::ChainId> chains, vault_.chains(stream));
    std::vector<Verdict> changed;
    for (const wire::ChainId& chain : chains) {
      // Seen from the first head, a chain has every end it has from any.
      const bool touched = healed || decided.contains(chain) || !state.ends_of(chain, 0).empty();
      if (touched) MQ_CHECK(rule_chain(chain, state, changed));
    }
    return changed;
  };
  const Status done = vault_.together([&]() -> Status {
    for (const vault::StreamInfo& stream : vault_.streams()) {
      MQ_TRY(const std::vector<Verdict> changed, changed_in(stream.ix));
      MQ_TRY(const std::uint64_t merged, apply_verdicts(stream.ix, changed));
      rows += merged;
    }
    return {};
  });
  MQ_CHECK(done);
  return rows;
}

// An end that has come shows which of the lines before it leads there.
Status Sealer::follow_end(const wire::Envelope& envelope, vault::StreamIx stream,
                          const ControlState& state) {
  const wire::ChainId chain = wire::chain_of(envelope.header);
  if (state.ends_of(chain, 0).empty()) return {};
  const Hash hash = envelope.hash();
  const bool is_end = std::any_of(state.cuts().begin(), state.cuts().end(),
                                  [&](const wire::CutRecord& cut) { return cut.hash == hash; });
  if (!is_end) return {};
  std::vector<vault::Vault::Verdict> changed;
  MQ_CHECK(rule_chain(chain, state, changed));
  MQ_CHECK(apply_verdicts(stream, changed));
  return {};
}

}  // namespace mq::seal
