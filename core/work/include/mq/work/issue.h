// The way of an issue from 登记 to 销号 (DOMAIN F2), one move at a time.
//
// Each move says who may make it, what it asks for and where it leads; one that the table does not
// have is refused with what can be done instead. Moves made apart from each other are settled at
// merge (PROTOCOL section 2): none is lost, one that no longer fits stays in the history.
#pragma once

#include <string_view>
#include <vector>

#include "mq/work/entry.h"

namespace mq::work {

struct IssueVerb {
  std::string_view verb;  // on the command line
  std::string_view zh;    // what is done
  int to = 0;             // minqing.model.v1.IssueState; 0: the state stays
  bool desk = false;      // the township's 民情办 alone
  std::string_view asks;  // flags of the command line
};
// In the order in which they are mostly made; usage, help and completion read it.
const std::vector<IssueVerb>& issue_verbs();

// Whether the table has the move; 0 is an issue that is not there yet.
bool legal_issue_move(std::int64_t from, std::int64_t to);
// Whether it is over in that state, done or not: it has a day of closing then.
bool issue_ended(std::int64_t state);

// Inputs are fields of the issue, and: `reason`; `term` ("5 工作日") for a deadline counted from
// now; `into`, the issue that a double is merged into. A deadline is due_at, else the term, else
// that of the issue's nature. Each move is also noted under 流转.
// Who calls back is not who handled it: whoever is named, else, with no unit, whoever closed it.
//
// kNotFound: no such issue; kNotAllowed: the desk's move. The verb must be one of
// issue_verbs().
Result<Outcome> move_issue(const Workplace& place, std::string_view verb, const RowId& row,
                           const Inputs& inputs);

}  // namespace mq::work
