// The keys that the age entry opens with, so that its seeds reach what lies behind the header.
#pragma once

#include "mq/seal/box.h"
#include "support/sim_random.h"

namespace mq::fuzz {

inline seal::BoxKeyPair age_keys() {
  testing::SimRandom random(11);
  return seal::BoxKeyPair::generate(random);
}

}  // namespace mq::fuzz
