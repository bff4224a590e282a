// How what is held stands: the control log's one rule (wire, "Cuts and admissions"), and what only
// its holder can see, which line leads to an end.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/seal/sealer.h"

namespace mq::seal {

using vault::Standing;
using wire::ControlState;
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
Result<bool> Sealer::off_the_line(const wire::ChainId& chain, const Held& held,
                                  const ControlState& state) {
  bool before_an_end = false;
  for (const wire::ChainPoint& end : state.ends_of(chain, held.control_seq)) {
    if (end.seq < held.seq) continue;
    MQ_TRY(const auto end_held, vault_.standing(end.hash));
    if (!end_held) return false;
    MQ_TRY(const bool leads_there, vault_.on_line(held.hash, end.hash));
    if (leads_there) return false;
    before_an_end = true;
  }
  return before_an_end;
}

Result<Standing> Sealer::ruling(const wire::ChainId& chain, const Held& held,
                                const ControlState& state) {
  const bool own = chain.device == vault_.device();
  if (own && !state.may_write(chain.device, chain.stream, state.head_seq())) {
    return Standing::kInForce;
  }
  const Standing standing = standing_of(state.ruling(chain, held.seq, held.hash, held.control_seq));
  if (standing != Standing::kInForce) return standing;
  MQ_TRY(const bool off, off_the_line(chain, held, state));
  return off ? Standing::kUndecided : standing;
}

Status Sealer::rule_chain(const wire::ChainId& chain, const ControlState& state,
                          std::vector<vault::Vault::Verdict>& changed) {
  MQ_TRY(const std::vector<Held> all, vault_.chain(chain));
  for (const Held& held : all) {
    MQ_TRY(const Standing now, ruling(chain, held, state));
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

Result<std::uint64_t> Sealer::rule_again(const ControlState& state) {
  std::uint64_t rows = 0;
  const Status done = vault_.together([&]() -> Status {
    for (const vault::StreamInfo& stream : vault_.streams()) {
      MQ_TRY(const std::vector<wire::ChainId> chains, vault_.chains(stream.ix));
      std::vector<vault::Vault::Verdict> changed;
      for (const wire::ChainId& chain : chains) {
        // Seen from the first head, a chain has every end it has from any.
        if (!state.ends_of(chain, 0).empty()) MQ_CHECK(rule_chain(chain, state, changed));
      }
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
