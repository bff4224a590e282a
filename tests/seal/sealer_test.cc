#include "mq/seal/sealer.h"

#include <gtest/gtest.h>

#include "mq/seal/sealing.h"
#include "mq/seal/segment.h"
#include "seal/home.h"

namespace mq::testing {
namespace {

using seal::Sealer;
using Received = Sealer::Received;
using Verdict = seal::ContinuationToken::Verdict;

constexpr auto kVillage = pb::STREAM_KIND_VILLAGE;
constexpr auto kCadre = pb::ROLE_KIND_CADRE;

// Two cadres of one village.
class SealerTest : public ::testing::Test {
 protected:
  SealTown town;
  StreamId village = town.add_stream(kVillage);
  Home wang{town, kCadre, {village}, 11};
  Home li{town, kCadre, {village}, 12};
  vault::StreamIx wangs = 0;
  vault::StreamIx lis = 0;

  void SetUp() override {
    town.rotate(village);  // both have joined: a box for each
    wangs = wang.learn(village);
    lis = li.learn(village);
  }
};

TEST_F(SealerTest, WhatOneRecordsTheOtherReads) {
  for (int i = 0; i < 300; ++i) wang.record(wangs, "走访第" + std::to_string(i) + "户，情况正常。");
  const auto sent = wang.seal_all(wangs);
  ASSERT_FALSE(sent.empty());
  std::uint64_t seq = 0;
  for (const auto& envelope : sent) {
    EXPECT_EQ(envelope.header.seq, ++seq);
    EXPECT_EQ(envelope.header.epoch, 2u);
    EXPECT_LE(envelope.bytes(), 16'384u);
    EXPECT_EQ(li.receive(envelope), Received::kMerged);
    EXPECT_EQ(li.receive(envelope), Received::kDuplicate);
  }
  EXPECT_EQ(li.visits(), 300u);
  EXPECT_EQ(li.state_hash(lis), wang.state_hash(wangs));
  EXPECT_TRUE(wang.seal_all(wangs).empty());
}

// Each answers the other's records, so that contexts change; 70 envelopes pass a whole context.
TEST_F(SealerTest, ContextsTravelAsChangesAlongTheChain) {
  for (int i = 0; i < 70; ++i) {
    wang.record(wangs, "上午走访。");
    for (const auto& envelope : wang.seal_all(wangs)) {
      EXPECT_EQ(li.receive(envelope), Received::kMerged);
    }
    li.record(lis, "回访。");
    for (const auto& envelope : li.seal_all(lis)) {
      EXPECT_EQ(wang.receive(envelope), Received::kMerged);
    }
  }
  EXPECT_EQ(li.visits(), 140u);
  EXPECT_EQ(li.state_hash(lis), wang.state_hash(wangs));
}

TEST_F(SealerTest, AnyOrderMergesInTheEnd) {
  std::vector<wire::Envelope> sent;
  for (int i = 0; i < 8; ++i) {
    wang.record(wangs, "走访。");
    for (auto& envelope : wang.seal_all(wangs)) sent.push_back(envelope);
  }
  for (auto envelope = sent.rbegin(); envelope + 1 != sent.rend(); ++envelope) {
    EXPECT_EQ(li.receive(*envelope), Received::kParked);
  }
  EXPECT_EQ(li.visits(), 0u);
  EXPECT_EQ(li.receive(sent.front()), Received::kMerged);
  EXPECT_EQ(li.sealer->retry_parked(li.state()).value(), 7);
  EXPECT_EQ(li.visits(), 8u);
  EXPECT_TRUE(li.vault->parked().value().empty());
}

TEST_F(SealerTest, WithoutTheNewestKeyNothingIsSealedAndNothingLost) {
  wang.record(wangs, "走访。");
  town.rotate(village);
  EXPECT_TRUE(wang.seal_all(wangs).empty());
  EXPECT_EQ(wang.vault->unsealed(wangs, 1 << 20).value().size(), 1u);
  EXPECT_GT(wang.take_keys().keys, 0);
  EXPECT_EQ(wang.seal_all(wangs).size(), 1u);
}

TEST_F(SealerTest, WithoutAKeyAnEnvelopeWaitsForIt) {
  town.rotate(village);
  wang.take_keys();
  wang.record(wangs, "走访。");
  const auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(li.receive(sent[0]), Received::kParked);
  li.take_keys();
  EXPECT_EQ(li.sealer->retry_parked(li.state()).value(), 1);
  EXPECT_EQ(li.visits(), 1u);
}

TEST_F(SealerTest, AnUnknownControlHeadWaits) {
  wang.record(wangs, "走访。");
  auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  auto header = sent[0].header;
  header.control_seq += 1;
  const auto later = wire::sign_envelope(header, sent[0].ct, wang.holder->sign);
  EXPECT_EQ(li.receive(later), Received::kParked);
  header = sent[0].header;
  header.control_head.data[0] ^= 1;
  EXPECT_EQ(li.receive(wire::sign_envelope(header, sent[0].ct, wang.holder->sign)),
            Received::kParked);
}

TEST_F(SealerTest, StrangersAndForgersAreDropped) {
  wang.record(wangs, "走访。");
  const auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  auto header = sent[0].header;
  header.device = DeviceId{{9}};
  EXPECT_EQ(li.receive(wire::sign_envelope(header, sent[0].ct, wang.holder->sign)),
            Received::kRefused);
  EXPECT_EQ(li.receive(wire::sign_envelope(sent[0].header, sent[0].ct, li.holder->sign)),
            Received::kRefused);
  EXPECT_TRUE(li.vault->parked().value().empty());
}

TEST_F(SealerTest, NoRightNoMerge) {
  const StreamId other = town.add_stream(kVillage);
  const Key32& key = town.keys.at({other, 1});
  wire::EnvelopeHeader header;
  header.stream = other;
  header.device = wang.holder->id;
  header.incarnation = 1;
  header.epoch = 1;
  header.seq = 1;
  header.control_seq = town.town.state.head_seq();
  header.control_head = town.town.state.head();
  SimRandom random;
  const auto envelope = seal::seal_envelope(header, Bytes(64, 0), key, wang.holder->sign, random);
  EXPECT_EQ(li.receive(envelope), Received::kRefused);
  // Signed by a member: remembered, so that nothing is silently lost.
  EXPECT_EQ(li.vault->parked().value().size(), 1u);
}

TEST_F(SealerTest, AnEpochThatIsNotTheNewestAtItsHeadIsRefused) {
  wang.record(wangs, "走访。");
  const auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  auto header = sent[0].header;
  header.epoch = 1;
  SimRandom random;
  const auto old = seal::seal_envelope(header, Bytes(64, 0), town.keys.at({village, 1}),
                                       wang.holder->sign, random);
  EXPECT_EQ(li.receive(old), Received::kRefused);
}

TEST_F(SealerTest, WhatDoesNotOpenIsRefusedAndKept) {
  wang.record(wangs, "走访。");
  const auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  Bytes ct = sent[0].ct;
  ct[0] ^= 1;
  EXPECT_EQ(li.receive(wire::sign_envelope(sent[0].header, ct, wang.holder->sign)),
            Received::kRefused);
  // Opens, but is no segment.
  SimRandom random;
  const auto empty = seal::seal_envelope(sent[0].header, Bytes(64, 0), town.keys.at({village, 2}),
                                         wang.holder->sign, random);
  EXPECT_EQ(li.receive(empty), Received::kRefused);
  EXPECT_EQ(li.vault->parked().value().size(), 2u);
  EXPECT_EQ(li.sealer->retry_parked(li.state()).value(), 0);
  EXPECT_EQ(li.visits(), 0u);
}

// A context that names a device which the township does not know covers nothing: nothing is merged.
TEST_F(SealerTest, AContextOfAStrangersDeviceIsRefused) {
  wang.record(wangs, "走访。");
  const auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  model::Context running;
  auto transactions = wang.sealer->open(sent[0], running);
  ASSERT_TRUE(transactions.ok());
  SimRandom random;
  const auto having_seen = [&](const DeviceId& device) {
    transactions->front().context = {{device, 1, 1, {}}};
    const auto plain = seal::encode_segment(*transactions, {}, {true, false});
    EXPECT_TRUE(plain.ok());
    return seal::seal_envelope(sent[0].header, *plain, town.keys.at({village, 2}),
                               wang.holder->sign, random);
  };
  EXPECT_EQ(li.receive(having_seen(DeviceId{{0x5a}})), Received::kRefused);
  EXPECT_EQ(li.visits(), 0u);
  EXPECT_EQ(li.receive(having_seen(li.holder->id)), Received::kMerged);
  EXPECT_EQ(li.visits(), 1u);
}

TEST_F(SealerTest, BeyondACutAnEnvelopeIsHeldOutOfForce) {
  wang.record(wangs, "走访。");
  const auto before = wang.seal_all(wangs);
  wang.record(wangs, "停用之后。");
  const auto after = wang.seal_all(wangs);
  ASSERT_EQ(before.size() + after.size(), 2u);
  const wire::ChainId chain = wire::chain_of(before[0].header);
  town.town.revoke(wang.holder->id, {cut_of(chain, 1, before[0].hash())});
  EXPECT_EQ(li.receive(before[0]), Received::kMerged);
  EXPECT_EQ(li.receive(after[0]), Received::kUndecided);
  EXPECT_EQ(li.sealer->rule_again(li.state()).value(), 0u);
  EXPECT_EQ(li.visits(), 1u);
  EXPECT_EQ(li.sealer->transactions_taken(), 1u);
  ASSERT_TRUE(town.town
                  .append(admit_body(cut_of(chain, 1, before[0].hash()),
                                     cut_of(chain, 2, after[0].hash()), {after[0].hash()}))
                  .ok());
  EXPECT_EQ(li.sealer->rule_again(li.state()).value(), 1u);
  EXPECT_EQ(li.visits(), 2u);
}

// What was sealed before the right ended waits even after it was given again, as at the server.
TEST_F(SealerTest, BacklogOfALostRightWaitsThoughTheRightCameBack) {
  wang.record(wangs, "走访。");
  const auto before = wang.seal_all(wangs);
  ASSERT_EQ(before.size(), 1u);
  town.town.end_role(wang.person, kCadre);
  town.town.add_role(wang.person, kCadre, {village});
  EXPECT_EQ(li.receive(before[0]), Received::kUndecided);
}

TEST_F(SealerTest, WorkFromBeforeAStreamClosedIsInForce) {
  wang.record(wangs, "走访。");
  const auto before = wang.seal_all(wangs);
  ASSERT_EQ(before.size(), 1u);
  pb::ControlBody close;
  put(close.mutable_close()->mutable_stream(), village.view());
  ASSERT_TRUE(town.town.append(close).ok());
  EXPECT_EQ(li.receive(before[0]), Received::kMerged);
}

// Whoever took the phone goes back to an older copy of it and grows another line.
TEST_F(SealerTest, AForkBelowTheCutWaits) {
  const auto disk = wang.disk().copy("");
  const auto files = wang.files.copy();
  wang.record(wangs, "第一份。");
  const auto first = wang.seal_all(wangs);
  wang.record(wangs, "第二份。");
  const auto second = wang.seal_all(wangs);
  wang.go_back(disk, files);
  wang.record(wangs, "偷来的。");
  const auto stolen = wang.seal_all(wangs);
  ASSERT_EQ(first.size() + second.size() + stolen.size(), 3u);
  ASSERT_EQ(stolen[0].header.seq, 1u);
  const wire::ChainId chain = wire::chain_of(second[0].header);
  town.town.revoke(wang.holder->id, {cut_of(chain, 2, second[0].hash())});
  EXPECT_EQ(li.receive(first[0]), Received::kMerged);
  EXPECT_EQ(li.receive(second[0]), Received::kMerged);
  EXPECT_EQ(li.receive(stolen[0]), Received::kUndecided);
  EXPECT_EQ(li.visits(), 2u);
}

// Sealed late, under the last head at which the right still stood.
TEST_F(SealerTest, TheRevokedSealTheirBacklogUnderTheirLastRight) {
  wang.record(wangs, "走访。");
  const std::uint32_t last = town.town.state.head_seq();
  pb::ControlBody body;
  put(body.mutable_revoke()->mutable_device(), wang.holder->id.view());
  ASSERT_TRUE(town.town.append(body).ok());
  const auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].header.control_seq, last);
  EXPECT_EQ(li.receive(sent[0]), Received::kUndecided);
}

TEST_F(SealerTest, AForkIsKeptAndMerged) {
  const auto disk = wang.disk().copy("");
  const auto files = wang.files.copy();
  wang.record(wangs, "第一份。");
  const auto first = wang.seal_all(wangs);
  wang.go_back(disk, files);
  wang.record(wangs, "第二份。");
  const auto second = wang.seal_all(wangs);
  ASSERT_EQ(first.size() + second.size(), 2u);
  EXPECT_EQ(first[0].header.seq, second[0].header.seq);
  EXPECT_NE(first[0].header.salt, second[0].header.salt);
  EXPECT_EQ(li.receive(first[0]), Received::kMerged);
  EXPECT_EQ(li.receive(second[0]), Received::kFork);
  EXPECT_EQ(li.visits(), 2u);
}

TEST_F(SealerTest, OurOwnUnknownEnvelopeMeansARestore) {
  const auto disk = wang.disk().copy("");
  const auto files = wang.files.copy();
  wang.record(wangs, "备份之后写的。");
  const auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  wang.go_back(disk, files);
  const std::uint32_t before = wang.vault->incarnation();
  wang.record(wangs, "恢复之后写的。");
  EXPECT_EQ(wang.receive(sent[0]), Received::kParked);
  EXPECT_TRUE(wang.sealer->restore_suspected());
  EXPECT_TRUE(wang.seal_all(wangs).empty());
  ASSERT_TRUE(wang.sealer->start_incarnation().ok());
  EXPECT_NE(wang.vault->incarnation(), before);
  EXPECT_EQ(wang.sealer->retry_parked(wang.state()).value(), 1);
  EXPECT_EQ(wang.visits(), 2u);
  const auto again = wang.seal_all(wangs);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].header.seq, 1u);
  EXPECT_EQ(again[0].header.prev, sent[0].hash());
  EXPECT_EQ(li.receive(sent[0]), Received::kMerged);
  EXPECT_EQ(li.receive(again[0]), Received::kMerged);
  EXPECT_EQ(li.state_hash(lis), wang.state_hash(wangs));
}

TEST_F(SealerTest, ARestoredHomeSealsNothingUntilANewIncarnation) {
  wang.record(wangs, "第一天。");
  ASSERT_EQ(wang.seal_all(wangs).size(), 1u);
  ASSERT_TRUE(wang.sealer->flush().ok());
  const auto disk = wang.disk().copy("");
  wang.record(wangs, "第二天。");
  ASSERT_EQ(wang.seal_all(wangs).size(), 1u);
  ASSERT_TRUE(wang.sealer->flush().ok());
  wang.sealer.reset();
  wang.keyring.reset();
  wang.vault.reset();
  wang.disk().restore(disk, "");
  wang.open();
  wang.record(wangs, "恢复之后。");
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kRestored);
  EXPECT_TRUE(wang.seal_all(wangs).empty());
  EXPECT_TRUE(wang.sealer->restore_suspected());
  EXPECT_EQ(wang.sealer->flush().error().code, Code::kConflict);
  ASSERT_TRUE(wang.sealer->start_incarnation().ok());
  EXPECT_EQ(wang.seal_all(wangs).size(), 1u);
  EXPECT_TRUE(wang.sealer->flush().ok());
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kMatches);
}

TEST_F(SealerTest, TokenVerdicts) {
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kFresh);
  ASSERT_TRUE(wang.sealer->flush().ok());  // nothing to leave, nothing written
  EXPECT_TRUE(wang.files.copy().empty());
  wang.record(wangs, "走访。");
  ASSERT_EQ(wang.seal_all(wangs).size(), 1u);
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kFresh);
  const auto empty = wang.files.copy();
  ASSERT_TRUE(wang.sealer->flush().ok());
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kMatches);
  const auto first = wang.files.copy();
  ASSERT_TRUE(wang.sealer->flush().ok());  // again: the same bytes may leave again
  EXPECT_EQ(wang.files.copy(), first);

  wang.record(wangs, "走访。");
  ASSERT_EQ(wang.seal_all(wangs).size(), 1u);
  ASSERT_TRUE(wang.sealer->flush().ok());
  const auto second = wang.files.copy();
  // A crash between vault and file: below, rewritten at once.
  wang.files.restore(first);
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kCrashed);
  EXPECT_EQ(wang.files.copy(), second);
  // The file is gone, damaged, or of another machine.
  wang.files.restore(empty);
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kCloned);
  auto damaged = second;
  damaged.begin()->second[20] ^= 1;
  wang.files.restore(damaged);
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kCloned);
  wang.files.restore(second);
  wang.machine = to_bytes("another");
  wang.open();
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kCloned);
}

// Two copies of one home export in turn: the file has the counter of one and the digest of the
// other.
TEST_F(SealerTest, ACloneIsToldByItsDigest) {
  const auto disk = wang.disk().copy("");
  wang.record(wangs, "甲。");
  ASSERT_EQ(wang.seal_all(wangs).size(), 1u);
  ASSERT_TRUE(wang.sealer->flush().ok());
  const auto files = wang.files.copy();
  wang.sealer.reset();
  wang.keyring.reset();
  wang.vault.reset();
  wang.disk().restore(disk, "");
  wang.files.restore({});
  wang.open();
  wang.record(wangs, "乙。");
  ASSERT_EQ(wang.seal_all(wangs).size(), 1u);
  ASSERT_TRUE(wang.sealer->flush().ok());
  wang.files.restore(files);
  EXPECT_EQ(wang.token->check(*wang.vault).value(), Verdict::kCloned);
  EXPECT_FALSE(wang.sealer->flush().ok());
}

TEST_F(SealerTest, KindsOfLaterVersionsAreChainedWithoutContent) {
  wang.record(wangs, "走访。");
  const auto sent = wang.seal_all(wangs);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(li.receive(sent[0]), Received::kMerged);
  auto header = sent[0].header;
  header.kind = 77;
  header.seq = 2;
  header.prev = sent[0].hash();
  SimRandom random;
  const auto next = seal::seal_envelope(header, Bytes(64, 0), town.keys.at({village, 2}),
                                        wang.holder->sign, random);
  EXPECT_EQ(li.receive(next), Received::kMerged);
  EXPECT_EQ(li.visits(), 1u);
}

TEST_F(SealerTest, DiariesLeaveInWholeKibibytes) {
  const StreamId diary = town.town.add_stream(pb::STREAM_KIND_DIARY, wang.person.view());
  town.rotate(diary);
  const auto ix = wang.learn(diary);
  wang.record(ix, "今天走了三户。");
  const auto sent = wang.seal_all(ix);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ((sent[0].ct.size() - 16) % 1024, 0u);
}

// ---- keyring

TEST_F(SealerTest, KeysAndIdentityOutliveARestart) {
  wang.open();
  ASSERT_NE(wang.keyring->identity(), nullptr);
  EXPECT_EQ(wang.keyring->identity()->device, wang.holder->id);
  EXPECT_EQ(wang.keyring->newest_epoch(village), 2u);
  ASSERT_NE(wang.keyring->key(village, 2), nullptr);
  EXPECT_TRUE(*wang.keyring->key(village, 2) == town.keys.at({village, 2}));
  EXPECT_EQ(wang.keyring->newest_epoch(StreamId{}), 0u);
  wang.record(wangs, "走访。");
  EXPECT_EQ(wang.seal_all(wangs).size(), 1u);
}

TEST_F(SealerTest, OlderKeysComeWithTheRotation) {
  // Both joined after epoch 1 was made: only the wrapped key can have brought it.
  ASSERT_NE(li.keyring->key(village, 1), nullptr);
  EXPECT_TRUE(*li.keyring->key(village, 1) == town.keys.at({village, 1}));
}

TEST_F(SealerTest, BoxesAreTakenInEitherForm) {
  for (const bool named : {true, false}) {
    town.named = named;
    town.rotate(village);
    ASSERT_EQ(li.take_keys().keys, 1) << named;
  }
  EXPECT_TRUE(*li.keyring->key(village, 3) == town.keys.at({village, 3}));
  EXPECT_TRUE(*li.keyring->key(village, 4) == town.keys.at({village, 4}));
}

TEST_F(SealerTest, AKeyThatDoesNotFitItsCommitmentIsNotTaken) {
  Key32 wrong;
  wrong.writable()[0] = 1;
  const Hash published = seal::commitment(town.keys.at({village, 1}), village, 1);
  const Status refused = li.keyring->add(village, 7, wrong.clone(), published);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kCorrupt);
  EXPECT_EQ(li.keyring->key(village, 7), nullptr);
}

TEST_F(SealerTest, ABoxThatDoesNotFitIsReported) {
  town.town.rotate(village);  // the town's own helper boxes nonsense
  const auto taken = li.take_keys();
  EXPECT_EQ(taken.keys, 0);
  EXPECT_GT(taken.misfits, 0);
}

TEST_F(SealerTest, AnIdentityIsSetOnce) {
  SimRandom random;
  const Status again = wang.keyring->set_identity({town.town.state.township(), wang.holder->id,
                                                   wang.person, wire::SigningKey::generate(random),
                                                   seal::BoxKeyPair::generate(random)});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::kConflict);
}

}  // namespace
}  // namespace mq::testing
