// Units other than villages, by what people call them.
#pragma once

#include "form.h"

namespace mq::work {

// Nothing if no unit has that name.
Result<std::optional<RowId>> unit_named(const Workplace& place, std::string_view name);

}  // namespace mq::work
