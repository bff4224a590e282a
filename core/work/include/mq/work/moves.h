// Moves: the state machines of commitments (DOMAIN F5) and disputes (F4), one verb a move.
//
// A table says which verb leads from which state to which; whatever is not in it is refused at
// entry with what the record is now and what can be done with it. At merge no move is lost:
// concurrent ones stand side by side as the STEP rule says. Tables only grow.
#pragma once

#include <span>
#include <string_view>

#include "mq/work/entry.h"

namespace mq::work {

struct Move {
  std::string_view verb;
  int from = 0, to = 0;  // model enum numbers
};
std::span<const Move> commitment_moves();
std::span<const Move> dispute_moves();

// 承诺 (A11): `village`, promiser, kind, text, owner and due; begins as 提出.
Result<Outcome> add_commitment(const Workplace& place, const Inputs& inputs);
// review (`decision` 通过 or 退回), propose, publish, progress, done, rate, settle (`outcome` 兑现
// or 未兑现, which asks for `explanation`). A rating that lacks one of the four is kept and moves
// nothing yet.
Result<Outcome> move_commitment(const Workplace& place, std::string_view verb, const RowId& row,
                                const Inputs& inputs);

// 矛盾纠纷 (A12): begins as 发现.
Result<Outcome> add_dispute(const Workplace& place, const Inputs& inputs);
// mediate (四定 asked at every level), fail, report, handup, settle, litigate, perform, callback,
// file. `failed_at` of fail is kept for its level; the hour and the day that follow are flagged
// when they were exceeded, never refused.
Result<Outcome> move_dispute(const Workplace& place, std::string_view verb, const RowId& row,
                             const Inputs& inputs);

}  // namespace mq::work
