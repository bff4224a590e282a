// What an entry still lacks. Binds forms and commands, never merge, never what is stored already.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mq/model/schema.h"

namespace mq::model {

// Fields that the entity wants at `level` and that are not among `present` (numbers of fields that
// hold something). kSubmit includes what saving wants. One fault a field, in the order of the
// schema.
std::vector<Fault> missing(const Entity& entity, const std::vector<std::uint32_t>& present,
                           pb::Need level);

// A hint, never a refusal: 11 digits from 13 to 19, a landline with area code, a short number of a
// work group or service.
bool plausible_phone(std::string_view digits);

}  // namespace mq::model
