// Each fuzz entry has a list of good inputs to begin with, made by the code itself, so that they
// follow the format when it grows. Inputs that once hurt stand as files under corpus/<entry>/.
#pragma once

#include <vector>

#include "mq/base/bytes.h"

namespace mq::fuzz {

std::vector<Bytes> seeds();

}  // namespace mq::fuzz
