#include "fuzz/seeds.h"
#include "wire/town.h"

namespace mq::fuzz {

namespace {

// A side on which somebody else was stopped, from the third entry before the end.
wire::pb::ControlBody heal_of(const testing::Town& town) {
  const std::uint32_t fork = town.state.head_seq() - 3;
  const wire::ControlState then = town.state.at(fork);
  wire::pb::ControlBody stop;
  testing::put(stop.mutable_revoke()->mutable_device(), then.devices().back().id.view());
  wire::ControlDraft draft(then, town.founder.id.view(), WallTime{1});
  draft.add(stop, town.founder.sign);
  wire::pb::ControlBody body;
  wire::pb::Heal& heal = *body.mutable_heal();
  *heal.add_second() = draft.take().front();
  testing::put(heal.mutable_first_head(), town.state.head().view());
  testing::put(heal.mutable_second_head(),
               wire::control_hash(view_of(heal.second(0).body())).view());
  heal.set_fork_seq(fork);
  return body;
}

}  // namespace

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
  MQ_ASSERT(town.append(heal_of(town)).ok());
  std::vector<Bytes> out;
  for (const auto& entry : town.log) {
    out.push_back(to_bytes(entry.SerializeAsString()));
    out.push_back(to_bytes(entry.body()));
  }
  return out;
}

}  // namespace mq::fuzz
