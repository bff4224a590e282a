// What a relation to the head of a household says of a person's sex: a hint, never a refusal.
#pragma once

#include <cstdint>
#include <optional>

namespace mq::model {

// GB/T 4761 code → GB/T 2261.1 sex (1 male, 2 female); nothing where the relation leaves it open.
// Husband and wife say it of themselves; 配偶 says only that it differs from the head's.
std::optional<std::int64_t> sex_of_relation(std::int64_t relation);

}  // namespace mq::model
