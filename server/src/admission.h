// Admission: what can be said of a pushed envelope from its bytes and the control log alone.
//
// The checks stand in the order of PROTOCOL section 7, cheap ones first; the place in its chain is
// the sequencer's question. Pure: no store, no clock.
#pragma once

#include <variant>

#include "core.h"

namespace mq::server {

// A cut that concerns one envelope: beyond it, work is late. seq 0: all of the chain.
struct Limit {
  std::uint64_t seq = 0;
  Hash hash;
};

struct Candidate {
  Pushed pushed;
  std::uint32_t ordinal = 0;
  bool late = false;  // beyond a cut, and no admission names it
};

using Judged = std::variant<Candidate, pb::PushResult>;

pb::PushResult refused(pb::Refusal why);
pb::PushResult result_of(pb::PushCode code, std::uint64_t need_seq = 0);

// Whether the message may be looked at: its size, as stored.
bool fits(const pb::Envelope& message);
Judged judge(const Log& log, const pb::Envelope& message);

// The lowest cut that ends this chain for an envelope which names `control_seq`: a cut in the log,
// or the loss of the device or of its right to write without one, which cuts at 0.
std::optional<Limit> limit_of(const wire::ControlState& control, const wire::ChainId& chain,
                              std::uint32_t control_seq);

}  // namespace mq::server
