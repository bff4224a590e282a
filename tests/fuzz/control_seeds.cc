#include "fuzz/seeds.h"
#include "wire/town.h"

namespace mq::fuzz {

// Every kind of entry that a small township writes, whole and as a bare body.
std::vector<Bytes> seeds() {
  testing::Town town;
  const StreamId village = town.add_stream(wire::pb::STREAM_KIND_VILLAGE);
  const testing::Holder cadre = town.add_holder(wire::pb::ROLE_KIND_CADRE, {village});
  town.rotate(village);
  const testing::Holder second = town.open();
  const wire::ChainId chain{village, cadre.id, 1};
  const Hash late = wire::hash("late", {});
  town.revoke(cadre.id, {testing::cut_of(chain, 0)});
  const testing::Holder next = town.new_holder(random_id<PersonId>(town.random));
  MQ_ASSERT(town.append(testing::admit_body(testing::cut_of(chain, 0),
                                            testing::cut_of(chain, 1, late), {late}))
                .ok());
  MQ_ASSERT(town.append(testing::compare_body(second.id, 'n')).ok());
  MQ_ASSERT(
      town.append(town.appoint_entry(next, wire::recovery_recipient(town.kit_box), town.kit)).ok());
  std::vector<Bytes> out;
  for (const auto& entry : town.log) {
    out.push_back(to_bytes(entry.SerializeAsString()));
    out.push_back(to_bytes(entry.body()));
  }
  return out;
}

}  // namespace mq::fuzz
