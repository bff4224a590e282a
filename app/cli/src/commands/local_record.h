// visit, diary and issue before this device has joined or has its keys: kept as typed, shown,
// corrected and completed until they can be records.
#pragma once

#include "record_inputs.h"

namespace mq::cli {

// Whether the command line is about local entries: nothing else can be recorded yet, or the word
// names one.
Result<bool> concerns_local(RecordContext& c);
Status run_local_record(RecordContext& c);

// After a contact: makes records of what was kept, says what became of each. True if there is
// something new to send. Never a reason to call the contact failed.
bool adopt_kept(Call& call, Home& home);

}  // namespace mq::cli
