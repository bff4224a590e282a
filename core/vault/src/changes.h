// Changes into ops: what is unchanged emits nothing, a whole set becomes adds and removes.
#pragma once

#include "state.h"

namespace mq::vault {

// The ops that bring `row` where the changes want it. `seen`: what their author had seen; a member
// of a set that he had not seen is never removed. kInvalidInput: a field or entity that the schema
// does not know, or a value of another type. kNotFound: deletes a row that is not there.
Result<std::vector<model::Op>> ops_of(Vault::State& state, const OpenRow& row,
                                      const std::vector<const Change*>& changes,
                                      const ResolvedContext& seen);

}  // namespace mq::vault
