// Who handled an issue, and so is not the one to call back (DOMAIN F2).
#pragma once

#include <optional>

#include "form.h"
#include "mq/work/workplace.h"

namespace mq::work {

// As the row says; nothing where its cell is empty.
struct Handling {
  std::optional<RowId> handler;  // 承办人
  std::optional<RowId> unit;     // 办理机构
};
// The handler who is named; else, unless a unit has it, the cadre at whose device it was closed
// last. Nothing: a unit's, or closed by nobody who is known here. kCorrupt and whatever the
// database says.
Result<std::optional<RowId>> handled_by(const Workplace& place, const RowId& issue,
                                        const Handling& says);

// A fault of 回访人 if it is whoever handled the issue; `whole` is the row with what `form` holds.
Status check_caller(const Workplace& place, const RowId& issue, const Form& whole, Form& form);

// kNotAllowed: a form of somebody else than the desk says when an issue was accepted, is due, or is
// extended. Whoever accepts it says the first two with that.
Status need_desk_for_deadline(const Workplace& place, const Form& form);

}  // namespace mq::work
