#include <gtest/gtest.h>

#include "mq/vault/aead.h"
#include "vault/pages_support.h"

namespace mq::vault {
namespace {

using mq::testing::key_of;

// draft-irtf-cfrg-xchacha-03, A.3.1: what we write must open with any other implementation.
TEST(Aead, MatchesThePublishedVector) {
  const auto hex = [](std::string_view text) { return *from_hex(text); };
  const Bytes key_bytes = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const Key32 key{std::span<const std::uint8_t, 32>(key_bytes)};
  Nonce nonce;
  const Bytes nonce_bytes = hex("404142434445464748494a4b4c4d4e4f5051525354555657");
  std::copy(nonce_bytes.begin(), nonce_bytes.end(), nonce.begin());
  const Bytes sealed =
      seal(key, nonce, hex("50515253c0c1c2c3c4c5c6c7"),
           view_of("Ladies and Gentlemen of the class of '99: If I could offer you only one tip "
                   "for the future, sunscreen would be it."));
  EXPECT_EQ(to_hex(ByteView(sealed).first(16)), "bd6d179d3e83d43b9576579493c0e939");
  EXPECT_EQ(to_hex(ByteView(sealed).last(16)), "c0875924c1c7987947deafd8780acf49");
}

TEST(Aead, OpensOnlyWhatWasSealed) {
  const Key32 key = key_of(1);
  const Nonce nonce{1, 2, 3};
  const Bytes aad = to_bytes("about");
  const Bytes sealed = seal(key, nonce, aad, view_of("走访记录"));
  EXPECT_EQ(text_of(*open(key, nonce, aad, sealed)), "走访记录");

  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes wrong = sealed;
    wrong[i] ^= 1;
    EXPECT_EQ(open(key, nonce, aad, wrong).error().code, Code::kCorrupt);
  }
  EXPECT_FALSE(open(key_of(2), nonce, aad, sealed).ok());
  EXPECT_FALSE(open(key, Nonce{9}, aad, sealed).ok());
  EXPECT_FALSE(open(key, nonce, to_bytes("other"), sealed).ok());
  EXPECT_FALSE(open(key, nonce, aad, ByteView(sealed).first(5)).ok());
}

TEST(Aead, SubkeysDifferByKeyLabelAndContext) {
  const Key32 a = subkey(key_of(1), "pages", "db");
  EXPECT_TRUE(a == subkey(key_of(1), "pages", "db"));
  EXPECT_FALSE(a == subkey(key_of(1), "pages", "wal"));
  EXPECT_FALSE(a == subkey(key_of(1), "pagesd", "b")) << "label and context never run together";
  EXPECT_FALSE(a == subkey(key_of(2), "pages", "db"));
}

TEST(Aead, PassphraseKeyDependsOnSaltAndCost) {
  const KdfCost cheap{1, 8192};
  const auto key = derive_passphrase_key("口令", Salt16{1}, cheap);
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(*key == *derive_passphrase_key("口令", Salt16{1}, cheap));
  EXPECT_FALSE(*key == *derive_passphrase_key("口令", Salt16{2}, cheap));
  EXPECT_FALSE(*key == *derive_passphrase_key("口令", Salt16{1}, KdfCost{2, 8192}));
  EXPECT_FALSE(*key == *derive_passphrase_key("口令 ", Salt16{1}, cheap));
}

TEST(Aead, HostileCostIsRefusedBeforeAnythingIsAllocated) {
  for (const KdfCost cost :
       {KdfCost{0, 8192}, KdfCost{17, 8192}, KdfCost{1, 100}, KdfCost{1, 1ULL << 40}}) {
    EXPECT_EQ(derive_passphrase_key("x", Salt16{}, cost).error().code, Code::kUnsupported);
  }
}

TEST(Aead, UnlockedMemoryIsWiped) {
  Bytes bytes(64, 7);
  lock_memory(bytes);
  unlock_memory(bytes);
  EXPECT_EQ(bytes, Bytes(64, 0));
}

}  // namespace
}  // namespace mq::vault
