// A township with unsent work on one device, the same at every run: what the bundle entry takes
// bundles into, and what its seeds are made of.
#pragma once

#include "bundle_records.h"
#include "mq/seal/age.h"
#include "sync/bundling.h"

namespace mq::fuzz {

struct BundleTownship {
  testing::World world{5};
  testing::SimDevice& desk = world.found(1);
  testing::SimDevice& cadre = world.add_cadre(desk, "李");
  testing::Stick stick;

  // The records that a file for the desk holds.
  Bytes records(const std::string& name) {
    return seal::age_decrypt(desk.keyring().identity()->box, stick.file(name),
                             sync::kBundleBytesMax)
        .value();
  }
};

}  // namespace mq::fuzz
