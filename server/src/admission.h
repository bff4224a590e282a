// Admission: what can be said of a pushed envelope from its bytes and the control log alone.
//
// The checks stand in the order of PROTOCOL section 7, cheap ones first; the place in its chain is
// the sequencer's question. Pure: no store; `today` is the server's day.
#pragma once

#include <variant>

#include "core.h"

namespace mq::server {

struct Candidate {
  Pushed pushed;
  std::uint32_t ordinal = 0;
  bool late = false;   // beyond an end of its chain, and no admission names it
  bool ended = false;  // past the announced last day of every right that it was written by
  std::vector<wire::ChainPoint> ends;
};

using Judged = std::variant<Candidate, pb::PushResult>;

pb::PushResult refused(pb::Refusal why);
pb::PushResult result_of(pb::PushCode code, std::uint64_t need_seq = 0);

// Whether the message may be looked at: its size, as stored.
bool fits(const pb::Envelope& message);
Judged judge(const wire::ControlState& control, const pb::Envelope& message, Date today);

}  // namespace mq::server
