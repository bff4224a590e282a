// What programmes name a need for (DOMAIN A3): a fact behind a gate is refused without it.
#pragma once

#include <set>
#include <string>

#include "mq/model/schema.h"
#include "mq/work/entry.h"

namespace mq::work {

// Identifiers of every need that a programme in force names: "health", "income", "id_number".
Result<std::set<std::string>> needs_named(const Workplace& place);

// Which need is missing, and who names it where.
model::Fault gate_fault(const model::Schema& schema, const model::Field& field);

}  // namespace mq::work
