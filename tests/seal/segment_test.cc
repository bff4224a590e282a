#include "mq/seal/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compress.h"
#include "dictionary.h"
#include "frame.h"
#include "seal/transactions.h"
#include "sections.h"
#include "text_code.h"

namespace mq::testing {
namespace {

using model::Context;
using model::Transaction;
using seal::decode_segment;
using seal::encode_segment;

const std::string kSentence = "户主外出务工，其母亲在家，慢性病药快用完，已联系村医周四送药。";

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Segment, GivesBackWhateverTransactionsItWasGiven) {
  SimRandom random(7);
  Context running;
  for (int round = 0; round < 3000; ++round) {
    const auto transactions = some_transactions(random, running);
    const seal::SegmentOptions options{random.chance(20), random.chance(30)};
    const auto plain = encode_segment(transactions, running, options);
    ASSERT_TRUE(plain.ok()) << round << " " << plain.error().en;
    Context there = options.whole_context ? Context{} : running;
    const auto back = decode_segment(*plain, there);
    ASSERT_TRUE(back.ok()) << round << " " << back.error().en;
    ASSERT_EQ(*back, transactions) << round;
    ASSERT_EQ(there, transactions.back().context);
    running = random.chance(10) ? Context{} : there;
  }
}

TEST(Segment, CarriesInvalidUtf8AndHugeValues) {
  Transaction t = visit(1, "\xE4\xBD");
  t.ops.push_back({model::OpKind::kText, 30, t.ops[0].row, 11, to_bytes("\xFF\x00 a")});
  t.ops.push_back({model::OpKind::kText, 30, t.ops[0].row, 12, Bytes(200'000, 'x')});
  t.ops.push_back({model::OpKind::kAppend, 30, t.ops[0].row, 13, Bytes(100'000, 0xEE)});
  const auto plain = encode_segment({t}, {}, {});
  ASSERT_TRUE(plain.ok());
  Context running;
  const auto back = decode_segment(*plain, running);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ((*back)[0], t);
}

// These bytes stand on the wire for ever: if this fails, old envelopes no longer open.
TEST(Segment, WritesTheBytesThatFormatOneFixed) {
  Transaction t = visit(3, "敲门无人，邻居说全家在外，年底回。");
  const auto plain = encode_segment({t}, {}, {true, false});
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(to_hex(*plain),
            "380000000226110300c084def09967821e0304430800878e959ca3aab1b8bfc60080e693b78dd92e2800"
            "8641da0e8940d96496a8755e06ee1520800000000000");
  std::vector<Transaction> many;
  for (std::uint64_t n = 1; n <= 40; ++n) many.push_back(visit(n, kSentence));
  Context running;
  const auto bytes = from_hex(
      "d2010000010018e4020024059801d8048005010ac0b1cff09967c0a90782011e030443080006d48ce1d1c2"
      "c3031837567594b3d2f1102f4e6d8cabcae90827466584a3c2e1001f3e5d7c9bbad9f71736557493b2d128"
      "0009020406080041020008858429c118b4090024114950575e656c737a8188686f767d848b9299a0a7878e"
      "959ca3aab1b8bfc6a6adb4bbc2c9d0d7dee5c5ccd3dae1e8eff6fd04e4ebf2f900070e151c23030a11181f"
      "262d343b42222930373e454c535a6141484f565d646b72798060676e757c838a91989f7f868d949ba2a9b0"
      "b7be9ea5acb3bac1c8cfd6ddbdc4cbd2d9e0e7eef5fcdce3eaf1f8ff060d141bfb020910171e252c333a1a"
      "21282f363d444b52593940474e555c636a7178585f666d747b82899097777e858c939aa1a8afb6969da4ab"
      "b2b9c0c7ced5b5bcc3cad1d8dfe6edf4d4dbe2e9f0f7fe050c13f3fa01080f161d242b32121920272e353c"
      "434a5131383f464d545b6269708faecdec0b2a496887a6c5e4032241f8f0e8e0d8f7d9e1e919a820bcfdff"
      "0de035860310e60439ff295b73c6a67660c74a50ce49ba02f5fc2c53a501008402583df00a40640f01bbf1"
      "7cf0d30d1c01f045f19c3af04101237e6955f004f04af007f1eef04502000200600bd51f9a103218000000"
      "00000000000000");
  ASSERT_TRUE(bytes);
  const auto back = decode_segment(*bytes, running);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, many);
}

TEST(Segment, RefusesEveryTruncation) {
  const auto plain = encode_segment({visit(1, kSentence), visit(2, kSentence)}, {}, {});
  ASSERT_TRUE(plain.ok());
  for (std::size_t size = 0; size < plain->size(); ++size) {
    Context running;
    const auto back = decode_segment(ByteView(*plain).first(size), running);
    ASSERT_FALSE(back.ok()) << size;
    EXPECT_EQ(back.error().code, Code::kCorrupt);
  }
}

// The tag of the envelope catches flips first; here none may crash, and padding says nothing.
TEST(Segment, RefusesEveryBitFlippedInThePadding) {
  for (const bool large : {false, true}) {
    const Context before{{DeviceId{{1}}, 1, 1, {}}};
    std::vector<Transaction> sent{visit(1, large ? repeated(kSentence, 60) : kSentence)};
    sent[0].context = before;
    const auto plain = encode_segment(sent, before, {});
    ASSERT_TRUE(plain.ok());
    std::size_t used = 4;
    used += (*plain)[0] | static_cast<std::size_t>((*plain)[1]) << 8;
    ASSERT_LT(used, plain->size());
    for (std::size_t bit = 0; bit < plain->size() * 8; ++bit) {
      Bytes flipped = *plain;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      Context running = before;
      const auto back = decode_segment(flipped, running);
      ASSERT_FALSE(back.ok() && bit / 8 >= used) << bit;
      ASSERT_TRUE(back.ok() || running == before);
    }
  }
}

// Whatever is accepted means one list of transactions, which another device can write and read
// again; a refusal leaves the running context as it was.
TEST(Segment, WhatIsAcceptedCanBeWrittenAgain) {
  SimRandom random(3);
  const Context before{{DeviceId{{1}}, 1, 1, {}}};
  int accepted = 0;
  for (int round = 0; round < 100; ++round) {
    const auto sent = some_transactions(random, before);
    const bool packed = round % 2 == 0;
    const auto frame = seal::encode_frame(sent, before, {false, packed});
    ASSERT_TRUE(frame.ok());
    const Bytes content = frame->joined();
    for (int k = 0; k < 100; ++k) {
      Bytes changed = content;
      changed[random.below(changed.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
      if (random.chance(20)) changed.push_back(static_cast<std::uint8_t>(random.below(3)));
      Context running = before;
      const auto back = seal::decode_frame(changed, packed, running);
      ASSERT_TRUE(back.ok() || running == before);
      if (!back.ok()) continue;
      ++accepted;
      ASSERT_EQ(running, back->back().context);
      const auto again = seal::encode_frame(*back, before, {false, packed});
      ASSERT_TRUE(again.ok());
      Context replayed = before;
      const auto same = seal::decode_frame(again->joined(), packed, replayed);
      ASSERT_TRUE(same.ok() && *same == *back);
    }
  }
  EXPECT_GT(accepted, 100);
}

TEST(Segment, PadsToTheStepsOfTheProtocol) {
  Transaction empty;
  empty.n = 1;
  const auto tiny = encode_segment({empty}, {}, {});
  ASSERT_TRUE(tiny.ok());
  EXPECT_EQ(tiny->size(), 64u);
  const auto diary = encode_segment({visit(1, repeated(kSentence, 40))}, {}, {false, true});
  ASSERT_TRUE(diary.ok());
  EXPECT_EQ(diary->size() % 1024, 0u);
  SimRandom random(5);
  for (int i = 1; i < 60; ++i) {
    Transaction t = visit(1, "");
    t.ops[2].value.resize(static_cast<std::size_t>(i) * 400);
    random.fill(t.ops[2].value);
    const auto plain = encode_segment({t}, {}, {});
    ASSERT_TRUE(plain.ok());
    const std::size_t used = 4U + (*plain)[0] + ((*plain)[1] << 8);
    EXPECT_GE(plain->size(), used);
    EXPECT_LE(plain->size() * 100, used * 112);
    // Padmé leaves log2(log2(size)) + 1 leading bits.
    std::size_t exponent = 0;
    while (plain->size() >> (exponent + 1) != 0) ++exponent;
    std::size_t kept = 0;
    while (exponent >> kept != 0) ++kept;
    EXPECT_EQ(plain->size() % (std::size_t{1} << (exponent - kept)), 0u);
  }
}

TEST(Segment, FitsAsManyAsTheTargetHolds) {
  SimRandom random(9);
  std::vector<Transaction> many;
  for (std::uint64_t n = 1; n <= 300; ++n) {
    Transaction t = visit(n, kSentence);
    Bytes noise(150);
    random.fill(noise);
    t.ops.push_back({model::OpKind::kAppend, 30, t.ops[0].row, 20, noise});
    many.push_back(t);
  }
  const auto fitted = seal::fit_segment(many, {}, {true, false});
  ASSERT_TRUE(fitted.ok());
  EXPECT_LE(fitted->plaintext.size(), seal::kSegmentTarget);
  EXPECT_GT(fitted->plaintext.size(), seal::kSegmentTarget * 9 / 10);
  Context running;
  const auto back = decode_segment(fitted->plaintext, running);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->size(), fitted->count);
  EXPECT_TRUE(std::equal(back->begin(), back->end(), many.begin()));
}

TEST(Segment, TakesOneLargeTransactionAndRefusesWhatNoEnvelopeHolds) {
  SimRandom random(10);
  Transaction t = visit(1, kSentence);
  t.ops[2].value.resize(40'000);
  random.fill(t.ops[2].value);
  const auto one = seal::fit_segment({t, visit(2, kSentence)}, {}, {});
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->count, 1u);
  t.ops[2].value.resize(70'000);
  random.fill(t.ops[2].value);
  const auto refused = seal::fit_segment({t}, {}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kExhausted);
}

TEST(Segment, RefusesTransactionsThatAreNoRun) {
  const auto code_of = [](const std::vector<Transaction>& transactions) {
    const auto plain = encode_segment(transactions, {}, {});
    return plain.ok() ? Code::kInternal : plain.error().code;
  };
  EXPECT_EQ(code_of({}), Code::kInvalidInput);
  EXPECT_EQ(code_of({visit(1, ""), visit(3, "")}), Code::kInvalidInput);
  EXPECT_EQ(code_of({visit(0, "")}), Code::kInvalidInput);
  Transaction unsorted = visit(1, "");
  unsorted.context = {{DeviceId{{2}}, 1, 1, {}}, {DeviceId{{1}}, 1, 1, {}}};
  EXPECT_EQ(code_of({unsorted}), Code::kInvalidInput);
}

// A few hundred bytes that claim to be megabytes must cost neither memory nor time.
TEST(Segment, RefusesBombsBeforeItAllocates) {
  const Bytes coded = [] {
    ByteWriter out;
    seal::encode_text(view_of(seal::dictionary_v1()), out);
    return out.take();
  }();
  seal::Frame huge;
  huge.texts.assign(8U << 20, 7);
  const Bytes bomb = seal::compress(huge, coded);
  ASSERT_LT(bomb.size(), 4000u);
  const auto back = seal::decompress(bomb, coded, seal::kSegmentPlainMax);
  ASSERT_FALSE(back.ok());
  EXPECT_EQ(back.error().code, Code::kCorrupt);

  const auto frame_of = [](std::initializer_list<std::uint64_t> numbers) {
    ByteWriter heads;
    for (const std::uint64_t n : numbers) heads.varint(n);
    seal::Frame frame;
    frame.heads = heads.take();
    frame.packed_text = true;
    return frame.joined();
  };
  Context running;
  // 2^50 transactions; 60,000 of which each copies a context of the chain.
  EXPECT_FALSE(seal::decode_frame(frame_of({std::uint64_t{1} << 54, 1}), true, running).ok());
  running.resize(5000);
  EXPECT_FALSE(seal::decode_frame(frame_of({60'000 << 4, 1, 0, 0}), true, running).ok());
  EXPECT_EQ(running.size(), 5000u);
  running.clear();
  // One transaction that adds 2^40 entries to its context, and more than an envelope can state.
  const std::uint64_t sections = 1 << 4 | 2;
  const std::uint64_t added = std::uint64_t{1} << 40;
  EXPECT_FALSE(
      seal::decode_frame(frame_of({sections, 1, 0, 0, 1, 1, 0, 0, added}), true, running).ok());
  // One transaction with 2^40 touches of one shape of one op.
  EXPECT_FALSE(
      seal::decode_frame(frame_of({1 << 4, 1, 0, 0, 0, std::uint64_t{1} << 41}), true, running)
          .ok());
}

// As many chains as one envelope can name are read; one more is refused, on both sides.
TEST(Segment, AContextHasNoMoreEntriesThanAnEnvelopeCanState) {
  constexpr std::uint32_t kMost = 65'536 / 24;
  Transaction t = visit(1, kSentence);
  for (std::uint32_t i = 0; i < kMost; ++i) t.context.push_back({DeviceId{}, i, 1, {}});
  const auto most = encode_segment({t}, {}, {true, false});
  ASSERT_TRUE(most.ok());
  Context running;
  ASSERT_TRUE(decode_segment(*most, running).ok());
  ASSERT_EQ(running.size(), kMost);

  // A change that adds one to a chain whose context is full.
  Transaction one = visit(2, kSentence);
  one.context = {{DeviceId{{0xff}}, 1, 1, {}}};
  const auto change = encode_segment({one}, {}, {});
  ASSERT_TRUE(change.ok());
  EXPECT_FALSE(decode_segment(*change, running).ok());
  t.context.push_back({DeviceId{}, kMost, 1, {}});
  EXPECT_EQ(encode_segment({t}, {}, {true, false}).error().code, Code::kExhausted);
}

TEST(Segment, ANewerFormIsKeptForALaterVersion) {
  auto plain = encode_segment({visit(1, kSentence)}, {}, {});
  ASSERT_TRUE(plain.ok());
  (*plain)[4] = 9;
  Context running;
  const auto back = decode_segment(*plain, running);
  ASSERT_FALSE(back.ok());
  EXPECT_EQ(back.error().code, Code::kUnsupported);
}

TEST(Segment, AWholeContextNeedsNoMemoryOfTheChain) {
  SimRandom random(4);
  Transaction t = visit(1, kSentence);
  t.context = some_context(random, some_context(random, {}));
  const auto whole = encode_segment({t}, some_context(random, {}), {true, false});
  ASSERT_TRUE(whole.ok());
  Context other = some_context(random, {});
  const auto back = decode_segment(*whole, other);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->front().context, t.context);
}

TEST(Segment, AnUnchangedContextCostsNothing) {
  SimRandom random(4);
  Transaction t = visit(1, kSentence);
  const auto without = seal::encode_frame({t}, {}, {});
  for (int i = 0; i < 30; ++i) t.context = some_context(random, t.context);
  const auto with = seal::encode_frame({t}, t.context, {});
  ASSERT_TRUE(without.ok() && with.ok());
  EXPECT_EQ(with->joined(), without->joined());
}

// The commonest shape: registers with one text among them.
TEST(Segment, ALoneFieldOfAnotherKindCostsTwoBytes) {
  Transaction t = visit(1, kSentence);
  t.ops.push_back(t.ops.front());
  for (model::Op& op : t.ops) op.kind = model::OpKind::kRegister;
  for (std::size_t i = 0; i < t.ops.size(); ++i) t.ops[i].field = static_cast<std::uint32_t>(i + 1);
  ASSERT_EQ(t.ops.size(), 4u);
  const auto alike = seal::encode_frame({t}, {}, {});
  t.ops[1].kind = model::OpKind::kText;
  const auto middle = seal::encode_frame({t}, {}, {});
  t.ops[1].kind = model::OpKind::kRegister;
  t.ops.back().kind = model::OpKind::kText;
  const auto last = seal::encode_frame({t}, {}, {});
  ASSERT_TRUE(alike.ok() && middle.ok() && last.ok());
  EXPECT_EQ(middle->joined().size(), alike->joined().size() + 2);
  EXPECT_EQ(last->joined().size(), alike->joined().size() + 1);

  seal::Areas out(true);
  seal::encode_shape({30, {{1, 1, false}, {2, 4, false}, {3, 1, false}}}, out);
  EXPECT_EQ(to_hex(out.heads.take()), "1e03002200");
}

// Budget of DESIGN section 10, on records of our own: a short visit alone and with its envelope.
TEST(Segment, AShortVisitAloneStaysSmall) {
  const auto plain = encode_segment({visit(7, repeated(kSentence, 4))}, {}, {});
  ASSERT_TRUE(plain.ok());
  EXPECT_LE(plain->size() + 132 + 64 + 16, 450u);
}

}  // namespace
}  // namespace mq::testing
