// A real log with every bit in danger: what was changed is refused or waits, never believed.
#include "mq/base/text.h"
#include "wire/town.h"

namespace mq::testing {
namespace {

// Every kind of entry that this version acts on.
Entries real_log() {
  Town town;
  const StreamId township = town.add_stream(pb::STREAM_KIND_TOWNSHIP);
  const StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  town.rotate(township);
  const Holder cadre = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  town.rotate(village);
  town.add_invite(town.add_person(), pb::ROLE_KIND_DESK);
  const Holder second = town.open();
  EXPECT_TRUE(town.append(town.by(town.founder, role_body(cadre.person, pb::ROLE_KIND_SUPERVISOR),
                                  nullptr, {&second.sign}))
                  .ok());
  pb::ControlBody revoke;
  put(revoke.mutable_revoke()->mutable_device(), cadre.id.view());
  pb::Cut cut = cut_of({village, cadre.id, 7}, 0);
  *revoke.mutable_revoke()->add_cuts() = cut;
  EXPECT_TRUE(town.append(revoke).ok());
  town.rotate(village);
  const Hash late = wire::hash("late", {});
  EXPECT_TRUE(town.append(admit_body(cut, cut_of({village, cadre.id, 7}, 1, late), {late})).ok());
  EXPECT_TRUE(town.append(compare_body(second.id, 'n')).ok());
  const Holder appointed = town.new_holder(random_id<PersonId>(town.random));
  EXPECT_TRUE(town.append(town.appoint_entry(appointed, wire::county_author(town.root.public_key()),
                                             town.root))
                  .ok());
  wire::ControlDraft draft(town.state, second.id.view(), {9}, 3, random_id<GroupId>(town.random));
  for (int i = 0; i < 3; ++i) draft.add(person_body(random_id<PersonId>(town.random)), second.sign);
  EXPECT_TRUE(town.append(draft.take()).ok());
  return town.log;
}

// What the program would do with the bytes of one entry.
Status offer(wire::ControlState& state, const std::string& bytes) {
  pb::ControlEntry entry;
  if (!entry.ParseFromString(bytes)) return Error{Code::kCorrupt, "", ""};
  return state.apply({entry}, wire::Records::kRequired);
}

TEST(Mutation, TwoThousandFlipsAreRefusedAndChangeNothing) {
  const Entries log = real_log();
  SimRandom random(2'000);
  int offered = 0;
  while (offered < 2'000) {
    wire::ControlState state;
    for (const pb::ControlEntry& entry : log) {
      const std::string good = entry.SerializeAsString();
      const std::string before = describe(state);
      for (int i = 0; i < 25; ++i, ++offered) {
        std::string bad = good;
        const std::uint64_t bit = random.below(bad.size() * 8);
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
        ASSERT_FALSE(offer(state, bad).ok())
            << "entry " << state.head_seq() + 1 << " of " << log.size() << ", bit " << bit;
        ASSERT_EQ(describe(state), before);
      }
      ASSERT_TRUE(state.apply({entry}).ok());
    }
  }
}

TEST(Mutation, EveryTruncationIsRefused) {
  const Entries log = real_log();
  wire::ControlState state;
  for (const pb::ControlEntry& entry : log) {
    const std::string good = entry.SerializeAsString();
    for (std::size_t size = 0; size < good.size(); ++size) {
      ASSERT_FALSE(offer(state, good.substr(0, size)).ok());
    }
    ASSERT_TRUE(state.apply({entry}).ok());
  }
}

// Entries dropped, repeated, swapped, or taken from another township's log.
TEST(Mutation, ASpoiledOrderIsRefused) {
  const Entries log = real_log();
  SimRandom random(7);
  for (int round = 0; round < 200; ++round) {
    Entries bad = log;
    const auto i = static_cast<std::ptrdiff_t>(random.below(bad.size() - 1));
    switch (random.below(3)) {
      case 0:
        bad.erase(bad.begin() + i);
        break;
      case 1:
        bad.insert(bad.begin() + i, bad[static_cast<std::size_t>(i)]);
        break;
      default:
        std::swap(bad[static_cast<std::size_t>(i)], bad[static_cast<std::size_t>(i) + 1]);
    }
    wire::ControlState state;
    ASSERT_FALSE(state.apply(bad).ok());
    ASSERT_EQ(describe(state), describe(wire::ControlState{}));
  }
}

}  // namespace
}  // namespace mq::testing
