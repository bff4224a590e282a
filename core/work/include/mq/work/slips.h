// Slips: who of a list is to be invited at one meeting, each bound to his row of the cadre list.
//
// It reads and says; the invitations themselves are sync's. Nobody is guessed at: a line that does
// not fit exactly one cadre who has not joined is refused by its number.
#pragma once

#include <string>
#include <vector>

#include "mq/tabular/sheet.h"
#include "mq/work/directory.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct SlipPerson {
  std::size_t line = 0;  // 1-based, as the person sees it in the file
  Cadre cadre;
  PersonId member;                // noted on the row, or what bind_slips will note
  std::vector<RowId> villages;    // org units that a cadre is invited to
  std::vector<StreamId> streams;  // theirs and their PRIVATE ones; a desk needs none
};

struct SlipRefusal {
  std::size_t line = 0;
  std::string name, zh, en;
};

struct SlipList {
  std::vector<SlipPerson> people;     // in order of line, each once
  std::vector<SlipRefusal> refusals;  // in order of line
};

// By 姓名, told apart by 职级 and 手机 if the file has them; villages from 包片村, else from the
// cadre's row. kInvalidInput: no header. kNotAllowed: an admin invites.
Result<SlipList> read_slips(const Workplace& place, const tabular::Sheet& sheet,
                            wire::pb::RoleKind role);

// Notes member and villages on each row that lacks them; one commit, nothing if none does.
Status bind_slips(const Workplace& place, const std::vector<SlipPerson>& people);

}  // namespace mq::work
