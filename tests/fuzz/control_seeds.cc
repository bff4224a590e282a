#include "fuzz/seeds.h"
#include "wire/town.h"

namespace mq::fuzz {

// Every kind of entry that a small township writes, whole and as a bare body.
std::vector<Bytes> seeds() {
  testing::Town town;
  const StreamId village = town.add_stream(wire::pb::STREAM_KIND_VILLAGE);
  town.add_holder(wire::pb::ROLE_KIND_CADRE, {village});
  town.rotate(village);
  std::vector<Bytes> out;
  for (const auto& entry : town.log) {
    out.push_back(to_bytes(entry.SerializeAsString()));
    out.push_back(to_bytes(entry.body()));
  }
  return out;
}

}  // namespace mq::fuzz
