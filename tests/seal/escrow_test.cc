#include "mq/seal/escrow.h"

#include <gtest/gtest.h>

#include "support/sim_random.h"

namespace mq::testing {
namespace {

using seal::BoxKeyPair;
using seal::UnlockSecret;

class Escrow : public ::testing::Test {
 protected:
  Bytes sealed_to(const seal::EscrowHolders& holders) {
    const auto sealed = seal::seal_escrow(device, code, holders, random);
    EXPECT_TRUE(sealed.ok());
    return sealed.ok() ? *sealed : Bytes{};
  }
  Code refusal(ByteView escrow, const DeviceId& of, ByteView name, const BoxKeyPair& keys) {
    const auto opened = seal::open_escrow(escrow, of, name, keys);
    EXPECT_FALSE(opened.ok());
    return opened.ok() ? Code::kInternal : opened.error().code;
  }

  SimRandom random;
  DeviceId device = random_id<DeviceId>(random);
  UnlockSecret code = [this] {
    UnlockSecret out;
    random.fill(out.writable());
    return out;
  }();
  BoxKeyPair first = BoxKeyPair::generate(random), second = BoxKeyPair::generate(random);
  Bytes first_name = to_bytes(random_id<DeviceId>(random).view());
  Bytes second_name = to_bytes(random_id<DeviceId>(random).view());
  seal::EscrowHolders both{{first_name, first.public_key()}, {second_name, second.public_key()}};
};

TEST_F(Escrow, OpensForEachOfItsHolders) {
  const Bytes escrow = sealed_to(both);
  EXPECT_EQ(escrow.size(), 1u + 2 * (16 + 75));
  EXPECT_EQ(seal::escrow_names(escrow).value(), (std::vector<Bytes>{first_name, second_name}));
  for (const auto& [name, keys] : {std::pair{&first_name, &first}, {&second_name, &second}}) {
    const auto opened = seal::open_escrow(escrow, device, *name, *keys);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(*opened == code);
  }
}

TEST_F(Escrow, OpensForNobodyElse) {
  const Bytes escrow = sealed_to({both.front()});
  EXPECT_EQ(refusal(escrow, device, second_name, second), Code::kNotFound);
  EXPECT_EQ(refusal(escrow, device, first_name, second), Code::kCorrupt);
}

TEST_F(Escrow, OfAnotherDeviceIsNotTaken) {
  const Bytes escrow = sealed_to(both);
  EXPECT_EQ(refusal(escrow, random_id<DeviceId>(random), first_name, first), Code::kCorrupt);
}

TEST_F(Escrow, DamagedEndsInACode) {
  const Bytes escrow = sealed_to({both.front()});
  for (std::size_t bit = 0; bit < escrow.size() * 8; ++bit) {
    Bytes changed = escrow;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(seal::open_escrow(changed, device, first_name, first).ok()) << bit;
  }
  for (std::size_t size = 0; size < escrow.size(); ++size) {
    EXPECT_EQ(refusal(ByteView(escrow).first(size), device, first_name, first), Code::kCorrupt);
    EXPECT_FALSE(seal::escrow_names(ByteView(escrow).first(size)).ok());
  }
}

TEST_F(Escrow, RefusesAHolderOfSmallOrder) {
  const auto sealed = seal::seal_escrow(device, code, {{first_name, BoxKey{}}}, random);
  ASSERT_FALSE(sealed.ok());
  EXPECT_EQ(sealed.error().code, Code::kInvalidInput);
}

TEST_F(Escrow, OfNobodyIsOneByte) { EXPECT_EQ(sealed_to({}), Bytes{0}); }

}  // namespace
}  // namespace mq::testing
