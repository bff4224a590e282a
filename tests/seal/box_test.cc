#include "mq/seal/box.h"

#include <gtest/gtest.h>

#include <set>

#include "mq/seal/sealing.h"
#include "support/sim_random.h"

namespace mq::testing {
namespace {

using seal::BoxKeyPair;
using seal::Use;

Key32 key_of(std::uint8_t fill) {
  std::array<std::uint8_t, 32> bytes;
  bytes.fill(fill);
  return Key32(std::span<const std::uint8_t, 32>(bytes));
}

const StreamId kStream{{1, 2, 3}};

TEST(Box, OpensForItsKeyAlone) {
  SimRandom random;
  const BoxKeyPair keys = BoxKeyPair::generate(random);
  const BoxKeyPair other = BoxKeyPair::generate(random);
  const Key32 text = key_of(9);
  const auto box = seal::seal_box(keys.public_key(), text.view(), random);
  ASSERT_TRUE(box.ok());
  EXPECT_EQ(box->size(), 80u);
  const auto back = seal::open_box(keys, *box);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, to_bytes(text.view()));
  EXPECT_EQ(seal::open_box(other, *box).error().code, Code::kCorrupt);
}

TEST(Box, OpensAfterNoChangeAtAll) {
  SimRandom random;
  const BoxKeyPair keys = BoxKeyPair::generate(random);
  const auto box = seal::seal_box(keys.public_key(), key_of(9).view(), random);
  ASSERT_TRUE(box.ok());
  for (std::size_t bit = 0; bit < box->size() * 8; ++bit) {
    Bytes changed = *box;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(seal::open_box(keys, changed).ok()) << bit;
  }
  for (std::size_t size = 0; size < box->size(); ++size) {
    EXPECT_FALSE(seal::open_box(keys, ByteView(*box).first(size)).ok()) << size;
  }
}

TEST(Box, RefusesAPublicKeyOfSmallOrder) {
  SimRandom random;
  const auto box = seal::seal_box(BoxKey{}, key_of(9).view(), random);
  ASSERT_FALSE(box.ok());
  EXPECT_EQ(box.error().code, Code::kInvalidInput);
}

TEST(Subkey, DiffersByUseStreamEpochAndKey) {
  std::set<Bytes> seen;
  int made = 0;
  for (const Use use : {Use::kEnvelope, Use::kSalt, Use::kWrap, Use::kSnapshot, Use::kRelease,
                        Use::kCommit, Use::kLabel}) {
    for (std::uint32_t epoch = 1; epoch <= 2; ++epoch) {
      for (const StreamId& stream : {kStream, StreamId{}}) {
        for (const std::uint8_t key : {1, 2}) {
          seen.insert(to_bytes(seal::subkey(key_of(key), use, stream, epoch).view()));
          ++made;
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(made));
}

// The label, the order and the epoch's width are format: these stand for ever.
TEST(Subkey, StandsAsFormatFixedIt) {
  EXPECT_EQ(to_hex(seal::subkey(key_of(7), Use::kEnvelope, kStream, 5).view()),
            "4d668f6fe395fb3e8a84d831fcda81fde7df251fccaf8c1da404d7360143fc88");
  EXPECT_EQ(seal::commitment(key_of(7), kStream, 5).hex(),
            "efe9619b6c26a0b460b480e8df6be9a43bc292b811c955eecb08ae096d6b7e87");
}

TEST(Label, IsPaddedAndOpensInItsStreamAlone) {
  SimRandom random;
  const Bytes sealed = seal::seal_label(key_of(1), kStream, 3, "鱼泉村", random);
  const Bytes longer = seal::seal_label(key_of(1), kStream, 3, "石桥村二组", random);
  EXPECT_EQ(sealed.size(), 4u + 24 + 32 + 16);
  EXPECT_EQ(sealed.size(), longer.size());
  EXPECT_EQ(seal::open_label(key_of(1), kStream, sealed).value(), "鱼泉村");
  EXPECT_EQ(seal::open_label(key_of(2), kStream, sealed).error().code, Code::kCorrupt);
  EXPECT_FALSE(seal::open_label(key_of(1), StreamId{}, sealed).ok());
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(seal::open_label(key_of(1), kStream, changed).ok()) << i;
    EXPECT_FALSE(seal::open_label(key_of(1), kStream, ByteView(sealed).first(i)).ok()) << i;
  }
}

TEST(OlderKeys, ComeOutUnderTheNewKeyAlone) {
  SimRandom random;
  std::vector<seal::EpochKey> older;
  older.push_back({1, key_of(11)});
  older.push_back({3, key_of(13)});
  const Bytes wrapped = seal::wrap_older(key_of(20), kStream, 4, older, random);
  const auto back = seal::unwrap_older(key_of(20), kStream, 4, wrapped);
  ASSERT_TRUE(back.ok());
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].epoch, 3u);
  EXPECT_TRUE((*back)[1].key == key_of(13));
  EXPECT_FALSE(seal::unwrap_older(key_of(11), kStream, 4, wrapped).ok());
  EXPECT_FALSE(seal::unwrap_older(key_of(20), kStream, 5, wrapped).ok());
}

wire::EnvelopeHeader header() {
  wire::EnvelopeHeader h;
  h.stream = kStream;
  h.epoch = 2;
  h.seq = 1;
  return h;
}

TEST(Sealing, OpensUnderItsKeyAndVerifies) {
  SimRandom random;
  const auto sign = wire::SigningKey::generate(random);
  const Bytes padded(64, 5);
  const auto envelope = seal::seal_envelope(header(), padded, key_of(1), sign, random);
  EXPECT_EQ(envelope.bytes(), 132u + 64 + 16 + 64);
  EXPECT_TRUE(wire::verify_envelope(envelope, sign.public_key()));
  EXPECT_EQ(seal::open_envelope(envelope, key_of(1)).value(), padded);
  EXPECT_EQ(seal::open_envelope(envelope, key_of(2)).error().code, Code::kCorrupt);
}

TEST(Sealing, EveryChangedBitIsRefused) {
  SimRandom random;
  const auto sign = wire::SigningKey::generate(random);
  const auto envelope = seal::seal_envelope(header(), Bytes(64, 5), key_of(1), sign, random);
  const Bytes bytes = wire::encode_envelope(envelope);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes changed = bytes;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto parsed = wire::parse_envelope(changed);
    if (!parsed.ok()) continue;
    EXPECT_FALSE(wire::verify_envelope(*parsed, sign.public_key())) << bit;
    const bool signature_only = bit / 8 >= 132 && bit / 8 < 196;
    EXPECT_EQ(seal::open_envelope(*parsed, key_of(1)).ok(), signature_only) << bit;
  }
}

// A clone has the same vault, hence the same key, seq and prev. Other chance: another nonce. The
// same chance, as of a machine image taken while it ran: another nonce as soon as one byte differs.
TEST(Sealing, NoNonceComesTwice) {
  SimRandom signer;
  const auto sign = wire::SigningKey::generate(signer);
  std::set<Bytes> salts;
  for (int clone = 0; clone < 200; ++clone) {
    SimRandom random(static_cast<std::uint64_t>(clone));
    salts.insert(to_bytes(ByteView(
        seal::seal_envelope(header(), Bytes(64, 5), key_of(1), sign, random).header.salt)));
  }
  for (int text = 0; text < 200; ++text) {
    SimRandom random(5);
    const Bytes padded(64, static_cast<std::uint8_t>(text + 6));
    salts.insert(to_bytes(
        ByteView(seal::seal_envelope(header(), padded, key_of(1), sign, random).header.salt)));
  }
  EXPECT_EQ(salts.size(), 400u);
}

TEST(Sealing, ThePrunedBodyIsNotFound) {
  SimRandom random;
  const auto sign = wire::SigningKey::generate(random);
  auto envelope = seal::seal_envelope(header(), Bytes(64, 5), key_of(1), sign, random);
  envelope.ct.clear();
  EXPECT_EQ(seal::open_envelope(envelope, key_of(1)).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace mq::testing
