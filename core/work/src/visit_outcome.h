// What the outcome of a visit means to those who count it, and what may stand beside 请不要记.
//
// Met: 见到户主, 见到家人, and 请不要记, since they were met who asked that nothing be written
// down. The rule of DOMAIN A8 that a met household counts as reached stands here alone.
#pragma once

#include <cstdint>

#include "form.h"

namespace mq::work {

bool somebody_met(std::int64_t outcome);
// The same as a condition of SQL on a column of outcomes.
std::string somebody_met_sql(std::string_view column);

// With 请不要记 only who went, to whom and when may stand in the record: a fault for each other
// field that holds something, telling how to empty it.
void check_unrecorded(const model::Entity& visit, Form& form);
// For an amendment that has emptied them: where the old words still stand, as a flag.
void flag_unrecorded(const model::Entity& visit, const vault::RowData& before, const Form& whole,
                     Form& form);

}  // namespace mq::work
