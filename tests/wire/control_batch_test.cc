// Appends of several entries: in force whole, or not at all.
#include "mq/base/text.h"
#include "wire/town.h"

namespace mq::testing {
namespace {

using wire::ControlDraft;
using wire::ControlState;

// A stream, its first key and a person in one append.
Entries batch_of_three(Town& town) {
  const auto stream = random_id<StreamId>(town.random);
  Town ahead(false, 1);
  Entries log(town.log.begin() + 1, town.log.end());
  EXPECT_TRUE(ahead.append(log).ok());
  EXPECT_TRUE(ahead.append(stream_body(stream, pb::STREAM_KIND_VILLAGE)).ok());
  const pb::KeyRecord record = ahead.rotate_record(stream);

  ControlDraft draft(town.state, town.founder.id.view(), {5}, 3, random_id<GroupId>(town.random));
  draft.add(stream_body(stream, pb::STREAM_KIND_VILLAGE), town.founder.sign);
  draft.add(ahead.rotate_body(stream), town.founder.sign, &record);
  draft.add(person_body(random_id<PersonId>(town.random)), town.founder.sign);
  return draft.take();
}

TEST(Batch, IsInForceOnlyWhenWhole) {
  Town town;
  const Entries three = batch_of_three(town);
  const std::uint32_t before = town.state.head_seq();
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_TRUE(town.state.apply({three[i]}).ok());
    EXPECT_EQ(town.state.head_seq(), before);
    EXPECT_EQ(town.state.pending().size(), i + 1);
    EXPECT_TRUE(town.state.streams().empty());
  }
  ASSERT_TRUE(town.state.apply({three[2]}).ok());
  EXPECT_EQ(town.state.head_seq(), before + 3);
  EXPECT_TRUE(town.state.pending().empty());
  ASSERT_EQ(town.state.streams().size(), 1u);
  EXPECT_EQ(town.state.epoch_at(town.state.streams()[0].id, before + 2), 1u);

  Town at_once;
  ASSERT_TRUE(at_once.append(three).ok());
  EXPECT_EQ(describe(at_once.state), describe(town.state));
}

TEST(Batch, AFaultInTheLastEntryUndoesTheFirst) {
  Town town;
  Entries three = batch_of_three(town);
  three[2].mutable_signature()->at(0) ^= 1;
  const std::string before = describe(town.state);
  EXPECT_FALSE(town.state.apply(three).ok());
  EXPECT_EQ(describe(town.state), before);
}

TEST(Batch, AFaultBeforeItEndsLeavesWhatWaited) {
  Town town;
  const Entries three = batch_of_three(town);
  ASSERT_TRUE(town.state.apply({three[0], three[1]}).ok());
  const std::string before = describe(town.state);
  pb::ControlEntry bad = three[2];
  bad.mutable_signature()->at(5) ^= 1;
  EXPECT_FALSE(town.state.apply({bad}).ok());
  EXPECT_FALSE(town.state.apply({three[0]}).ok());
  EXPECT_EQ(describe(town.state), before);
  EXPECT_TRUE(town.state.apply({three[2]}).ok());
}

TEST(Batch, NobodyElseMayStepBetween) {
  Town town;
  const Entries three = batch_of_three(town);
  ASSERT_TRUE(town.state.apply({three[0]}).ok());
  // Follows the waiting entry in seq and prev, but is of no batch.
  pb::ControlBody body;
  ASSERT_TRUE(body.ParseFromString(three[1].body()));
  body.clear_batch();
  body.clear_batch_left();
  body.clear_key_record_hash();
  *body.mutable_person() = person_body(random_id<PersonId>(town.random)).person();
  const std::string before = describe(town.state);
  const Status refused = town.state.apply({wire::sign_control(body, town.founder.sign)});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kCorrupt);
  EXPECT_EQ(describe(town.state), before);
}

TEST(Batch, CountsDownByOne) {
  Town town;
  for (const std::uint32_t left : {0u, 2u, 3u}) {
    const Entries three = batch_of_three(town);
    pb::ControlBody body;
    ASSERT_TRUE(body.ParseFromString(three[1].body()));
    body.set_batch_left(left);
    pb::ControlEntry wrong = wire::sign_control(body, town.founder.sign);
    wrong.set_key_record(three[1].key_record());
    EXPECT_FALSE(town.state.apply({three[0], wrong}).ok()) << left;
  }
  EXPECT_EQ(town.state.head_seq(), 1u);
  EXPECT_TRUE(town.state.pending().empty());
}

TEST(Batch, LargerThanAnAppendIsRefused) {
  Town town;
  constexpr std::size_t kEntries = 300;  // 4 KiB each
  ControlDraft draft(town.state, town.founder.id.view(), {5}, kEntries,
                     random_id<GroupId>(town.random));
  for (std::size_t i = 0; i < kEntries; ++i) {
    pb::ControlBody body = person_body(random_id<PersonId>(town.random));
    body.mutable_person()->set_sealed_name(std::string(4'096, 'n'));
    draft.add(body, town.founder.sign);
  }
  const Status refused = town.state.apply(draft.take());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kExhausted);
  EXPECT_EQ(town.state.head_seq(), 1u);
}

}  // namespace
}  // namespace mq::testing
