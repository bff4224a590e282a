// Hand-outs (DOMAIN F2): an issue as one unit was handed it, in a stream that the unit can read.
//
// A unit that has been invited has a HANDOUT stream of its own. What it is assigned there is the
// text of that moment, never the visit or diary behind it, and nobody's name if he asked for that.
// What the unit does is a line of its journal (办理进展) and a move of the hand-out; a desk's
// device brings both into the issue at contact, each line once, whichever desk does it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mq/vault/vault.h"
#include "mq/work/entry.h"
#include "mq/work/moves.h"

namespace mq::work {

inline constexpr int kObjectionDays = 5;  // 工作日, 信访工作条例 23

// Two admins' devices make the same one.
StreamId handout_stream_id(const TownshipId& township, const RowId& unit);

struct UnitAccount {
  StreamId stream;
  PersonId member;  // of that name at that unit
};
// For an invitation: the unit's stream, made on this device if it is new. kNotAllowed unless admin,
// kNotFound: no such unit.
Result<UnitAccount> unit_account(const Workplace& place, std::string_view unit,
                                 std::string_view name);

// sign, object (`reason`; later than five working days is flagged and kept), progress (`progress`),
// answer (`result`). kNotAllowed: it is the unit's to do; a desk moves the issue.
std::span<const Move> handout_moves();
Result<Outcome> move_handout(const Workplace& place, std::string_view verb, const RowId& row,
                             const Inputs& inputs);

// Brings what units did into their issues, and to the units a deadline or a sending back that no
// desk made; how many issues changed. Nothing unless desk. One commit for each. The issue goes to
// where the hand-out stands, through the states between, however a clock dated the lines. A move
// that no longer fits leaves its line in 流转 alone, and so does whatever was done with a hand-out
// that was given out anew since or to another unit: that one is taken back, as is one whose issue a
// cadre closed.
Result<std::size_t> take_handouts(const Workplace& place);

// Who has the issue in hand now.
struct Keeping {
  std::string holder;  // a unit, or 民情办; empty once it is closed
  std::string since;   // as 流转 says it; empty: nobody wrote it
};
Result<Keeping> keeping_of(const Workplace& place, const vault::RowData& issue);

}  // namespace mq::work
