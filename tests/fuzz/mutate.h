// Spoils an input by chance, the same way for the same seed. Made for the short replay that every
// test run does; the long search is libFuzzer's.
#pragma once

#include <vector>

#include "mq/base/bytes.h"
#include "support/sim_random.h"

namespace mq::fuzz {

// One of the inputs with one to four faults: bits, bytes and whole pieces flipped, cut out,
// doubled, moved between inputs, or numbers set to their bounds. At most bytes_max long.
Bytes mutated(const std::vector<Bytes>& inputs, testing::SimRandom& random, std::size_t bytes_max);

}  // namespace mq::fuzz
