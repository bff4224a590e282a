// Rows that may be one: the lists of household and person, and saying that two are two.
#pragma once

#include "record_inputs.h"

namespace mq::cli {

// household|person duplicates [--village V]
Status run_duplicates(RecordContext& c);
// household|person distinct A B
Status run_distinct(RecordContext& c);

}  // namespace mq::cli
