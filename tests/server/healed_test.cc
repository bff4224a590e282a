// After a heal: work sealed under a head that the entry made void, on the server's side.
#include "server/county.h"

namespace mq::testing {
namespace {

class HealedLog : public ::testing::Test {
 protected:
  HealedLog() {
    EXPECT_TRUE(county_.found().ok());
    chain_.knows = fork_ = county_.town.state.head_seq();
    side_ = county_.town.state.at(fork_);
    // Longer than the log will be: its numbers are no numbers of entries here.
    for (int i = 0; i < 40; ++i) {
      wire::ControlDraft draft(side_, county_.town.founder.id.view(), WallTime{kTownDay});
      draft.add(person_body(random_id<PersonId>(county_.random)), county_.town.founder.sign);
      second_.push_back(draft.take().front());
      EXPECT_TRUE(side_.apply({second_.back()}).ok());
    }
    county_.town.add_person();
    bring();
  }
  void bring() {
    const auto brought = county_.bring_log();
    ASSERT_TRUE(brought.ok()) << brought.error().en;
  }
  void heal() {
    pb::ControlBody body;
    pb::Heal& heal = *body.mutable_heal();
    put(heal.mutable_first_head(), county_.town.state.head().view());
    put(heal.mutable_second_head(), side_.head().view());
    heal.set_fork_seq(fork_);
    for (const pb::ControlEntry& entry : second_) *heal.add_second() = entry;
    ASSERT_TRUE(county_.town.append(body).ok());
    bring();
  }
  wire::Envelope under_void() {
    return chain_.next_with([&](wire::EnvelopeHeader& header) {
      header.control_seq = side_.head_seq();
      header.control_head = side_.head();
    });
  }

  County county_;
  Chain chain_ = county_.chain();
  std::uint32_t fork_ = 0;
  wire::ControlState side_;
  Entries second_;
};

TEST_F(HealedLog, WorkUnderAVoidHeadIsLateUntilItIsAdmitted) {
  const wire::Envelope before = chain_.next();
  ASSERT_EQ(county_.push_one(before).code(), pb::PUSH_CODE_STORED);
  const wire::Envelope late = under_void();
  EXPECT_EQ(county_.push_one(late).code(), pb::PUSH_CODE_PARKED) << "a head that nobody knows";
  heal();
  EXPECT_EQ(county_.push_one(late).code(), pb::PUSH_CODE_LATE);
  EXPECT_EQ(county_.head(county_.village).index, 1u);
  county_.restart();
  EXPECT_EQ(county_.push_one(late).code(), pb::PUSH_CODE_LATE);
  const wire::ChainId chain = wire::chain_of(late.header);
  ASSERT_TRUE(county_.town
                  .append(admit_body(cut_of(chain, 1, before.hash()), cut_of(chain, 2, late.hash()),
                                     {late.hash()}))
                  .ok());
  bring();
  EXPECT_EQ(county_.push_one(late).code(), pb::PUSH_CODE_STORED);
  const pb::ExchangeReply pulled = county_.pull(county_.cadre, county_.village);
  ASSERT_EQ(pulled.parts_size(), 1);
  EXPECT_EQ(pulled.parts(0).envelopes_size(), 2) << "whatever number its head had there";
}

TEST_F(HealedLog, RightAndEpochAreThoseOfTheHeadThatItNames) {
  heal();
  const wire::Envelope other = chain_.next_with([&](wire::EnvelopeHeader& header) {
    header.control_seq = side_.head_seq();
    header.control_head = side_.head();
    ++header.epoch;
  });
  EXPECT_EQ(county_.push_one(other).refusal(), pb::REFUSAL_EPOCH);
}

}  // namespace
}  // namespace mq::testing
