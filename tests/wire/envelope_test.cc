#include "mq/wire/envelope.h"

#include <gtest/gtest.h>

#include "support/sim_random.h"

namespace mq::wire {
namespace {

template <class Array>
void count_up(Array& bytes, std::uint8_t from) {
  for (auto& byte : bytes) byte = from++;
}

EnvelopeHeader sample_header() {
  EnvelopeHeader h;
  h.kind = 3;
  count_up(h.stream.data, 0x10);
  count_up(h.device.data, 0x30);
  h.incarnation = 0xa1b2c3d4;
  h.epoch = 7;
  h.seq = 0x0102030405060708;
  count_up(h.prev.data, 0x50);
  h.control_seq = 258;
  count_up(h.control_head.data, 0x80);
  count_up(h.salt, 0xc0);
  h.ct_bytes = 4'096;
  return h;
}

Envelope sample_envelope(const SigningKey& key) {
  return sign_envelope(sample_header(), Bytes(100, 0x5a), key);
}

SigningKey sample_key() {
  testing::SimRandom random(7);
  return SigningKey::generate(random);
}

// The bytes for ever: if this test fails, old envelopes no longer verify.
TEST(EnvelopeHeader, HasTheseBytes) {
  EXPECT_EQ(to_hex(sample_header().encode()),
            "01010300"
            "101112131415161718191a1b1c1d1e1f"
            "303132333435363738393a3b3c3d3e3f"
            "d4c3b2a1"
            "07000000"
            "0807060504030201"
            "505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f"
            "02010000"
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
            "c0c1c2c3c4c5c6c7"
            "00100000");
}

TEST(EnvelopeHeader, ParsesBackToItself) {
  const auto parsed = EnvelopeHeader::parse(sample_header().encode());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, sample_header());
}

TEST(EnvelopeHeader, RefusesEveryOtherLength) {
  const auto bytes = sample_header().encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto parsed = EnvelopeHeader::parse(ByteView(bytes).first(size));
    ASSERT_FALSE(parsed.ok()) << size;
    EXPECT_EQ(parsed.error().code, Code::kInvalidInput);
  }
  Bytes longer(bytes.begin(), bytes.end());
  longer.push_back(0);
  EXPECT_FALSE(EnvelopeHeader::parse(longer).ok());
}

TEST(EnvelopeHeader, RefusesEveryFlagVersionAndMissingSeq) {
  for (int bit = 0; bit < 8; ++bit) {
    EnvelopeHeader h = sample_header();
    h.flags = static_cast<std::uint8_t>(1 << bit);
    EXPECT_EQ(EnvelopeHeader::parse(h.encode()).error().code, Code::kInvalidInput);
    h = sample_header();
    h.version = static_cast<std::uint8_t>(kVersion ^ 1 << bit);
    EXPECT_EQ(EnvelopeHeader::parse(h.encode()).error().code, Code::kUnsupported);
  }
  EnvelopeHeader h = sample_header();
  h.seq = 0;
  EXPECT_EQ(EnvelopeHeader::parse(h.encode()).error().code, Code::kInvalidInput);
  h = sample_header();
  h.ct_bytes = kCiphertextBytesMin - 1;
  EXPECT_EQ(EnvelopeHeader::parse(h.encode()).error().code, Code::kInvalidInput);
}

// Unknown kinds and suites are chained, stored and relayed, so they must parse.
TEST(EnvelopeHeader, KeepsKindsAndSuitesItDoesNotKnow) {
  EnvelopeHeader h = sample_header();
  h.kind = 200;
  h.suite = 2;
  EXPECT_TRUE(EnvelopeHeader::parse(h.encode()).ok());
}

TEST(Envelope, SignsAndVerifies) {
  const SigningKey key = sample_key();
  const Envelope envelope = sample_envelope(key);
  EXPECT_EQ(envelope.header.ct_bytes, 100u);
  EXPECT_TRUE(verify_envelope(envelope, key.public_key()));
  testing::SimRandom random(8);
  EXPECT_FALSE(verify_envelope(envelope, SigningKey::generate(random).public_key()));
}

// The name of an envelope for ever, computed once by hand from the formula with another BLAKE2b.
TEST(Envelope, HashIsHeaderThenCiphertextHash) {
  const Envelope envelope = sample_envelope(sample_key());
  Bytes joined = to_bytes(envelope.header.encode());
  const Hash ct = hash("mq/c1", {envelope.ct});
  joined.insert(joined.end(), ct.data.begin(), ct.data.end());
  EXPECT_EQ(envelope.hash(), hash("mq/e1", {joined}));
  EXPECT_EQ(envelope.hash().hex(),
            "0a61814513aec5cfa3540132ad46c2a0e8c327b14b321d07a95fae563a6e4ab5");
}

TEST(Envelope, PrunedStillVerifiesAndKeepsItsName) {
  const SigningKey key = sample_key();
  Envelope envelope = sample_envelope(key);
  const Hash name = envelope.hash();
  envelope.ct.clear();
  EXPECT_TRUE(verify_envelope(envelope, key.public_key()));
  const Bytes bytes = encode_envelope(envelope);
  EXPECT_EQ(bytes.size(), 228u);
  const auto parsed = parse_envelope(bytes);
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->pruned());
  EXPECT_EQ(parsed->hash(), name);
  EXPECT_TRUE(verify_envelope(*parsed, key.public_key()));
}

TEST(Envelope, RefusesEveryTruncationAndOneByteMore) {
  Bytes bytes = encode_envelope(sample_envelope(sample_key()));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto parsed = parse_envelope(ByteView(bytes).first(size));
    if (size == 228) continue;  // as long as a pruned one: its signature decides, next test
    EXPECT_FALSE(parsed.ok()) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(parse_envelope(bytes).ok());
}

TEST(Envelope, ATruncationAsLongAsAPrunedOneDoesNotVerify) {
  const SigningKey key = sample_key();
  const Bytes bytes = encode_envelope(sample_envelope(key));
  const auto parsed = parse_envelope(ByteView(bytes).first(228));
  ASSERT_TRUE(parsed.ok());
  EXPECT_FALSE(verify_envelope(*parsed, key.public_key()));
}

TEST(Envelope, EveryFlippedBitIsRefused) {
  const SigningKey key = sample_key();
  const Bytes good = encode_envelope(sample_envelope(key));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1 << bit % 8);
    const auto parsed = parse_envelope(bad);
    EXPECT_FALSE(parsed.ok() && verify_envelope(*parsed, key.public_key())) << "bit " << bit;
  }
}

TEST(Envelope, RefusesWhatIsLargerThan64KiB) {
  const SigningKey key = sample_key();
  const std::size_t most = kEnvelopeBytesMax - kHeaderBytes - 64;
  const Bytes whole = encode_envelope(sign_envelope(sample_header(), Bytes(most, 1), key));
  EXPECT_EQ(whole.size(), kEnvelopeBytesMax);
  EXPECT_TRUE(parse_envelope(whole).ok());
  const Bytes larger = encode_envelope(sign_envelope(sample_header(), Bytes(most + 1, 1), key));
  EXPECT_FALSE(parse_envelope(larger).ok());
}

TEST(Envelope, LinksIntoAChain) {
  const SigningKey key = sample_key();
  EnvelopeHeader first = sample_header();
  first.seq = 1;
  first.prev = Hash{};
  const Envelope one = sign_envelope(first, Bytes(64, 1), key);
  EnvelopeHeader second = first;
  second.seq = 2;
  second.prev = one.hash();
  const Envelope two = sign_envelope(second, Bytes(64, 1), key);
  EXPECT_NE(one.hash(), two.hash());
  EXPECT_EQ(chain_of(one.header), chain_of(two.header));
  second.incarnation += 1;
  EXPECT_NE(chain_of(one.header), chain_of(second));
}

}  // namespace
}  // namespace mq::wire
