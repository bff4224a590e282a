// issue overdue: by unit, never by person.
#pragma once

#include "record_inputs.h"

namespace mq::cli {

// issue overdue [--village V]
Status run_overdue(RecordContext& c);

}  // namespace mq::cli
