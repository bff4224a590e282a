// Who may change what is recorded, as far as forms ask; the server and every reader ask again.
#pragma once

#include "mq/work/directory.h"

namespace mq::work {

// kNotAllowed unless this person is of the township's desk.
Status need_desk(const Workplace& place);
// kNotAllowed unless this person is an admin: membership is theirs.
Status need_admin(const Workplace& place);

// The row as it stands. kNotFound if there is none; kNotAllowed if it is the township's own and
// this person is not of the desk.
Result<vault::RowData> row_to_change(const Workplace& place, const model::Entity& entity,
                                     const RowId& row);

}  // namespace mq::work
