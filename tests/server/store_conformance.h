// What every Store must do, as one typed suite. A new implementation gives a Maker with make() and
// runs INSTANTIATE_TYPED_TEST_SUITE_P over it; nothing here knows how it stores.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "minqing/sync/v1/control.pb.h"
#include "mq/server/store.h"
#include "support/sim_random.h"

namespace mq::testing {

using server::AppendRun;
using server::NewEnvelope;
using server::StoredEnvelope;
using server::StreamHead;

// One author's chain, and the server's side of a stream, by hand.
class Author {
 public:
  explicit Author(std::uint64_t seed) : random_(seed), key_(wire::SigningKey::generate(random_)) {
    device.data[0] = static_cast<std::uint8_t>(seed);
    township.data.fill(7);
    stream.data.fill(9);
  }

  wire::Envelope next(std::uint8_t fill = 1, std::size_t bytes = 100) {
    wire::EnvelopeHeader header;
    header.stream = stream;
    header.device = device;
    header.incarnation = incarnation;
    header.epoch = 1;
    header.seq = ++seq;
    header.prev = prev;
    header.control_seq = 3;
    wire::Envelope out = wire::sign_envelope(header, Bytes(bytes, fill), key_);
    prev = out.hash();
    return out;
  }
  wire::ChainId chain() const { return {stream, device, incarnation}; }

  TownshipId township;
  StreamId stream;
  DeviceId device;
  std::uint32_t incarnation = 5;
  std::uint64_t seq = 0;
  Hash prev;

 private:
  SimRandom random_;
  wire::SigningKey key_;
};

// check() walks the townships that have a control log.
inline Bytes founding_entry() {
  minqing::sync::v1::ControlBody body;
  body.set_seq(1);
  body.set_prev(std::string(32, '\0'));
  minqing::sync::v1::ControlEntry entry;
  entry.set_body(body.SerializeAsString());
  return to_bytes(entry.SerializeAsString());
}

inline NewEnvelope arriving(std::uint64_t index, WallTime time, const wire::Envelope& envelope) {
  return {index, time, wire::encode_envelope(envelope), envelope.header, envelope.hash()};
}

inline AppendRun run_of(const Author& author, const StreamHead& expected,
                        const std::vector<wire::Envelope>& envelopes) {
  AppendRun run;
  run.township = author.township;
  run.stream = author.stream;
  run.expected = expected;
  run.head = expected;
  for (const wire::Envelope& envelope : envelopes) {
    const std::uint64_t index = run.head.index + 1;
    const WallTime time{static_cast<std::int64_t>(1000 * index)};
    run.envelopes.push_back(arriving(index, time, envelope));
    run.head = {index, wire::next_head(run.head.head, index, envelope.hash(), time)};
  }
  return run;
}

template <class Maker>
class StoreConformance : public ::testing::Test {
 protected:
  StreamHead head() { return *store_->stream_head(author_.township, author_.stream); }
  // Appends `count` envelopes of the author as one run.
  void append(int count) {
    std::vector<wire::Envelope> envelopes;
    for (int i = 0; i < count; ++i) envelopes.push_back(author_.next());
    ASSERT_TRUE(store_->append_cas({run_of(author_, head(), envelopes)}).ok());
  }

  Maker maker_;
  std::unique_ptr<server::Store> store_ = maker_.make();
  Author author_{1};
};
TYPED_TEST_SUITE_P(StoreConformance);

TYPED_TEST_P(StoreConformance, AnEmptyStreamStandsAtItsFirstHead) {
  wire::Generation generation;
  generation.data.fill(4);
  ASSERT_TRUE(this->store_->set_setting(server::kGenerationSetting, generation.view()).ok());
  const StreamHead head = this->head();
  EXPECT_EQ(head.index, 0u);
  EXPECT_EQ(head.head, wire::first_head(this->author_.township, this->author_.stream, generation));
  EXPECT_TRUE(this->store_->streams(this->author_.township)->empty());
}

TYPED_TEST_P(StoreConformance, WhatWasAppendedIsReadBackInOrder) {
  this->append(3);
  this->append(2);
  const Author& author = this->author_;
  const auto all = this->store_->read_range(author.township, author.stream, 0, 1 << 20);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*all)[i].index, i + 1);
    EXPECT_EQ((*all)[i].time.ms, static_cast<std::int64_t>(1000 * (i + 1)));
    EXPECT_EQ(wire::parse_envelope((*all)[i].envelope)->header.seq, i + 1);
  }
  EXPECT_EQ(this->store_->read_range(author.township, author.stream, 3, 1 << 20)->size(), 2u);
  EXPECT_EQ(this->store_->read_range(author.township, author.stream, 0, 1)->size(), 1u)
      << "at least one, however small the limit";
  EXPECT_EQ(this->store_->head_at(author.township, author.stream, 5).value(), this->head().head);
  EXPECT_EQ(this->store_->head_at(author.township, author.stream, 6).error().code, Code::kNotFound);
  EXPECT_EQ(this->store_->streams(author.township).value(), std::vector<StreamId>{author.stream});
  EXPECT_TRUE(this->store_->check()->empty());
}

TYPED_TEST_P(StoreConformance, AnAppendAgainstAnOldHeadIsAConflictAndStoresNothing) {
  const StreamHead before = this->head();
  this->append(1);
  Author other(2);
  const auto run = run_of(other, before, {other.next()});
  EXPECT_EQ(this->store_->append_cas({run}).error().code, Code::kConflict);
  EXPECT_EQ(this->head().index, 1u);
  EXPECT_TRUE(this->store_->chain_heads(other.township, other.chain())->empty());
}

TYPED_TEST_P(StoreConformance, SeveralRunsAreAllOrNothing) {
  Author elsewhere(3);
  elsewhere.stream.data.fill(8);
  const StreamHead empty = *this->store_->stream_head(elsewhere.township, elsewhere.stream);
  const auto good = run_of(elsewhere, empty, {elsewhere.next()});
  auto bad = run_of(this->author_, this->head(), {this->author_.next()});
  bad.expected.index = 17;
  EXPECT_EQ(this->store_->append_cas({good, bad}).error().code, Code::kConflict);
  EXPECT_EQ(this->store_->stream_head(elsewhere.township, elsewhere.stream)->index, 0u);
  EXPECT_TRUE(this->store_->held_at(elsewhere.township, elsewhere.chain(), 1)->empty());
}

TYPED_TEST_P(StoreConformance, ARunWhoseHeadDoesNotFitIsRefused) {
  auto run = run_of(this->author_, this->head(), {this->author_.next()});
  run.head.head.data[0] ^= 1;
  EXPECT_EQ(this->store_->append_cas({run}).error().code, Code::kInvalidInput);
  EXPECT_EQ(this->head().index, 0u);
}

// A store may believe what stands beside the bytes; but then its check() must not.
TYPED_TEST_P(StoreConformance, AWrongWordAboutAnEnvelopeIsRefusedOrFoundByTheCheck) {
  const auto lies = std::vector<std::function<void(NewEnvelope&)>>{
      [](NewEnvelope& each) { each.hash.data[0] ^= 1; },
      [](NewEnvelope& each) { each.header.device.data[1] ^= 1; },
      [](NewEnvelope& each) { each.header.incarnation ^= 1; },
      [](NewEnvelope& each) { each.header.seq += 1; },
      [](NewEnvelope& each) { each.header.prev.data[0] ^= 1; },
      [](NewEnvelope& each) { each.header.control_seq += 1; },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    TypeParam maker;
    const std::unique_ptr<server::Store> store = maker.make();
    Author author(1);
    ASSERT_TRUE(store->control_cas(author.township, 0, {founding_entry()}).ok());
    auto run = run_of(author, *store->stream_head(author.township, author.stream),
                      {author.next(), author.next()});
    lies[i](run.envelopes.back());
    run.head = run.expected;
    for (const NewEnvelope& each : run.envelopes) {
      run.head = {each.index, wire::next_head(run.head.head, each.index, each.hash, each.time)};
    }
    const bool stored = store->append_cas({run}).ok();
    EXPECT_EQ(stored && store->check()->empty(), false) << "lie " << i;
  }
}

TYPED_TEST_P(StoreConformance, ChainHeadsFollowEveryLineOfAFork) {
  const wire::Envelope first = this->author_.next(1);
  const wire::Envelope second = this->author_.next(2);
  Author clone(1);
  clone.seq = 1;
  clone.prev = first.hash();
  const wire::Envelope rival = clone.next(3);
  ASSERT_TRUE(
      this->store_->append_cas({run_of(this->author_, this->head(), {first, second, rival})}).ok());

  const auto heads = this->store_->chain_heads(clone.township, clone.chain());
  ASSERT_EQ(heads->size(), 2u);
  EXPECT_EQ((*heads)[0].seq, 2u);
  EXPECT_EQ((*heads)[0].control_seq, 3u);
  EXPECT_EQ(this->store_->held_at(clone.township, clone.chain(), 2)->size(), 2u);
  EXPECT_EQ(this->store_->forks(clone.township).value(), std::vector<wire::ChainId>{clone.chain()});

  const wire::Envelope longer = clone.next(4);
  ASSERT_TRUE(this->store_->append_cas({run_of(clone, this->head(), {longer})}).ok());
  const auto grown = this->store_->chain_heads(clone.township, clone.chain());
  ASSERT_EQ(grown->size(), 2u) << "the longer line takes the place of its own head only";
  EXPECT_EQ((*grown)[0].hash, second.hash());
  EXPECT_EQ((*grown)[1].hash, longer.hash());
}

TYPED_TEST_P(StoreConformance, TheChainsOfADeviceAreItsOwn) {
  Author again(1);
  again.incarnation = 6;
  Author stranger(2);
  ASSERT_TRUE(this->store_
                  ->append_cas({run_of(this->author_, this->head(),
                                       {this->author_.next(1), this->author_.next(2), again.next(3),
                                        stranger.next(4)})})
                  .ok());
  const auto chains = this->store_->device_chains(again.township, again.chain().device);
  ASSERT_TRUE(chains.ok());
  EXPECT_EQ(*chains, (std::vector<wire::ChainId>{this->author_.chain(), again.chain()}));
}

TYPED_TEST_P(StoreConformance, RebaseGivesEveryStreamTheHeadsOfTheNewGeneration) {
  this->append(3);
  const StreamHead before = this->head();
  wire::Generation generation;
  generation.data.fill(6);
  ASSERT_TRUE(this->store_->rebase(generation).ok());
  EXPECT_EQ(this->head().index, 3u);
  EXPECT_NE(this->head().head, before.head);
  EXPECT_EQ(this->store_->head_at(this->author_.township, this->author_.stream, 0).value(),
            wire::first_head(this->author_.township, this->author_.stream, generation));
  EXPECT_EQ(this->store_->setting(server::kGenerationSetting)->value(),
            to_bytes(generation.view()));
  EXPECT_TRUE(this->store_->check()->empty());
  EXPECT_EQ(this->store_->append_cas({run_of(this->author_, before, {this->author_.next()})})
                .error()
                .code,
            Code::kConflict);
}

TYPED_TEST_P(StoreConformance, TheControlLogIsComparedAndSwapped) {
  const TownshipId& township = this->author_.township;
  EXPECT_TRUE(this->store_->townships()->empty());
  ASSERT_TRUE(this->store_->control_cas(township, 0, {Bytes{1}, Bytes{2}}).ok());
  EXPECT_EQ(this->store_->control_cas(township, 0, {Bytes{3}}).error().code, Code::kConflict);
  EXPECT_EQ(this->store_->control_cas(township, 3, {Bytes{3}}).error().code, Code::kConflict);
  ASSERT_TRUE(this->store_->control_cas(township, 2, {Bytes{3}}).ok());
  EXPECT_EQ(this->store_->control_read(township, 1).value(),
            (std::vector<Bytes>{Bytes{2}, Bytes{3}}));
  EXPECT_EQ(this->store_->townships().value(), std::vector<TownshipId>{township});
}

TYPED_TEST_P(StoreConformance, TheLateBoxKeepsEachEnvelopeOnce) {
  const wire::Envelope one = this->author_.next(1);
  const wire::Envelope two = this->author_.next(2);
  const Author& author = this->author_;
  for (const wire::Envelope* each : {&one, &two, &one}) {
    ASSERT_TRUE(
        this->store_->late_put(author.township, author.stream, arriving(0, WallTime{77}, *each))
            .ok());
  }
  const auto box = this->store_->late_read(author.township, author.stream, 0, 1 << 20);
  ASSERT_EQ(box->size(), 2u);
  EXPECT_EQ((*box)[1].index, 2u);
  EXPECT_EQ((*box)[1].envelope, wire::encode_envelope(two));
  EXPECT_EQ(this->store_->late_read(author.township, author.stream, 1, 1 << 20)->size(), 1u);
  EXPECT_EQ(this->store_->late_bytes(author.township, author.stream).value(),
            one.bytes() + two.bytes());
  EXPECT_TRUE(this->store_->late_holds(author.township, author.stream, two.hash()).value());
  EXPECT_FALSE(this->store_->late_holds(author.township, author.stream, Hash{}).value());
  Hash head = this->store_->late_head(author.township, author.stream, 0).value();
  for (const StoredEnvelope& each : *box) {
    const Hash hash = wire::parse_envelope(each.envelope)->hash();
    head = wire::next_head(head, each.index, hash, each.time);
    EXPECT_EQ(this->store_->late_head(author.township, author.stream, each.index).value(), head);
  }
  EXPECT_EQ(this->store_->late_head(author.township, author.stream, box->size() + 1).error().code,
            Code::kNotFound);
  EXPECT_EQ(this->head().index, 0u) << "late work is not in the stream";
}

TYPED_TEST_P(StoreConformance, AReceiptIsFoundByEverySeqItCovers) {
  const Author& author = this->author_;
  wire::Receipt receipt;
  receipt.device = author.device;
  receipt.incarnation = 5;
  receipt.seq_from = 4;
  receipt.seq_to = 6;
  receipt.time.ms = 99;
  ASSERT_TRUE(this->store_->put_receipt(author.township, author.stream, receipt).ok());
  wire::Receipt second = receipt;
  second.time.ms = 100;
  ASSERT_TRUE(this->store_->put_receipt(author.township, author.stream, second).ok());
  const auto find = [&](std::uint64_t seq, wire::ReceiptClass receipt_class) {
    return this->store_->receipt_for(author.township, author.chain(), seq, receipt_class).value();
  };
  EXPECT_FALSE(find(3, wire::ReceiptClass::kStored));
  EXPECT_EQ(find(4, wire::ReceiptClass::kStored), receipt) << "the first one stands";
  EXPECT_EQ(find(6, wire::ReceiptClass::kStored), receipt);
  EXPECT_FALSE(find(7, wire::ReceiptClass::kStored));
  EXPECT_FALSE(find(5, wire::ReceiptClass::kLate));
}

TYPED_TEST_P(StoreConformance, BlobsAreKeptInChunksOfTheRightSize) {
  const TownshipId& township = this->author_.township;
  Hash blob;
  blob.data.fill(2);
  const std::uint64_t bytes = server::kBlobChunkBytes + 10;
  const Bytes whole(server::kBlobChunkBytes, 1);
  const Bytes tail(10, 2);
  server::Store& store = *this->store_;
  EXPECT_EQ(store.put_blob_chunk(township, blob, bytes, 1, whole).error().code,
            Code::kInvalidInput);
  EXPECT_EQ(store.put_blob_chunk(township, blob, bytes, 2, tail).error().code, Code::kInvalidInput);
  EXPECT_EQ(store.blob_stat(township, blob)->bytes, 0u);
  ASSERT_TRUE(store.put_blob_chunk(township, blob, bytes, 1, tail).ok());
  EXPECT_EQ(store.put_blob_chunk(township, blob, bytes + 1, 0, whole).error().code,
            Code::kInvalidInput)
      << "a blob does not change its size";
  EXPECT_EQ(store.blob_stat(township, blob)->chunks, (std::vector<bool>{false, true}));
  EXPECT_EQ(store.get_blob_chunk(township, blob, 0).error().code, Code::kNotFound);
  ASSERT_TRUE(store.put_blob_chunk(township, blob, bytes, 0, whole).ok());
  EXPECT_EQ(store.get_blob_chunk(township, blob, 0).value(), whole);
  EXPECT_EQ(store.blob_stat(township, blob)->chunks, (std::vector<bool>{true, true}));
}

TYPED_TEST_P(StoreConformance, APrunedEnvelopeKeepsItsNameAndPlace) {
  this->append(2);
  const Author& author = this->author_;
  for (int times = 0; times < 2; ++times) {
    ASSERT_TRUE(this->store_->prune(author.township, author.stream, 1).ok());
  }
  const auto all = this->store_->read_range(author.township, author.stream, 0, 1 << 20);
  const auto pruned = wire::parse_envelope((*all)[0].envelope);
  EXPECT_TRUE(pruned->pruned());
  EXPECT_EQ(pruned->hash(), this->store_->held_at(author.township, author.chain(), 1)->at(0).hash);
  EXPECT_FALSE(wire::parse_envelope((*all)[1].envelope)->pruned());
  EXPECT_TRUE(this->store_->check()->empty());
  EXPECT_EQ(this->store_->prune(author.township, author.stream, 3).error().code, Code::kNotFound);
}

TYPED_TEST_P(StoreConformance, SettingsAreReplaced) {
  EXPECT_FALSE(this->store_->setting("key")->has_value());
  ASSERT_TRUE(this->store_->set_setting("key", Bytes{1}).ok());
  ASSERT_TRUE(this->store_->set_setting("key", Bytes{}).ok());
  EXPECT_EQ(this->store_->setting("key")->value(), Bytes{});
}

TYPED_TEST_P(StoreConformance, TownshipsDoNotSeeEachOther) {
  this->append(1);
  TownshipId other = this->author_.township;
  other.data[0] ^= 1;
  EXPECT_EQ(this->store_->stream_head(other, this->author_.stream)->index, 0u);
  EXPECT_TRUE(this->store_->chain_heads(other, this->author_.chain())->empty());
  EXPECT_TRUE(this->store_->read_range(other, this->author_.stream, 0, 1 << 20)->empty());
}

REGISTER_TYPED_TEST_SUITE_P(StoreConformance, AnEmptyStreamStandsAtItsFirstHead,
                            WhatWasAppendedIsReadBackInOrder,
                            AnAppendAgainstAnOldHeadIsAConflictAndStoresNothing,
                            SeveralRunsAreAllOrNothing, ARunWhoseHeadDoesNotFitIsRefused,
                            AWrongWordAboutAnEnvelopeIsRefusedOrFoundByTheCheck,
                            ChainHeadsFollowEveryLineOfAFork, TheChainsOfADeviceAreItsOwn,
                            RebaseGivesEveryStreamTheHeadsOfTheNewGeneration,
                            TheControlLogIsComparedAndSwapped, TheLateBoxKeepsEachEnvelopeOnce,
                            AReceiptIsFoundByEverySeqItCovers, BlobsAreKeptInChunksOfTheRightSize,
                            APrunedEnvelopeKeepsItsNameAndPlace, SettingsAreReplaced,
                            TownshipsDoNotSeeEachOther);

}  // namespace mq::testing
